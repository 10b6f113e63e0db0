from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import aids, attempts, learners
from quizsvc.web import create_app
from quizsvc.web.texts import block

from .pages import Visitor, forms_of, words_of

if TYPE_CHECKING:
    from pathlib import Path

    from werkzeug.test import TestResponse

    from quizsvc.settings import Settings


def test_practice_leads_to_the_first_variant_and_then_to_one_not_answered(ann: Visitor) -> None:
    assert ann.get("/practice/double", 302).location == "/practice/double/1"
    ann.answer("double", "1")
    assert ann.get("/practice/double", 302).location == "/practice/double/2"


def test_two_learners_meet_different_variants_and_each_meets_his_again(
    ann: Visitor, bob: Visitor
) -> None:
    first = ann.get("/practice/double/1").text
    assert re.findall("<mn>.*?</mn>", first) == re.findall(
        "<mn>.*?</mn>", ann.get("/practice/double/1").text
    )
    bob.get("/practice/double/1")
    assert ann.variant("double").seed != bob.variant("double").seed


def test_the_form_states_the_rule_and_offers_hints(ann: Visitor) -> None:
    page = ann.get("/practice/double/1").text
    assert "0.5" in page  # the default tolerance, in words
    assert "Show a hint" in page
    assert "Add the number to itself." not in page


def test_the_key_is_not_on_the_page_before_an_answer(ann: Visitor) -> None:
    words = words_of(ann.get("/practice/double/1"))
    key = str(ann.variant("double").key["answer"]).removesuffix(".0")
    assert not re.search(rf"\b{key}\b", words)


def test_a_right_answer_scores_and_is_explained(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    key = ann.variant("double").key["answer"]
    result = ann.follow(ann.send(page, {"answer": f"{key}"})).text
    assert "Right" in result
    assert "<h2>Why</h2>" in result
    assert "Worked solution" in result
    assert "New variant" in result
    assert "Try this one again" in result


def test_a_misconception_is_answered_with_its_feedback(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    n = ann.variant("double").parameters["n"]
    result = ann.follow(ann.send(page, {"answer": f"{n}^2"})).text
    assert "Not right" in result
    assert "You squared the number." in result


def test_an_answer_that_cannot_be_read_keeps_the_text_and_stores_nothing(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    again = ann.send(page, {"answer": '1 1/2 "<b>"'}, status=422)
    assert "<title>Error: " in again.text
    assert forms_of(again)[0].fields["answer"] == ['1 1/2 "<b>"']
    assert 'aria-invalid="true"' in again.text
    assert 'href="#field-answer"' in again.text
    assert attempts.history(ann.service.db, ann.learner) == ()
    result = ann.follow(ann.send(again, {"answer": "3/2"}))
    assert "Not right" in result.text


def test_a_blank_answer_is_asked_for(ann: Visitor) -> None:
    ann.send(ann.get("/practice/double/1"), {"answer": " "}, status=422)


def test_sending_a_page_twice_stores_one_attempt_and_shows_the_same(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    first, second = (ann.send(page, {"answer": "7"}) for _ in range(2))
    assert first.location == second.location
    assert len(attempts.history(ann.service.db, ann.learner)) == 1


def test_sending_a_page_again_with_another_answer_shows_both(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    ann.send(page, {"answer": "7654321"})
    refused = ann.send(page, {"answer": "1234567"}, status=409)
    assert "7654321" in refused.text
    assert "1234567" in refused.text
    assert len(attempts.history(ann.service.db, ann.learner)) == 1


def test_a_token_of_another_learner_gives_nothing_away(ann: Visitor, bob: Visitor) -> None:
    page = ann.get("/practice/double/1")
    ann.send(page, {"answer": "7654321"})
    mine = bob.get("/practice/double/1")
    (token,) = forms_of(page)[0].fields["token"]
    refused = bob.send(mine, {"answer": "5", "token": token}, status=409)
    assert "7654321" not in refused.text


@pytest.mark.parametrize("token", ["", "x", "g" * 32, "0" * 31, "0" * 33, "0" * 32 + "\n"])
def test_a_token_that_is_none_is_refused(ann: Visitor, token: str) -> None:
    ann.send(ann.get("/practice/double/1"), {"answer": "7", "token": token}, status=400)


def test_a_form_without_its_csrf_token_is_refused_and_keeps_the_text(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    refused = ann.send(page, {"answer": "7654321", "csrf_token": ""}, status=400)
    assert "7654321" in refused.text
    assert "Nothing was saved" in refused.text


def test_a_matrix_is_read_from_its_grid(ann: Visitor) -> None:
    page = ann.get("/practice/block/1")
    assert 'row 2, column 1"' in page.text
    key = ann.variant("block").key["answer"]
    cells = {
        f"answer.{i}.{j}": str(entry) for i, row in enumerate(key) for j, entry in enumerate(row)
    }
    assert "Right" in ann.follow(ann.send(page, cells)).text


def test_a_pasted_matrix_counts_instead_of_the_grid(ann: Visitor) -> None:
    page = ann.get("/practice/block/1")
    pasted = {"answer": str(ann.variant("block").key["answer"]), "answer.0.0": "5"}
    assert "Right" in ann.follow(ann.send(page, pasted)).text


def test_a_grid_with_a_gap_comes_back_as_it_was(ann: Visitor) -> None:
    page = ann.get("/practice/block/1")
    cells = {"answer.0.0": "1", "answer.0.1": "x y", "answer.1.1": "-2"}
    fields = forms_of(ann.send(page, cells, status=422))[0].fields
    assert {name: value for name, (value,) in fields.items() if "." in name} == {
        "answer.0.0": "1",
        "answer.0.1": "x y",
        "answer.1.0": "",
        "answer.1.1": "-2",
    }


def test_a_pasted_text_that_cannot_be_read_comes_back(ann: Visitor) -> None:
    again = ann.send(ann.get("/practice/block/1"), {"answer": "[[1, 2],\r\n [3"}, status=422)
    assert forms_of(again)[0].fields["answer"] == ["[[1, 2],\r\n [3"]
    assert "<details open>" in again.text


def test_a_choice_is_graded_with_its_feedback(ann: Visitor) -> None:
    assert "Three is odd." in ann.answer("pick-one", "three").text
    assert "Two is even." in ann.answer("pick-one", "two").text


def test_several_choices_are_scored_in_part(ann: Visitor) -> None:
    assert "counts for you" in ann.get("/practice/pick-some/1").text
    result = ann.answer("pick-some", ["two"]).text
    assert "Partly right: 50 %" in result


def test_an_unknown_choice_is_not_wrong_but_unreadable(ann: Visitor) -> None:
    ann.send(ann.get("/practice/pick-one/1"), {"answer": "nine"}, status=422)


def test_an_item_without_parameters_offers_no_new_variant(ann: Visitor) -> None:
    assert "New variant" not in ann.answer("pick-one", "two").text


def test_a_graph_has_its_blanks_in_the_picture_and_in_a_table(ann: Visitor) -> None:
    page = ann.get("/practice/picture/1")
    assert "<svg" in page.text
    fields = forms_of(page)[0].fields
    assert {"gradient-x", "value-p", "graph.gradient-x", "graph.value-p"} <= set(fields)


@pytest.mark.parametrize("where", ["", "graph."])
def test_a_graph_is_read_from_the_table_or_the_picture(ann: Visitor, where: str) -> None:
    page = ann.get("/practice/picture/1")
    key = ann.variant("picture").key
    answers = {f"{where}{name}": f"{value}" for name, value in key.items()}
    assert "Right" in ann.follow(ann.send(page, answers)).text


def test_table_and_picture_that_contradict_each_other_are_asked_back(ann: Visitor) -> None:
    page = ann.get("/practice/picture/1")
    answers = {"value-p": "1", "graph.value-p": "2", "gradient-x": "3"}
    again = ann.send(page, answers, status=422)
    assert "The table says 1 and the picture says 2." in again.text


def test_a_written_answer_is_rated_by_the_learner_and_never_scored(ann: Visitor) -> None:
    result = ann.answer("say-why", "Because I say so.\nReally.")
    assert "Because I say so." in result.text
    assert "It is divisible by two." in result.text
    assert "Self-rated" in result.text
    (attempt,) = attempts.history(ann.service.db, ann.learner)
    rated = ann.follow(ann.send(result, {"rating": "0.5"}))
    assert "Self-rated: 50 %" in rated.text
    (attempt,) = attempts.history(ann.service.db, ann.learner)
    assert attempt.ratings == {"answer": 0.5}
    assert attempt.outcome is not None
    assert attempt.outcome["score"] is None


def test_a_rating_is_taken_only_where_no_machine_grades(ann: Visitor) -> None:
    graded = ann.answer("double", "7")
    written = ann.answer("say-why", "So.")
    url = f"/attempts/{graded.request.args['attempt']}/rating"
    fields = {**forms_of(written)[0].fields, "rating": "1"}
    assert ann.client.post(url, data=fields).status_code == 404
    url = f"/attempts/{written.request.args['attempt']}/rating"
    assert ann.client.post(url, data={**fields, "rating": "7"}).status_code == 400


def test_grading_that_crashes_keeps_the_attempt_to_be_graded_later(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    page = ann.get("/practice/double/1")
    with monkeypatch.context() as broken:
        broken.setattr("quizsvc.grading.grade", crash)
        result = ann.follow(ann.send(page, {"answer": f"{ann.variant('double').key['answer']}"}))
    assert "Your answer is saved" in result.text
    assert "Right" in ann.follow(ann.send(result)).text


@pytest.mark.parametrize(
    "url",
    ["/practice/none", "/practice/none/1", "/practice/double/0", "/practice/double/-1",
     "/practice/double/1000000", "/practice/double/x", "/practice/double/1?attempt=none"],
)  # fmt: skip
def test_what_does_not_exist_is_not_found(ann: Visitor, url: str) -> None:
    ann.get(url, 404)


def test_an_unknown_revision_is_not_found(ann: Visitor) -> None:
    ann.send(ann.get("/practice/double/1"), {"answer": "7", "revision": "none"}, status=404)


def test_a_revision_of_another_item_is_not_found(ann: Visitor) -> None:
    revision = ann.service.mark(ann.service.item("block").revision)
    ann.send(ann.get("/practice/double/1"), {"answer": "7", "revision": revision}, status=404)


def test_a_broken_item_is_out_of_order_and_shows_nothing_of_its_source(ann: Visitor) -> None:
    page = ann.get("/practice/broken", 503)
    assert "out of order" in page.text
    assert "nothing" not in page.text.lower().replace("skip", "")


def test_a_blank_that_was_filled_in_the_picture_comes_back_in_the_table_only(ann: Visitor) -> None:
    page = ann.get("/practice/picture/1")
    again = ann.send(page, {"graph.value-p": "1 1/2", "graph.gradient-x": "-5"}, status=422)
    fields = forms_of(again)[0].fields
    assert fields["value-p"] == ["1 1/2"]
    assert fields["graph.value-p"] == [""]
    mended = ann.follow(ann.send(again, {"value-p": "-5"}))
    assert "0 of 2 parts are right." in mended.text


HINTS = ["Add the number to itself.", "Twice is two times."]


def hints_in(page: TestResponse) -> list[str]:
    return [hint for hint in HINTS if hint in page.text]


def test_hints_come_one_by_one_and_keep_what_was_typed(ann: Visitor) -> None:
    page = ann.press(ann.get("/practice/double/1"), "Show a hint", {"answer": '1 1/2 "<b>"'})
    assert hints_in(page) == HINTS[:1]
    assert forms_of(page)[0].fields["answer"] == ['1 1/2 "<b>"']
    assert "<title>Error" not in page.text
    page = ann.press(page, "Show the next hint (2 of 2)", {"answer": "7"})
    assert hints_in(page) == HINTS
    assert "hint (" not in page.text
    assert forms_of(page)[0].fields["answer"] == ["7"]
    result = ann.follow(ann.send(page))
    assert "Not right" in result.text
    assert hints_in(result) == HINTS


def test_a_hint_that_is_asked_for_twice_is_one_hint(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    for _ in range(2):
        assert hints_in(ann.press(page, "Show a hint")) == HINTS[:1]
    assert hints_in(ann.get("/practice/double/1")) == HINTS[:1]
    assert hints_in(ann.get("/practice/double/2")) == []


def test_a_hint_that_there_is_not_is_not_found(ann: Visitor) -> None:
    (form,) = forms_of(ann.get("/practice/double/1"))
    for wanted in ("3", "0", "-1", "x", ""):
        address = f"/practice/double/1/hint?wanted={wanted}"
        assert ann.client.post(address, data=form.fields).status_code == 404
    assert learners.find(ann.service.db, ann.learner) is None


def test_help_is_asked_for_by_post_alone_and_its_address_leads_back(ann: Visitor) -> None:
    assert ann.get("/practice/double/1/hint?for=due", 302).location == "/practice/double/1?for=due"
    assert ann.get("/practice/double/1/solution", 302).location == "/practice/double/1"
    for action in ("hint?wanted=1", "solution", "code"):
        assert ann.client.post(f"/practice/double/1/{action}").status_code == 400


def test_hints_of_the_picture_keep_what_was_ticked_and_filled(ann: Visitor) -> None:
    page = ann.press(
        ann.get("/practice/picture/1"), "Get a code for this variant", {"graph.value-p": "5"}
    )
    assert forms_of(page)[0].fields["value-p"] == ["5"]


KEYS = {
    # item: a wrong answer, and what shows its key wherever it stood
    "double": {"answer": "7654321"},
    "block": {"answer": "[[1, 2], [3, 4.25]]"},
    "picture": {"value-p": "7654321", "gradient-x": "7654321"},
    "lists": {},
}


def key_texts(visitor: Visitor, item: str) -> list[str]:
    """Return what a page has in it if it shows a part's key, in words or in maths."""
    return [
        str(block(drawn.part.interaction.key_in_words(drawn)))
        for drawn in visitor.variant(item).parts
        if drawn.part.interaction.type not in ("ordering", "matching", "find-error")
    ]


def lists_wrong(visitor: Visitor) -> dict[str, str]:
    n = visitor.variant("lists").parameters["n"]
    return {
        "order.A": "1", "order.B": "2", "order.C": "3", "pairs.twice": "A", "pairs.thrice": "B",
        "names": "I", "slip": "plus", "slip.value": f"{n - 7}", "ratio": f"{n + 0.5}",
        "size": f"10^{n + 3:.0f}",
    }  # fmt: skip


@pytest.mark.parametrize("item", KEYS)
def test_nothing_shows_the_key_before_the_solution_is_asked_for(ann: Visitor, item: str) -> None:
    page = ann.get(f"/practice/{item}/1")
    result = ann.follow(ann.send(page, KEYS[item] or lists_wrong(ann)))
    attempt = result.request.args["attempt"]
    seen = [page, result, ann.get(f"/attempts/{attempt}"), ann.get("/history"), ann.get("/")]
    for each in seen:
        assert "Right answer" not in each.text
        assert ">Right</th>" not in each.text
        assert "Worked solution" not in each.text
        assert "solved" not in each.text
        assert [text for text in key_texts(ann, item) if text in each.text] == []
    ann.get(
        f"/practice/{item}/1?solution={ann.service.mark(ann.service.item(item).revision)}"
    )  # not asked for yet
    assert "Worked solution" not in ann.get(f"/attempts/{attempt}").text

    opened = ann.shown_solution(result)
    assert opened.request.args["attempt"] == attempt
    assert [text for text in key_texts(ann, item) if text not in opened.text] == []
    assert "An answer to this variant no longer counts; a new one does." in opened.text
    page = ann.get(f"/attempts/{attempt}")
    assert "Worked solution" in page.text
    assert ("solved" in page.text) == (item == "picture")


def test_the_numbers_of_a_slip_stand_beside_the_key_only(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    n, key = ann.variant("double").parameters["n"], ann.variant("double").key["answer"]
    result = ann.follow(ann.send(page, {"answer": f"{n}^2"}))
    assert "You squared the number." in result.text
    assert f"<mn>{key:g}</mn>" not in result.text
    assert "With your numbers it gives" in ann.shown_solution(result).text


def test_a_wrong_answer_is_tried_again_on_the_same_page(ann: Visitor) -> None:
    result = ann.answer("double", "7654321")
    assert "<title>Not right" in result.text
    assert result.text.index("Not right</p>") < result.text.index('class="stem"')
    assert 'href="#again"' in result.text
    again = next(form for form in forms_of(result) if "answer" in form.fields)
    assert again.fields["answer"] == ["7654321"]
    key = ann.variant("double").key["answer"]
    right = ann.follow(ann.press(result, "Check", {"answer": f"{key}"}, 303))
    assert right.request.path == "/practice/double/1"
    assert "Worked solution" in right.text
    first, second = attempts.history(ann.service.db, ann.learner)
    assert first.token != second.token
    assert first.seed == second.seed


def test_after_a_right_answer_the_first_wrong_one_is_explained_too(ann: Visitor) -> None:
    wrong = ann.answer("double", "7654321").request.args["attempt"]
    ann.answer("double", f"{ann.variant('double').key['answer']}")
    page = ann.get(f"/attempts/{wrong}").text
    assert "Worked solution" in page
    assert "no longer counts" not in page


def test_the_solution_is_shown_before_any_answer_and_recorded_once(ann: Visitor) -> None:
    solution = ann.shown_solution(ann.get("/practice/double/1"))
    assert "Worked solution" in solution.text
    assert all(text in solution.text for text in key_texts(ann, "double"))
    assert "An answer to this variant no longer counts; a new one does." in solution.text
    assert "You have seen the solution." in ann.get("/practice/double/1").text
    assert "Show the solution" not in ann.get("/practice/double/1").text
    assert aids.find(ann.service.db, ann.learner, "double", 1).solved_at is not None
    assert attempts.history(ann.service.db, ann.learner) == ()


def test_an_answer_after_the_solution_is_judged_and_said_not_to_count(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    ann.shown_solution(page)
    key = ann.variant("double").key["answer"]
    result = ann.follow(ann.send(page, {"answer": f"{key}"})).text
    assert "<title>Right" in result
    assert "this answer does not count" in result
    assert len(attempts.history(ann.service.db, ann.learner)) == 1


def test_an_item_without_parameters_promises_no_new_variant(ann: Visitor) -> None:
    solution = ann.shown_solution(ann.answer("pick-one", "three")).text
    assert "An answer to this variant no longer counts." in solution
    assert "New variant" not in solution


def test_the_solution_of_another_is_not_opened(ann: Visitor, bob: Visitor) -> None:
    ann.shown_solution(ann.get("/practice/double/1"))
    revision = ann.service.mark(ann.service.item("double").revision)
    assert "Worked solution" not in bob.get(f"/practice/double/1?solution={revision}").text
    assert "Worked solution" in ann.get(f"/practice/double/1?solution={revision}").text


def test_a_variant_with_help_is_not_offered_as_a_new_one(ann: Visitor) -> None:
    ann.press(ann.get("/practice/double/1"), "Show a hint")
    assert ann.get("/practice/double", 302).location == "/practice/double/2"
    ann.shown_solution(ann.get("/practice/double/5"))
    assert ann.get("/practice/double", 302).location == "/practice/double/6"


def small(content: Path, values: str) -> None:
    item = content / "items" / "double.yaml"
    text = item.read_text(encoding="utf-8").replace("{integers: [3, 900]}", values)
    item.write_text(text.replace("n^2, says", "n^2 + 1, says"), encoding="utf-8")


def test_a_small_family_shows_each_variant_once_before_any_comes_again(
    content: Path, settings: Settings
) -> None:
    small(content, "{integers: [3, 6]}")
    ann = Visitor(create_app(settings))
    ann.get("/practice/double/1")
    met, numbers = [], []
    for _ in range(4):
        number = int(ann.get("/practice/double", 302).location.rpartition("/")[2])
        numbers.append(number)
        met.append(ann.variant("double", number).parameters["n"])
        ann.answer("double", "7654321", number)
    assert sorted(met) == [3, 4, 5, 6]
    following = ann.get("/practice/double", 302).location  # all were met: any will do
    assert following == f"/practice/double/{max(numbers) + 1}"


def test_the_goal_is_kept_from_page_to_page(ann: Visitor) -> None:
    goal = "for=objective:doubling"
    assert ann.get(f"/practice/double?{goal}", 302).location == f"/practice/double/1?{goal}"
    page = ann.get(f"/practice/double/1?{goal}")
    assert f"/practice/double/2?{goal}" in page.text
    hinted = ann.press(page, "Show a hint")
    result = ann.follow(ann.send(hinted, {"answer": "7"}))
    assert goal in result.request.full_path
    solved = ann.shown_solution(result)
    for each in (result, solved):
        assert f'href="/next?{goal}"' in each.text
        assert "Next problem" in each.text
        assert "New variant" not in each.text
    assert f"/practice/lists-level-2?{goal}" in ann.get(f"/practice/lists/1?{goal}").text


def test_a_goal_is_a_short_text_and_nothing_else(ann: Visitor) -> None:
    page = ann.get('/practice/double/1?for="><script>' + "x" * 500).text
    assert "<script>x" not in page
    assert "x" * 81 not in page
    assert "Next problem" not in ann.answer("double", "7").text

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from quizsvc.settings import Settings
from quizsvc.store import sittings
from quizsvc.web import create_app

from .conftest import Clock
from .pages import Visitor, forms_of, words_of


def begin(visitor: Visitor) -> str:
    """Start the quiz and return the address of the sitting."""
    return visitor.send(visitor.get("/assessments/final")).location.removesuffix("/1")


def key_of(visitor: Visitor, sitting: str, position: int) -> str:
    stored = sittings.find(visitor.service.db, sitting.rpartition("/")[2])
    assert stored is not None
    return f"{stored.items[position - 1].key['answer']}"


def save(visitor: Visitor, url: str, answer: str, go: str = "next") -> TestResponse:
    return visitor.send(visitor.get(url), {"answer": answer, "go": go})


def hand_in(visitor: Visitor, sitting: str) -> TestResponse:
    return visitor.follow(visitor.send(visitor.get(f"{sitting}/submit")))


def test_the_start_page_says_what_comes(ann: Visitor) -> None:
    page = ann.get("/assessments/final").text
    assert "Answer all." in page
    assert "3 questions" in page
    assert "One question (broken) is out of order" in page


def test_starting_twice_from_one_page_starts_one_sitting(ann: Visitor) -> None:
    page = ann.get("/assessments/final")
    assert ann.send(page).location == ann.send(page).location
    assert ann.send(ann.get("/assessments/final")).location != ann.send(page).location


def test_a_page_whose_token_has_started_another_quiz_is_told_so(ann: Visitor) -> None:
    page = ann.get("/assessments/final")
    ann.send(page)
    (fields,) = [each.fields for each in forms_of(page) if "token" in each.fields]
    data = {name: fields[name][0] for name in ("csrf_token", "token")}
    refused = ann.client.post("/assessments/drawn", data=data)
    assert refused.status_code == 409
    assert "It has started something else already" in refused.text
    assert "database" not in refused.text


def test_a_sitting_is_answered_handed_in_and_reviewed(ann: Visitor) -> None:
    sitting = begin(ann)
    assert save(ann, f"{sitting}/1", key_of(ann, sitting, 1)).location == f"{sitting}/2"
    assert save(ann, f"{sitting}/2", "three").location == f"{sitting}/3"
    assert save(ann, f"{sitting}/3", "It is.").location == sitting
    review = hand_in(ann, sitting)
    assert review.request.path == f"{sitting}/review"
    assert "2 of 3 points" in review.text
    assert "Three is odd." in review.text
    assert "Self-rated" in review.text
    assert "Written answers are not part of the score" in review.text
    assert "2 of 3 points" in ann.get("/assessments/final").text
    assert "2 of 3 points" in ann.get("/history").text


def test_answers_are_kept_while_going_back_and_forth(ann: Visitor) -> None:
    sitting = begin(ann)
    assert save(ann, f"{sitting}/1", "12", "3").location == f"{sitting}/3"
    assert save(ann, f"{sitting}/3", "Text.\nMore.", "previous").location == f"{sitting}/2"
    assert save(ann, f"{sitting}/2", "two", "overview").location == sitting
    assert forms_of(ann.get(f"{sitting}/1"))[0].fields["answer"] == ["12"]
    assert forms_of(ann.get(f"{sitting}/2"))[0].fields["answer"] == ["two"]
    assert forms_of(ann.get(f"{sitting}/3"))[0].fields["answer"] == ["Text.\r\nMore."]


def test_what_was_not_answered_scores_nothing(ann: Visitor) -> None:
    sitting = begin(ann)
    blank = ann.get(f"{sitting}/submit").text.partition("Your answers")[0]
    assert blank.count("not answered") == 3
    assert "0 of 3 points" in hand_in(ann, sitting).text


def test_an_answer_that_cannot_be_read_is_kept_and_stops_handing_in(ann: Visitor) -> None:
    sitting = begin(ann)
    stays = save(ann, f"{sitting}/1", "1 1/2")
    assert stays.location == f"{sitting}/1"
    page = ann.follow(stays)
    assert "<title>Error: " in page.text
    assert forms_of(page)[0].fields["answer"] == ["1 1/2"]
    check = ann.get(f"{sitting}/submit")
    assert "cannot be read" in check.text
    assert not forms_of(check)
    csrf = forms_of(page)[0].fields["csrf_token"]
    refused = ann.client.post(f"{sitting}/submit", data={"csrf_token": csrf})
    assert refused.status_code == 422
    save(ann, f"{sitting}/1", "")
    hand_in(ann, sitting)


def test_a_page_that_another_tab_overtook_changes_nothing_and_shows_both(ann: Visitor) -> None:
    sitting = begin(ann)
    old = ann.get(f"{sitting}/1")
    save(ann, f"{sitting}/1", "7654321")
    refused = ann.send(old, {"answer": "1234567"}, status=409)
    assert "7654321" in refused.text
    assert "1234567" in refused.text
    assert forms_of(ann.get(f"{sitting}/1"))[0].fields["answer"] == ["7654321"]


def test_a_page_sent_after_handing_in_changes_nothing(ann: Visitor) -> None:
    sitting = begin(ann)
    old = ann.get(f"{sitting}/1")
    before = hand_in(ann, sitting).text
    refused = ann.send(old, {"answer": "1234567"}, status=409)
    assert "already handed in" in refused.text
    assert "1234567" in refused.text
    assert ann.get(f"{sitting}/review").text == before


def test_handing_in_twice_gives_the_same_review(ann: Visitor) -> None:
    sitting = begin(ann)
    page = ann.get(f"{sitting}/submit")
    assert ann.send(page).location == ann.send(page).location == f"{sitting}/review"


def test_an_open_sitting_gives_no_key_away(ann: Visitor) -> None:
    sitting = begin(ann)
    assert ann.get(f"{sitting}/review", 303).location == sitting
    key = key_of(ann, sitting, 1).removesuffix(".0")
    for url in (sitting, f"{sitting}/1", f"{sitting}/submit"):
        assert f">{key}<" not in ann.get(url).text
        assert "Three is odd." not in ann.get(url).text


def test_a_sitting_that_was_handed_in_leads_to_its_review(ann: Visitor) -> None:
    sitting = begin(ann)
    hand_in(ann, sitting)
    for url in (sitting, f"{sitting}/submit"):
        assert ann.get(url, 303).location == f"{sitting}/review"
    assert ann.get(f"{sitting}/1", 303).location == f"{sitting}/review#question-1"


def test_a_sitting_belongs_to_its_learner(ann: Visitor, bob: Visitor) -> None:
    sitting = begin(ann)
    page = bob.get("/practice/double/1")
    csrf = forms_of(page)[0].fields["csrf_token"]
    for url in (sitting, f"{sitting}/1", f"{sitting}/submit", f"{sitting}/review"):
        bob.get(url, 403)
    for url in (f"{sitting}/1", f"{sitting}/submit"):
        data = {"csrf_token": csrf, "counter": "0", "answer": "7"}
        assert bob.client.post(url, data=data).status_code == 403


@pytest.mark.parametrize("url", ["/sittings/none", f"/sittings/{'0' * 32}", "/assessments/none"])
def test_what_does_not_exist_is_not_found(ann: Visitor, url: str) -> None:
    ann.get(url, 404)


def test_a_position_that_does_not_exist_is_not_found(ann: Visitor) -> None:
    sitting = begin(ann)
    for position in ("0", "4", "x"):
        ann.get(f"{sitting}/{position}", 404)


def test_a_sitting_keeps_its_items_though_their_files_change_or_go(
    ann: Visitor, content: Path, settings: Settings
) -> None:
    sitting = begin(ann)
    save(ann, f"{sitting}/1", key_of(ann, sitting, 1))
    double = content / "items" / "double.yaml"
    double.write_text(double.read_text().replace("number: 2 * n", "number: 3 * n"))
    for gone in ("items/pick-one.yaml", "assessments/final.yaml"):
        (content / gone).unlink()

    later = Visitor(create_app(settings, clock=Clock()))
    with ann.client.session_transaction() as old, later.client.session_transaction() as new:
        new.update(old)
    save(later, f"{sitting}/2", "two")
    assert "3 of 3 points" in hand_in(later, sitting).text


def test_an_answer_is_graded_by_the_revision_that_its_page_showed(
    ann: Visitor, content: Path, settings: Settings
) -> None:
    page = ann.get("/practice/double/1")
    key = ann.variant("double").key["answer"]
    double = content / "items" / "double.yaml"
    double.write_text(double.read_text().replace("number: 2 * n", "number: 3 * n"))

    later = Visitor(create_app(settings, clock=Clock()))
    with ann.client.session_transaction() as old, later.client.session_transaction() as new:
        new.update(old)
    assert later.variant("double").key["answer"] != key
    assert "Right" in later.follow(later.send(page, {"answer": f"{key}"})).text


def autosave(
    visitor: Visitor, url: str, answers: dict[str, str], counter: int, status: int = 200
) -> dict[str, Any]:
    """Save as the script does while somebody types."""
    csrf = forms_of(visitor.get("/practice/double/1"))[0].fields["csrf_token"]
    data = {"csrf_token": csrf, "counter": f"{counter}", **answers}
    headers = {"Accept": "application/json"}
    answer = visitor.client.post(url, data=data, headers=headers)
    assert answer.status_code == status, answer.text
    return dict(answer.get_json())


def test_an_answer_is_saved_while_it_is_typed_readable_or_not(ann: Visitor) -> None:
    sitting = begin(ann)
    first = autosave(ann, f"{sitting}/1", {"answer": "1 1/"}, 0)
    assert (first["state"], first["counter"], first["left"]) == ("saved", 1, None)
    assert datetime.fromisoformat(first["at"]).tzinfo is not None
    assert autosave(ann, f"{sitting}/1", {"answer": "1 1/"}, 1) == first
    assert autosave(ann, f"{sitting}/1", {"answer": "12"}, 1)["counter"] == 2
    assert forms_of(ann.get(f"{sitting}/1"))[0].fields["answer"] == ["12"]


def test_a_stale_tab_that_saves_by_itself_is_told_both_answers_in_words(ann: Visitor) -> None:
    sitting = begin(ann)
    autosave(ann, f"{sitting}/2", {"answer": "two"}, 0)
    refused = autosave(ann, f"{sitting}/2", {"answer": "three"}, 0, 409)
    assert (refused["state"], refused["counter"]) == ("overtaken", 1)
    assert "Two, " in refused["stored"]
    assert "Three" in refused["sent"]
    refused = autosave(ann, f"{sitting}/1", {"answer": "<script>"}, 7, 409)
    assert "(blank)" in refused["stored"]
    assert "&lt;script&gt;" in refused["sent"]


def test_what_is_saved_after_handing_in_is_refused_with_the_reason(ann: Visitor) -> None:
    sitting = begin(ann)
    hand_in(ann, sitting)
    refused = autosave(ann, f"{sitting}/1", {"answer": "12"}, 0, 409)
    assert refused["state"] == "closed"
    assert refused["title"] == "This quiz was already handed in"
    assert refused["onward"] == f"{sitting}/review#question-1"
    assert "12" in refused["sent"]


def test_the_answer_of_an_overtaken_page_can_be_kept_after_all(ann: Visitor) -> None:
    sitting = begin(ann)
    old = ann.get(f"{sitting}/3")
    save(ann, f"{sitting}/3", "Stored.")
    refused = ann.send(old, {"answer": "Mine.\nTwo lines.", "go": "next"}, status=409)
    assert 'href="' + f"{sitting}/3" + '"' in refused.text
    assert ann.send(refused).location == f"{sitting}/3"
    assert forms_of(ann.get(f"{sitting}/3"))[0].fields["answer"] == ["Mine.\r\nTwo lines."]


def test_a_question_is_flagged_and_the_flag_is_named_wherever_it_is_listed(ann: Visitor) -> None:
    sitting = begin(ann)
    flagged = save(ann, f"{sitting}/1", "12", go="flag")
    assert flagged.location == f"{sitting}/1"
    page = ann.follow(flagged)
    assert "Remove the flag" in page.text
    assert forms_of(page)[0].fields["answer"] == ["12"]
    for url in (sitting, f"{sitting}/submit", f"{sitting}/2"):
        assert "flagged" in ann.get(url).text
    save(ann, f"{sitting}/1", "12", go="unflag")
    for url in (sitting, f"{sitting}/submit", f"{sitting}/2"):
        assert "flagged" not in ann.get(url).text


def test_the_overview_says_of_each_question_how_it_stands(ann: Visitor) -> None:
    sitting = begin(ann)
    save(ann, f"{sitting}/1", "1 1/2")
    save(ann, f"{sitting}/2", "two")
    save(ann, f"{sitting}/3", "")
    rows = " ".join(words_of(ann.get(sitting)).split())
    assert re.search(r"Twice a number cannot be read · 2 points · saved \d", rows)
    assert re.search(r"Pick one answered · 1 point · saved \d", rows)
    assert re.search(r"Say why not answered · 1 point (?!· saved)", rows)


def test_the_check_page_shows_every_answer_as_it_will_be_read(ann: Visitor) -> None:
    sitting = begin(ann)
    save(ann, f"{sitting}/1", "12.5")
    save(ann, f"{sitting}/2", "three")
    page = ann.get(f"{sitting}/submit").text
    assert '<span class="typed">12.5</span>' in page
    assert "Three" in page
    assert "(blank)" in page
    for position in (1, 2, 3):
        assert f'href="{sitting}/{position}">Change<span' in page


def test_a_quiz_is_printed_without_solutions_before_it_is_handed_in(ann: Visitor) -> None:
    sitting = begin(ann)
    save(ann, f"{sitting}/2", "three")
    for query in ("", "?solution=yes"):
        page = ann.get(f"{sitting}/paper{query}").text
        assert all(title in page for title in ("Twice a number", "Pick one", "Say why"))
        assert "Three" in page
        assert "Solution</h3>" not in page
        assert "Right answer" not in page
        assert not forms_of(ann.get(f"{sitting}/paper"))
    hand_in(ann, sitting)
    assert "Solution</h3>" not in ann.get(f"{sitting}/paper").text
    solved = ann.get(f"{sitting}/paper?solution=yes").text
    assert solved.count("Solution</h3>") == 3
    assert "It is divisible by two." in solved


def test_every_question_type_can_be_printed(ann: Visitor) -> None:
    page = ann.get("/assessments/drawn")
    sitting = ann.send(page).location.removesuffix("/1")
    ann.get(f"{sitting}/paper")
    hand_in(ann, sitting)
    assert ann.get(f"{sitting}/paper?solution=yes").text.count("Solution</h3>") == 4


def test_an_answer_given_in_a_quiz_is_not_shown_in_a_lesson(ann: Visitor) -> None:
    sitting = begin(ann)
    save(ann, f"{sitting}/1", "1")
    hand_in(ann, sitting)
    stored = sittings.find(ann.service.db, sitting.rpartition("/")[2])
    assert stored is not None
    given = stored.attempts[1].id
    assert "Not right" in ann.get(f"/attempts/{given}").text
    assert "Right answer" not in ann.get(f"/lessons/counting?attempt={given}").text


def test_a_question_of_an_open_quiz_cannot_be_practised_where_its_numbers_are_not_drawn(
    ann: Visitor, bob: Visitor
) -> None:
    before = ann.get("/practice/pick-one/1")
    sitting = begin(ann)
    pinned = sittings.find(ann.service.db, sitting.rpartition("/")[2])
    assert pinned is not None
    assert {"double", "pick-one"} <= {each.item for each in pinned.items}
    assert "question of a quiz" in ann.get("/practice/pick-one/1", 403).text
    late = ann.send(before, {"answer": "two"}, 403)
    assert "question of a quiz" in late.text
    ann.get("/practice/double/1")  # with numbers of its own
    bob.get("/practice/pick-one/1")
    hand_in(ann, sitting)
    ann.get("/practice/pick-one/1")

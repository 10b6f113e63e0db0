"""Lessons that ask where they teach, courses, tests drawn by objective, claims."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quizsvc.content import pick
from quizsvc.store import attempts, sittings
from quizsvc.web import create_app, starting

from .pages import Visitor, forms_of, words_of

if TYPE_CHECKING:
    from pathlib import Path

    from quizsvc.settings import Settings


def right(visitor: Visitor) -> dict[str, str]:
    """Return what a learner puts into the form of his first variant of “lists”."""
    variant = visitor.variant("lists")
    n = variant.parameters["n"]
    order, pairs = variant.part("order").order, variant.part("pairs").order
    return {
        **{f"order.{letter}": f"{place + 1}" for letter, place in zip("ABC", order, strict=True)},
        "pairs.twice": "ABC"[pairs.index(0)], "pairs.thrice": "ABC"[pairs.index(1)],
        "names": "I; j1·j2", "slip": "minus", "slip.value": f"{n - 1}",
        "ratio": f"×{n}", "size": f"10^{n:.0f}",
    }  # fmt: skip


def test_home_shows_the_lessons_of_a_course_in_its_order(ann: Visitor) -> None:
    _, _, page = ann.get("/").text.partition("A course of two lessons")
    assert page.index("/assessments/drawn") < page.index("/lessons/numbers")
    assert page.index("/lessons/numbers") < page.index("/lessons/counting")
    assert page.count('href="/lessons/numbers"') == 1
    assert 'href="/claims"' in page


def test_a_lesson_leads_to_the_one_before_and_the_one_after(ann: Visitor) -> None:
    assert 'rel="next" href="/lessons/counting"' in ann.get("/lessons/numbers").text
    page = ann.get("/lessons/counting").text
    assert 'rel="prev" href="/lessons/numbers"' in page
    assert 'rel="next"' not in page


def test_a_figure_has_a_text_alternative_and_its_numbers_in_a_table(ann: Visitor) -> None:
    page = ann.get("/lessons/counting").text
    assert "square over x. square: from 0 at 0 to 9 at 3." in page
    assert re.search(r"<tr><td>2</td><td>4</td></tr>", page)


def test_a_question_is_answered_where_it_stands(ann: Visitor) -> None:
    page = ann.get("/lessons/counting")
    key = ann.variant("double").key["answer"]
    sent = ann.send(page, {"answer": f"{key}"})
    assert sent.location.endswith("#check-double")
    result = ann.follow(sent).text
    assert "Counting" in result
    assert '<p class="score mark right">Right</p>' in result
    (kept,) = attempts.history(ann.service.db, ann.learner, "double")
    assert kept.outcome is not None
    assert kept.outcome["score"] == 1
    assert "last time: Right" in ann.get("/lessons/counting").text


def test_what_cannot_be_read_is_handed_back_in_its_place_with_what_was_typed(ann: Visitor) -> None:
    page = ann.send(ann.get("/lessons/counting"), {"answer": "1,5"}, 422)
    words = words_of(page)
    assert "Not checked yet" in words
    assert 'value="1,5"' in page.text
    assert 'id="field-lists-order-0"' in page.text
    assert not attempts.history(ann.service.db, ann.learner, "double")


def test_the_address_of_what_was_handed_back_leads_to_its_place(ann: Visitor) -> None:
    form = forms_of(ann.get("/lessons/counting"))[0]
    sent_to = {form.action, *form.buttons.values()} - {""}
    for address in sent_to:
        led = ann.get(address.partition("#")[0], 302).location
        assert led.startswith("/lessons/counting#check-")
    assert len(sent_to) > 1


def test_two_questions_on_a_page_have_fields_and_ids_of_their_own(ann: Visitor) -> None:
    page = ann.get("/lessons/counting").text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_every_new_question_type_is_read_from_its_form_and_shown_again(ann: Visitor) -> None:
    page = ann.get("/lessons/counting")
    result = ann.follow(ann.send(page, right(ann), place=1)).text
    assert result.count('<span class="mark right">Right</span>') == 6
    assert "J2 J1" in result


def test_half_an_order_comes_back_as_it_was(ann: Visitor) -> None:
    page = ann.get("/practice/lists/1")
    half = {"order.A": "2", "order.B": "2", "order.C": "3", "pairs.twice": "B", "pairs.thrice": ""}
    back = ann.send(page, {**right(ann), **half}, 422)
    assert "Place 2 is given twice" in words_of(back)
    assert "1 of the 2 have no match yet" in words_of(back)
    chosen = re.findall(r'name="((?:order|pairs)[^"]*)"|<option[^>]* selected>(\w)', back.text)
    assert "".join(name + value for name, value in chosen) == (
        "order.A2order.B2order.C3pairs.twiceBpairs.thrice"
    )


def test_a_page_does_not_tell_by_its_names_what_belongs_where(ann: Visitor) -> None:
    page = ann.get("/practice/lists/1").text
    assert "option-1" not in page
    assert not re.search(r'name="order\.(one|two|three)"', page)


def test_an_example_has_other_numbers_each_time_and_its_solution(ann: Visitor) -> None:
    def example(page: str) -> str:
        return page.partition('id="example-block"')[2].partition("</section>")[0]

    first = example(ann.get("/lessons/counting").text)
    second = example(ann.get("/lessons/counting?block=2").text)
    assert "Step by step" in first
    assert re.findall("<mn>.*?</mn>", first) != re.findall("<mn>.*?</mn>", second)
    assert "block=3#example-block" in second
    assert example(ann.get("/lessons/counting?block=x&other=9&double=-1").text) == first


def test_an_example_is_nobodys_variant(ann: Visitor) -> None:
    ann.get("/lessons/counting")
    item = ann.service.item("block")
    assert ann.service.example(item, 1).seed != ann.variant("block").seed


def test_the_levels_of_an_item_lead_to_each_other(ann: Visitor) -> None:
    page = ann.get("/practice/lists/1").text
    assert 'href="/practice/lists-level-2"' in page
    harder = ann.get("/practice/lists-level-2/1").text
    assert "The same, harder" in harder
    assert 'href="/practice/lists"' in harder
    assert 'href="/lessons/counting"' in harder


def test_a_test_is_drawn_by_objective_and_never_twice_the_same_item(ann: Visitor) -> None:
    chosen = starting.assessment(ann.service, "drawn")
    drawn = [
        [item for item, _ in pick(chosen.entries, ann.service.bank.items, seed)]
        for seed in range(40)
    ]
    for items in drawn:
        assert items[0] == "double"
        assert items[-1] == "lists-level-2"
        assert len(set(items)) == len(items) == 4
        assert "say-why" not in items
        assert "broken" not in items
    assert len({tuple(items) for items in drawn}) > 6


def test_a_review_adds_up_by_objective_and_says_what_to_read(ann: Visitor) -> None:
    start = ann.send(ann.get("/assessments/drawn"))
    (sitting,) = sittings.of_learner(ann.service.db, ann.learner)
    page = ann.follow(start)
    n = ann.service.restored(sitting.items[0]).key["answer"]
    ann.send(page, {"answer": f"{n}", "go": "next"})
    ann.send(ann.get(f"/sittings/{sitting.id}/submit"))
    review = ann.get(f"/sittings/{sitting.id}/review").text
    table = review.partition("By objective")[2].partition("</table>")[0]
    assert "1 of 3" in table
    assert "0 of 1" in table
    assert 'href="/lessons/numbers"' in table
    assert 'href="/lessons/counting"' in table


def test_a_claim_says_what_holds_and_shows_its_computation(ann: Visitor) -> None:
    page = ann.get("/claims")
    words = words_of(page)
    assert "Twice a number is more than the number." in words
    assert "Holds with a condition" in words
    assert "Of positive numbers only." in words
    assert 'href="/lessons/counting#first"' in page.text
    assert 'href="/practice/double"' in page.text


def test_claims_are_picked_by_their_status(ann: Visitor) -> None:
    assert "Twice a number" in ann.get("/claims?status=condition").text
    assert "Twice a number" not in ann.get("/claims?status=false").text
    assert "There is none." in ann.get("/claims?status=nonsense").text


def test_a_question_of_another_lesson_is_not_found(ann: Visitor) -> None:
    page = ann.get("/lessons/counting")
    (form, *_) = forms_of(page)
    for address in ("/lessons/counting/pick-one/1", "/lessons/counting/none/1"):
        assert ann.client.post(address, data=form.fields).status_code == 404


def test_a_question_that_cannot_be_drawn_leaves_the_rest_of_its_lesson(
    content: Path, settings: Settings
) -> None:
    item = content / "items" / "double.yaml"
    stem = item.read_text(encoding="utf-8")
    item.write_text(stem.replace("stem:", "where: [n < 0]\nstem:"), encoding="utf-8")
    page = Visitor(create_app(settings)).get("/lessons/counting").text
    assert "Something is out of order here (double)." in page
    assert 'id="check-lists"' in page


def test_an_odd_place_in_a_sitting_leads_nowhere_strange(ann: Visitor) -> None:
    page = ann.follow(ann.send(ann.get("/assessments/drawn")))
    for go in ("9" * 5000, "-1", "²"):
        assert ann.send(page, {"go": go}).location.endswith("/1")
        page = ann.get(page.request.path)

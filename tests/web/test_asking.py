"""A form that cannot be read comes back as it was sent, and leads to the very field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc.web import asking

from .pages import forms_of, words_of

if TYPE_CHECKING:
    from .pages import Visitor

LISTS = {  # every part answered, but one
    "order.A": "1", "order.B": "2", "order.C": "3", "pairs.twice": "A", "pairs.thrice": "B",
    "names": "one,\r\ntwo", "slip": "minus", "slip.value": "7", "ratio": "2 times", "size": "10^5",
}  # fmt: skip

CASES = [
    ("double", {"answer": " 1,5 "}, "field-answer"),
    ("say-why", {"answer": "word " * 5000}, "field-answer"),
    ("pick-one", {}, "field-answer-0"),
    ("pick-some", {}, "field-answer-0"),
    ("block", {"answer": "1 2\r\n3 )"}, "field-answer-paste"),
    ("block", {"answer": "1 2 3", "answer.0.0": "7", "answer.1.1": "x"}, "field-answer-paste"),
    ("block", {"answer.0.0": "1", "answer.0.1": "2", "answer.1.0": "x )"}, "field-answer-1-0"),
    ("block", {"answer.0.0": "1", "answer.1.0": "3", "answer.1.1": "4"}, "field-answer-0-1"),
    ("picture", {"value-p": "2 +", "gradient-x": "1"}, "field-value-p"),
    ("lists", LISTS | {"order.B": ""}, "field-order-1"),
    ("lists", LISTS | {"order.C": "1"}, "field-order-2"),
    ("lists", LISTS | {"pairs.thrice": ""}, "field-pairs-1"),
    ("lists", LISTS | {"names": ",;"}, "field-names"),
    ("lists", LISTS | {"slip": ""}, "field-slip-0"),
    ("lists", LISTS | {"slip.value": "7 +"}, "field-slip-value"),
    ("lists", LISTS | {"ratio": "twice"}, "field-ratio"),
    ("lists", LISTS | {"size": "-3"}, "field-size"),
]


@pytest.mark.parametrize(("item", "typed", "field"), CASES)
def test_what_was_typed_is_kept_and_the_summary_leads_to_the_field(
    ann: Visitor, item: str, typed: dict[str, str], field: str
) -> None:
    page = ann.send(ann.get(f"/practice/{item}/1"), typed, status=422)

    kept = {name: values[-1] for name, values in forms_of(page)[0].fields.items() if values}
    assert {name: kept.get(name, "") for name in typed} == typed
    assert "<title>Error: " in page.text
    summary = page.text.partition("data-problems")[2].partition("</div>")[0]
    assert f'href="#{field}"' in summary
    assert page.text.count(f'id="{field}"') == 1


def test_the_summary_says_which_of_several_parts_is_meant(ann: Visitor) -> None:
    one = ann.send(ann.get("/practice/double/1"), {"answer": "2 +"}, status=422)
    several = ann.send(ann.get("/practice/lists/1"), LISTS | {"size": "-3"}, status=422)

    summaries = [words_of(page).partition("Not checked yet")[2][:200] for page in (one, several)]
    assert "Part" not in summaries[0]
    assert re.search(r"Part 6, size: A size above 0", summaries[1])


def test_a_question_in_a_lesson_is_kept_too_and_the_title_says_error(ann: Visitor) -> None:
    page = ann.get("/lessons/counting")
    again = ann.send(page, {"answer": " 2 + "}, status=422)

    assert forms_of(again)[0].fields["answer"] == [" 2 + "]
    assert "<title>Error: " in again.text
    assert "<title>Error: " not in page.text


def test_names_of_fields_begin_with_the_number_of_the_question(ann: Visitor) -> None:
    ann.get("/practice/block/1")
    with ann.app.test_request_context():
        plain = asking.item(ann.variant("block"), {}).fields[0]
        numbered = asking.item(ann.variant("block"), {}, number=3).fields[0]

    assert plain.spoken == "Your answer"
    assert numbered.spoken == "Question 3: Your answer"
    assert str(numbered.label) == '<span class="unseen">Question 3: </span>Your answer'


def test_a_cell_is_called_by_its_matrix(ann: Visitor) -> None:
    page = ann.get("/practice/block/1").text

    assert 'aria-label="Your answer, row 2, column 1"' in page


def test_fields_bring_up_a_keyboard_with_letters(ann: Visitor) -> None:
    for item in ("double", "block", "picture", "lists"):
        page = ann.get(f"/practice/{item}/1").text
        fields = re.findall(r'<input type="text"[^>]*name="(?!graph\.)[^>]*>', page)
        assert fields
        assert all('inputmode="text"' in each for each in fields)


def test_the_room_kept_for_a_preview_says_nothing_of_the_key(ann: Visitor) -> None:
    page = ann.get("/practice/lists/1").text

    assert set(re.findall('data-rows="([0-9]+)"', page)) == {"1"}

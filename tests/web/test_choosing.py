from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc.learning.mastery import RULE
from quizsvc.store import learners

from .learning import later, right, squared
from .pages import words_of

if TYPE_CHECKING:
    from .pages import Visitor


def led_to(visitor: Visitor, goal: str) -> str:
    """Return where a goal leads."""
    return visitor.get(f"/next?for={goal}", 302).location


def fill_in_the_picture(visitor: Visitor) -> None:
    page = visitor.get("/practice/picture/1")
    visitor.send(page, dict.fromkeys(visitor.variant("picture").key, "1"))


def test_practice_lists_the_objectives_with_what_is_reached(ann: Visitor) -> None:
    page = words_of(ann.get("/practice"))
    assert "double a number" in page
    assert re.findall(r"\d of 4|not begun\b(?! it)", page) == ["not begun"] * 2
    assert RULE in page
    right(ann, 1)
    right(ann, 2)
    squared(ann, 3)
    page = words_of(ann.get("/practice"))
    assert re.findall(r"\d of 4|not begun\b(?! it)", page) == ["2 of 4", "not begun"]


def test_what_is_needed_most_is_said_with_its_reason(ann: Visitor) -> None:
    assert "You have not begun it yet" in ann.get("/practice").text
    right(ann, 1)
    assert "You have begun it: your longest run is 1 of 4." in ann.get("/practice").text
    squared(ann, 2)
    assert "Your last answer on it was not right." in ann.get("/practice").text


def test_a_goal_leads_to_a_variant_that_was_not_met_and_is_kept(ann: Visitor) -> None:
    assert led_to(ann, "need") == "/practice/double/1?for=need"
    right(ann, 1)
    assert led_to(ann, "objective:listing") == "/practice/lists/1?for=objective:listing"
    ann.answer("block", "\n".join(["1\t1"] * 2))
    assert led_to(ann, "objective:doubling") == "/practice/pick-one/1?for=objective:doubling"
    for item, raw in (("pick-one", "two"), ("pick-some", "two"), ("say-why", "So.")):
        ann.answer(item, raw)
    fill_in_the_picture(ann)
    assert led_to(ann, "need") == "/practice/double/2?for=need"


def test_choosing_writes_nothing(ann: Visitor) -> None:
    ann.get("/practice/double/1")
    for url in ("/practice", "/progress", "/reviews", "/progress/data.json", "/progress/data.csv"):
        ann.get(url)
    led_to(ann, "need")
    led_to(ann, "due")
    assert learners.find(ann.service.db, ann.learner) is None


@pytest.mark.parametrize("goal", ["", "nonsense", "objective:none", "objective", "due:today"])
def test_an_unknown_goal_is_not_found(ann: Visitor, goal: str) -> None:
    ann.get(f"/next?for={goal}", 404)


def test_four_right_answers_master_an_objective_and_nothing_takes_it_away(ann: Visitor) -> None:
    for number in (1, 2, 3, 4):
        right(ann, number)
    assert "mastered" in ann.get("/practice").text
    squared(ann, 5)
    page = words_of(ann.get("/practice"))
    assert "mastered" in page
    assert "not begun" in page  # the other objective, which is what is needed now
    assert led_to(ann, "need") == "/practice/lists/1?for=need"


def test_what_is_due_comes_with_new_numbers_until_nothing_is_left(ann: Visitor) -> None:
    squared(ann, 1)
    assert led_to(ann, "due") == "/practice?nothing=due"
    assert "Nothing more is due today. Well done: next on" in ann.get(led_to(ann, "due")).text
    later(ann, 2)
    assert "1 review is due today" in words_of(ann.get("/practice"))
    assert led_to(ann, "due") == "/practice/double/2?for=due"
    right(ann, 2)
    assert led_to(ann, "due") == "/practice?nothing=due"


def test_a_question_without_numbers_is_not_offered_while_a_quiz_asks_it(ann: Visitor) -> None:
    right(ann, 1)
    ann.answer("block", "\n".join(["1\t1"] * 2))
    ann.answer("pick-some", "two")
    fill_in_the_picture(ann)
    assert led_to(ann, "objective:doubling").startswith("/practice/pick-one/")
    question = ann.send(ann.get("/assessments/final")).location  # asks double, pick-one, say-why
    assert led_to(ann, "objective:doubling").startswith("/practice/double/")
    ann.send(ann.get(f"{question.rpartition('/')[0]}/submit"))
    assert led_to(ann, "objective:doubling").startswith("/practice/pick-one/")


def test_home_tells_a_newcomer_where_to_begin(ann: Visitor) -> None:
    page = ann.get("/").text
    assert "New here?" in page
    assert page.index("/assessments/drawn") < page.index("/lessons/numbers")
    assert 'id="today"' not in page
    assert "mastered" not in page


def test_home_tells_who_comes_back_what_to_do_today(ann: Visitor) -> None:
    squared(ann, 1)
    page = words_of(ann.get("/"))
    assert "New here?" not in page
    assert "Nothing is due today." in page
    assert "Your last answer on it was not right." in page
    assert "Or go on with the lesson" in page
    assert "0 of 1 objective mastered" in page
    later(ann, 2)
    assert 'href="/next?for=due"' in ann.get("/").text
    for number in (2, 3, 4, 5):
        right(ann, number)
    page = words_of(ann.get("/"))
    assert "1 of 1 objective mastered" in page
    assert "Nothing more is due today." in page

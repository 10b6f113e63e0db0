"""Mastery worked out by hand from its one sentence, log by log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.learning.encounters import encounters
from quizsvc.learning.mastery import FULL, RULE, mastery

from .logs import HELPED, PARTLY, PENDING, RIGHT, TOLD, WRONG, entry, log, rated

if TYPE_CHECKING:
    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.learning.mastery import Mastery
    from quizsvc.model import LogEntry


def of(entries: list[LogEntry], catalogue: Catalogue, objective: str = "doubling") -> Mastery:
    return mastery(encounters(entries, catalogue), catalogue)[objective]


def test_the_rule_is_the_sentence_that_pages_and_guides_quote() -> None:
    assert RULE == (
        "Your mastery of an objective is your longest run of right first answers without help, "
        "up to 4 in a row; a miss starts a new run and takes nothing away."
    )


@pytest.mark.parametrize(
    ("answers", "best", "run", "words"),
    [
        ([], 0, 0, "not begun"),
        ([WRONG], 0, 0, "begun"),
        ([RIGHT], 1, 1, "1 of 4"),
        ([RIGHT, RIGHT, RIGHT], 3, 3, "3 of 4"),
        ([RIGHT, RIGHT, RIGHT, RIGHT], 4, 4, "mastered"),
        ([RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, WRONG], 4, 0, "mastered"),
        ([RIGHT, RIGHT, WRONG, RIGHT], 2, 1, "2 of 4"),
        ([RIGHT, PARTLY, RIGHT], 1, 1, "1 of 4"),
        ([RIGHT, HELPED, RIGHT], 2, 2, "2 of 4"),
        ([HELPED], 0, 0, "begun"),
        ([RIGHT, TOLD, RIGHT], 2, 2, "2 of 4"),
        ([TOLD], 0, 0, "begun"),
        ([RIGHT, {**WRONG, "solved": True}, RIGHT], 2, 2, "2 of 4"),
        ([RIGHT, rated(0), rated(1), RIGHT], 2, 2, "2 of 4"),
        ([RIGHT, PENDING, RIGHT], 2, 2, "2 of 4"),
    ],
)
def test_a_log_gives_the_mastery_that_the_rule_says(
    catalogue: Catalogue, answers: list[dict[str, Any]], best: int, run: int, words: str
) -> None:
    reached = of(log(*answers), catalogue)
    assert (reached.best, reached.run, reached.words) == (best, run, words)
    assert reached.full == (best == FULL)


def test_only_the_first_answer_to_a_variant_counts(catalogue: Catalogue) -> None:
    again = [entry(number=7, **WRONG), entry(number=7, **RIGHT), entry(number=8, **RIGHT)]
    assert of(again, catalogue).best == 1


def test_all_families_of_an_objective_make_one_run(catalogue: Catalogue) -> None:
    mixed = [entry(item, **RIGHT) for item in ("double", "block", "picture", "pick-one")]
    assert of(mixed, catalogue).full
    assert not of(mixed, catalogue, "listing").begun


def test_levels_serve_their_objective_too(catalogue: Catalogue) -> None:
    both = [entry("lists", **RIGHT), entry("lists-level-2", **RIGHT)]
    assert of(both, catalogue, "listing").best == 2


def test_what_asks_the_same_counts_once_a_day(catalogue: Catalogue) -> None:
    def fixed(day: float) -> LogEntry:
        return entry("pick-one", day, content="{}", **RIGHT)

    assert of([fixed(0), fixed(0.1), fixed(0.2)], catalogue).best == 1
    assert of([fixed(day) for day in range(4)], catalogue).full
    drawn_again = [entry(content="n = 3", **RIGHT) for _ in range(3)]
    assert of(drawn_again, catalogue).best == 1


def test_a_problem_without_numbers_does_not_count_on_the_day_its_solution_was_shown(
    catalogue: Catalogue,
) -> None:
    fixed = entry("pick-one", 0.1, content="{}", **RIGHT)
    assert of([replace(fixed, shown_at=fixed.at)], catalogue).best == 0
    assert of([replace(fixed, shown_at=entry(day=-1, **RIGHT).at)], catalogue).best == 1
    drawn = entry(**RIGHT)
    assert of([replace(drawn, shown_at=drawn.at)], catalogue).best == 1


def test_a_place_of_a_sitting_is_a_variant_of_its_own(catalogue: Catalogue) -> None:
    practised = entry(number=3, content="a", **WRONG)
    asked = entry(number=3, content="b", in_sitting=True, **RIGHT)
    assert of([practised, asked], catalogue).best == 1


def test_items_that_have_gone_are_passed_over(catalogue: Catalogue) -> None:
    assert of([entry("gone", **RIGHT), entry(**RIGHT)], catalogue).best == 1


def test_a_regrade_changes_the_mastery(catalogue: Catalogue) -> None:
    answers = log(RIGHT, WRONG, RIGHT)
    answers[1] = replace(answers[1], score=1.0)
    assert of(answers, catalogue).best == 3

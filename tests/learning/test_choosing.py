"""What is needed most, and which item serves it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from quizsvc.learning.standing import Standing
from quizsvc.model import Preferences

from .logs import RIGHT, START, WRONG, entry, log

if TYPE_CHECKING:
    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.model import LogEntry

NONE: frozenset[str] = frozenset()


def standing(entries: list[LogEntry], catalogue: Catalogue, day: float = 0.5) -> Standing:
    return Standing(entries, catalogue, Preferences(), START + timedelta(days=day))


def needed(
    entries: list[LogEntry], catalogue: Catalogue, day: float = 0.5
) -> list[tuple[str, str]]:
    return [(need.goal.id, need.why) for need in standing(entries, catalogue, day).needs]


def lists(*answers: dict[str, float]) -> list[LogEntry]:
    return log(*answers, item="lists", day=0.1)


def test_the_objectives_come_as_the_lessons_teach_them(catalogue: Catalogue) -> None:
    assert needed([], catalogue) == [("doubling", "new"), ("listing", "new")]


def test_what_was_missed_last_comes_first(catalogue: Catalogue) -> None:
    both = [*log(RIGHT, WRONG), *lists(RIGHT, WRONG)]
    assert needed(both, catalogue) == [("listing", "missed"), ("doubling", "missed")]
    assert needed(log(RIGHT), catalogue) == [("doubling", "begun"), ("listing", "new")]
    assert needed(lists(WRONG), catalogue) == [("listing", "missed"), ("doubling", "new")]


def test_of_what_is_begun_the_lowest_comes_first(catalogue: Catalogue) -> None:
    both = [*log(RIGHT, RIGHT), *lists(RIGHT)]
    assert needed(both, catalogue) == [("listing", "begun"), ("doubling", "begun")]


def test_where_all_is_mastered_the_family_least_known_comes_first(catalogue: Catalogue) -> None:
    all_right = [*log(*[RIGHT] * 4), *lists(*[RIGHT] * 4)]
    block = entry("block", -30, **RIGHT)
    state = standing([block, *all_right], catalogue, 3)
    assert [(need.goal.id, need.why) for need in state.needs] == [
        ("doubling", "mastered"),
        ("listing", "mastered"),
    ]
    assert state.needs[0].family == "block"
    assert state.item_for_need(NONE) == "block"
    assert state.next_lesson is None


def test_the_family_met_least_recently_is_taken_new_ones_first(catalogue: Catalogue) -> None:
    order = list(catalogue.goals["doubling"].families)
    met: list[LogEntry] = []
    for family in [*order, order[0], order[1]]:
        assert standing(met, catalogue).item_for("doubling", NONE) == family
        met.append(entry(family, len(met), **WRONG))


def test_the_level_goes_with_the_run(catalogue: Catalogue) -> None:
    for run, item in enumerate(["lists", "lists", "lists-level-2", "lists-level-2"]):
        state = standing(lists(*[RIGHT] * run), catalogue)
        assert state.item_for("listing", NONE) == item
    assert standing(lists(RIGHT, RIGHT, WRONG), catalogue).item_for("listing", NONE) == "lists"


def test_what_asks_the_same_each_time_comes_last_on_the_day_it_was_met(
    catalogue: Catalogue,
) -> None:
    families = list(catalogue.goals["doubling"].families)
    order = sorted(families, key=lambda family: family != "pick-one")
    yesterday = [entry(family, -1 + n / 100, **RIGHT) for n, family in enumerate(order)]
    assert standing(yesterday, catalogue).item_for("doubling", NONE) == "pick-one"
    today = [entry(family, n / 100, **RIGHT) for n, family in enumerate(order)]
    drawn = next(family for family in order if not catalogue.is_fixed(family))
    assert standing(today, catalogue).item_for("doubling", NONE) == drawn


def test_a_problem_without_numbers_in_an_open_quiz_is_not_offered(catalogue: Catalogue) -> None:
    order = list(catalogue.goals["doubling"].families)
    met = [entry(each, **WRONG) for each in order if each != "pick-one"]
    assert standing(met, catalogue).item_for("doubling", NONE) == "pick-one"
    assert standing(met, catalogue).item_for("doubling", frozenset({"pick-one"})) != "pick-one"
    due = standing([entry("pick-one", **WRONG)], catalogue, 5)
    assert due.item_for_review(NONE) == "pick-one"
    assert due.item_for_review(frozenset({"pick-one"})) is None


def test_a_review_is_at_the_level_that_was_met_last(catalogue: Catalogue) -> None:
    state = standing([entry("lists-level-2", **WRONG)], catalogue, 5)
    assert state.item_for_review(NONE) == "lists-level-2"
    assert standing([], catalogue).item_for_review(NONE) is None

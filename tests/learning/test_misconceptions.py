from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from quizsvc.learning.catalogue import Catalogue
from quizsvc.learning.encounters import encounters
from quizsvc.learning.misconceptions import beliefs
from quizsvc.model import Named

from .logs import HELPED, RIGHT, SQUARED, START, TOLD, entry

if TYPE_CHECKING:
    from quizsvc.content import ItemBank
    from quizsvc.learning.misconceptions import Belief
    from quizsvc.model import LogEntry


def had(entries: list[LogEntry], catalogue: Catalogue) -> tuple[Belief, ...]:
    return beliefs(encounters(entries, catalogue), catalogue)


def test_a_misconception_is_told_with_how_often_and_when_it_was_met(catalogue: Catalogue) -> None:
    (belief,) = had([entry(**SQUARED), entry(number=5, day=2, **SQUARED)], catalogue)
    assert (belief.id, belief.times, belief.item) == ("squared", 2, "double")
    assert belief.last == START + timedelta(days=2)
    assert belief.says == "You squared."
    assert belief.overcome is None


def test_two_right_first_answers_without_help_overcome_it(catalogue: Catalogue) -> None:
    slow = [entry(**SQUARED), entry(day=1, **RIGHT), entry(day=1, **HELPED), entry(day=1, **TOLD)]
    assert had(slow, catalogue)[0].overcome is None
    assert had([*slow, entry(day=2, **RIGHT)], catalogue)[0].overcome == START + timedelta(days=2)


def test_what_was_right_before_it_or_elsewhere_does_not_overcome_it(catalogue: Catalogue) -> None:
    before = [entry(day=-1, **RIGHT), entry(day=-1, **RIGHT), entry(**SQUARED)]
    assert had(before, catalogue)[0].overcome is None
    elsewhere = [entry(**SQUARED), *[entry("block", 1, **RIGHT) for _ in range(3)]]
    assert had(elsewhere, catalogue)[0].overcome is None


def test_meeting_it_again_takes_back_that_it_was_overcome(catalogue: Catalogue) -> None:
    met = [entry(**SQUARED), *[entry(day=1, **RIGHT) for _ in range(2)], entry(day=2, **SQUARED)]
    assert had(met, catalogue)[0].overcome is None


def test_those_not_overcome_come_first_and_then_the_latest(catalogue: Catalogue) -> None:
    def believing(name: str, item: str, day: float) -> LogEntry:
        return entry(item, day, score=0.0, misconceptions=(Named(name, ""),))

    met = [
        believing("old", "block", 0),
        believing("new", "block", 1),
        believing("done", "double", 2),
        *[entry(day=3, **RIGHT) for _ in range(2)],
    ]
    assert [belief.id for belief in had(met, catalogue)] == ["new", "old", "done"]


def test_one_met_only_where_no_lesson_leads_is_overcome_in_its_objective(bank: ItemBank) -> None:
    catalogue = Catalogue(bank)
    catalogue.offered.pop("double")  # as if only quizzes asked it
    met = [entry(**SQUARED), *[entry("block", 1, **RIGHT) for _ in range(2)]]
    assert had(met, catalogue)[0].overcome == START + timedelta(days=1)


def test_own_misconceptions_of_two_families_are_two(catalogue: Catalogue) -> None:
    assert len(had([entry(**SQUARED), entry("block", **SQUARED)], catalogue)) == 2

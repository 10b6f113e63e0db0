"""What holds of every log, however long."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from quizsvc.learning.reviews import due_by_day
from quizsvc.learning.standing import Standing
from quizsvc.model import LogEntry, Named, Preferences

from .logs import START

if TYPE_CHECKING:
    from quizsvc.learning.catalogue import Catalogue

ITEMS = ["double", "block", "pick-one", "say-why", "lists", "lists-level-2", "gone"]

_answers = st.tuples(
    st.sampled_from(ITEMS),
    st.integers(1, 4),  # the number of the variant
    st.integers(0, 40 * 3600),  # seconds since the answer before
    st.sampled_from([None, 0.0, 0.5, 1.0, 1.0, 1.0]),
    st.sampled_from([None, 0.0, 0.5, 1.0]),
    st.booleans(),  # a hint
    st.sampled_from([False, False, True]),  # the solution
    st.sampled_from([(), (), (Named("squared", ""),)]),
    st.booleans(),  # in a quiz
)


@st.composite
def logs(draw: st.DrawFn) -> list[LogEntry]:
    """Draw a log as it can grow: time only goes on."""
    at, log = START, []
    for serial, facts in enumerate(draw(st.lists(_answers, max_size=25))):
        item, number, wait, score, rating, hint, solved, named, in_sitting = facts
        at += timedelta(seconds=wait)
        log.append(
            LogEntry(
                id=str(serial),
                item=item,
                variant_number=number,
                content="{}" if item == "pick-one" else f"{number}",
                at=at,
                since=at,
                score=score,
                self_rating=rating if score is None else None,
                misconceptions=named if score == 0 else (),
                in_sitting=in_sitting,
                hints=int(hint),
                solved=solved,
            )
        )
    return log


def standing(log: list[LogEntry], catalogue: Catalogue, days: int = 0) -> Standing:
    now = (log[-1].since if log else START) + timedelta(days=days)
    return Standing(log, catalogue, Preferences(daily_limit=2), now)


@given(log=logs())
def test_mastery_never_falls_as_the_log_grows(catalogue: Catalogue, log: list[LogEntry]) -> None:
    before = standing([], catalogue).mastery
    for length in range(1, len(log) + 1):
        after = standing(log[:length], catalogue).mastery
        for objective, reached in after.items():
            assert reached.best >= before[objective].best
            assert reached.begun >= before[objective].begun
        before = after


@given(log=logs(), days=st.integers(0, 400))
def test_the_schedule_is_a_function_of_the_log_alone(
    catalogue: Catalogue, log: list[LogEntry], days: int
) -> None:
    first, again = standing(log, catalogue), standing(log, catalogue, days)
    assert first.schedules == again.schedules


@given(log=logs(), days=st.integers(0, 400))
def test_every_family_met_is_due_waiting_or_coming_and_no_more_than_the_limit_is_due(
    catalogue: Catalogue, log: list[LogEntry], days: int
) -> None:
    state = standing(log, catalogue, days)
    day = state.agenda
    listed = [plan.family for plan in (*day.today, *day.waiting, *day.coming)]
    assert sorted(listed) == sorted(state.schedules)
    assert len(day.today) + day.done <= max(state.preferences.daily_limit, day.done)
    due = due_by_day(state.schedules.values(), state.today)
    assert due[state.today] == len(day.today) + len(day.waiting)
    assert all(0 < chance <= 1 for chance in day.retention.values())


@given(log=logs())
def test_something_is_always_needed_and_can_be_practised(
    catalogue: Catalogue, log: list[LogEntry]
) -> None:
    state = standing(log, catalogue)
    assert len(state.needs) == 2
    item = state.item_for_need(frozenset())
    assert item is not None
    assert catalogue.knows(item)

"""Whatever arrives near a deadline meets one decision, and counts as of one moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from quizsvc.model import Exemption, Rules, allowed, as_of
from quizsvc.store import export, log, sittings
from quizsvc.store.drafts import TimeIsUpError, flag, save_draft
from quizsvc.store.submitting import record_answer, submit, submit_at_deadline

from ..boundaries import TURNS, distances, is_taken
from .samples import answers, sitting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from quizsvc.store import Database

    from .conftest import Clock

ONE_DATABASE = settings(
    max_examples=16, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def moment(act: Callable[[], datetime | None]) -> datetime | None:
    """Return as of when something counted, None if it came too late."""
    try:
        return act()
    except TimeIsUpError:
        return None


@ONE_DATABASE
@given(end=st.sampled_from(TURNS), distance=distances())
def test_drafts_answers_and_hand_ins_the_clock_the_log_and_the_export_decide_alike(
    database: Database, clock: Clock, end: datetime, distance: timedelta
) -> None:
    arrived, learner = end + distance, uuid4().hex
    clock.now = end - timedelta(minutes=30)
    begun = [
        sittings.start(
            database,
            sitting(f"{learner}.{kind}", learner=learner, feedback=kind, ends_at=end),
        )
        for kind in ("submission", "answer", "closing")
    ]
    drafted, checked, handed_in = (each.id for each in begun)
    clock.now = arrived
    one = replace(answers(checked)[0], learner=learner)
    expected = min(arrived, end) if is_taken(distance) else None

    assert moment(lambda: save_draft(database, drafted, 1, {"answer": "4"}, 0).saved_at) == expected
    assert moment(lambda: record_answer(database, checked, one, 0).created_at) == expected
    if expected is None:
        with pytest.raises(TimeIsUpError):
            flag(database, drafted, 2, flagged=True)
    else:
        flag(database, drafted, 2, flagged=True)
    assert bool(log.pinned_items(database, learner, arrived)) == (expected is not None)
    rest = [replace(each, learner=learner) for each in answers(handed_in)]
    assert moment(lambda: submit(database, handed_in, rest).submitted_at) == expected

    for each in (drafted, checked, handed_in):
        closed = submit_at_deadline(database, each, [])
        by = {True: None, False: "deadline"}[is_taken(distance)]
        if each == handed_in and expected is not None:
            by = "learner"
        assert (closed.submitted_by, closed.submitted_at) == (
            by, {None: None, "deadline": end, "learner": expected}[by]
        )  # fmt: skip
    kept = export.of_learner(database, learner, arrived)
    assert all(row["at"] <= end for row in kept["attempts"])
    assert all(row["saved_at"] <= end for row in kept["drafts"])


@ONE_DATABASE
@given(end=st.sampled_from(TURNS), distance=distances())
def test_keys_that_wait_for_the_closing_are_shown_once_nothing_can_arrive_any_more(
    database: Database, clock: Clock, end: datetime, distance: timedelta
) -> None:
    learner = uuid4().hex
    clock.now = end - timedelta(minutes=30)
    new = sitting(learner, learner=learner, feedback="closing", ends_at=end, closes_at=end)
    begun = sittings.start(database, new)
    submit(database, begun.id, [replace(each, learner=learner) for each in answers(begun.id)])
    arrived = end + distance
    out = not is_taken(distance)
    assert bool(log.of_learner(database, learner, arrived)) == out
    assert bool(log.pinned_items(database, learner, arrived)) != out
    kept = export.of_learner(database, learner, arrived)
    assert {row["released"] for row in kept["sittings"]} == {out}


@given(end=st.sampled_from(TURNS), distance=distances())
def test_what_comes_in_the_grace_of_the_closing_is_not_late_whatever_else_may_end(
    end: datetime, distance: timedelta
) -> None:
    rules = Rules(closes_at=end - timedelta(hours=1), late_until=end + timedelta(hours=1))
    may = allowed(rules, Exemption(closes_at=end))
    arrived, begun = end + distance, end - timedelta(minutes=5)
    assert may.would_be_late(arrived, begun) == (not is_taken(distance))
    counted = as_of(arrived, [may.ends_at, may.closes_at], begun)
    assert may.is_late(counted) == (not is_taken(distance))
    assert counted in {arrived, end}


@pytest.mark.parametrize("after", [timedelta(seconds=3), timedelta(seconds=10)])
def test_who_begins_after_the_closing_has_nothing_of_its_grace(after: timedelta) -> None:
    end = TURNS[0]
    may = allowed(Rules(closes_at=end, late_until=end + timedelta(hours=1)), None)
    assert may.would_be_late(end + after, end + timedelta(seconds=1))
    assert may.refusal(end + timedelta(hours=1, microseconds=1), 0) == "over"

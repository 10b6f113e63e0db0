"""Near a deadline the answer to a post, the review, the gradebook and the log say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from quizsvc.model import Rules
from quizsvc.store import attempts, log, sittings
from quizsvc.web.arrival import time_of_day
from quizsvc.web.teaching import marking

from ..boundaries import INSTANT, LAST, TURNS, distances, is_taken
from ..classes import Class, right
from .pages import Visitor
from .signing import signed_in_as
from .test_assigned import Clock, hand_in, page_of, said_on, start
from .test_sittings import autosave

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from quizsvc.results.marks import SittingMark
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting

ONE_APP = settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclass
class Case:
    """A learner whose sitting was begun before a moment at which something ends."""

    taught: Class
    learner: Visitor
    assignment: Assignment
    sitting: Sitting

    @classmethod
    def make(cls, app: Flask, rules: Rules) -> Case:
        taught = Class(Visitor(app).service, learners=1)
        learner = signed_in_as(Visitor(app), taught.members[0].name, "learner")
        assignment = taught.assign("exam", rules)
        return cls(taught, learner, assignment, start(learner, assignment))

    def save(self, position: int, status: int = 200) -> str:
        """Let the script of a page save the key, and return what it is told."""
        address = f"/sittings/{self.sitting.id}/{position}"
        pinned = self.sitting.items[position - 1]
        raw = right(self.taught.service.restored(pinned))
        said = autosave(self.learner, address, dict(raw), 0, status)
        return str(said.get("title", said["state"]))

    @property
    def stored(self) -> Sitting:
        found = sittings.find(self.taught.service.db, self.sitting.id)
        assert found is not None
        return found

    def mark(self, now: datetime) -> SittingMark:
        """Return the sitting as the gradebook has it."""
        book = marking.gradebook_of(self.taught.service, self.taught.section, now)
        (mark,) = book.mark(self.assignment.id, self.taught.members[0].learner).sittings
        return mark

    def logged(self, now: datetime) -> set[tuple[datetime, float | None]]:
        db, learner = self.taught.service.db, self.taught.members[0].learner
        return {(each.at, each.score) for each in log.of_learner(db, learner, now)}


@ONE_APP
@example(end=TURNS[0], distance=LAST)
@example(end=TURNS[4], distance=LAST + INSTANT)
@given(end=st.sampled_from(TURNS), distance=distances())
def test_what_arrives_near_a_deadline_counts_everywhere_or_nowhere(
    app: Flask, clock: Clock, end: datetime, distance: timedelta
) -> None:
    clock.now = end - timedelta(minutes=10)
    case = Case.make(app, Rules(time_limit=10))
    case.save(2)
    clock.now = end + distance
    taken, review = is_taken(distance), f"/sittings/{case.sitting.id}/review"
    ended = f"Time was up at {time_of_day(end, clock.now)}"
    assert case.save(1, 200 if taken else 409) == ("saved" if taken else ended)
    page = said_on(hand_in(case.learner, case.sitting) if taken else case.learner.get(review))
    assert ("Submitted by the clock at" in page) == (not taken)
    points = 3 if taken else 1
    assert f"{points} of 3 points" in page
    sitting, mark = case.stored, case.mark(clock.now)
    counted = min(clock.now, end)
    assert (sitting.submitted_at, mark.sat.submitted_at) == (counted, counted)
    assert (mark.total.earned, mark.late) == (points, False)
    given_at = {(counted, 1.0)}
    assert case.logged(clock.now) == given_at
    kept = attempts.history(case.taught.service.db, case.sitting.learner)
    assert {each.created_at for each in kept} == {counted}
    assert len(kept) == (2 if taken else 1)
    again = case.learner.client.post(f"/sittings/{case.sitting.id}/submit")
    assert again.status_code == 400  # without its token, a form changes nothing


@ONE_APP
@example(end=TURNS[0], distance=LAST)
@example(end=TURNS[4], distance=LAST + INSTANT)
@given(end=st.sampled_from(TURNS), distance=distances())
def test_what_is_handed_in_near_the_closing_time_is_late_everywhere_or_nowhere(
    app: Flask, clock: Clock, end: datetime, distance: timedelta
) -> None:
    clock.now = end - timedelta(minutes=10)
    rules = Rules(closes_at=end, late_until=end + timedelta(hours=1), late_share=0.5)
    case = Case.make(app, rules)
    case.save(1)
    clock.now = end + distance
    late = not is_taken(distance)
    for address in (f"/sittings/{case.sitting.id}/submit", f"/assignments/{case.assignment.id}"):
        said = "so what you hand in now is late" in said_on(case.learner.get(address))
        assert said == late, address
    assert ("late , taken until" in said_on(case.learner.get("/assignments"))) == late
    page = said_on(hand_in(case.learner, case.sitting))
    points = 1 if late else 2
    assert ("Handed in late" in page) == late
    assert f"{points} of 3 points" in page
    mark = case.mark(clock.now)
    assert (mark.total.earned, mark.late) == (points, late)
    assert (case.stored.submitted_at == clock.now) == (late or clock.now <= end)
    assert (", late:" in said_on(page_of(case.learner, case.assignment))) == late

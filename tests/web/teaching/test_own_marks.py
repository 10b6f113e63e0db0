"""What learners read of their own marks, and of questions that were taken out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc.model import Rules
from quizsvc.store import adjusting
from quizsvc.store.adjusting import Deciding

from ...classes import blank, misled, right, saying
from ..pages import words_of

if TYPE_CHECKING:
    from quizsvc.model import Counts
    from quizsvc.store.assignments import Assignment

    from ...classes import Class
    from ..conftest import Clock
    from ..pages import Visitor


def said(visitor: Visitor, address: str) -> str:
    return " ".join(words_of(visitor.get(address)).replace("\N{NO-BREAK SPACE}", " ").split())


def take_out(taught: Class, assignment: Assignment, *items: str) -> None:
    for item in items:
        deciding = Deciding(account=taught.instructor.learner, reason="wrong", subject="a test")
        adjusting.drop(taught.service.db, assignment.id, item, deciding)


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ("best", "3 of 3 points That is 100 %. Your best sitting counts: the 2nd."),
        ("last", "1 of 3 points That is 33 %. Your last sitting counts: the 3rd."),
        ("average", "1.67 of 3 points That is 56 %. The average of 3 sittings counts."),
    ],
)
def test_of_several_sittings_it_says_what_counts(
    taught: Class, learner: Visitor, counts: Counts, told: str
) -> None:
    taught.sit(taught.members[0], taught.assign("final"), right)  # another assignment of the quiz
    assignment = taught.assign("final", Rules(sittings=None, counts=counts))
    address = f"/assignments/{assignment.id}"
    assert "Your mark" not in learner.get(address).text
    for answers in [(misled("squared"), right, blank), (right, right, blank)]:
        taught.sit(taught.members[0], assignment, *answers)
    taught.sit(taught.members[0], assignment, misled("squared"), right, blank)
    assert told in said(learner, address)


def test_what_being_late_leaves_and_what_waits_is_told_with_it(
    taught: Class, learner: Visitor
) -> None:
    now = taught.service.db.now()
    late = Rules(closes_at=now, late_until=now + timedelta(days=900), late_share=0.5)
    assignment = taught.assign("final", late)
    taught.sit(taught.members[0], assignment, right)
    text = said(learner, f"/assignments/{assignment.id}")
    assert (
        "3 of 3 points, 1.5 after the late share of 50 % That is 50 %. 1 written answer waits"
        in text
    )


def test_nothing_is_told_before_the_results_are_shown(
    taught: Class, learner: Visitor, clock: Clock
) -> None:
    closing = clock.now + timedelta(hours=1)
    assignment = taught.assign("final", Rules(closes_at=closing, feedback="closing"))
    taught.sit(taught.members[0], assignment, right)
    assert "Your mark" not in learner.get(f"/assignments/{assignment.id}").text
    clock.now = closing + timedelta(seconds=1)
    assert "3 of 3 points That is 100 %" in said(learner, f"/assignments/{assignment.id}")


def test_where_nothing_counts_it_is_said_alike_everywhere(taught: Class, learner: Visitor) -> None:
    assignment = taught.assign("final")
    taught.sit(taught.members[0], assignment, right, right, saying("So it is."))
    take_out(taught, assignment, "double", "pick-one")
    page = said(learner, f"/assignments/{assignment.id}")
    assert "No points are counted 1 written answer waits" in page
    assert "1st sitting no points are counted" in page
    history = said(learner, "/history")
    assert "The quiz, 1st time no points are counted" in history
    assert "0 of 0" not in page + history
    (kept,) = learner.get("/progress/data.json").get_json()["sittings"]
    assert (kept["points"], kept["number"]) == (None, 1)


def test_a_question_taken_out_meanwhile_says_so_to_whoever_sits(
    taught: Class, learner: Visitor
) -> None:
    assignment = taught.assign("final")
    sitting = taught.begin(taught.members[0], assignment)
    address = f"/sittings/{sitting.id}"
    assert "taken out" not in said(learner, address)
    take_out(taught, assignment, "double")
    overview = said(learner, address)
    assert "1. Twice a number not answered · taken out: it doesn’t count" in overview
    assert "2. Pick one not answered · 1 point" in overview
    assert "question 1 of 3 · taken out: it doesn’t count" in said(learner, f"{address}/1")
    assert "question 2 of 3 · 1 point" in said(learner, f"{address}/2")
    assert "1. Twice a number taken out: it doesn’t count" in said(learner, f"{address}/paper")
    assert "taken out: it doesn’t count" in said(learner, f"{address}/submit")

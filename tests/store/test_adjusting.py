"""Decisions about points: kept once, undone once, each with its entry in the audit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from quizsvc.errors import StoreError
from quizsvc.store import (
    adjusting,
    assignments,
    audit,
    gradebook,
    people,
    sections,
    sittings,
    submitting,
)
from quizsvc.store.adjusting import Deciding
from quizsvc.store.tables import Adjustment

from .samples import WRONG, answers, rows, sitting

if TYPE_CHECKING:
    from quizsvc.store import Database
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting

    from .conftest import Clock


class Taught:
    """A section with an assignment that one learner has sat."""

    def __init__(self, database: Database) -> None:
        self.db = database
        self.instructor = people.add(database, "Prof. Skip", role="instructor")
        self.learner = people.add(database, "Ann")
        section = sections.make(database, "A class", self.instructor.learner)
        with database.writing() as session:
            sections.add_member(
                session, section.id, self.learner.learner, "learner", database.now(), "s1"
            )
        self.section = section.id
        self.assignment: Assignment = assignments.make(database, section.id, "quiz", "The quiz")
        self.sitting = self.sit("start-1")

    def sit(self, token: str) -> Sitting:
        started = sittings.start(
            self.db,
            sitting(token, learner=self.learner.learner, assignment=self.assignment.id),
        )
        given = answers(started.id, outcome=WRONG, learner=self.learner.learner)[:1]
        return submitting.submit(self.db, started.id, given)

    def deciding(self, reason: str = "The key was wrong.") -> Deciding:
        return Deciding(account=self.instructor.learner, reason=reason, subject="The first")

    def drop(self, item: str = "add-gate") -> int:
        return adjusting.drop(self.db, self.assignment.id, item, self.deciding()).id

    def undo(self, decision: int) -> bool:
        return adjusting.undo(
            self.db, self.assignment.id, decision, self.instructor.learner, "A decision"
        )

    @property
    def audited(self) -> list[str]:
        return [each.action for each in audit.of_section(self.db, self.section)]


@pytest.fixture
def taught(database: Database) -> Taught:
    return Taught(database)


def test_each_kind_of_decision_is_kept_with_who_when_and_why(taught: Taught, clock: Clock) -> None:
    first, _ = taught.sitting.items
    taught.drop("block-jacobian")
    adjusting.give_full_marks(
        taught.db, taught.assignment.id, first.item, first.parameters, taught.deciding()
    )
    adjusting.set_score(taught.db, taught.sitting, first, 0.5, taught.deciding("half"))
    newest, full, dropped = adjusting.decisions(taught.db, taught.assignment.id)
    assert [each.adjustment.kind for each in (newest, full, dropped)] == [
        "score",
        "full-marks",
        "drop",
    ]
    made = newest.adjustment
    assert (made.sitting, made.position, made.score) == (taught.sitting.id, 1, 0.5)
    assert (made.reason, made.made_at, made.undone_at) == ("half", clock.now, None)
    assert (newest.made_by, newest.learner, newest.undone_by) == ("Prof. Skip", "Ann", None)
    assert full.adjustment.parameters == {"x": 1.0}
    assert taught.audited == ["score set", "full marks given", "item dropped"]
    assert audit.of_section(taught.db, taught.section)[0].detail["reason"] == "half"


def test_the_same_decision_twice_is_one(taught: Taught) -> None:
    first, _ = taught.sitting.items
    assert taught.drop() == taught.drop()
    full = [
        adjusting.give_full_marks(
            taught.db, taught.assignment.id, first.item, parameters, taught.deciding()
        ).id
        for parameters in (first.parameters, first.parameters, {"x": 7.0})
    ]
    assert full[0] == full[1] != full[2]
    scores = [
        adjusting.set_score(taught.db, taught.sitting, first, score, taught.deciding()).id
        for score in (0.5, 0.5, 0.25, 0.5)
    ]
    assert scores[0] == scores[1]
    assert len(set(scores)) == 3
    assert len(taught.audited) == rows(taught.db, Adjustment) == 6


def test_two_who_decide_the_same_at_once_decide_it_once(taught: Taught) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: taught.drop(), range(8)))
    assert len(set(made)) == 1
    with ThreadPoolExecutor(4) as pool:
        undone = list(pool.map(lambda _: taught.undo(made[0]), range(8)))
    assert sorted(undone) == [False] * 7 + [True]
    assert taught.audited == ["decision undone", "item dropped"]


def test_what_is_undone_stays_in_the_log_and_can_be_decided_again(taught: Taught) -> None:
    decision = taught.drop()
    assert taught.undo(decision)
    assert not taught.undo(decision)
    (kept,) = adjusting.decisions(taught.db, taught.assignment.id)
    assert kept.undone_by == "Prof. Skip"
    assert kept.adjustment.undone_at is not None
    assert taught.drop() != decision


def test_no_decision_of_another_assignment_is_undone(taught: Taught) -> None:
    decision = taught.drop()
    other = assignments.make(taught.db, taught.section, "quiz", "Another")
    with pytest.raises(StoreError):
        adjusting.undo(taught.db, other.id, decision, taught.instructor.learner, "A decision")
    with pytest.raises(StoreError):
        adjusting.drop(taught.db, "0" * 32, "add-gate", taught.deciding())


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_is_in_bounds(taught: Taught, score: float) -> None:
    with pytest.raises(ValueError, match="no score"):
        adjusting.set_score(
            taught.db, taught.sitting, taught.sitting.items[0], score, taught.deciding()
        )


def test_the_gradebook_reads_what_became_of_each_place(taught: Taught) -> None:
    asked: list[tuple[str, str]] = []

    def graded(item: str, revision: str) -> bool:
        asked.append((item, revision))
        return True

    started = sittings.start(
        taught.db, sitting("open", learner=taught.learner.learner, assignment=taught.assignment.id)
    )
    handed_in, still_open = sorted(
        gradebook.of_assignment(taught.db, taught.assignment.id, graded),
        key=lambda each: each.turn,
    )
    assert [(each.item, each.judgement, each.score) for each in handed_in.places] == [
        ("add-gate", "graded", 0.0),
        ("block-jacobian", "blank", 0.0),
    ]
    assert asked == [("block-jacobian", "r-block-jacobian")]
    assert (still_open.id, still_open.places) == (started.id, ())
    assert handed_in.places[0].parameters == {"x": 1.0}


def test_parameters_of_a_whole_section_are_read_only_where_a_decision_asks(taught: Taught) -> None:
    first, _ = taught.sitting.items

    def parameters() -> list[object]:
        (found,) = gradebook.of_section(taught.db, taught.section, lambda *_: True)
        return [each.parameters for each in found.places]

    assert parameters() == [None, None]
    adjusting.give_full_marks(
        taught.db, taught.assignment.id, first.item, first.parameters, taught.deciding()
    )
    assert parameters() == [{"x": 1.0}, None]
    assert gradebook.adjustments(taught.db, taught.section)[taught.assignment.id][0].id
    assert gradebook.items(taught.db, taught.assignment.id) == {
        "add-gate": "r-add-gate",
        "block-jacobian": "r-block-jacobian",
    }

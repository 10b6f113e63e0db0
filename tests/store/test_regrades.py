from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from quizsvc.errors import StoreError
from quizsvc.store import (
    Database,
    assignments,
    audit,
    judged_places,
    judgements,
    people,
    regrades,
    sections,
    sittings,
    submitting,
    tables,
)
from quizsvc.store.assignments import Assignment
from quizsvc.store.judged_places import JudgedPlace
from quizsvc.store.regrades import Judged, NewRegrade, Regrade, RegradeOvertakenError

from .samples import LEARNER, RIGHT, SITTING, WRONG, answers, rows, sitting

MENDED = "r-mended"


@pytest.fixture
def assignment(database: Database) -> Assignment:
    """An assignment that one learner has answered wrongly, as it is judged."""
    instructor = people.add(database, "Prof. Skip", role="instructor")
    section = sections.make(database, "2026", instructor.learner)
    made = assignments.make(database, section.id, SITTING.assessment, "The quiz")
    people.add(database, "Ann", guest=LEARNER)
    begun = sittings.start(database, sitting(assignment=made.id))
    submitting.submit(database, begun.id, answers(begun.id, outcome=WRONG))
    return made


def places(database: Database, assignment: Assignment) -> tuple[JudgedPlace, ...]:
    return judged_places.places(database, assignment.id, "add-gate")


def new(database: Database, assignment: Assignment, **changes: Any) -> NewRegrade:
    given = {
        "token": "one",
        "assignment": assignment,
        "item": "add-gate",
        "revision": MENDED,
        "source": {"id": "add-gate", "mended": True},
        "policy": "exact",
        "reason": "a wrong key",
        "account": people.by_name(database, "Prof. Skip").learner,  # type: ignore[union-attr]
        "places": [Judged(each, RIGHT) for each in places(database, assignment)],
    }
    return NewRegrade(**{**given, **changes})


def undo(database: Database, assignment: Assignment, regrade: Regrade) -> Regrade:
    return regrades.undo(database, regrade.id, assignment, new(database, assignment).account)


def test_a_regrade_appends_an_outcome_by_its_revision_and_moves_the_place(
    database: Database, assignment: Assignment
) -> None:
    (before,) = places(database, assignment)
    regrade = regrades.apply(database, new(database, assignment))
    (after,) = places(database, assignment)

    assert (regrade.changed, regrade.made_by) == (1, "Prof. Skip")
    assert after.pinned.mended_revision == MENDED
    assert after.attempt is not None
    assert before.attempt is not None
    assert (after.attempt.outcome, after.attempt.mended_revision) == (RIGHT, MENDED)
    assert (after.attempt.reason, after.attempt.revision) == ("regraded", before.attempt.revision)
    assert rows(database, tables.Outcome) == len(SITTING.items) + 1
    (entry,) = audit.of_section(database, assignment.section)
    assert (entry.action, entry.name, entry.detail["changed"]) == ("regraded", "Prof. Skip", 1)


def test_undoing_appends_what_was_in_force_before(
    database: Database, assignment: Assignment
) -> None:
    regrade = regrades.apply(database, new(database, assignment))
    undone = undo(database, assignment, regrade)
    (after,) = places(database, assignment)

    assert undone.undone_by == "Prof. Skip"
    assert after.attempt is not None
    assert (after.attempt.outcome, after.attempt.reason) == (WRONG, "regrade undone")
    assert (after.pinned.mended_revision, after.attempt.mended_revision) == (None, None)
    assert rows(database, tables.Outcome) == len(SITTING.items) + 2
    assert undo(database, assignment, regrade) == undone
    assert rows(database, tables.Outcome) == len(SITTING.items) + 2


def test_a_place_that_does_not_fit_is_left_where_it_is(
    database: Database, assignment: Assignment
) -> None:
    left = [Judged(each, fits=False) for each in places(database, assignment)]
    before = places(database, assignment)
    assert regrades.apply(database, new(database, assignment, places=left)).changed == 0
    assert places(database, assignment) == before


def test_the_same_form_sent_many_times_at_once_is_one_regrade(
    database: Database, assignment: Assignment
) -> None:
    wish = new(database, assignment)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: regrades.apply(database, wish), range(8)))
    assert len(set(made)) == 1
    assert rows(database, tables.Outcome) == len(SITTING.items) + 1


def test_of_two_regrades_at_once_one_is_told_that_it_was_overtaken(
    database: Database, assignment: Assignment
) -> None:
    wishes = [new(database, assignment, token=token) for token in ("one", "two")]

    def apply(wish: NewRegrade) -> bool:
        try:
            regrades.apply(database, wish)
        except RegradeOvertakenError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(apply, wishes)) == [False, True]
    assert rows(database, tables.Outcome) == len(SITTING.items) + 1


def test_what_was_judged_meanwhile_is_not_overwritten(
    database: Database, assignment: Assignment
) -> None:
    wish = new(database, assignment)
    (place,) = wish.places
    assert place.place.attempt is not None
    judgements.add(database, place.place.attempt.id, RIGHT, "regraded")
    with pytest.raises(RegradeOvertakenError):
        regrades.apply(database, wish)
    assert regrades.of_assignment(database, assignment.id) == ()


def test_another_assignments_regrade_is_not_undone_from_here(
    database: Database, assignment: Assignment
) -> None:
    regrade = regrades.apply(database, new(database, assignment))
    other = assignments.make(database, assignment.section, SITTING.assessment, "Another")
    with pytest.raises(StoreError, match="no regrade"):
        undo(database, other, regrade)


def test_the_database_itself_refuses_to_change_the_audit(
    database: Database, assignment: Assignment
) -> None:
    regrades.apply(database, new(database, assignment))
    for change in ("UPDATE audit_entry SET subject = ''", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
            session.execute(text(change))

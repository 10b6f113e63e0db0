"""What the analysis reads, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quizsvc.content import load_bank
from quizsvc.store import judgements, responses
from quizsvc.web import sitting_service
from quizsvc.web.service import Service

from ..bank import write_bank
from ..classes import Class, blank, misled, right

if TYPE_CHECKING:
    from pathlib import Path

    from quizsvc.store import Database

    from .conftest import Clock


@pytest.fixture
def taught(database: Database, tmp_path: Path) -> Class:
    bank = load_bank(write_bank(tmp_path / "content"))
    return Class(Service(bank, database, b"of the tests of the store"))


def test_places_are_read_by_columns(taught: Class, clock: Clock) -> None:
    db, assigned = taught.service.db, taught.assign("final")
    first, second, third = taught.members
    begun = taught.begin(first, assigned)
    clock.advance(30)
    begun = taught.type(begun, {2: {"answer": "three"}})
    clock.advance(20)
    begun = taught.type(begun, {1: {"answer": "5"}})
    taught.sit(second, assigned, blank)
    taught.begin(third, assigned)
    _, still_open = responses.of_assignment(db, assigned.id)
    assert still_open == 2
    sitting_service.submit(taught.service, begun, db.now())

    places, still_open = responses.of_assignment(db, assigned.id)
    assert still_open == 1
    assert set(places.items) == {"double", "pick-one", "say-why"}
    number = places.sittings.index(begun.id)
    own = places.sitting == number
    at = {
        int(p): int(row) for row, p in zip(np.flatnonzero(own), places.position[own], strict=True)
    }
    assert (places.saved[at[2]], places.saved[at[1]]) == (
        places.started[number] + 30,
        places.started[number] + 50,
    )
    assert places.score[[at[1], at[2]]].tolist() == [0, 0]
    assert places.points[at[1]] == 2
    assert np.isnan(places.saved[at[3]])
    assert places.attempt[at[3]] == 0
    assert not places.attempt[~own].any()
    assert np.isnan(places.score[~own]).all()


def test_the_outcome_in_force_is_read(taught: Class) -> None:
    db, assigned = taught.service.db, taught.assign("final")
    sitting = taught.sit(taught.members[0], assigned, misled("squared"), right)
    places, _ = responses.of_assignment(db, assigned.id)
    row = int(np.flatnonzero(places.position == 1)[0])
    assert places.misconceptions[places.misconception[row]] == "squared"
    (answered,) = responses.chosen(db, [int(places.attempt[row])])
    assert answered.parts["answer"]["misconception"] == "squared"
    assert (answered.item, answered.position, answered.sitting) == ("double", 1, sitting.id)

    outcome = sitting.attempts[1].outcome
    assert outcome is not None
    right_now = {**outcome, "score": 1.0, "misconception": None}
    judgements.add(db, sitting.attempts[1].id, right_now, "regraded")
    places, _ = responses.of_assignment(db, assigned.id)
    assert (places.score[row], places.misconception[row]) == (1, -1)
    (answered,) = responses.chosen(db, [int(places.attempt[row])])
    assert answered.parts == {}


def test_another_assignment_has_nothing(taught: Class) -> None:
    db, empty = taught.service.db, taught.assign("final")
    taught.sit(taught.members[0], taught.assign("final"), right)
    places, still_open = responses.of_assignment(db, empty.id)
    assert (places.sittings, places.items, len(places.score), still_open) == ((), (), 0, 0)
    assert responses.chosen(db, []) == ()

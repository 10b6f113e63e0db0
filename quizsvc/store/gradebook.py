"""What the marks of a section are worked out from: few queries, whatever its size."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, func, select

from quizsvc.model import Adjustment, Exemption, Sat, SatPlace, over_before
from quizsvc.store import adjusting, assignments, sittings, tables
from quizsvc.store.log import in_force
from quizsvc.store.tables import (
    Assignment,
    Attempt,
    Membership,
    Outcome,
    Sitting,
    SittingItem,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Row, Select

    from quizsvc.model import Judgement, RawResponse, Value
    from quizsvc.store.db import Database

    ByMachine = Callable[[str, str], bool]
    """Whether a machine grades some part of an item, at a revision."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One judgement of an attempt."""

    at: datetime
    reason: str
    revision: str | None
    """By which it was judged, where that is not the attempt's own."""
    score: float | None
    outcome: Mapping[str, Any]


class Given(NamedTuple):
    """A response at a place of a sitting that was handed in, as an export needs it."""

    learner: str
    sitting: str
    position: int
    revision: str
    """In force: of a regrade, if there was one."""
    parameters: Mapping[str, Value]
    raw_response: RawResponse | None
    """None where nothing was answered."""
    outcome: Mapping[str, Any] | None
    reason: str | None


_revision = func.coalesce(SittingItem.mended_revision, SittingItem.revision)

_of_learners = and_(
    Membership.section_id == Assignment.section_id,
    Membership.learner_id == Sitting.learner_id,
    Membership.role == "learner",
)
"""Whoever tries an assignment as its instructor has no marks."""

_sittings = (
    select(
        Sitting.id,
        Sitting.assignment_id,
        Sitting.learner_id,
        sittings.turn,
        Sitting.started_at,
        Sitting.submitted_at,
    )
    .join(Assignment, Assignment.id == Sitting.assignment_id)
    .join(Membership, _of_learners)
)

_at_place = and_(
    Attempt.sitting_id == SittingItem.sitting_id, Attempt.position == SittingItem.position
)

_asked_for = (
    select(tables.Adjustment.id)
    .where(
        tables.Adjustment.assignment_id == Sitting.assignment_id,
        tables.Adjustment.item == SittingItem.item,
        tables.Adjustment.kind == "full-marks",
        tables.Adjustment.undone_at.is_(None),
    )
    .correlate(Sitting, SittingItem)
    .exists()
)
"""Whether a decision compares the drawn parameters; to read those of all places would cost more
than all the rest."""

_places = (
    select(
        SittingItem.sitting_id,
        SittingItem.position,
        SittingItem.item,
        _revision.label("revision"),
        SittingItem.points,
        Attempt.id.label("attempt"),
        Outcome.id.label("judged"),
        Outcome.score,
    )
    .join(Sitting, Sitting.id == SittingItem.sitting_id)
    .join(Assignment, Assignment.id == Sitting.assignment_id)
    .join(Membership, _of_learners)
    .outerjoin(Attempt, _at_place)
    .outerjoin(Outcome, in_force)
    .where(Sitting.submitted_at.is_not(None))
    .order_by(SittingItem.sitting_id, SittingItem.position)
)
_all_parameters = SittingItem.parameters.label("parameters")
_needed_parameters = case((_asked_for, SittingItem.parameters)).label("parameters")


def of_section(db: Database, section: str, by_machine: ByMachine) -> tuple[Sat, ...]:
    """Return the sittings of a section's learners, of all its assignments."""
    places = _places.add_columns(_needed_parameters)
    return _sat(db, Assignment.section_id == section, places, by_machine)


def of_assignment(db: Database, assignment: str, by_machine: ByMachine) -> tuple[Sat, ...]:
    """Return the sittings of a section's learners, of one assignment."""
    places = _places.add_columns(_all_parameters)
    return _sat(db, Assignment.id == assignment, places, by_machine)


def of_learner(
    db: Database, assignment: str, learner: str, by_machine: ByMachine
) -> tuple[Sat, ...]:
    """Return the sittings of one learner of a section, of one assignment."""
    mine = and_(Assignment.id == assignment, Sitting.learner_id == learner)
    return _sat(db, mine, _places.add_columns(_needed_parameters), by_machine)


def items(db: Database, assignment: str) -> dict[str, str]:
    """Return the items that the sittings of an assignment ask, each with a revision of it."""
    query = (
        select(SittingItem.item, func.min(SittingItem.position), func.max(_revision))
        .join(Sitting, Sitting.id == SittingItem.sitting_id)
        .where(Sitting.assignment_id == assignment)
        .group_by(SittingItem.item)
        .order_by(func.min(SittingItem.position), SittingItem.item)
    )
    with db.reading() as session:
        return {item: revision for item, _, revision in session.execute(query)}


def overdue(db: Database, section: str, now: datetime) -> tuple[str, ...]:
    """Return the sittings of a section whose time is up and which nobody has handed in."""
    query = (
        select(Sitting.id)
        .join(Assignment, Assignment.id == Sitting.assignment_id)
        .where(
            Assignment.section_id == section,
            Sitting.submitted_at.is_(None),
            Sitting.deadline_at < over_before(now),
        )
        .order_by(Sitting.deadline_at)
    )
    with db.reading() as session:
        return tuple(session.scalars(query))


def adjustments(db: Database, section: str) -> dict[str, tuple[Adjustment, ...]]:
    """Return assignment to its decisions about points."""
    row = tables.Adjustment
    query = (
        select(row)
        .join(Assignment, Assignment.id == row.assignment_id)
        .where(Assignment.section_id == section)
        .order_by(row.id)
    )
    found: defaultdict[str, list[Adjustment]] = defaultdict(list)
    with db.reading() as session:
        for each in session.scalars(query):
            found[each.assignment_id].append(adjusting.adjustment(each))
    return {assignment: tuple(made) for assignment, made in found.items()}


def exemptions(db: Database, section: str) -> dict[str, dict[str, Exemption]]:
    """Return assignment to learner to what an override exempts him from."""
    row = tables.Override
    query = (
        select(row)
        .join(Assignment, Assignment.id == row.assignment_id)
        .where(Assignment.section_id == section)
    )
    found: defaultdict[str, dict[str, Exemption]] = defaultdict(dict)
    with db.reading() as session:
        for each in session.scalars(query):
            found[each.assignment_id][each.learner_id] = assignments.override(each).exemption
    return dict(found)


def given(db: Database, assignment: str) -> tuple[Given, ...]:
    """Return every place of the sittings that a section's learners handed in, with its outcome."""
    query = (
        select(
            Sitting.learner_id,
            Sitting.id,
            SittingItem.position,
            _revision,
            SittingItem.parameters,
            Attempt.raw_response,
            Outcome.outcome,
            Outcome.reason,
        )
        .join(SittingItem, SittingItem.sitting_id == Sitting.id)
        .join(Assignment, Assignment.id == Sitting.assignment_id)
        .join(Membership, _of_learners)
        .outerjoin(Attempt, _at_place)
        .outerjoin(Outcome, in_force)
        .where(Assignment.id == assignment, Sitting.submitted_at.is_not(None))
    )
    with db.reading() as session:
        return tuple(Given(*row) for row in session.execute(query))


def judgements(db: Database, attempt: str) -> tuple[Judged, ...]:
    """Return how an attempt was judged, the first judgement first; the last is in force."""
    query = select(Outcome).where(Outcome.attempt_id == attempt).order_by(Outcome.id)
    with db.reading() as session:
        return tuple(
            Judged(row.created_at, row.reason, row.revision, row.score, row.outcome)
            for row in session.scalars(query)
        )


def _sat(
    db: Database,
    which: ColumnElement[bool],
    places: Select[Any],
    by_machine: ByMachine,
) -> tuple[Sat, ...]:
    with db.reading() as session:
        found = session.execute(_sittings.where(which)).all()
        rows = session.execute(places.where(which)).all()
    graded = cache(by_machine)  # asked of what is blank only: an outcome tells by itself
    sat: defaultdict[str, list[SatPlace]] = defaultdict(list)
    for row in rows:
        sat[row.sitting_id].append(_place(row, graded))
    return tuple(
        Sat(
            id=row.id,
            assignment=row.assignment_id,
            learner=row.learner_id,
            turn=row.turn,
            started_at=row.started_at,
            submitted_at=row.submitted_at,
            places=tuple(sat[row.id]),
        )
        for row in found
    )


def _place(row: Row[Any], graded: ByMachine) -> SatPlace:
    judgement: Judgement = "graded"
    score = row.score
    if row.attempt is None:
        judgement, score = "blank", 0.0 if graded(row.item, row.revision) else None
    elif row.judged is None:
        judgement = "pending"
    return SatPlace(row.position, row.item, row.points, row.parameters, judgement, score)

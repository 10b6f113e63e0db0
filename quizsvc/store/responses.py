"""The responses of an assignment as their analysis reads them: by columns, without what it spares.

A hundred thousand places are one query of numbers and short texts. JSON is read in a second one,
of chosen responses, and outcomes only of those that were not right.
"""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Float, Text, and_, bindparam, case, cast, extract, func, select

from quizsvc.model import Answered, Places
from quizsvc.store.log import in_force
from quizsvc.store.tables import (
    Assignment,
    Attempt,
    Draft,
    Membership,
    Outcome,
    Sitting,
    SittingItem,
)

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection, Executable, Row, SQLColumnExpression

    from quizsvc.store.db import Database

_CHUNK = 5_000
"""Serials in one statement: both databases take more, but not any number."""

_of_the_class = and_(
    Membership.section_id == Assignment.section_id,
    Membership.learner_id == Sitting.learner_id,
    Membership.role == "learner",
)
_mine = Sitting.assignment_id == bindparam("assignment")


def _seconds(moment: SQLColumnExpression[Any]) -> SQLColumnExpression[float]:
    """Return a moment in seconds: datetimes are slow to make."""
    return cast(extract("epoch", moment), Float)


_sittings = (
    select(Sitting.id, Sitting.learner_id, _seconds(Sitting.started_at))
    .join(Assignment, Assignment.id == Sitting.assignment_id)
    .join(Membership, _of_the_class)
    .where(_mine, Sitting.submitted_at.is_not(None))
    .order_by(Sitting.learner_id, Sitting.number)
)

_open = (
    select(func.count())
    .select_from(Sitting)
    .join(Assignment, Assignment.id == Sitting.assignment_id)
    .join(Membership, _of_the_class)
    .where(_mine, Sitting.submitted_at.is_(None))
)

_places = (
    select(
        SittingItem.sitting_id,
        SittingItem.position,
        SittingItem.item,
        func.coalesce(SittingItem.mended_revision, SittingItem.revision),
        cast(SittingItem.parameters, Text),
        SittingItem.points,
        func.coalesce(Attempt.serial, 0),
        Outcome.id.is_not(None),
        Outcome.score,
        Outcome.misconception,
        _seconds(func.coalesce(Draft.saved_at, Attempt.created_at)),
    )
    .join(Sitting, Sitting.id == SittingItem.sitting_id)
    .outerjoin(
        Attempt,
        and_(
            Attempt.sitting_id == SittingItem.sitting_id, Attempt.position == SittingItem.position
        ),
    )
    .outerjoin(Outcome, in_force)
    .outerjoin(
        Draft,
        and_(Draft.sitting_id == SittingItem.sitting_id, Draft.position == SittingItem.position),
    )
    .where(_mine, Sitting.submitted_at.is_not(None))
)

_chosen = (
    select(
        Attempt.serial,
        Attempt.sitting_id,
        Attempt.position,
        Attempt.item,
        func.coalesce(SittingItem.mended_revision, SittingItem.revision).label("revision"),
        Attempt.revision.label("pinned_revision"),
        Attempt.seed,
        Attempt.candidate,
        Attempt.parameters,
        Attempt.key,
        Attempt.raw_response,
        case((Outcome.score < 1, Outcome.outcome)).label("outcome"),
    )
    .join(
        SittingItem,
        and_(
            SittingItem.sitting_id == Attempt.sitting_id, SittingItem.position == Attempt.position
        ),
    )
    .outerjoin(Outcome, in_force)
    .where(Attempt.serial.in_(bindparam("serials", expanding=True)))
)


def of_assignment(db: Database, assignment_id: str) -> tuple[Places, int]:
    """Return what learners of the section handed in, and how many of their sittings are open."""
    given = {"assignment": assignment_id}
    with db.reading() as session:
        connection = session.connection()
        sittings = _rows(connection, _sittings, given)
        rows = _rows(connection, _places, given)
        still_open = connection.scalar(_open, given) or 0
    ids, learners, started = _columns(sittings, 3)
    number = {each: place for place, each in enumerate(ids)}
    columns = _columns(rows, 11)
    known = [each in number for each in columns[0]]
    if not all(known):  # somebody has left the section
        columns = [tuple(compress(column, known)) for column in columns]
    item, items = _coded(columns[2])
    variant, variants = _coded(zip(*columns[2:5], strict=True))
    misconception, misconceptions = _coded(columns[9])
    places = Places(
        sittings=tuple(ids),
        learner=_coded(learners)[0],
        started=np.array(started, dtype=float),
        items=items,
        variants=variants,
        misconceptions=misconceptions,
        sitting=np.array([number[each] for each in columns[0]], dtype=int),
        position=np.array(columns[1], dtype=int),
        item=item,
        variant=variant,
        points=np.array(columns[5], dtype=float),
        attempt=np.array(columns[6], dtype=int),
        judged=np.array(columns[7], dtype=bool),
        score=np.array(columns[8], dtype=float),  # None becomes NaN
        misconception=misconception,
        saved=np.array(columns[10], dtype=float),
    )
    return places, still_open


def chosen(db: Database, serials: Sequence[int]) -> tuple[Answered, ...]:
    """Return some attempts of sittings by their serials, the newest first."""
    found: list[Answered] = []
    with db.reading() as session:
        for start in range(0, len(serials), _CHUNK):
            some = [int(each) for each in serials[start : start + _CHUNK]]
            found += map(_answered, session.execute(_chosen, {"serials": some}))
    return tuple(sorted(found, key=lambda each: each.attempt, reverse=True))


def _answered(row: Row[Any]) -> Answered:
    return Answered(
        attempt=row.serial,
        sitting=row.sitting_id,
        position=row.position,
        item=row.item,
        revision=row.revision,
        pinned_revision=row.pinned_revision,
        seed=row.seed,
        candidate=row.candidate,
        parameters=row.parameters,
        key=row.key,
        raw_response=row.raw_response,
        parts=row.outcome["parts"] if row.outcome else {},
    )


def _rows(
    connection: Connection, query: Executable, given: Mapping[str, Any]
) -> Sequence[Sequence[Any]]:
    """Return rows as the driver gives them, all of numbers and texts.

    A hundred thousand objects would take half of the time, most of it to collect garbage.
    """
    with connection.execute(query, given) as result:
        cursor = result.cursor
        return cursor.fetchall() if cursor else ()


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _coded(values: Iterable[Hashable]) -> tuple[NDArray[Any], tuple[Any, ...]]:
    """Return a number for each value, -1 for None, and the values by their numbers."""
    numbers: dict[Hashable, int] = {}
    coded = [-1 if each is None else numbers.setdefault(each, len(numbers)) for each in values]
    return np.array(coded, dtype=int), tuple(numbers)

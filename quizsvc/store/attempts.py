"""Attempts: an append-only log of responses, beside it the log of how they were judged."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, select

from quizsvc.errors import TokenReusedError
from quizsvc.store import judgements, learners, revisions
from quizsvc.store.statements import InsertIfAbsent, connection_of, is_id, new_id, table
from quizsvc.store.tables import (
    Aid,
    Attempt,
    Learner,
    Outcome,
    Revision,
    Sitting,
    SittingItem,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Select
    from sqlalchemy.orm import Session

    from quizsvc.model import RawResponse, Value
    from quizsvc.store.db import Database
    from quizsvc.store.judgements import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptFacts:
    """What a new and a stored attempt have in common: all that a regrade needs."""

    token: str
    """Made with the page and posted with the form: one token stores one attempt."""
    learner: str
    item: str
    revision: str
    seed: int
    candidate: int
    parameters: Mapping[str, Value]
    key: Mapping[str, Value]
    raw_response: RawResponse
    outcome: Mapping[str, Any] | None = None
    """As `model.Outcome.as_json` writes it, the newest if there are several; None before it."""
    variant_number: int | None = None
    """The n from which the seed was derived."""
    position: int | None = None
    """The place in the sitting, for an attempt that belongs to one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAttempt(AttemptFacts):
    """A response to be recorded."""

    source: Mapping[str, Any]
    """The item's canonical source at this revision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt(AttemptFacts):
    """A recorded response and the outcome in force."""

    id: str
    sitting: str | None
    created_at: datetime
    reason: Reason | None
    """Why the outcome in force was added."""
    ratings: Mapping[str, float]
    """Part name to the learner's latest rating of himself."""
    mended_revision: str | None = None
    """By which the outcome in force was judged, where that is not `revision`."""
    created: bool = field(default=False, compare=False)
    """Whether the very call that returned this has stored it."""


_PLAIN_COLUMNS = tuple(
    facts.name for facts in fields(AttemptFacts) if facts.name not in {"learner", "outcome"}
)
"""The facts that stand in the table ``attempt`` under their own names."""


class ResponseTokenReusedError(TokenReusedError):
    """A token came back with another response: both are here to be shown."""

    def __init__(self, stored: StoredAttempt | None, refused: RawResponse) -> None:
        super().__init__("a submission with this token was already recorded")
        self.stored = stored
        """The attempt that stands; None if it is another learner's, which nobody else may see."""
        self.refused = refused


_insert_attempt = InsertIfAbsent(Attempt, "token")

_in_force = (
    select(func.max(Outcome.id))
    .where(Outcome.attempt_id == Attempt.id)
    .correlate(Attempt)
    .scalar_subquery()
)
_attempt = table(Attempt)
_stored_attempts = (
    select(
        *(_attempt.c[name] for name in _PLAIN_COLUMNS),
        _attempt.c.id,
        _attempt.c.learner_id.label("learner"),
        _attempt.c.sitting_id.label("sitting"),
        _attempt.c.created_at,
        Outcome.outcome,
        Outcome.reason,
        Outcome.revision.label("mended_revision"),
    )
    .outerjoin(Outcome, Outcome.id == _in_force)
    .order_by(Attempt.serial.desc())
)
"""With the outcome in force, the newest first; named as in `StoredAttempt`."""

_by_id = _stored_attempts.where(Attempt.id == bindparam("id"))
_by_token = _stored_attempts.where(Attempt.token == bindparam("token"))
_known = select(
    exists().where(Learner.id == bindparam("learner")),
    exists().where(Revision.revision == bindparam("revision")),
)
"""Asked before either is inserted: mostly both are there."""

_through = (
    select(Attempt.id)
    .join(Outcome, Outcome.id == _in_force)
    .where(
        Attempt.learner_id == bindparam("learner"),
        Attempt.item == bindparam("item"),
        Attempt.variant_number == bindparam("number"),
        Attempt.sitting_id.is_(None),
        Outcome.score.is_(None) | (Outcome.score >= 1),
    )
    .limit(1)
)

_attempted = select(Attempt.variant_number).where(
    Attempt.learner_id == bindparam("learner"), Attempt.item == bindparam("item")
)
_numbers_seen = _attempted.union(
    select(SittingItem.variant_number)
    .join(Sitting, Sitting.id == SittingItem.sitting_id)
    .where(Sitting.learner_id == bindparam("learner"), SittingItem.item == bindparam("item")),
    select(Aid.variant_number).where(
        Aid.learner_id == bindparam("learner"), Aid.item == bindparam("item")
    ),
)
_parameters_met = _attempted.add_columns(Attempt.parameters).where(
    Attempt.variant_number.is_not(None)
)


def record(db: Database, new: NewAttempt) -> StoredAttempt:
    """Record a response, or return what its token already stored.

    Raises
    ------
    ResponseTokenReusedError
        The token stands for another response; nothing was stored.
    NotSavedError
        The database could not be written.
    """
    now = db.now()
    with db.recording() as connection:
        return add(connection, new, now)


def add(
    at: Session | Connection, new: NewAttempt, now: datetime, sitting: str | None = None
) -> StoredAttempt:
    """Do the work of `record` inside a transaction that is open."""
    connection = connection_of(at)
    place = {"learner": new.learner, "revision": new.revision}
    learner_known, revision_known = connection.execute(_known, place).one()
    if not learner_known:
        learners.remember(connection, new.learner, now)
    if not revision_known:
        revisions.remember(connection, new.revision, new.item, new.source, now)
    attempt = _stored(new, sitting, now)
    if not _insert_attempt(connection, _attempt_row(attempt)):
        (first,) = _read(connection, _by_token, {"token": new.token})
        if not _same_submission(first, attempt):
            own = first.learner == new.learner
            raise ResponseTokenReusedError(first if own else None, new.raw_response)
        return first
    if new.outcome is not None:
        judgements.append(connection, judgements.row(attempt.id, new.outcome, "graded", now))
    return attempt


def find(db: Database, attempt_id: str) -> StoredAttempt | None:
    """Return the attempt of that id, if there is one."""
    return _only(db, _by_id, {"id": attempt_id}) if is_id(attempt_id) else None


def by_token(db: Database, token: str) -> StoredAttempt | None:
    """Return the attempt that a token stored, if it stored one."""
    return _only(db, _by_token, {"token": token})


def history(
    db: Database, learner: str, item: str | None = None, *, limit: int = 50
) -> tuple[StoredAttempt, ...]:
    """Return a learner's attempts, at one item or all, the newest first."""
    of_item = () if item is None else (Attempt.item == item,)
    with db.reading() as session:
        return load(session, Attempt.learner_id == learner, *of_item, limit=limit)


def ungraded(db: Database, *, limit: int = 100) -> tuple[StoredAttempt, ...]:
    """Return attempts without any outcome, whose grading failed after they were recorded."""
    with db.reading() as session:
        judged = (
            select(Outcome.id).where(Outcome.attempt_id == Attempt.id).correlate(Attempt).exists()
        )
        return load(session, ~judged, limit=limit)


def numbers_seen(db: Database, learner: str, item: str) -> frozenset[int]:
    """Return the numbers of an item's variants that a learner has met.

    Those pinned in a sitting count from its start: practice must not give away its variants. With
    those for which help was taken, hint or solution has shown what a fresh one must not.
    """
    with db.asking() as connection:
        numbers = connection.scalars(_numbers_seen, {"learner": learner, "item": item})
        return frozenset(number for number in numbers if number is not None)


def parameters_met(db: Database, learner: str, item: str) -> dict[int, Mapping[str, Value]]:
    """Return the drawn parameters of the variants that a learner has answered, by number."""
    with db.asking() as connection:
        rows = connection.execute(_parameters_met, {"learner": learner, "item": item})
        return {row.variant_number: row.parameters for row in rows}


def through(db: Database, learner: str, item: str, number: int) -> bool:
    """Tell whether a variant in practice was answered right, or in words that no machine grades."""
    with db.asking() as connection:
        return through_in(connection, learner, item, number)


def through_in(connection: Connection, learner: str, item: str, number: int) -> bool:
    """Do the work of `through` inside a transaction that is open."""
    place = {"learner": learner, "item": item, "number": number}
    return connection.scalar(_through, place) is not None


def load(
    session: Session, *conditions: ColumnElement[bool], limit: int | None = None
) -> tuple[StoredAttempt, ...]:
    """Read attempts with the outcome in force, the newest first."""
    return _read(session.connection(), _stored_attempts.where(*conditions).limit(limit), {})


def _only(db: Database, query: Select[Any], values: Mapping[str, Any]) -> StoredAttempt | None:
    with db.asking() as connection:
        return next(iter(_read(connection, query, values)), None)


def _read(
    connection: Connection, query: Select[Any], values: Mapping[str, Any]
) -> tuple[StoredAttempt, ...]:
    rows = connection.execute(query, values).mappings().all()
    ratings = judgements.ratings(connection, [row["id"] for row in rows])
    return tuple(StoredAttempt(**row, ratings=ratings[row["id"]]) for row in rows)


def _same_submission(first: StoredAttempt, again: StoredAttempt) -> bool:
    """Tell whether two submissions of one token are one: a double click, a retry, the back button.

    Revision and key are left out: the content may have been reloaded between the two.
    """
    return all(
        getattr(first, name) == getattr(again, name)
        for name in ("learner", "item", "seed", "raw_response", "sitting", "position")
    )


def _stored(new: NewAttempt, sitting: str | None, now: datetime) -> StoredAttempt:
    return StoredAttempt(
        **{facts.name: getattr(new, facts.name) for facts in fields(AttemptFacts)},
        id=new_id(),
        sitting=sitting,
        created_at=now,
        reason=None if new.outcome is None else "graded",
        ratings={},
        created=True,
    )


def _attempt_row(attempt: StoredAttempt) -> dict[str, Any]:
    return {
        **{name: getattr(attempt, name) for name in _PLAIN_COLUMNS},
        "id": attempt.id,
        "learner_id": attempt.learner,
        "sitting_id": attempt.sitting,
        "created_at": attempt.created_at,
    }

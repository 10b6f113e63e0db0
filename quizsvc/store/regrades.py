"""Regrades: outcomes appended by a mended revision of an item, all of them or none, and undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from sqlalchemy import func, insert, select, update

from quizsvc.errors import StoreError
from quizsvc.store import audit, judged_places, judgements, revisions, tables
from quizsvc.store.judged_places import versions
from quizsvc.store.statements import InsertIfAbsent, is_serial, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.db import Database
    from quizsvc.store.judged_places import JudgedPlace

Policy: TypeAlias = Literal["never-lower", "exact"]
"""Whether a regrade may take points away."""

_insert = InsertIfAbsent(tables.Regrade, "token")
_insert_outcome = insert(table(tables.Outcome)).returning(tables.Outcome.id)
_insert_place = insert(table(tables.RegradedPlace)).inline()


class RegradeOvertakenError(StoreError):
    """What a regrade was worked out from has changed meanwhile: nothing was stored."""


class LaterRegradeError(StoreError):
    """A later regrade of the same item is in force, and is to be undone first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a regrade makes of a place."""

    place: JudgedPlace
    outcome: Mapping[str, Any] | None = None
    """None where the present one stays."""
    fits: bool = True
    """Whether the revision can be asked with what was drawn then; otherwise the place stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRegrade:
    """A regrade to be stored."""

    token: str
    assignment: Assignment
    item: str
    revision: str
    source: Mapping[str, Any]
    """The item's canonical source at this revision."""
    policy: Policy
    reason: str
    account: str
    """Whose decision it is."""
    places: Sequence[Judged]
    """Every place that the item has in sittings that were handed in, regradable or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Regrade:
    """A regrade that was applied."""

    id: int
    token: str
    assignment: str
    item: str
    revision: str
    policy: Policy
    reason: str
    made_by: str
    """The name of the account; empty if it was deleted."""
    made_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    changed: int
    """How many responses got another outcome."""


def apply(db: Database, new: NewRegrade) -> Regrade:
    """Append the outcomes of a regrade and move its places to the revision: all or nothing.

    The same token again returns what it stored.

    Raises
    ------
    RegradeOvertakenError
        A sitting was handed in or a response judged again since `new.places` were read.
    NotSavedError
    """
    now = db.now()
    with db.writing() as session:
        _lock(session, new.assignment.id)
        row = {
            "token": new.token,
            "assignment_id": new.assignment.id,
            "item": new.item,
            "revision": new.revision,
            "policy": new.policy,
            "reason": new.reason,
            "made_by": new.account,
            "made_at": now,
        }
        revisions.remember(session, new.revision, new.item, new.source, now)
        is_new = _insert(session, row)
        stored = session.scalars(
            select(tables.Regrade).where(tables.Regrade.token == new.token)
        ).one()
        if is_new:
            present = judged_places.load(session, new.assignment.id, new.item)
            if versions(present) != versions([each.place for each in new.places]):
                raise RegradeOvertakenError("what is to be regraded has changed meanwhile")
            fitting = [each for each in new.places if each.fits]
            changed = sum(_append(session, stored, each, now) for each in fitting)
            audit.note(
                session,
                "regraded",
                f"{new.assignment.title}: {new.item}",
                now=now,
                account=new.account,
                section=new.assignment.section,
                assignment=new.assignment.id,
                regrade=stored.id,
                revision=new.revision,
                policy=new.policy,
                changed=changed,
                reason=new.reason,
            )
        return _read(session, stored)


def undo(db: Database, regrade_id: int, assignment: Assignment, account: str) -> Regrade:
    """Put in force again what was in force before a regrade; undone twice, it is undone once.

    Raises
    ------
    LaterRegradeError, NotSavedError
    StoreError
        There is no such regrade of the assignment.
    """
    now = db.now()
    row = tables.Regrade
    with db.writing() as session:
        _lock(session, assignment.id)
        stored = session.get(row, regrade_id)
        if stored is None or stored.assignment_id != assignment.id:
            raise StoreError(f"there is no regrade {regrade_id} of this assignment")
        if stored.undone_at is None:
            later = select(row.id).where(
                row.assignment_id == assignment.id,
                row.item == stored.item,
                row.id > stored.id,
                row.undone_at.is_(None),
            )
            if session.scalar(later.limit(1)) is not None:
                raise LaterRegradeError("a later regrade of the same item is in force")
            _put_back(session, stored, now)
            stored.undone_by, stored.undone_at = account, now
            audit.note(
                session,
                "decision undone",
                f"{assignment.title}: regrade of {stored.item}",
                now=now,
                account=account,
                section=assignment.section,
                assignment=assignment.id,
                regrade=stored.id,
            )
        return _read(session, stored)


def find(db: Database, regrade_id: int) -> Regrade | None:
    """Return the regrade of that id, if there is one."""
    if not is_serial(regrade_id):
        return None
    with db.reading() as session:
        row = session.get(tables.Regrade, regrade_id)
        return _read(session, row) if row else None


def of_assignment(db: Database, assignment: str) -> tuple[Regrade, ...]:
    """Return the regrades of an assignment, the newest first."""
    row = tables.Regrade
    query = select(row).where(row.assignment_id == assignment).order_by(row.id.desc())
    with db.reading() as session:
        return tuple(_read(session, each) for each in session.scalars(query))


def _lock(session: Session, assignment: str) -> None:
    """Let one regrade of an assignment wait for another's end."""
    session.get(tables.Assignment, assignment, with_for_update={"key_share": True})


def _append(session: Session, regrade: tables.Regrade, judged: Judged, now: datetime) -> bool:
    """Keep what a regrade makes of one place; tell whether it has another outcome now."""
    place, after = judged.place, None
    if judged.outcome is not None and place.attempt is not None:
        row = judgements.row(place.attempt.id, judged.outcome, "regraded", now)
        after = session.scalar(_insert_outcome, {**row, "revision": regrade.revision})
    session.execute(
        _insert_place,
        {
            "regrade_id": regrade.id,
            "sitting_id": place.sitting,
            "position": place.pinned.position,
            "revision_before": place.pinned.mended_revision,
            "outcome_before": place.outcome_id,
            "outcome_after": after,
        },
    )
    _move(session, place.sitting, place.pinned.position, regrade.revision)
    return after is not None


def _put_back(session: Session, regrade: tables.Regrade, now: datetime) -> None:
    moved, outcome = tables.RegradedPlace, tables.Outcome
    for place in session.scalars(select(moved).where(moved.regrade_id == regrade.id)):
        _move(session, place.sitting_id, place.position, place.revision_before)
        if place.outcome_after is not None:
            before = session.get_one(outcome, place.outcome_before)
            row = judgements.row(before.attempt_id, before.outcome, "regrade undone", now)
            session.execute(_insert_outcome, {**row, "revision": before.revision})


def _move(session: Session, sitting: str, position: int, revision: str | None) -> None:
    row = table(tables.SittingItem)
    here = (row.c.sitting_id == sitting) & (row.c.position == position)
    session.execute(update(row).where(here).values(mended_revision=revision))


def _read(session: Session, row: tables.Regrade) -> Regrade:
    moved, account = tables.RegradedPlace, tables.Account
    changed = select(func.count()).where(
        moved.regrade_id == row.id, moved.outcome_after.is_not(None)
    )
    people = [each for each in (row.made_by, row.undone_by) if each]
    named = select(account.learner_id, account.name).where(account.learner_id.in_(people))
    names = dict(session.execute(named).all())
    return Regrade(
        id=row.id,
        token=row.token,
        assignment=row.assignment_id,
        item=row.item,
        revision=row.revision,
        policy=cast("Policy", row.policy),
        reason=row.reason,
        made_by=names.get(row.made_by, ""),
        made_at=row.made_at,
        undone_by=row.undone_by and names.get(row.undone_by, ""),
        undone_at=row.undone_at,
        changed=session.scalar(changed) or 0,
    )

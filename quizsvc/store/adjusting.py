"""Decisions about points: made, undone, never deleted; each with its entry in the audit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from quizsvc.errors import StoreError
from quizsvc.model import Adjustment
from quizsvc.store import audit, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from quizsvc.model import Value
    from quizsvc.store.audit import Action
    from quizsvc.store.db import Database
    from quizsvc.store.sittings import PinnedItem, Sitting

_ACTIONS: Mapping[str, Action] = {
    "drop": "item dropped",
    "full-marks": "full marks given",
    "score": "score set",
}
_COLUMNS = {"assignment": "assignment_id", "sitting": "sitting_id"}
"""The fields of an adjustment whose columns have other names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decision with the names of whom it is about, and of those who made and undid it."""

    adjustment: Adjustment
    made_by: str | None
    """None when the account is deleted."""
    undone_by: str | None
    learner: str | None
    """Whose score it sets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Who decides, why, and what the audit says of it."""

    account: str
    reason: str
    subject: str
    """What it is done to, in words."""


def of_assignment(db: Database, assignment: str) -> tuple[Adjustment, ...]:
    """Return all decisions of an assignment, those undone too, in the order of their making."""
    row = tables.Adjustment
    query = select(row).where(row.assignment_id == assignment).order_by(row.id)
    with db.reading() as session:
        return tuple(adjustment(each) for each in session.scalars(query))


def decisions(db: Database, assignment: str) -> tuple[Decision, ...]:
    """Return the same with names, the newest first."""
    row = tables.Adjustment
    made, undone, whose = (aliased(tables.Account) for _ in range(3))
    query = (
        select(row, made.name, undone.name, whose.name)
        .outerjoin(made, made.learner_id == row.made_by)
        .outerjoin(undone, undone.learner_id == row.undone_by)
        .outerjoin(tables.Sitting, tables.Sitting.id == row.sitting_id)
        .outerjoin(whose, whose.learner_id == tables.Sitting.learner_id)
        .where(row.assignment_id == assignment)
        .order_by(row.id.desc())
    )
    with db.reading() as session:
        return tuple(
            Decision(adjustment=adjustment(each), made_by=by, undone_by=undone_by, learner=learner)
            for each, by, undone_by, learner in session.execute(query)
        )


def drop(db: Database, assignment: str, item: str, deciding: Deciding) -> Adjustment:
    """Take an item out for all; once it is out, return the decision that took it out."""
    return _decide(db, assignment, deciding, kind="drop", item=item)


def give_full_marks(
    db: Database, assignment: str, item: str, parameters: Mapping[str, Value], deciding: Deciding
) -> Adjustment:
    """Give full marks wherever an item asks with these parameters; again, return the first."""
    return _decide(
        db, assignment, deciding, kind="full-marks", item=item, parameters=dict(parameters)
    )


def set_score(
    db: Database, sitting: Sitting, pinned: PinnedItem, score: float, deciding: Deciding
) -> Adjustment:
    """Set the score of one place; the last one set is in force, and the same again is not new.

    Raises
    ------
    ValueError
        The score is not in [0, 1], or the sitting answers to no assignment.
    """
    if not 0 <= score <= 1 or sitting.assignment is None:
        raise ValueError(f"no score to set: {score} in sitting {sitting.id}")
    return _decide(
        db,
        sitting.assignment,
        deciding,
        kind="score",
        item=pinned.item,
        sitting_id=sitting.id,
        position=pinned.position,
        score=score,
    )


def undo(db: Database, assignment: str, adjustment_id: int, account: str, subject: str) -> bool:
    """Undo a decision of an assignment, and tell whether it was in force until now.

    Raises
    ------
    StoreError
        The assignment has no such decision.
    """
    now = db.now()
    with db.writing() as session:
        section = _lock(session, assignment)
        row = session.get(tables.Adjustment, adjustment_id)
        if row is None or row.assignment_id != assignment:
            raise StoreError(f"assignment {assignment} has no decision {adjustment_id}")
        if row.undone_at is not None:
            return False
        row.undone_at, row.undone_by = now, account
        audit.note(
            session,
            "decision undone",
            subject,
            now=now,
            account=account,
            section=section,
            assignment=assignment,
            decision=row.id,
            was=_ACTIONS[row.kind],
        )
        return True


def _decide(
    db: Database, assignment: str, deciding: Deciding, *, kind: str, item: str, **what: Any
) -> Adjustment:
    """Keep a decision with its entry in the audit, unless the same is in force already."""
    now = db.now()
    with db.writing() as session:
        section = _lock(session, assignment)
        row = tables.Adjustment(
            assignment_id=assignment,
            kind=kind,
            item=item,
            reason=deciding.reason,
            made_by=deciding.account,
            made_at=now,
            **what,
        )
        same = _same(row, _rivals(session, row))
        if same is not None:
            return adjustment(same)
        session.add(row)
        session.flush()
        shown = {name: value for name, value in what.items() if name != "sitting_id"}
        audit.note(
            session,
            _ACTIONS[kind],
            deciding.subject,
            now=now,
            account=deciding.account,
            section=section,
            assignment=assignment,
            item=item,
            decision=row.id,
            reason=deciding.reason,
            **shown,
        )
        return adjustment(row)


def _lock(session: Session, assignment: str) -> str:
    """Let one decision of an assignment at a time be made; return the section's id."""
    row = tables.Assignment
    query = select(row.section_id).where(row.id == assignment).with_for_update()
    section = session.scalar(query)
    if section is None:
        raise StoreError(f"there is no assignment {assignment}")
    return section


def _rivals(session: Session, new: tables.Adjustment) -> Sequence[tables.Adjustment]:
    """Return the decisions of the same kind on the same item that are in force, oldest first."""
    row = tables.Adjustment
    query = select(row).where(
        row.assignment_id == new.assignment_id,
        row.kind == new.kind,
        row.item == new.item,
        row.undone_at.is_(None),
    )
    if new.kind == "score":
        query = query.where(row.sitting_id == new.sitting_id, row.position == new.position)
    return session.scalars(query.order_by(row.id)).all()


def _same(new: tables.Adjustment, rivals: Sequence[tables.Adjustment]) -> tables.Adjustment | None:
    """Return what makes a new decision needless."""
    if new.kind == "score":
        last = rivals[-1] if rivals else None
        alike = last and (last.score, last.reason) == (new.score, new.reason)
        return last if alike else None
    return next((each for each in rivals if each.parameters == new.parameters), None)


def adjustment(row: tables.Adjustment) -> Adjustment:
    """Read a row."""
    return Adjustment(
        **{
            each.name: getattr(row, _COLUMNS.get(each.name, each.name))
            for each in fields(Adjustment)
        }
    )

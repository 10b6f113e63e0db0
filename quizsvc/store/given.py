"""Assignments as one learner has them: what they allow him, and sittings that he begins of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from quizsvc.errors import StoreError, TokenReusedError
from quizsvc.model import Allowed, allowed, on_trial, over_before
from quizsvc.store import assignments, learners, settling, sittings, tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from quizsvc.model import Exemption, Refusal
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.db import Database
    from quizsvc.store.sittings import NewSitting, Sitting


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An assignment as one learner of its section has it."""

    assignment: Assignment
    section: str
    """Its name."""
    closed: bool
    """Whether the section is over."""
    exemption: Exemption | None
    time_factor: float
    """Of the account."""
    allowed: Allowed
    begun: int
    """Sittings that he has begun."""
    submitted: int
    """Of these, how many were handed in."""


class GoneError(StoreError):
    """The assignment was deleted, or its learner has left the section."""


class CannotBeginError(StoreError):
    """An assignment does not allow its learner another sitting now."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(f"no sitting can begin: {reason}")
        self.reason = reason


def to_learner(db: Database, learner: str) -> tuple[Given, ...]:
    """Return all that is given to a learner in sections that are not over."""
    with db.reading() as session:
        return _given(session, learner, tables.Section.closed_at.is_(None))


def find(db: Database, assignment_id: str, learner: str) -> Given | None:
    """Return an assignment as a learner of its section has it; None if he is not one."""
    with db.reading() as session:
        return next(iter(_given(session, learner, tables.Assignment.id == assignment_id)), None)


def start(
    db: Database, new: NewSitting, *, trial: bool = False, arrived_at: datetime | None = None
) -> Sitting:
    """Start a sitting of an assignment on the terms that hold for its learner at that moment.

    The same token again returns the same sitting, and so does a start from another tab while one
    goes on. The terms are read in the transaction that begins the sitting, so that neither two
    starts at once nor a change of the terms slips past.

    Parameters
    ----------
    trial : bool
        Whether an instructor tries it: at any time and as often as he likes.

    Raises
    ------
    CannotBeginError
        It is not open yet, or over, or no sitting is left.
    TokenReusedError
        The token started something else.
    GoneError
        It was deleted, or whoever begins is no learner of its section any more.
    NotSavedError
    """
    now = arrived_at or db.now()
    with db.writing() as session:
        learners.remember(session, new.learner, now)
        learners.lock(session, new.learner)
        if again := sittings.load(session, tables.Sitting.token == new.token):
            if (again[0].learner, again[0].assignment) != (new.learner, new.assignment):
                raise TokenReusedError("this token has started another sitting")
            return again[0]
        if not trial and (running := _running(session, new, now)):
            return running
        row = session.get(tables.Assignment, new.assignment, with_for_update={"read": True})
        if row is None:
            raise GoneError(f"there is no assignment {new.assignment}")
        may = _on_trial(session, row, new.learner) if trial else _allowed(session, row, new, now)
        rules = settling.rules_of(row)
        terms = replace(
            new,
            title=row.title,
            time_limit=None if may.minutes is None else timedelta(minutes=may.minutes),
            ends_at=may.ends_at,
            closes_at=settling.over(session, row),
            feedback=rules.feedback,
            late_drafts=rules.late_drafts,
        )
        return sittings.start_in(session, terms, now)


def _running(session: Session, new: NewSitting, now: datetime) -> Sitting | None:
    """Return the learner's sitting of the assignment that goes on, if one does."""
    row = tables.Sitting
    in_time = row.deadline_at.is_(None) | (row.deadline_at >= over_before(now))
    of_learner = (row.assignment_id == new.assignment) & (row.learner_id == new.learner)
    return next(iter(sittings.load(session, of_learner, row.submitted_at.is_(None), in_time)), None)


def _allowed(session: Session, row: tables.Assignment, new: NewSitting, now: datetime) -> Allowed:
    """Return what somebody may, who may begin now."""
    found = _given(session, new.learner, tables.Assignment.id == row.id)
    if not found:
        raise GoneError(f"learner {new.learner} is not in the section any more")
    refusal = "over" if found[0].closed else found[0].allowed.refusal(now, found[0].begun)
    if refusal is not None:
        raise CannotBeginError(refusal)
    return found[0].allowed


def _on_trial(session: Session, row: tables.Assignment, instructor: str) -> Allowed:
    account = session.get(tables.Account, instructor)
    return on_trial(settling.rules_of(row), account.time_factor if account else 1.0)


def _given(session: Session, learner: str, which: ColumnElement[bool]) -> tuple[Given, ...]:
    assignment, sitting = tables.Assignment, tables.Sitting
    counted = (
        select(
            sitting.assignment_id,
            func.count().label("begun"),
            func.sum(case((sitting.submitted_at.is_not(None), 1), else_=0)).label("submitted"),
        )
        .where(sitting.learner_id == learner, sitting.assignment_id.is_not(None))
        .group_by(sitting.assignment_id)
        .subquery()
    )
    query = (
        select(
            assignment,
            tables.Section,
            tables.Override,
            tables.Account.time_factor,
            counted.c.begun,
            counted.c.submitted,
        )
        .join(tables.Section, tables.Section.id == assignment.section_id)
        .join(tables.Membership, tables.Membership.section_id == tables.Section.id)
        .join(tables.Account, tables.Account.learner_id == tables.Membership.learner_id)
        .outerjoin(
            tables.Override,
            (tables.Override.assignment_id == assignment.id)
            & (tables.Override.learner_id == learner),
        )
        .outerjoin(counted, counted.c.assignment_id == assignment.id)
        .where(tables.Membership.learner_id == learner, tables.Membership.role == "learner", which)
        .order_by(assignment.created_at, assignment.id)
    )
    return tuple(
        _one(row, section, override, factor, (begun or 0, submitted or 0))
        for row, section, override, factor, begun, submitted in session.execute(query)
    )


def _one(
    row: tables.Assignment,
    section: tables.Section,
    override: tables.Override | None,
    factor: float,
    counts: tuple[int, int],
) -> Given:
    exemption = settling.exemption_of(override) if override else None
    begun, submitted = counts
    return Given(
        assignment=assignments.assignment(row),
        section=section.name,
        closed=section.closed_at is not None,
        exemption=exemption,
        time_factor=factor,
        allowed=allowed(settling.rules_of(row), exemption, factor),
        begun=begun,
        submitted=submitted,
    )

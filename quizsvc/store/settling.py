"""Settling: what now holds for an assignment holds in its sittings too, at once."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from quizsvc.errors import StoreError
from quizsvc.model import Exemption, Rules, allowed, on_trial, over_at
from quizsvc.store import tables
from quizsvc.store.statements import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    Clock = Callable[[], datetime]

RULES = tuple(each.name for each in fields(Rules))
EXEMPTIONS = tuple(each.name for each in fields(Exemption))


class EndsSittingsError(StoreError):
    """A change would hand in sittings that are open now, more of them than was agreed to."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} open sittings would end at once")
        self.count = count


def settle_terms(
    session: Session, row: tables.Assignment, clock: Clock, *, may_end: int | None = None
) -> None:
    """Let what now holds for an assignment, which is locked, hold in its sittings too.

    Until when somebody may still hand in decides for all when keys may be shown; a deadline is
    moved only where nothing was handed in, and never to before now, so that nothing counts as
    handed in before it was typed. What the assignment's instructors try ends with its time alone.

    Parameters
    ----------
    may_end : int | None
        How many sittings that are open now may end by it; None for any number.

    Raises
    ------
    EndsSittingsError
        More would: the transaction must not be kept.
    """
    rules, sitting = rules_of(row), tables.Sitting
    exempt = _exemptions(session, row.id)
    of_assignment = sitting.assignment_id == row.id
    session.execute(
        update(sitting)
        .where(of_assignment)
        .values(feedback=rules.feedback, closes_at=over(session, row))
    )
    open_now = (
        select(sitting, is_trial, func.coalesce(tables.Account.time_factor, 1.0))
        .join(tables.Assignment, tables.Assignment.id == sitting.assignment_id)
        .outerjoin(tables.Account, tables.Account.learner_id == sitting.learner_id)
        .where(of_assignment, sitting.submitted_at.is_(None))
        .with_for_update(of=sitting, key_share=True)
        .execution_options(populate_existing=True)
    )
    found = session.execute(open_now).all()
    now, ended = clock(), 0  # after the locks: what arrived before is stored by now
    for each, tried, factor in found:
        learners = allowed(rules, exempt.get(each.learner_id), factor)
        may = on_trial(rules, factor) if tried else learners
        before, after = each.deadline_at, may.deadline(each.started_at)
        if after is not None:
            ended += after <= now and (before is None or before > now)
            after = max(after, now if before is None else min(before, now))
        each.deadline_at = after
        each.late_drafts = rules.late_drafts
    if may_end is not None and ended > may_end:
        raise EndsSittingsError(ended)


def settle_section(session: Session, section: str, who: Iterable[str], clock: Clock) -> None:
    """Settle what is assigned to a section that some learners have come into or gone from.

    Only overrides of those who are in it count.
    """
    override = tables.Override
    _settle(
        session,
        clock,
        tables.Assignment.section_id == section,
        tables.Assignment.id.in_(
            select(override.assignment_id).where(override.learner_id.in_(list(who)))
        ),
    )


def forget_overrides(session: Session, learner: str, clock: Clock) -> None:
    """Delete the overrides of a learner whose account goes, and settle what they were made for."""
    override = table(tables.Override)
    of_learner = override.c.learner_id == learner
    gone = session.scalars(select(override.c.assignment_id).where(of_learner)).all()
    if gone:
        session.execute(delete(override).where(of_learner))
        _settle(session, clock, tables.Assignment.id.in_(gone))


def over(session: Session, row: tables.Assignment) -> datetime | None:
    """Return when an assignment is over for all who learn in its section now."""
    learns = (tables.Membership.section_id == row.section_id) & (
        tables.Membership.role == "learner"
    )
    present = select(tables.Membership.learner_id).where(learns)
    mine = tables.Override.learner_id.in_(present)
    return over_at(rules_of(row), _exemptions(session, row.id, mine).values())


def closing(session: Session, sitting: tables.Sitting) -> datetime | None:
    """Return until when what the learner of a sitting hands in is not late; None if it never is."""
    if sitting.assignment_id is None:
        return None
    assignment, override = tables.Assignment, tables.Override
    of_learner = (override.assignment_id == assignment.id) & (
        override.learner_id == sitting.learner_id
    )
    query = select(assignment, override).outerjoin(override, of_learner)
    given, own = session.execute(query.where(assignment.id == sitting.assignment_id)).one()
    return allowed(rules_of(given), exemption_of(own) if own else None).closes_at


is_trial = (
    select(tables.Account.learner_id)
    .where(
        tables.Account.learner_id == tables.Sitting.learner_id,
        tables.Account.role.in_(("instructor", "admin")),
    )
    .correlate(tables.Sitting)
    .exists()
    & ~select(tables.Membership.learner_id)
    .where(
        tables.Membership.learner_id == tables.Sitting.learner_id,
        tables.Membership.section_id == tables.Assignment.section_id,
        tables.Membership.role == "learner",
    )
    .correlate(tables.Sitting, tables.Assignment)
    .exists()
)
"""Whether an instructor tries an assignment in a sitting; beside both of them."""


def rules_of(row: tables.Assignment) -> Rules:
    """Read the rules in a row."""
    return Rules(**{name: getattr(row, name) for name in RULES})


def exemption_of(row: tables.Override) -> Exemption:
    """Read the exemption in a row."""
    return Exemption(**{name: getattr(row, name) for name in EXEMPTIONS})


def _settle(session: Session, clock: Clock, *which: ColumnElement[bool]) -> None:
    found = select(tables.Assignment).where(*which).order_by(tables.Assignment.id)
    for row in session.scalars(found.with_for_update(key_share=True)).all():
        settle_terms(session, row, clock)


def _exemptions(
    session: Session, assignment_id: str, *which: ColumnElement[bool]
) -> dict[str, Exemption]:
    row = tables.Override
    found = session.scalars(select(row).where(row.assignment_id == assignment_id, *which))
    return {each.learner_id: exemption_of(each) for each in found}

"""Overrides: other terms of an assignment for one learner, in force at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from quizsvc.errors import StoreError
from quizsvc.model import Exemption
from quizsvc.store import assignments, audit, tables
from quizsvc.store.assignments import as_json
from quizsvc.store.settling import EXEMPTIONS, settle_terms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.store.assignments import Override
    from quizsvc.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOverride:
    """What an instructor wants to hold for a learner."""

    exemption: Exemption
    """From nothing, to take an override back."""
    reason: str
    counter: int
    """Of what stood when the page was made; 0 where nothing did."""


class OverrideOvertakenError(StoreError):
    """A change came from a page that had been overtaken: what stands is here to be shown."""

    def __init__(self, stored: Override | None) -> None:
        super().__init__("this override has been changed elsewhere")
        self.stored = stored


def find(db: Database, assignment_id: str, learner: str) -> Override | None:
    """Return what stands for a learner; an exemption from nothing where it was taken back.

    Its row stays then, and goes on counting, so that no page from before can overwrite what comes.
    """
    with db.reading() as session:
        row = session.get(tables.Override, (assignment_id, learner))
        return assignments.override(row) if row else None


def of_learners(db: Database, assignment_id: str) -> Mapping[str, Override]:
    """Return the overrides that count: of those who learn in the section now, by learner."""
    row, member = tables.Override, tables.Membership
    query = (
        select(row)
        .join(tables.Assignment, tables.Assignment.id == row.assignment_id)
        .join(
            member,
            (member.section_id == tables.Assignment.section_id)
            & (member.learner_id == row.learner_id),
        )
        .where(row.assignment_id == assignment_id, member.role == "learner")
    )
    with db.reading() as session:
        made = [assignments.override(each) for each in session.scalars(query)]
    return {each.learner: each for each in made if each.exemption != Exemption()}


def put(
    db: Database, assignment_id: str, learner: str, new: NewOverride, *, by: str, may_end: int = 0
) -> Override:
    """Give a learner other terms, or take them back.

    They hold at once, also in a sitting that has begun, even past its deadline if nobody has
    closed it yet.

    Parameters
    ----------
    may_end : int
        How many sittings that are open now may end by it.

    Raises
    ------
    EndsSittingsError
        More would; nothing was changed.
    OverrideOvertakenError
        Another page has changed it since.
    """
    now = db.now()
    with db.writing() as session:
        row = assignments.lock(session, assignment_id)
        kept = session.get(tables.Override, (assignment_id, learner))
        before = assignments.override(kept) if kept else None
        if before and (before.exemption, before.reason) == (new.exemption, new.reason):
            return before
        if new.counter != (before.counter if before else 0):
            raise OverrideOvertakenError(before)
        if kept is None:
            kept = tables.Override(assignment_id=assignment_id, learner_id=learner)
            session.add(kept)
        for name in EXEMPTIONS:
            setattr(kept, name, getattr(new.exemption, name))
        kept.reason, kept.counter = new.reason, new.counter + 1
        kept.made_by, kept.made_at = by, now
        session.flush()
        settle_terms(session, row, db.now, may_end=may_end)
        account = session.get(tables.Account, learner)
        audit.note(
            session, "override changed", f"{row.title}: {account.name if account else learner}",
            now=now, account=by, section=row.section_id, learner=learner,
            before=_departures(before.exemption if before else Exemption()),
            after=_departures(new.exemption), reason=new.reason,
        )  # fmt: skip
        return assignments.override(kept)


def begun(db: Database, assignment_id: str) -> Mapping[str, int]:
    """Return how many sittings of an assignment each learner has begun."""
    sitting = tables.Sitting
    query = (
        select(sitting.learner_id, func.count().label("begun"))
        .where(sitting.assignment_id == assignment_id)
        .group_by(sitting.learner_id)
    )
    with db.reading() as session:
        return {each.learner_id: each.begun for each in session.execute(query)}


def _departures(exemption: Exemption) -> dict[str, object]:
    """Return what is not left to the rules."""
    facts = {name: getattr(exemption, name) for name in EXEMPTIONS}
    return as_json({name: value for name, value in facts.items() if value is not None})

"""Assignments: assessments given to sections, and overrides of their terms for single learners."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from quizsvc.model import Exemption, Rules
from quizsvc.store import tables
from quizsvc.store.statements import is_id, new_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from quizsvc.store.db import Database

RULES = tuple(each.name for each in fields(Rules))
EXEMPTIONS = tuple(each.name for each in fields(Exemption))


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """An assessment given to a section."""

    id: str
    section: str
    assessment: str
    title: str
    rules: Rules
    counter: int
    """How often it was changed; a page that sends an older one has been overtaken."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Other terms of an assignment for one learner."""

    learner: str
    exemption: Exemption
    reason: str
    counter: int
    """As of an assignment."""
    made_by: str
    made_at: datetime


def make(
    db: Database, section: str, assessment: str, title: str, rules: Rules | None = None
) -> Assignment:
    """Give an assessment to a section."""
    row = tables.Assignment(
        id=new_id(),
        section_id=section,
        assessment=assessment,
        title=title,
        counter=0,
        created_at=db.now(),
        **_columns(rules or Rules(), RULES),
    )
    with db.writing() as session:
        session.add(row)
        session.flush()
        return assignment(row)


def find(db: Database, assignment_id: str) -> Assignment | None:
    """Return the assignment of that id, if there is one."""
    if not is_id(assignment_id):
        return None
    with db.reading() as session:
        row = session.get(tables.Assignment, assignment_id)
        return assignment(row) if row else None


def of_section(db: Database, section: str) -> tuple[Assignment, ...]:
    """Return the assignments of a section, in the order in which they were made."""
    row = tables.Assignment
    query = select(row).where(row.section_id == section).order_by(row.created_at, row.id)
    with db.reading() as session:
        return tuple(assignment(each) for each in session.scalars(query))


def overrides(db: Database, assignment_id: str) -> Mapping[str, Override]:
    """Return the overrides of an assignment by learner."""
    row = tables.Override
    with db.reading() as session:
        found = session.scalars(select(row).where(row.assignment_id == assignment_id))
        return {each.learner_id: override(each) for each in found}


def assignment(row: tables.Assignment) -> Assignment:
    """Read a row."""
    return Assignment(
        id=row.id,
        section=row.section_id,
        assessment=row.assessment,
        title=row.title,
        rules=Rules(**{name: getattr(row, name) for name in RULES}),
        counter=row.counter,
        created_at=row.created_at,
    )


def override(row: tables.Override) -> Override:
    """Read a row."""
    return Override(
        learner=row.learner_id,
        exemption=Exemption(**{name: getattr(row, name) for name in EXEMPTIONS}),
        reason=row.reason,
        counter=row.counter,
        made_by=row.made_by,
        made_at=row.made_at,
    )


def _columns(rules: Rules, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(rules, name) for name in names}

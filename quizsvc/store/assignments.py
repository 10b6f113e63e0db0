"""Assignments: assessments given to sections, and overrides of their terms for single learners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from quizsvc.errors import StoreError, TokenReusedError
from quizsvc.model import Exemption, Rules
from quizsvc.store import audit, tables
from quizsvc.store.settling import RULES, exemption_of, is_trial, rules_of, settle_terms
from quizsvc.store.statements import InsertIfAbsent, is_id, new_id, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

_insert = InsertIfAbsent(tables.Assignment, "id")


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


@dataclass(frozen=True, slots=True)
class MadeBy:
    """The page that an assignment comes from."""

    account: str
    token: str


class AssignmentOvertakenError(StoreError):
    """A change came from a page that had been overtaken: what stands is here to be shown."""

    def __init__(self, stored: Assignment) -> None:
        super().__init__(f"assignment {stored.id} has been changed elsewhere")
        self.stored = stored


class AssignmentBegunError(StoreError):
    """What was begun or decided is kept, and so is its assignment."""


def make(  # noqa: PLR0913 - what is given, to whom, and on what terms
    db: Database,
    section: str,
    assessment: str,
    title: str,
    rules: Rules | None = None,
    *,
    kept: Iterable[str] = (),
    form: MadeBy | None = None,
) -> Assignment:
    """Give an assessment to a section; the same form again returns the same assignment.

    Parameters
    ----------
    kept : Iterable[str]
        Items that nobody is to practise before it is over.

    Raises
    ------
    TokenReusedError
        The form has given something else.
    """
    now = db.now()
    facts = {name: getattr(rules or Rules(), name) for name in RULES}
    row = {
        "id": form.token if form else new_id(),
        "section_id": section,
        "assessment": assessment,
        "title": title,
        "kept_items": sorted(kept),
        "counter": 0,
        "created_at": now,
        **facts,
    }
    with db.writing() as session:
        if _insert(session, row) and form:
            made = {"assessment": assessment, **as_json(facts)}
            audit.note(
                session, "assignment changed", title,
                now=now, account=form.account, section=section, made=made,
            )  # fmt: skip
        found = lock(session, row["id"])
        if (found.section_id, found.assessment) != (section, assessment):
            raise TokenReusedError("this token has made another assignment")
        return assignment(found)


def change(  # noqa: PLR0913 - its terms, who changes them, and what he was shown
    db: Database,
    assignment_id: str,
    title: str,
    rules: Rules,
    counter: int,
    *,
    by: str | None,
    may_end: int = 0,
) -> Assignment:
    """Give an assignment other terms, which hold at once, also in sittings that have begun.

    Parameters
    ----------
    may_end : int
        How many sittings that are open now may end by it.

    Raises
    ------
    EndsSittingsError
        More would; nothing was changed.
    AssignmentOvertakenError
        Another page has changed it since.
    """
    with db.writing() as session:
        row = lock(session, assignment_id)
        before = assignment(row)
        if (before.title, before.rules) == (title, rules):
            return before
        if counter != row.counter:
            raise AssignmentOvertakenError(before)
        was = {name: getattr(before.rules, name) for name in RULES}
        new = {name: getattr(rules, name) for name in RULES}
        changed = [name for name in RULES if was[name] != new[name]]
        for name in changed:
            setattr(row, name, new[name])
        row.title = title
        row.counter += 1
        settle_terms(session, row, db.now, may_end=may_end)
        audit.note(
            session, "assignment changed", title,
            now=db.now(), account=by, section=row.section_id,
            before={"title": before.title, **as_json({name: was[name] for name in changed})},
            after={"title": title, **as_json({name: new[name] for name in changed})},
        )  # fmt: skip
        return assignment(row)


def remove(db: Database, assignment_id: str, *, by: str) -> None:
    """Delete an assignment of which no learner has begun a sitting, with its overrides.

    What its instructors have tried stays theirs, as if they had sat the quiz by themselves.

    Raises
    ------
    AssignmentBegunError
        Somebody has begun one, or a decision was made about it.
    """
    with db.writing() as session:
        row = session.get(tables.Assignment, assignment_id, with_for_update=True)
        if row is None:
            raise StoreError(f"there is no assignment {assignment_id}")
        if _has_begun(session, assignment_id):
            raise AssignmentBegunError(f"assignment {assignment_id} has sittings")
        overrides_of_it, tried = table(tables.Override), table(tables.Sitting)
        session.execute(
            delete(overrides_of_it).where(overrides_of_it.c.assignment_id == assignment_id)
        )
        session.execute(
            update(tried).where(tried.c.assignment_id == assignment_id).values(assignment_id=None)
        )
        session.delete(row)
        audit.note(
            session, "assignment changed", row.title,
            now=db.now(), account=by, section=row.section_id, deleted=row.assessment,
        )  # fmt: skip


def can_be_removed(db: Database, assignment_id: str) -> bool:
    """Tell whether nothing of an assignment has to be kept."""
    with db.reading() as session:
        return not _has_begun(session, assignment_id)


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
        made = [override(each) for each in found]
    return {each.learner: each for each in made if each.exemption != Exemption()}


def lock(session: Session, assignment_id: str) -> tables.Assignment:
    """Return an assignment whose terms no other transaction changes until this one ends."""
    row = session.get(tables.Assignment, assignment_id, with_for_update={"key_share": True})
    if row is None:
        raise StoreError(f"there is no assignment {assignment_id}")
    return row


def assignment(row: tables.Assignment) -> Assignment:
    """Read a row."""
    return Assignment(
        id=row.id,
        section=row.section_id,
        assessment=row.assessment,
        title=row.title,
        rules=rules_of(row),
        counter=row.counter,
        created_at=row.created_at,
    )


def override(row: tables.Override) -> Override:
    """Read a row."""
    return Override(
        learner=row.learner_id,
        exemption=exemption_of(row),
        reason=row.reason,
        counter=row.counter,
        made_by=row.made_by,
        made_at=row.made_at,
    )


def as_json(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as an audit keeps them."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in facts.items()
    }


def _has_begun(session: Session, assignment_id: str) -> bool:
    """Tell whether there is something of an assignment that has to be kept."""
    begun = (
        select(tables.Sitting.id)
        .join(tables.Assignment, tables.Assignment.id == tables.Sitting.assignment_id)
        .where(tables.Sitting.assignment_id == assignment_id, ~is_trial)
    )
    decided = (
        select(kind.id).where(kind.assignment_id == assignment_id)
        for kind in (tables.Adjustment, tables.Regrade)
    )
    return any(session.scalar(select(query.exists())) for query in (begun, *decided))

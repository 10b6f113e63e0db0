"""Who comes into a section and who leaves it, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from quizsvc.errors import StoreError
from quizsvc.store import audit, sections, settling, voiding
from quizsvc.store.tables import Account, Membership

if TYPE_CHECKING:
    from quizsvc.store.db import Database
    from quizsvc.store.sections import Section


class LastInstructorError(StoreError):
    """Nobody would teach the section any more."""


def join(db: Database, section: str, learner: str) -> bool:
    """Put a learner into a section at his own wish, and tell whether he was not in it before.

    Links to his account are void: from now on others may have to look after it.
    """
    with db.writing() as session:
        added = sections.add_member(session, section, learner, "learner", db.now())
        if added:  # an override from before he left counts again
            settling.settle_section(session, section, [learner], db.now)
            voiding.of_account(session, learner)
        return added


def add_instructor(db: Database, section: Section, account: str, name: str, *, by: str) -> bool:
    """Let somebody else teach a section too, and tell whether he was not in it before."""
    now = db.now()
    with db.writing() as session:
        added = sections.add_member(session, section.id, account, "instructor", now)
        if added:
            audit.note(
                session, "enrolled", name, now=now, account=by, section=section.id,
                role="instructor",
            )  # fmt: skip
        return added


def remove_member(db: Database, section: Section, member: str, *, by: str) -> bool:
    """Take somebody out of a section, and tell whether he was in it; what he did stays.

    Raises
    ------
    LastInstructorError
        He is the only one who teaches it.
    """
    with db.writing() as session:
        sections.lock(session, section.id)  # or two instructors could end each other at once
        role = sections.role_of(session, section.id, member)
        if role is None:
            return False
        of_section = Membership.section_id == section.id
        if role == "instructor":
            others = select(func.count()).where(of_section, Membership.role == "instructor")
            if session.scalar(others) == 1:
                raise LastInstructorError("a section must have an instructor")
        if role == "instructor":
            voiding.of_taught(session, member, section.id)
        voiding.of_account(session, member)
        session.execute(delete(Membership).where(of_section, Membership.learner_id == member))
        settling.settle_section(session, section.id, [member], db.now)
        account = session.get(Account, member)
        audit.note(
            session, "member removed", account.name if account else "a deleted account",
            now=db.now(), account=by, section=section.id, role=role,
        )  # fmt: skip
        return True

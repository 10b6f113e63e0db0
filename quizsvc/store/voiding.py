"""One-time links that no longer hold: whoever keeps one must not get into an account by it later.

A link is as good as the account it is for. So it ends with whatever it was made for, and with the
right of its maker to look after that account; where it is not known who made it, with anybody's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from quizsvc.store import tables
from quizsvc.store.statements import table

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_link, _member = table(tables.OneTimeLink), table(tables.Membership)


def of_account(session: Session, learner: str) -> None:
    """Void the links of an account: its password is another, or others look after it now."""
    session.execute(delete(_link).where(_link.c.learner_id == learner))


def of_maker(session: Session, maker: str) -> None:
    """Void the links that somebody may have made who loses his role: an admin may make any."""
    account = session.get(tables.Account, maker)
    if account is not None and account.role == "admin":
        session.execute(delete(_link).where(_link.c.purpose == "password"))
    of_taught(session, maker)


def of_taught(session: Session, instructor: str, section: str | None = None) -> None:
    """Void the links of all who learn with somebody who stops teaching: a section, or every one."""
    taught = select(_member.c.section_id).where(
        _member.c.learner_id == instructor, _member.c.role == "instructor"
    )
    if section is not None:
        taught = taught.where(_member.c.section_id == section)
    learners = select(_member.c.learner_id).where(
        _member.c.section_id.in_(taught), _member.c.role == "learner"
    )
    session.execute(delete(_link).where(_link.c.learner_id.in_(learners)))


def for_first_admin(session: Session) -> None:
    """Void what would make the first admin: there is one now."""
    session.execute(delete(_link).where(_link.c.purpose == "admin"))

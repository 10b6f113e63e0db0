"""One-time links: each sets one password, or makes the first admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from quizsvc.store import people, signins, tables
from quizsvc.store.statements import new_secret, secret_hash, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database
    from quizsvc.store.people import Account

LASTS = timedelta(hours=24)

_AT_ONCE = 500
"""Accounts named in one statement."""

_link, _account = table(tables.OneTimeLink), table(tables.Account)


@dataclass(frozen=True, slots=True)
class Link:
    """What a token that can still be used is for."""

    account: Account | None
    """Whose password it sets; None where it makes the first admin."""


def make(db: Database, learner: str) -> str:
    """Return the token of a link that sets an account's password; earlier ones are void."""
    of_learner = _link.c.learner_id == learner
    return _make(db, of_learner, {"purpose": "password", "learner_id": learner})


def make_all(db: Database, learners: Sequence[str]) -> list[str]:
    """Return the tokens of links that set the passwords of several accounts, in their order."""
    now = db.now()
    tokens = [new_secret() for _ in learners]
    rows = [
        {
            "token_hash": secret_hash(token),
            "purpose": "password",
            "learner_id": learner,
            "created_at": now,
            "expires_at": now + LASTS,
        }
        for token, learner in zip(tokens, learners, strict=True)
    ]
    with db.writing() as session:
        for start in range(0, len(learners), _AT_ONCE):
            some = learners[start : start + _AT_ONCE]
            session.execute(delete(_link).where(_link.c.learner_id.in_(some)))
        if rows:
            session.execute(insert(_link), rows)
    return tokens


def make_for_admin(db: Database) -> str:
    """Return the token of a link that makes an admin; earlier ones are void."""
    return _make(db, _link.c.purpose == "admin", {"purpose": "admin", "learner_id": None})


def find(db: Database, token: str) -> Link | None:
    """Return what a token is for, if it can still be used; it is not used by that."""
    query = (
        select(*people.COLUMNS, _link.c.purpose)
        .join_from(_link, _account, _account.c.learner_id == _link.c.learner_id, isouter=True)
        .where(_usable(db, token))
    )
    with db.reading() as session:
        row = session.execute(query).first()
    if row is None:
        return None
    return Link(people.from_row(row) if row.purpose == "password" else None)


def set_password(db: Database, token: str, password_hash: str) -> Account | None:
    """Use a link: set the password and end all sign-ins; None if it cannot be used any more."""
    with db.writing() as session:
        learner = _use(session, _usable(db, token, "password"))
        if learner is None:
            return None
        of_learner = _account.c.learner_id == learner
        session.execute(update(_account).where(of_learner).values(password_hash=password_hash))
        signins.end_all_in(session, learner)
        return people.from_row(session.execute(select(*people.COLUMNS).where(of_learner)).one())


def make_admin(
    db: Database, token: str, name: str, *, guest: str | None, password_hash: str
) -> Account | None:
    """Use a link: make the account of an admin; None if it cannot be used any more.

    Raises
    ------
    NameTakenError
        The link is not used by that.
    """
    with db.writing() as session:
        if _use(session, _usable(db, token, "admin")) is None:
            return None
        return people.add_in(
            session, name, guest=guest, password_hash=password_hash, role="admin", now=db.now()
        )


def _make(db: Database, earlier: ColumnElement[bool], row: dict[str, Any]) -> str:
    token, now = new_secret(), db.now()
    with db.writing() as session:
        session.execute(delete(_link).where(earlier | (_link.c.expires_at <= now)))
        times = {"created_at": now, "expires_at": now + LASTS}
        session.execute(insert(_link), {"token_hash": secret_hash(token), **row, **times})
    return token


def _usable(db: Database, token: str, purpose: str | None = None) -> ColumnElement[bool]:
    usable = (_link.c.token_hash == secret_hash(token)) & (_link.c.expires_at > db.now())
    return usable if purpose is None else usable & (_link.c.purpose == purpose)


def _use(session: Session, usable: ColumnElement[bool]) -> str | None:
    """Delete a link, and return whose it was; of two that use it at once, one gets nothing."""
    row = session.execute(delete(_link).where(usable).returning(_link.c.learner_id)).first()
    return None if row is None else row.learner_id or ""

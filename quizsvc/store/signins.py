"""Sign-ins: the browsers in which somebody is signed in; without its row a cookie opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, insert, select, update

from quizsvc.store import people, tables
from quizsvc.store.statements import new_secret, secret_hash, table

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database
    from quizsvc.store.people import Account

LASTS = timedelta(days=90)
"""How long a browser stays signed in that sends nothing."""

_NOTED_EVERY = timedelta(days=1)

_sign_in, _account = table(tables.SignIn), table(tables.Account)
_behind = (
    select(*people.COLUMNS, _sign_in.c.seen_at)
    .join_from(_sign_in, _account, _account.c.learner_id == _sign_in.c.learner_id)
    .where(
        _sign_in.c.token_hash == bindparam("hash"),
        _sign_in.c.seen_at > bindparam("since", type_=tables.UtcTime),
    )
)


def begin(db: Database, learner: str, *, instead_of: str | None = None) -> str:
    """Sign a browser in and return its token, which nobody has seen before.

    Parameters
    ----------
    instead_of : str | None
        The token with which the browser was signed in so far; it opens nothing any more.
    """
    token, now = new_secret(), db.now()
    with db.writing() as session:
        if instead_of is not None:
            session.execute(delete(_sign_in).where(_is(instead_of)))
        session.execute(delete(_sign_in).where(_sign_in.c.seen_at <= now - LASTS))
        row = {"token_hash": secret_hash(token), "learner_id": learner}
        session.execute(insert(_sign_in), row | {"created_at": now, "seen_at": now})
    return token


def account(db: Database, token: str, *, note: bool = False) -> Account | None:
    """Return who is signed in with a token.

    Parameters
    ----------
    note : bool
        Whether to keep that it was used today, so that it lasts.
    """
    now = db.now()
    with db.asking() as connection:
        values = {"hash": secret_hash(token), "since": now - LASTS}
        row = connection.execute(_behind, values).first()
    if row is None:
        return None
    if note and now - row.seen_at >= _NOTED_EVERY:
        with db.writing() as session:
            session.execute(update(_sign_in).where(_is(token)).values(seen_at=now))
    return people.from_row(row)


def count(db: Database, learner: str) -> int:
    """Return in how many browsers somebody is signed in."""
    query = select(func.count()).where(
        _sign_in.c.learner_id == learner, _sign_in.c.seen_at > db.now() - LASTS
    )
    with db.reading() as session:
        return session.scalar(query) or 0


def end(db: Database, token: str) -> None:
    """Sign a browser out."""
    with db.writing() as session:
        session.execute(delete(_sign_in).where(_is(token)))


def end_others(db: Database, learner: str, token: str) -> None:
    """Sign somebody out of all browsers but the one that holds this token."""
    with db.writing() as session:
        session.execute(delete(_sign_in).where(_sign_in.c.learner_id == learner, ~_is(token)))


def end_all_in(session: Session, learner: str) -> None:
    """Sign somebody out of all browsers, inside a transaction that is open."""
    session.execute(delete(_sign_in).where(_sign_in.c.learner_id == learner))


def _is(token: str) -> ColumnElement[bool]:
    return _sign_in.c.token_hash == secret_hash(token)

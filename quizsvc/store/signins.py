"""Sign-ins: the browsers in which somebody is signed in; without its row a cookie opens nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, bindparam, case, delete, func, insert, select, update

from quizsvc.store import people, tables
from quizsvc.store.statements import new_secret, secret_hash, table

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import BindParameter, ColumnElement
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database
    from quizsvc.store.people import Account


@dataclass(frozen=True, slots=True)
class Term:
    """How long a browser stays signed in."""

    idle: timedelta
    """If it sends nothing."""
    whole: timedelta
    """Whatever it sends."""
    noted: timedelta
    """How often it is noted that it was used: not with each answer, which would cost a commit."""


OF_LEARNERS = Term(timedelta(days=90), timedelta(days=400), timedelta(days=1))
"""An exam must not begin with a forgotten password."""

OF_STAFF = Term(timedelta(days=1), timedelta(days=30), timedelta(hours=1))
"""Who sees everybody's answers leaves a browser open for less long."""

_sign_in, _account = table(tables.SignIn), table(tables.Account)


def _since(name: str) -> BindParameter[datetime]:
    return bindparam(name, type_=tables.UtcTime)


_of_learner = _account.c.role == "learner"
_lasts = and_(
    _sign_in.c.seen_at > case((_of_learner, _since("learner_idle")), else_=_since("staff_idle")),
    _sign_in.c.created_at
    > case((_of_learner, _since("learner_whole")), else_=_since("staff_whole")),
)
_with_account = _sign_in.join(_account, _account.c.learner_id == _sign_in.c.learner_id)
_behind = (
    select(*people.COLUMNS, _sign_in.c.seen_at)
    .select_from(_with_account)
    .where(_sign_in.c.token_hash == bindparam("hash"), _lasts)
)
_of_account = (
    select(func.count())
    .select_from(_with_account)
    .where(_sign_in.c.learner_id == bindparam("learner"), _lasts)
)


def _moments(now: datetime) -> dict[str, datetime]:
    """Return what `_lasts` compares with."""
    return {
        "learner_idle": now - OF_LEARNERS.idle,
        "learner_whole": now - OF_LEARNERS.whole,
        "staff_idle": now - OF_STAFF.idle,
        "staff_whole": now - OF_STAFF.whole,
    }


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
        session.execute(delete(_sign_in).where(_sign_in.c.seen_at <= now - OF_LEARNERS.idle))
        row = {"token_hash": secret_hash(token), "learner_id": learner}
        session.execute(insert(_sign_in), row | {"created_at": now, "seen_at": now})
    return token


def account(db: Database, token: str, *, note: bool = False) -> Account | None:
    """Return who is signed in with a token.

    Parameters
    ----------
    note : bool
        Whether to keep that it was used, so that it lasts.
    """
    now = db.now()
    with db.asking() as connection:
        values = {"hash": secret_hash(token), **_moments(now)}
        row = connection.execute(_behind, values).first()
    if row is None:
        return None
    term = OF_LEARNERS if row.role == "learner" else OF_STAFF
    if note and now - row.seen_at >= term.noted:
        with db.writing() as session:
            session.execute(update(_sign_in).where(_is(token)).values(seen_at=now))
    return people.from_row(row)


def count(db: Database, learner: str) -> int:
    """Return in how many browsers somebody is signed in."""
    with db.reading() as session:
        return session.scalar(_of_account, {"learner": learner, **_moments(db.now())}) or 0


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

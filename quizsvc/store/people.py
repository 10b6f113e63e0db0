"""Accounts: learners who have a name and are found again from any browser."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from quizsvc.errors import StoreError
from quizsvc.store import learners, names, tables, voiding
from quizsvc.store.statements import InsertIfAbsent, is_id, new_id, table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

Role = Literal["learner", "instructor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)

LARGEST_TIME_FACTOR = 4.0

PAGE = 50
"""Accounts that are listed at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A learner who can sign in."""

    learner: str
    name: str
    role: Role
    time_factor: float
    """What time limits are multiplied by."""
    has_password: bool
    """Not before a one-time link was used, if somebody else made the account."""
    created_at: datetime

    @property
    def names(self) -> tuple[str, str]:
        """What the learner is called, with the number and without: neither makes a password."""
        return self.name, self.name.rpartition("-")[0]


class NameTakenError(StoreError):
    """There is an account of that name, or of one that looks alike."""


class LastAdminError(StoreError):
    """The only admin would be gone."""


_account = table(tables.Account)
_insert = InsertIfAbsent(tables.Account, "name_key")

COLUMNS = (
    _account.c.learner_id.label("learner"),
    _account.c.name,
    _account.c.role,
    _account.c.time_factor,
    _account.c.password_hash.is_not(None).label("has_password"),
    _account.c.created_at,
)
"""What `from_row` needs of a row."""


def from_row(row: Row[Any]) -> Account:
    """Return the account that a row of `COLUMNS` holds; columns after them are left alone."""
    return Account(**{column.name: row[place] for place, column in enumerate(COLUMNS)})


def find(db: Database, learner: str) -> Account | None:
    """Return the account of a learner, if there is one."""
    return _only(db, _account.c.learner_id == learner) if is_id(learner) else None


def by_name(db: Database, name: str) -> Account | None:
    """Return the account of a name, however it is written, if there is one."""
    return _only(db, _account.c.name_key == names.name_key(name))


def credentials(db: Database, name: str) -> tuple[Account, str | None] | None:
    """Return the account of a name with the hash of its password."""
    query = select(*COLUMNS, _account.c.password_hash)
    with db.reading() as session:
        row = session.execute(query.where(_account.c.name_key == names.name_key(name))).first()
    return None if row is None else (from_row(row), row.password_hash)


def time_factor(db: Database, learner: str) -> float:
    """Return what a learner's time limits are multiplied by; 1 for a guest."""
    query = select(_account.c.time_factor).where(_account.c.learner_id == learner)
    with db.reading() as session:
        return session.scalar(query) or 1.0


def has_admin(db: Database) -> bool:
    """Tell whether somebody can open everything."""
    with db.reading() as session:
        return session.scalar(_admins.limit(1)) is not None


def search(
    db: Database, text: str = "", *, offset: int = 0, limit: int | None = None
) -> list[Account]:
    """Return the accounts whose names hold a text, by name."""
    query = select(*COLUMNS).where(holds(text))
    with db.reading() as session:
        page = query.order_by(_account.c.name_key).offset(offset).limit(limit)
        return [from_row(row) for row in session.execute(page)]


def holds(text: str) -> ColumnElement[bool]:
    """Return the condition that the name of an account holds a text."""
    return _account.c.name_key.contains(names.name_key(text), autoescape=True)


def propose(db: Database, name: str) -> str:
    """Return a name to sign in with: the name and a number, drawn among those that are free.

    Everybody gets a number, so that it tells nobody whether somebody else has the name.
    """
    for digits in (4, 4, 6, 8):
        drawn = [f"{name}-{_number(digits)}" for _ in range(20)]
        keys = [names.name_key(each) for each in drawn]
        with db.reading() as session:
            query = select(_account.c.name_key).where(_account.c.name_key.in_(keys))
            taken = set(session.scalars(query))
        free = [each for each, key in zip(drawn, keys, strict=True) if key not in taken]
        if free:
            return free[0]
    raise NameTakenError(f"no number is free beside {name!r}")


def add(
    db: Database,
    name: str,
    *,
    guest: str | None = None,
    password_hash: str | None = None,
    role: Role = "learner",
) -> Account:
    """Make an account.

    Parameters
    ----------
    guest : str | None
        The learner to take over with all that he did, unless an account has already.

    Raises
    ------
    NameTakenError, NotSavedError
    """
    with db.writing() as session:
        return add_in(
            session, name, guest=guest, password_hash=password_hash, role=role, now=db.now()
        )


def add_in(
    session: Session,
    name: str,
    *,
    guest: str | None,
    password_hash: str | None,
    role: Role,
    now: datetime,
) -> Account:
    """Do the work of `add` inside a transaction that is open."""
    learner = guest
    if learner is None or not is_id(learner) or not learners.claim(session, learner, now):
        learner = new_id()
        learners.claim(session, learner, now)
    row = {
        "learner_id": learner,
        "name": name,
        "name_key": names.name_key(name),
        "password_hash": password_hash,
        "role": role,
        "time_factor": 1.0,
        "created_at": now,
    }
    if not _insert(session, row):
        raise NameTakenError(f"there is an account named {name!r} already")
    if role == "admin":
        voiding.for_first_admin(session)
    return Account(
        learner=learner,
        name=name,
        role=role,
        time_factor=1.0,
        has_password=password_hash is not None,
        created_at=now,
    )


def add_all_in(session: Session, wanted: Sequence[str], *, now: datetime) -> list[str]:
    """Make learners' accounts without passwords, inside a transaction; return their ids in order.

    Raises
    ------
    NameTakenError
        There is one of some name: the transaction must not be kept.
    """
    made = [new_id() for _ in wanted]
    if not made:
        return made
    rows = [{"id": learner, "created_at": now, "claimed_at": now} for learner in made]
    session.execute(insert(tables.Learner), rows)
    accounts = [
        {
            "learner_id": learner,
            "name": name,
            "name_key": names.name_key(name),
            "password_hash": None,
            "role": "learner",
            "time_factor": 1.0,
            "created_at": now,
        }
        for learner, name in zip(made, wanted, strict=True)
    ]
    try:
        session.execute(insert(tables.Account), accounts)
    except IntegrityError as error:
        raise NameTakenError("there is an account of one of these names already") from error
    return made


def set_password(db: Database, learner: str, password_hash: str) -> None:
    """Give an account another password, or its password another hash; links to it are void.

    Whoever signs in or chooses a password needs none, and who has kept one must not use it.
    """
    with db.writing() as session:
        session.execute(_change(learner).values(password_hash=password_hash))
        voiding.of_account(session, learner)


def set_role(db: Database, learner: str, role: Role) -> None:
    """Give an account another role; links that were made for or by the old one are void.

    Who is a learner from now on teaches nothing any more.

    Raises
    ------
    LastAdminError
        It is the only admin's.
    """
    with db.writing() as session:
        if role == "admin":
            voiding.for_first_admin(session)
        else:
            refuse_last_admin(session, learner)
        voiding.of_account(session, learner)
        voiding.of_maker(session, learner)
        session.execute(_change(learner).values(role=role))
        if role == "learner":
            taught = tables.Membership
            session.execute(
                delete(taught).where(taught.learner_id == learner, taught.role == "instructor")
            )


def set_time_factor(db: Database, learner: str, factor: float) -> None:
    """Multiply the time limits of the sittings that a learner starts from now on."""
    with db.writing() as session:
        session.execute(_change(learner).values(time_factor=factor))


def refuse_last_admin(session: Session, learner: str) -> None:
    """Refuse to go on if there is no other admin; locked, or two could end each other at once.

    Raises
    ------
    LastAdminError
    """
    admins = session.scalars(_admins.order_by(_account.c.learner_id).with_for_update()).all()
    if admins == [learner]:
        raise LastAdminError("there must be an admin")


_admins = select(_account.c.learner_id).where(_account.c.role == "admin")


def _only(db: Database, condition: ColumnElement[bool]) -> Account | None:
    with db.reading() as session:
        row = session.execute(select(*COLUMNS).where(condition)).first()
    return None if row is None else from_row(row)


def _change(learner: str) -> Any:
    return update(_account).where(_account.c.learner_id == learner)


def _number(digits: int) -> str:
    return f"{secrets.randbelow(10**digits):0{digits}}"

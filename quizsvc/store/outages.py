"""Which errors of a database mean "not now" or "not here", as against a mistake of ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from quizsvc.errors import NotSavedError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

# By SQLite's primary result codes.
_SQLITE_OUTAGES = frozenset(
    {
        3,  # PERM
        5,  # BUSY
        6,  # LOCKED
        7,  # NOMEM
        8,  # READONLY
        9,  # INTERRUPT
        10,  # IOERR
        11,  # CORRUPT
        13,  # FULL
        14,  # CANTOPEN
        15,  # PROTOCOL
        22,  # NOLFS
        23,  # AUTH
        26,  # NOTADB
    }
)

# By the beginning of PostgreSQL's SQLSTATE.
_POSTGRES_OUTAGES = (
    "08",  # connection exception
    "25006",  # read-only transaction
    "28",  # who may log in
    "3D",  # no such database
    "40",  # rolled back: serialisation, deadlock
    "53",  # insufficient resources: disk, memory, connections
    "55P03",  # lock not available in time
    "57",  # operator intervention: shutdown, cancelled
    "58",  # system error: input and output
)


@contextmanager
def while_writing() -> Iterator[None]:
    """Raise `NotSavedError` where the database cannot be written."""
    try:
        yield
    except SQLAlchemyError as error:
        if reason := outage(error):
            raise NotSavedError(f"not saved: {reason}") from error
        raise


@contextmanager
def while_reading() -> Iterator[None]:
    """Raise `StoreError` where the database cannot be read."""
    try:
        yield
    except SQLAlchemyError as error:
        if reason := outage(error):
            raise StoreError(f"the database could not be read: {reason}") from error
        raise


def outage(error: BaseException | None) -> str | None:
    """Return why the database could not serve, or None if it was asked something wrong.

    The first error counts: a ROLLBACK after a full disk raises a second one, without its reason.
    """
    reason = None
    while error is not None:
        if isinstance(error, PoolTimeoutError):
            reason = "all connections are busy"
        elif isinstance(error, DBAPIError) and _is_outage(error):
            reason = str(error.orig).partition("\n")[0]
        error = error.__cause__ or error.__context__
    return reason


def _is_outage(error: DBAPIError) -> bool:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_OUTAGES
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRES_OUTAGES)
    return error.connection_invalidated or type(error).__name__ == "OperationalError"

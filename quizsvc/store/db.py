"""One database, SQLite or PostgreSQL, and the transactions that keep what was acknowledged."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from quizsvc.errors import NotSavedError, SettingsError, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy.engine import ExceptionContext

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this machine: the standard library's, perhaps an older SQLite
    import sqlite3 as sqlite

# SQLite's primary result codes for "not now" and "not here", as against a mistake of ours.
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

# The same for PostgreSQL, by the beginning of its SQLSTATE.
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

_MIGRATION_LOCK = 7091973
"""Any number, the same in every version."""

_FOR_WRITING = {"immediate": True}
"""The execution option that `_begin_sqlite` looks for."""

_write_json = partial(json.dumps, separators=(",", ":"), allow_nan=False)
"""Keeps the order of mappings: in an item's source the order of ``let`` means something."""


class Database:
    """Where the service keeps what must survive.

    No connection is made before it is needed, and a process never uses one that it inherited by a
    fork, so an object made in gunicorn's master serves in its workers.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql+psycopg://…``.
    clock : Callable[[], datetime]
        Tells the time of everything stored; its datetimes are aware.
    patience : float
        Seconds to wait for a lock that somebody else holds.

    Raises
    ------
    SettingsError
        The URL cannot be read or names a database that is not supported.
    """

    def __init__(self, url: str, *, clock: Callable[[], datetime], patience: float = 10.0) -> None:
        self.url = url
        self.now = clock
        self._patience = patience
        self._engine = _engine(url, patience)
        self._owner = os.getpid()
        self._inherited: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The connections of this process."""
        if self._owner != os.getpid():
            # Kept, not disposed of: to close a connection here would disturb the parent's.
            self._inherited = self._engine
            self._engine = _engine(self.url, self._patience)
            self._owner = os.getpid()
        return self._engine

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a write transaction: committed when the block ends, rolled back when it raises.

        Raises
        ------
        NotSavedError
            The database could not be written: locked, full, read-only, unreachable. Only if the
            connection broke during the commit itself can the transaction have been kept, which
            is why everything that is written carries a token and may be sent again.
        """
        try:
            with Session(self.engine) as session, session.begin():
                session.connection(execution_options=_FOR_WRITING)
                yield session
        except SQLAlchemyError as error:
            if reason := _outage(error):
                raise NotSavedError(f"not saved: {reason}") from error
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        try:
            with Session(self.engine) as session:
                yield session
        except SQLAlchemyError as error:
            if reason := _outage(error):
                raise StoreError(f"the database could not be read: {reason}") from error
            raise

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open one write transaction, alone among all processes, in which the schema may change.

        Raises
        ------
        NotSavedError
            The database could not be written.
        """
        engine = _engine(self.url, patience=600.0, migrating=True)
        try:
            with engine.execution_options(**_FOR_WRITING).begin() as connection:
                if self.dialect == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                yield connection
                if self.dialect == "sqlite":
                    _refuse_dangling_references(connection)
        except SQLAlchemyError as error:
            if reason := _outage(error):
                raise NotSavedError(f"the schema was not changed: {reason}") from error
            raise
        finally:
            engine.dispose()

    def dispose(self) -> None:
        """Close the connections that are not in use; the next transaction opens new ones."""
        self.engine.dispose()


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite can lose commits in WAL mode when two connections share a file."""
    fixed_in_branch: dict[tuple[int, ...], tuple[int, ...]] = {
        (3, 44): (3, 44, 6),
        (3, 50): (3, 50, 7),
    }
    first_fixed = fixed_in_branch.get(version[:2], (3, 51, 3))
    return (3, 7, 0) <= version < first_fixed


def _engine(url: str, patience: float, *, migrating: bool = False) -> Engine:
    """Set up an engine; it connects when first used.

    A migrating one keeps no connection, and does not enforce foreign keys on SQLite, where a table
    is altered by making it anew.
    """
    try:
        dialect = make_url(url).get_backend_name()
    except ArgumentError:
        # Not shown: it may hold a password.
        raise SettingsError("this cannot be read as the URL of a database") from None
    options: dict[str, Any] = {
        "json_serializer": _write_json,
        "hide_parameters": True,  # what learners wrote belongs in no log
    }
    if migrating:
        options["poolclass"] = NullPool
    if dialect == "sqlite":
        engine = create_engine(url, module=sqlite, **options)
        prepare = partial(_prepare_sqlite, patience=patience, foreign_keys=not migrating)
        event.listen(engine, "connect", prepare)
        event.listen(engine, "begin", _begin_sqlite)
    elif dialect == "postgresql":
        try:
            engine = create_engine(url, pool_pre_ping=True, **options)
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"PostgreSQL needs quizsvc[postgres] to be installed: {error}"
            ) from error
        event.listen(engine, "connect", partial(_prepare_postgres, patience=patience))
        event.listen(engine, "handle_error", _hide_values)
    else:
        raise SettingsError(f"the database must be sqlite or postgresql, not {dialect}")
    return engine


def _prepare_sqlite(
    connection: Any, _record: object, *, patience: float, foreign_keys: bool
) -> None:
    """Set what each SQLite connection needs, for durability first of all."""
    connection.isolation_level = None  # the module begins no transaction by itself: we do
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        _choose_journal(cursor, patience)
        cursor.execute("PRAGMA synchronous = FULL")  # NORMAL loses commits when the power fails
        cursor.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
    finally:
        cursor.close()


def _choose_journal(cursor: Any, patience: float) -> None:
    """Choose WAL where it is sound.

    SQLite's own patience does not cover the switch: where the first connections of two processes
    meet, one is refused at once.
    """
    journal = "truncate" if has_wal_reset_bug(sqlite.sqlite_version_info) else "wal"
    deadline = time.monotonic() + patience
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode").fetchone() != (journal,):
                cursor.execute(f"PRAGMA journal_mode = {journal}")
        except sqlite.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Begin, taking the write lock at once where it will be needed.

    A plain BEGIN that writes later is refused as locked, however patient, if another wrote first.
    """
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _prepare_postgres(connection: Any, _record: object, *, patience: float) -> None:
    """Set how long a connection waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {int(patience * 1000)}")
    connection.commit()


def _hide_values(context: ExceptionContext) -> None:
    """Cut an error down to its first line: the details that PostgreSQL adds quote the row."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0],)


def _refuse_dangling_references(connection: Connection) -> None:
    """Do what the foreign keys, off during a migration, would have done."""
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise StoreError(f"a migration left a reference to a missing row: {tuple(dangling)}")


def _outage(error: BaseException | None) -> str | None:
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

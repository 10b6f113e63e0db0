"""One database, SQLite or PostgreSQL, and the transactions that keep what was acknowledged."""

from __future__ import annotations

import json
import math
import os
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from quizsvc.errors import NotSavedError, SettingsError, StoreError
from quizsvc.store import durability, journal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Dialect
    from sqlalchemy.engine import ExceptionContext

    from quizsvc.store.durability import Durability

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

_SQLITE_FILE_FAULTS = frozenset({8, 10, 11, 14, 26})
"""Those after which a connection is not to be trusted: READONLY, IOERR, CORRUPT and such."""

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

_UNASKED = 5.0
"""Seconds for which a connection to PostgreSQL is believed to live."""

_FOR_WRITING = {"immediate": True}
"""The execution option that a transaction's beginning looks for."""

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
        Seconds to wait for a lock that somebody else holds, or for a connection of the pool.
    connections : int
        How many this process opens at most. A thread needs one at a time, never two.

    Raises
    ------
    SettingsError
        The URL cannot be read or names a database that is not supported.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        patience: float = 10.0,
        connections: int = 5,
    ) -> None:
        self.url = url
        self.now = clock
        self._patience = patience
        self._connections = connections
        self._engine = _engine(url, patience, connections)
        self._owner = os.getpid()
        self._inherited: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The connections of this process."""
        if self._owner != os.getpid():
            # Kept, not disposed of: to close a connection here would disturb the parent's.
            self._inherited = self._engine
            self._engine = _engine(self.url, self._patience, self._connections)
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
        with _write_errors(), Session(self.engine) as session, session.begin():
            session.connection(execution_options=_FOR_WRITING)
            yield session

    @contextmanager
    def recording(self) -> Iterator[Connection]:
        """Do what `writing` does for statements that need no objects, at half its cost.

        Raises
        ------
        NotSavedError
            As `writing`.
        """
        engine = self.engine.execution_options(**_FOR_WRITING)
        with _write_errors(), engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        with _read_errors(), Session(self.engine) as session:
            yield session

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """Do what `reading` does for statements that need no objects, at half its cost.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        with _read_errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open one write transaction, alone among all processes, in which the schema may change.

        Raises
        ------
        NotSavedError
            The database could not be written.
        """
        engine = _engine(self.url, patience=600.0, connections=1, migrating=True)
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

    def durability(self) -> Durability:
        """Tell by what commits are kept, and what is not as it should be.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        with self.reading() as session:
            return durability.of(session.connection())

    def dispose(self) -> None:
        """Close the connections that are not in use; the next transaction opens new ones."""
        self.engine.dispose()


@contextmanager
def _write_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        if reason := _outage(error):
            raise NotSavedError(f"not saved: {reason}") from error
        raise


@contextmanager
def _read_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        if reason := _outage(error):
            raise StoreError(f"the database could not be read: {reason}") from error
        raise


def _engine(url: str, patience: float, connections: int, *, migrating: bool = False) -> Engine:
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
        "poolclass": NullPool if migrating else QueuePool,
    }
    if not migrating:
        options |= {"pool_size": connections, "max_overflow": 0, "pool_timeout": patience}
    if dialect == "sqlite":
        engine = create_engine(url, module=journal.sqlite, **options)
        connect = partial(journal.connect, patience=patience, foreign_keys=not migrating)
        event.listen(engine, "do_connect", partial(_connect_sqlite, connect))
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "handle_error", _give_up_sqlite)
    elif dialect == "postgresql":
        try:
            # What is prepared belongs to a connection, which a pooler gives to others in between.
            engine = create_engine(url, connect_args={"prepare_threshold": None}, **options)
        except ModuleNotFoundError as error:
            raise SettingsError(
                f"PostgreSQL needs quizsvc[postgres] to be installed: {error}"
            ) from error
        event.listen(engine, "connect", _prepare_postgres)
        event.listen(engine, "checkin", _note_use)
        event.listen(engine, "checkout", _refuse_dead)
        event.listen(engine, "begin", partial(_begin_postgres, patience=patience))
    else:
        raise SettingsError(f"the database must be sqlite or postgresql, not {dialect}")
    return engine


def _connect_sqlite(
    connect: Callable[..., Any],
    dialect: Dialect,
    _record: object,
    given: Sequence[Any],
    named: Mapping[str, Any],
) -> Any:
    return connect(lambda: dialect.connect(*given, **named))


def _give_up_sqlite(context: ExceptionContext) -> None:
    """Open the file anew after it has failed.

    A connection that was opened while the file could only be read would never write again.
    """
    code = getattr(context.original_exception, "sqlite_errorcode", None) or 0
    if code & 0xFF in _SQLITE_FILE_FAULTS:
        context.is_disconnect = True


def _begin_sqlite(connection: Connection) -> None:
    """Begin, taking the write lock at once where it will be needed.

    A plain BEGIN that writes later is refused as locked, however patient, if another wrote first.
    """
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _prepare_postgres(connection: Any, _record: object) -> None:
    """Let the driver begin no transaction by itself: we do, in one message with what it needs."""
    connection.autocommit = True


def _begin_postgres(connection: Connection, *, patience: float) -> None:
    """Begin, so that all reading sees one moment, and no writing waits for a lock for ever.

    Nothing is set for longer than the transaction: behind a pooler the next one may have another
    connection.
    """
    if connection.get_execution_options().get("immediate", False):
        begin = f"BEGIN; SET LOCAL lock_timeout = {int(patience * 1000)}"
    else:
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    connection.exec_driver_sql(begin)


def _note_use(_connection: object, record: Any) -> None:
    """Note when a connection was used last."""
    record.info["used"] = time.monotonic()


def _refuse_dead(connection: Any, record: Any, _proxy: object) -> None:
    """Ask a connection that nobody used for a while whether it lives, and make another if not.

    To ask each time would cost each transaction a message more.
    """
    if time.monotonic() - record.info.get("used", math.inf) > _UNASKED:
        try:
            connection.execute("SELECT 1")
        except connection.Error as error:
            raise InvalidatePoolError from error


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

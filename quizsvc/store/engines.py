"""How a connection of each kind of database is made, begins a transaction, and is given up."""

from __future__ import annotations

import json
import math
import os
import time
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

from quizsvc.errors import SettingsError
from quizsvc.store import journal
from quizsvc.store.serving import file_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Dialect
    from sqlalchemy.engine import ExceptionContext

FOR_WRITING = {"immediate": True}
"""The execution option that a transaction's beginning looks for."""

_SQLITE_FILE_FAULTS = frozenset({8, 10, 11, 14, 26})
"""Those after which a connection is not to be trusted: READONLY, IOERR, CORRUPT and such."""

_UNASKED = 5.0
"""Seconds for which a connection to PostgreSQL is believed to live."""

_write_json = partial(json.dumps, separators=(",", ":"), allow_nan=False)
"""Keeps the order of mappings: in an item's source the order of ``let`` means something."""


def make(url: str, patience: float, connections: int, *, migrating: bool = False) -> Engine:
    """Set up an engine; it connects when first used.

    A migrating one keeps no connection, and does not enforce foreign keys on SQLite, where a table
    is altered by making it anew.
    """
    try:
        dialect = make_url(url).get_backend_name()
    except (ArgumentError, ValueError):  # the second by a port that is no number
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
        event.listen(engine, "do_connect", partial(_connect_sqlite, connect, file_of(url)))
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
        event.listen(engine, "handle_error", _hide_values)
    else:
        raise SettingsError(f"the database must be sqlite or postgresql, not {dialect}")
    return engine


def _connect_sqlite(
    connect: Callable[..., Any],
    file: Path | None,
    dialect: Dialect,
    _record: object,
    given: Sequence[Any],
    named: Mapping[str, Any],
) -> Any:
    if file is not None:
        _make_private(file)
    return connect(lambda: dialect.connect(*given, **named))


def _make_private(file: Path) -> None:
    """Make the file of a database, readable by its owner only, unless it is there.

    SQLite would let others read it, and gives its journals the rights that the file has. One that
    is there is never opened: to close it again would give back SQLite's locks on it.
    """
    with suppress(OSError):  # SQLite says what is wrong
        if not file.exists():
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


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


def _hide_values(context: ExceptionContext) -> None:
    """Cut an error down to its first line: the details that PostgreSQL adds quote the row."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args:
            error.args = (str(error.args[0]).partition("\n")[0],)

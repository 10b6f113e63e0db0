"""How SQLite keeps what was committed: by which journal, and whether that outlives a power loss."""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from quizsvc.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this machine: the standard library's, perhaps an older SQLite
    import sqlite3 as sqlite

__all__ = ["clear", "connect", "has_wal_reset_bug", "sqlite", "weakness"]

_FULL = 2
"""What ``PRAGMA synchronous`` says of itself; NORMAL loses commits when the power fails."""

_PATIENCE_TO_CLEAR = 1000
"""Milliseconds."""

_BUGGED = (
    "SQLite {version} can lose commits in WAL mode, so its slower journal TRUNCATE is used, "
    "which loses none. For speed install pysqlite3 (pip install 'pysqlite3>=0.6.1') or SQLite "
    "3.51.3 or newer."
)

_REFUSED = (
    "SQLite cannot use WAL where the database file is (perhaps a network file system), so its "
    "slower journal TRUNCATE is used. For speed, and for locks that can be relied on, put the "
    "file on a local disk."
)


def has_wal_reset_bug(version: tuple[int, ...]) -> bool:
    """Tell whether this SQLite can lose commits in WAL mode when two connections share a file."""
    fixed_in_branch: dict[tuple[int, ...], tuple[int, ...]] = {
        (3, 44): (3, 44, 6),
        (3, 50): (3, 50, 7),
    }
    first_fixed = fixed_in_branch.get(version[:2], (3, 51, 3))
    return (3, 7, 0) <= version < first_fixed


def connect(open_one: Callable[[], Any], *, patience: float, foreign_keys: bool) -> Any:
    """Return a new connection with all that it needs, for durability first of all.

    SQLite's own patience does not cover a change of the journal: where the first connections of two
    processes meet, each is refused as long as the other is open. So both are closed and try again.

    Raises
    ------
    StoreError
        The database would forget what was acknowledged.
    """
    deadline = time.monotonic() + patience
    while True:
        connection = open_one()
        try:
            _prepare(connection, patience, foreign_keys=foreign_keys)
        except sqlite.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF != sqlite.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005 + secrets.randbelow(25) / 1000)  # not both at once again
        except BaseException:
            connection.close()
            raise
        else:
            return connection


def _prepare(connection: Any, patience: float, *, foreign_keys: bool) -> None:
    connection.isolation_level = None  # the module begins no transaction by itself: we do
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
        _choose_journal(cursor)
        cursor.execute(f"PRAGMA synchronous = {_FULL}")
        if (synced := _value(cursor, "synchronous")) != _FULL:
            raise StoreError(f"SQLite does not sync its commits: synchronous is {synced}")
        cursor.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
        cursor.execute("PRAGMA secure_delete = ON")  # or a name outlives its row in the file
    finally:
        cursor.close()


def clear(connection: Any) -> None:
    """Leave nothing in a write-ahead log of what was committed, if nobody reads from it just now.

    Who writes waits meanwhile, so readers are not waited for as long as usual.
    """
    cursor = connection.cursor()
    patience = int(_value(cursor, "busy_timeout"))
    try:
        cursor.execute(f"PRAGMA busy_timeout = {min(patience, _PATIENCE_TO_CLEAR)}")
        with suppress(sqlite.OperationalError):  # the next checkpoint will do it
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        cursor.execute(f"PRAGMA busy_timeout = {patience}")
        cursor.close()


def weakness(journal: str) -> str:
    """Return what an admin should know of the journal in use, and do; empty if all is well."""
    if has_wal_reset_bug(sqlite.sqlite_version_info):
        return _BUGGED.format(version=sqlite.sqlite_version)
    return _REFUSED if journal == "truncate" else ""


def _choose_journal(cursor: Any) -> None:
    """Choose WAL where it is sound, else a journal that is as safe and slower.

    DELETE, which SQLite begins with, can bring an acknowledged commit's journal back when the
    power fails, and so undo it; MEMORY and OFF keep nothing.
    """
    sound = not has_wal_reset_bug(sqlite.sqlite_version_info)
    choices = ["wal", "truncate"] if sound else ["truncate"]
    try:
        taken = _first_that_is_taken(cursor, choices)
    except sqlite.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite.SQLITE_READONLY:
            raise
        return  # it can be read, and what is never written needs no journal
    if taken not in choices:
        raise StoreError(
            f"this database cannot keep what was acknowledged: SQLite insists on the journal mode "
            f"{taken.upper()} for it. QUIZSVC_DATABASE_URL must name a file on a local disk."
        )


def _first_that_is_taken(cursor: Any, choices: Sequence[str]) -> str:
    """Return the journal mode that is in force after choices were offered one after the other."""
    taken = str(_value(cursor, "journal_mode"))
    for choice in choices:
        if taken != choice:
            taken = str(_value(cursor, f"journal_mode = {choice}"))
        if taken == choice:
            break
    return taken


def _value(cursor: Any, pragma: str) -> Any:
    return cursor.execute(f"PRAGMA {pragma}").fetchone()[0]

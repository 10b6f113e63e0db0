"""Backups: a whole database of either kind in one SQLite file, made while the service runs."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from quizsvc.errors import StoreError
from quizsvc.store import copying, serving
from quizsvc.store.db import Database
from quizsvc.store.journal import sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a file."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds, once it was looked through."""

    schema: str
    rows: int
    newest: datetime | None
    """When the last attempt in it was made."""


def make(db: Database, file: Path, *, force: bool = False) -> Contents:
    """Write all that was committed by now into one file; learners go on meanwhile.

    It gets its name when it is whole, has been looked through, and is on the disk. Only its owner
    may read it.

    Raises
    ------
    InUseError
        A service has a database of that name.
    StoreError
        The file is there already, or cannot be written, or the database cannot be read; or it is
        the database itself, by whatever name.
    """
    serving.refuse_missing(db)
    _refuse_in_use(db, file)
    if file.exists() and not force:
        raise StoreError(f"{file} is there already: choose another name, or say --force")
    with _draft(file) as draft:
        if db.dialect == "sqlite":
            _copy_file(db, draft)
        else:
            _copy_rows(db, draft)
        with opened(draft) as connection:
            contents = look_through(connection)
        on_disk(draft)
        try:
            if force:
                os.replace(draft, file)  # noqa: PTH105 - as its neighbour link, that refuses
            else:
                os.link(draft, file)
        except FileExistsError:
            raise StoreError(f"{file} has come into being meanwhile") from None
        on_disk(file.parent)
    return contents


def look_through(connection: Any) -> Contents:
    """Check that an SQLite file is whole and ours, and say what it holds.

    Raises
    ------
    StoreError
    """
    found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise StoreError(f"it is damaged: {found}")
    if dangling := connection.execute("PRAGMA foreign_key_check").fetchone():
        raise StoreError(f"a row of {dangling[0]} refers to a row of {dangling[2]} that is missing")
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' "
            "ESCAPE '~'"
        )
    ]
    if not {"alembic_version", "attempt"} <= set(names):
        raise StoreError("it has no tables of quizsvc")
    (schema,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    rows = sum(
        connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - its own names
        for name in names
        if name != "alembic_version"
    )
    (newest,) = connection.execute("SELECT max(created_at) FROM attempt").fetchone()
    at = datetime.fromisoformat(newest).replace(tzinfo=UTC) if newest else None
    return Contents(schema, rows, at)


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    """Open an SQLite file by itself, and leave nothing beside it.

    Raises
    ------
    StoreError
        Whatever SQLite has against it.
    """
    try:
        with closing(sqlite.connect(file, isolation_level=None)) as connection:
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute("PRAGMA journal_mode = delete")
            yield connection
    except sqlite.Error as error:
        raise StoreError(str(error)) from error


def on_disk(path: Path) -> None:
    """Wait until a file, or which names a folder holds, would outlive a power failure."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(file: Path) -> None:
    """Delete an SQLite file that nobody has open, and what stands beside it."""
    for name in (file.name, *(file.name + each for each in COMPANIONS)):
        file.with_name(name).unlink(missing_ok=True)


def _refuse_in_use(db: Database, file: Path) -> None:
    """Refuse the name of a database that is in use, or of what stands beside one.

    Whoever has it open would go on with the file that had the name, and what he stores be lost.
    """
    source, target = serving.file_of(db.url), file.resolve()
    for each in ("", *COMPANIONS, serving.LOCK):
        if not target.name.endswith(each):
            continue
        place = target.with_name(target.name.removesuffix(each))
        if source is not None and place.exists() and place.samefile(source):
            raise StoreError(f"{file} is the database itself, or belongs to it: name another file")
        if serving.is_served(place):
            raise serving.InUseError(f"{file}: a service uses that database: name another file")


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    """Make an empty file beside another, which is gone in the end unless it was renamed."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
    except OSError as error:
        raise StoreError(f"{file}: {error.strerror}") from error
    finally:
        with suppress(OSError):
            remove(draft)


def _copy_file(db: Database, draft: Path) -> None:
    """Copy what one moment's readers see.

    VACUUM INTO reads one snapshot, taken after this call began. SQLite's online backup would start
    again whenever a worker commits, and under load never end.
    """
    try:
        with closing(db.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(draft),))
    except sqlite.Error as error:
        raise StoreError(f"the backup failed: {error}") from error


def _copy_rows(db: Database, draft: Path) -> None:
    """Copy the rows of a PostgreSQL database, in the schema that it has."""
    into = Database(f"sqlite:///{draft}", clock=db.now)
    try:
        copying.copy(db, into)
    finally:
        into.dispose()

"""A backup in the place of the database: all of it at once, and what was there is kept."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from alembic import command
from sqlalchemy import inspect

from quizsvc.errors import SettingsError, StoreError
from quizsvc.store import backups, copying, migrate, serving
from quizsvc.store.db import Database
from quizsvc.store.journal import sqlite
from quizsvc.store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from quizsvc.store.backups import Contents

_HEADER = b"SQLite format 3\0"

_CALLED = """
    SELECT DISTINCT called.oid::regprocedure::text
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    JOIN pg_proc called ON called.oid = tgfoid
    WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace
"""
"""The functions that triggers call."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put in place, and where that is kept which was there."""

    contents: Contents
    kept: str | None
    """A file, or a schema of the PostgreSQL database; None if there was nothing."""


def restore(db: Database, backup: Path) -> Restored:
    """Put a backup in the place of a database that nobody uses: all of it or nothing.

    An older one is brought up to this version's schema before. What was there is kept beside it.

    Raises
    ------
    InUseError
        A service, or another program, has the database open.
    NewerSchemaError
        The backup was made by a newer version.
    StoreError
        The backup is damaged or none of ours, or something could not be written.
    """
    if not backup.is_file():
        raise StoreError(f"{backup}: there is no such file")
    place = serving.file_of(db.url)
    if place is None and db.dialect == "sqlite":
        raise SettingsError("this database is no file, and cannot be restored")
    try:
        with serving.alone(db):
            return _rows(db, backup) if place is None else _file(db, place, backup)
    except OSError as error:
        raise StoreError(f"{error.filename}: {error.strerror}") from error


def replaces(db: Database) -> bool:
    """Tell whether there is anything that a restore would put aside."""
    place = serving.file_of(db.url)
    if place is not None:
        return place.exists() and place.stat().st_size > 0
    with db.reading() as session:
        return not copying.is_empty(session.connection())


def _file(db: Database, place: Path, backup: Path) -> Restored:
    with _prepared(db, backup, place.parent) as (draft, contents):
        kept = None
        if place.exists():
            _fold_in(place)
            _own_as(draft, place)
            kept = _free_name(place, db)
            # The database has its name at every moment: a service that starts after a power
            # failure in between finds the old one or the new one, and never makes an empty one.
            os.link(place, kept)
            for each in backups.COMPANIONS:  # of a database so damaged that they are left
                with suppress(FileNotFoundError):
                    place.with_name(place.name + each).rename(kept.with_name(kept.name + each))
        backups.on_disk(draft)
        os.replace(draft, place)  # noqa: PTH105 - beside os.link
        backups.on_disk(place.parent)
    return Restored(contents, None if kept is None else str(kept))


def _rows(db: Database, backup: Path) -> Restored:
    """Fill a PostgreSQL database from a backup, in one transaction."""
    with TemporaryDirectory() as folder, _prepared(db, backup, Path(folder)) as (draft, contents):
        source = Database(f"sqlite:///{draft}", clock=db.now)
        try:
            with migrate.migration(db) as config, source.reading() as session:
                into: Connection = config.attributes["connection"]
                kept = _move_aside(into, f"before_restore_{db.now():%Y%m%d_%H%M%S}")
                command.upgrade(config, "head")
                copying.fill(session.connection(), into)
        finally:
            source.dispose()
    return Restored(contents, kept)


@contextmanager
def _prepared(db: Database, backup: Path, folder: Path) -> Iterator[tuple[Path, Contents]]:
    """Copy a backup into a folder, look it through and make its schema current."""
    draft = folder / f".{backup.name}.{os.getpid()}"
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(backup, draft)
        with suppress(FileNotFoundError):  # of a plain copy of a database
            shutil.copyfile(f"{backup}-wal", f"{draft}-wal")
        contents = _looked_through(draft, backup)
        current = Database(f"sqlite:///{draft}", clock=db.now)
        try:
            migrate.upgrade(current)
        finally:
            current.dispose()
        yield draft, contents
    finally:
        backups.remove(draft)


def _looked_through(draft: Path, backup: Path) -> Contents:
    """Return what a copy of a backup holds; complaints name the backup as it was named to us."""
    try:
        with backups.opened(draft) as connection:
            return backups.look_through(connection)
    except StoreError as error:
        raise StoreError(f"{backup} cannot be restored: {error}") from error


def _fold_in(place: Path) -> None:
    """Write into a database's file what stands beside it, unless it is too damaged for that.

    SQLite does so only where no connection is open, however idle: so this also finds those who
    hold no lock of a service. Beside what is no database it would delete the journal.
    """
    with place.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            return
    try:
        with backups.opened(place):
            pass
    except StoreError as error:
        if _is_busy(error.__cause__):
            raise serving.InUseError(
                "another program has this database open: end it first"
            ) from error


def _is_busy(error: BaseException | None) -> bool:
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite.SQLITE_BUSY, sqlite.SQLITE_LOCKED)


def _own_as(draft: Path, place: Path) -> None:
    """Give a file the owner and the rights of the one that it replaces: root may restore."""
    before = place.stat()
    draft.chmod(before.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(draft, before.st_uid, before.st_gid)


def _free_name(place: Path, db: Database) -> Path:
    name = f"{place.name}.before-restore-{db.now():%Y%m%dT%H%M%SZ}"
    candidates = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next(free for each in candidates if not (free := place.with_name(each)).exists())


def _move_aside(connection: Connection, schema: str) -> str | None:
    """Move our tables, and what their triggers call, into a schema of their own."""
    there = set(inspect(connection).get_table_names())
    ours = [name for name in (*Base.metadata.tables, "alembic_version") if name in there]
    if not ours:
        return None
    functions = connection.exec_driver_sql(_CALLED).scalars().all()
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    for name in ours:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" SET SCHEMA {schema}')
    for name in functions:
        connection.exec_driver_sql(f"ALTER FUNCTION {name} SET SCHEMA {schema}")
    return schema

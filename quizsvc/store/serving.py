"""Who uses a database: services that serve from it, or one command that puts another in its place.

SQLite's own locks tell of open connections only, and a worker that has answered nothing yet has
none. So a service holds a shared lock on a file beside the database for as long as any of its
processes lives, and what replaces the database takes the same lock for itself alone. The kernel
gives it back however a process ends.
"""

from __future__ import annotations

import os
import time
import weakref
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url, text

from quizsvc.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store.db import Database

_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


_LOOKS = 10

LOCK = ".serving"
"""What the name of the lock's file adds to the database's."""


class InUseError(StoreError):
    """Somebody serves from the database, or is replacing it."""


def file_of(url: str) -> Path | None:
    """Return the file behind a URL; None where it names none of its own."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    name = parsed.database.removeprefix("file:")
    return None if name == ":memory:" else Path(name)


def refuse_missing(db: Database) -> None:
    """Refuse a file that is not there, which SQLite would make.

    Raises
    ------
    StoreError
    """
    file = file_of(db.url)
    if file is not None and not file.exists():
        raise StoreError(f"{file}: there is no such file")


def hold(db: Database) -> None:
    """Say that this process, and those that it forks, serve from a database while it lives.

    Raises
    ------
    InUseError
        It is being replaced just now.
    """
    with suppress(OSError):  # where no lock can be made, nothing can be replaced either
        lock = _open_lock(db)
        if lock is not None:
            weakref.finalize(db, os.close, lock)
            _take(lock, "the database is being replaced: start again afterwards")


@contextmanager
def alone(db: Database) -> Iterator[None]:
    """Keep services from the file of a database while the block replaces it.

    Raises
    ------
    InUseError
        A service, or another program, has it open.
    """
    lock = _open_lock(db)
    if lock is None:
        refuse_others(db)
        yield
        return
    try:
        _take(lock, "a service uses this database: stop it first", alone=True)
        yield
    finally:
        os.close(lock)


def in_use(db: Database) -> bool:
    """Tell whether a service uses a database; on PostgreSQL, whether anybody else is connected."""
    try:
        with alone(db):
            return False
    except InUseError:
        return True


def is_served(file: Path) -> bool:
    """Tell whether a service uses the database in a file; nothing is left beside it."""
    try:
        lock = os.open(file.with_name(f"{file.name}{LOCK}"), os.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except PermissionError:  # it is another user's, who may be serving
        return True
    try:
        _take(lock, "", alone=True)
    except InUseError:
        return True
    else:
        return False
    finally:
        os.close(lock)


def refuse_others(db: Database) -> None:
    """Refuse a PostgreSQL database to which somebody else is connected.

    Raises
    ------
    InUseError
    """
    if db.dialect != "postgresql":
        return
    for _ in range(_LOOKS):  # a connection is listed a moment longer than it lives
        with db.reading() as session:
            others = session.scalar(_OTHERS)
        db.dispose()
        if not others:
            return
        time.sleep(0.1)
    raise InUseError(f"{others} other connections use this database: stop the service first")


def _open_lock(db: Database) -> int | None:
    file = file_of(db.url)
    if file is None:
        return None
    beside = file.with_name(f"{file.name}{LOCK}")
    with suppress(FileExistsError):
        made = os.open(beside, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600)
        # Root may restore: the service, which is another user, must be able to open it too.
        owner = (file if file.exists() else file.parent).stat()
        with suppress(PermissionError):
            os.chown(beside, owner.st_uid, owner.st_gid)
        os.close(made)
    return os.open(beside, os.O_RDONLY)


def _take(lock: int, refusal: str, *, alone: bool = False) -> None:
    import fcntl  # noqa: PLC0415 - the preview for authors also runs where there is none

    try:
        fcntl.flock(lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InUseError(refusal) from None

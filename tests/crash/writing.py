"""Processes that record attempts with our store and say of each when it is acknowledged.

``python -m tests.crash.writing FOLDER WRITERS COMMITS SETTING…``, traced by `power`.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from quizsvc.store import Database, attempts, journal

from ..store.samples import attempt

if TYPE_CHECKING:
    from collections.abc import Callable

DATABASE, ACKNOWLEDGED = "quizsvc.sqlite3", "acknowledged"

OURS = {"WAL + FULL": False, "TRUNCATE + FULL": True}
"""What the service does, and whether because of an SQLite with the WAL-reset bug."""

CONTROLS = {
    "WAL + NORMAL": ["PRAGMA synchronous = NORMAL"],
    "DELETE + FULL": ["PRAGMA journal_mode = DELETE"],
}
"""What others do: said to each connection after our own settings."""

CHECKPOINT_EVERY = 25
"""Pages in the WAL, so that it is soon written back and begun anew."""


def open_as(setting: str, file: Path) -> Database:
    """Open a database as the service does, or as a control does."""
    affected = OURS.get(setting, setting == "DELETE + FULL")
    journal.has_wal_reset_bug = lambda version: bool(version) and affected
    db = Database(f"sqlite:///{file}", clock=lambda: datetime.now(UTC))
    statements = [*CONTROLS.get(setting, []), f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}"]
    event.listen(db.engine, "connect", _saying(statements))
    return db


def _saying(statements: list[str]) -> Callable[[Any, object], None]:
    def say(connection: Any, _record: object) -> None:
        for statement in statements:
            connection.execute(statement).close()

    return say


def write(folder: Path, setting: str, name: str, commits: int) -> None:
    """Record attempts, the longer the later, and note each token once it is acknowledged."""
    db = open_as(setting, folder / DATABASE)
    log = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for number in range(commits):
        token = f"{name}-{number}"
        long = {"answer": f"{number} " * (300 * (number % 3))}
        attempts.record(db, attempt(token, raw_response=long))
        os.write(log, f"{token}\n".encode())
    os.close(log)
    db.dispose()


def place_of(folder: Path, setting: str) -> Path:
    """Return the folder of a setting's database."""
    return folder / setting.lower().replace(" + ", "-")


def main() -> None:
    """Let so many processes write at a time, in one setting after the other."""
    folder, writers, commits, *settings = sys.argv[1:]
    statuses = []
    for setting in settings:
        children = []
        for number in range(int(writers)):
            child = os.fork()
            if child == 0:
                write(place_of(Path(folder), setting), setting, f"writer{number}", int(commits))
                os._exit(0)
            children.append(child)
        statuses += [os.waitpid(child, 0)[1] for child in children]
    sys.exit(any(statuses))


if __name__ == "__main__":
    main()

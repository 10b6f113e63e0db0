"""Power losses at every moment of a recording, and what they take of what was acknowledged.

``python -m tests.crash.power`` prints it for what the service does and for what others do.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from quizsvc.errors import StoreError
from quizsvc.store import Database, migrate, tables

from .disk import Disk
from .tracing import traced
from .writing import CONTROLS, DATABASE, OURS, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .tracing import Call

WRITERS, COMMITS = 2, 12


@dataclass
class Losses:
    """What power losses did, in one setting."""

    acknowledged: int = 0
    """In the whole recording."""
    states: int = 0
    """That differ, with what had been acknowledged until then."""
    losing: int = 0
    """States in which something acknowledged is missing."""
    broken: int = 0
    """States that no longer are a sound database."""

    @property
    def harmless(self) -> bool:
        """Whether nothing was lost."""
        return self.losing == self.broken == 0


def lose_power(
    settings: Iterable[str], folder: Path, *, writers: int, commits: int, one_in: int = 1
) -> dict[str, Losses]:
    """Record what writers do, and let the power fail after each of their calls.

    Of what may be left then, one state in so many is looked at.
    """
    empty = _make(folder / DATABASE)
    for setting in settings:
        place_of(folder, setting).mkdir()
        shutil.copy(empty, place_of(folder, setting))
    disks = {setting: Disk(place_of(folder, setting)) for setting in settings}
    command = [sys.executable, "-m", "tests.crash.writing", str(folder), str(writers), str(commits)]
    calls = traced([*command, *settings], folder / "calls.log")
    return {
        setting: _fail_after_each(calls, disk, writers * commits, one_in)
        for setting, disk in disks.items()
    }


def _fail_after_each(calls: list[Call], disk: Disk, commits: int, one_in: int) -> Losses:
    losses = Losses()
    met: set[bytes] = set()
    with in_memory() as place:
        for number, call in enumerate(calls, start=1):
            if not disk.do(number, call):
                continue
            for state in disk.states(str(number)):
                before = len(met)
                met.add(_digest(state, len(disk.acknowledged)))
                if len(met) > before and before % one_in == 0:
                    _look(state, disk.acknowledged, place, losses)
    losses.acknowledged = len(disk.acknowledged)
    assert losses.acknowledged == commits, "the recording is not complete"
    return losses


def _make(file: Path) -> Path:
    """Make a database that is on the disk as it is."""
    db = Database(f"sqlite:///{file}", clock=lambda: datetime.now(UTC))
    migrate.upgrade(db)
    db.dispose()
    return file


def _digest(state: dict[str, bytes], acknowledged: int) -> bytes:
    digest = hashlib.blake2b(str(acknowledged).encode())
    for name, content in sorted(state.items()):
        digest.update(f"/{name}/{len(content)}/".encode() + content)
    return digest.digest()


def _look(state: dict[str, bytes], acknowledged: list[str], place: Path, losses: Losses) -> None:
    """Start the service's store on what is left, and count what it finds."""
    folder = Path(tempfile.mkdtemp(dir=place))
    for name, content in state.items():
        (folder / name).write_bytes(content)
    db = Database(f"sqlite:///{folder / DATABASE}", clock=lambda: datetime.now(UTC))
    losses.states += 1
    try:
        with db.reading() as session:
            sound = session.scalar(text("PRAGMA integrity_check")) == "ok"
            there = set(session.scalars(select(tables.Attempt.token)))
        losses.broken += not sound
        losses.losing += not there.issuperset(acknowledged)
    except StoreError:
        losses.broken += 1
    db.dispose()
    shutil.rmtree(folder)


@contextmanager
def in_memory() -> Iterator[Path]:
    """Make a folder that costs no disk, if there is a place for it."""
    memory = Path("/dev/shm")  # noqa: S108 - nothing secret
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


def main() -> None:
    """Print a table."""
    print(f"{WRITERS} writers, {COMMITS} commits each; the power fails after each call on files\n")
    print(f"{'setting':<18}{'acknowledged':>14}{'states':>9}{'lose a commit':>15}{'broken':>9}")
    for setting in [*OURS, *CONTROLS]:
        with in_memory() as folder:
            found = lose_power([setting], folder, writers=WRITERS, commits=COMMITS)[setting]
        numbers = (
            f"{found.acknowledged:>14,}{found.states:>9,}{found.losing:>15,}{found.broken:>9,}"
        )
        print(f"{setting:<18}{numbers}", flush=True)


if __name__ == "__main__":
    main()

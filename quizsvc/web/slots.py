"""Numbers for the processes that count together, so that each writes into files of its own.

A number is held by a lock on a file, which ends with its process however that ends; whoever comes
next goes on with the files. So there are never more than processes at a time, counters go on when
a worker is replaced, and it does not matter who started the processes.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO


class Slots:
    """A folder with files of each process that counts.

    Parameters
    ----------
    folder : Path
        Where they are; emptied by the first process of those that run at a time.
    sizes : Mapping[str, int]
        The files of each process, such as ``counter``, and their bytes. They take up their room
        at once: what is written through a memory map onto a full disk would kill the process.
    begun : Mapping[str, bytes]
        What to begin these files with in a new process, though another has left them.
    ahead : int
        For how many processes to make files now, while there is room.

    Raises
    ------
    OSError
        The folder cannot be written.
    """

    def __init__(
        self, folder: Path, sizes: Mapping[str, int], begun: Mapping[str, bytes], ahead: int
    ) -> None:
        self.folder = folder
        self._sizes = sizes
        self._begun = begun
        self._maker = os.getpid()
        self._process = 0
        self._number = 0
        self._held: IO[bytes] | None = None
        folder.mkdir(exist_ok=True, mode=0o700)
        with self._alone():
            if not self._taken():
                self._empty()
            for number in range(ahead):
                self._make_files(number)
            self._take()

    def number(self) -> int:
        """Return the number of this process, which no other has at this time."""
        if self._process != os.getpid():
            with self._alone():
                self._take()
        return self._number

    def close(self) -> None:
        """Give the number back, as the end of the process does."""
        if self._held is not None:
            self._held.close()

    @property
    def workers(self) -> int:
        """How many processes count, without the one that only starts the others."""
        return len(self._taken()) - (self._maker != os.getpid())

    def file(self, kind: str, number: int) -> Path:
        """Return one file of a process."""
        return self.folder / f"{kind}_{number}.db"

    def files(self, kind: str) -> list[Path]:
        """Return such files of all processes that run, or have run."""
        return list(self.folder.glob(f"{kind}_*.db"))

    def files_of_living(self, kind: str) -> list[Path]:
        """Return such files of the processes that run now."""
        return [self.file(kind, number) for number in self._taken()]

    def _taken(self) -> list[int]:
        held = []
        for path in self.folder.glob("*.lock"):
            if path.stem.isdigit():
                with path.open("rb") as file:
                    try:
                        flock(file, LOCK_EX | LOCK_NB)
                    except BlockingIOError:
                        held.append(int(path.stem))
        return held

    def _take(self) -> None:
        for number in count():
            self._make_files(number)
            file = (self.folder / f"{number}.lock").open("rb")
            try:
                flock(file, LOCK_EX | LOCK_NB)
            except BlockingIOError:
                file.close()
                continue
            for kind, content in self._begun.items():
                with self.file(kind, number).open("r+b") as own:
                    own.write(content)
            # Of the one before, after a fork: the parent goes on holding it.
            self._held, before = file, self._held
            if before is not None:
                before.close()
            self._number, self._process = number, os.getpid()
            return

    def _make_files(self, number: int) -> None:
        for kind, size in self._sizes.items():
            if not self.file(kind, number).exists():
                with self.file(kind, number).open("wb") as file:
                    os.posix_fallocate(file.fileno(), 0, size)
        (self.folder / f"{number}.lock").touch()

    def _empty(self) -> None:
        for path in [*self.folder.glob("*.db"), *self.folder.glob("[0-9]*.lock")]:
            path.unlink()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.folder / "lock").open("wb") as file:
            flock(file, LOCK_EX)
            yield

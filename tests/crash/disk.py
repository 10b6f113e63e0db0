"""A disk that keeps what was synced, and of what was written since, nobody knows what.

Of what was written since the last sync any sector may have reached it, in any of the states that it
had meanwhile, whatever the order; a file may have any of the sizes it had meanwhile, but one that
was cut short holds either what it held before or nothing of it; a name may have been made or
removed, or not, until its folder was synced.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from .writing import ACKNOWLEDGED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .tracing import Call

SECTOR = 512
"""Bytes that are written as a whole; a page of 4,096 may be torn into eight."""

RANDOM = 4
"""How many arbitrary choices are made at each moment, besides those with a name."""


class Choose(Protocol):
    """Says which state of a history has reached the disk; the first is what was synced."""

    def __call__(self, of: str, calls: Sequence[int], /) -> int:
        """Return its index.

        Parameters
        ----------
        of : str
            The file whose sector or size it is, or a blank if it is a name in the folder.
        calls : Sequence[int]
            The numbers of the calls that led to each state; 0 for the first.
        """


@dataclass
class File:
    """A file as it is to its writers, and as it may be on the disk."""

    content: bytearray = field(default_factory=bytearray)
    durable: bytes = b""
    sectors: dict[int, list[tuple[int, bytes]]] = field(default_factory=dict)
    """What each sector held since it was synced, with the number of the call."""
    sizes: list[tuple[int, int]] = field(default_factory=list)
    """The sizes since then, likewise."""

    @classmethod
    def found(cls, content: bytes) -> File:
        """Return a file that is on the disk already."""
        return cls(bytearray(content), content)

    def write(self, at: int, offset: int, data: bytes) -> None:
        """Do what the call of this number did."""
        self._resize(at, max(len(self.content), offset + len(data)))
        self.content[offset : offset + len(data)] = data
        self._note(at, offset, offset + len(data))

    def truncate(self, at: int, size: int) -> None:
        """Do what the call of this number did."""
        self._resize(at, size)
        self._note(at, size - size % SECTOR, size)

    def sync(self, begun: int) -> None:
        """Make durable what was there when the sync began; if more came meanwhile, nothing."""
        noted = [at for held in self.sectors.values() for at, _ in held]
        if all(at <= begun for at in noted):
            self.durable, self.sectors, self.sizes = bytes(self.content), {}, []

    def _resize(self, at: int, size: int) -> None:
        if size != len(self.content):
            self.sizes.append((at, size))
        del self.content[size:]
        self.content.extend(bytes(size - len(self.content)))

    def _note(self, at: int, start: int, stop: int) -> None:
        for sector in range(start // SECTOR, -(-stop // SECTOR)):
            held = bytes(self.content[sector * SECTOR : (sector + 1) * SECTOR])
            self.sectors.setdefault(sector, []).append((at, held.ljust(SECTOR, b"\0")))

    def left(self, name: str, choose: Choose) -> bytes:
        """Return what a power loss leaves of it."""
        sizes = [(0, len(self.durable)), *self.sizes]
        at_size, size = sizes[choose(name, [at for at, _ in sizes])]
        cuts = [cut for before, cut in pairwise(sizes) if cut[1] < before[1]]
        done_at, kept = max((cut for cut in cuts if cut[0] <= at_size), default=(0, size))
        to_come = min((at for at, _ in cuts if at > at_size), default=math.inf)
        left = bytearray(self.durable)
        if done_at:
            left[kept:] = bytes(max(0, len(left) - kept))
        for sector, held in sorted(self.sectors.items()):
            start = sector * SECTOR
            since = done_at if start >= kept else 0
            possible = [each for each in held if since <= each[0] < to_come]
            left.extend(bytes(max(0, start + SECTOR - len(left))))
            chosen = choose(name, [0, *(at for at, _ in possible)])
            if chosen:
                left[start : start + SECTOR] = possible[chosen - 1][1]
        return bytes(left[:size].ljust(size, b"\0"))


class Disk:
    """A folder of files, as recorded calls change it.

    The file of SQLite's shared memory is left out: it begins anew after a power loss.
    """

    def __init__(self, folder: Path) -> None:
        self.acknowledged: list[str] = []
        self._folder = folder
        self._names = {path.name: File.found(path.read_bytes()) for path in folder.iterdir()}
        self._durable = dict(self._names)
        self._unsynced: list[tuple[int, str, File | None]] = []
        """Names made, and with None names removed, since the folder was synced."""
        self._last = 0

    def do(self, at: int, call: Call) -> bool:
        """Do what a call did, and tell whether it had to do with this disk."""
        path = Path(call.path)
        if call.name in ("fsync", "fdatasync") and path == self._folder:
            self._sync_names(call.begun)
        elif path.parent != self._folder or path.name.endswith("-shm"):
            return False
        elif path.name == ACKNOWLEDGED:
            self.acknowledged += call.data.decode().split()
        else:
            self._change(at, call, path.name)
        self._last = at
        return True

    def _change(self, at: int, call: Call, name: str) -> None:
        match call.name:
            case "openat":
                if "O_CREAT" in call.flags and name not in self._names:
                    self._names[name] = File()
                    self._unsynced.append((at, name, self._names[name]))
            case "unlink":
                del self._names[name]
                self._unsynced.append((at, name, None))
            case "pwrite64":
                self._names[name].write(at, call.numbers[1], call.data)
            case "ftruncate":
                self._names[name].truncate(at, call.numbers[0])
            case "fsync" | "fdatasync":  # which also syncs a size that the content needs
                self._names[name].sync(call.begun)
            case _:
                raise ValueError(f"the model knows no call {call.name}")

    def _sync_names(self, begun: int) -> None:
        if all(at <= begun for at, _, _ in self._unsynced):
            self._durable, self._unsynced = dict(self._names), []

    def left(self, choose: Choose) -> dict[str, bytes]:
        """Return the files that a power loss leaves now."""
        names = dict(self._durable)
        for at, name, file in self._unsynced:
            if not choose("", [0, at]):
                continue
            if file is None:
                names.pop(name, None)
            else:
                names[name] = file
        return {name: file.left(name, choose) for name, file in names.items()}

    def states(self, seed: str) -> Iterator[dict[str, bytes]]:
        """Yield some of what a power loss may leave now: the plain cases, and arbitrary ones."""
        last, draw = self._last, random.Random(seed)  # noqa: S311 - nothing secret
        yield self.left(lambda _of, _calls: 0)  # nothing that was not synced
        yield self.left(lambda _of, calls: len(calls) - 1)  # all of it
        yield self.left(lambda of, calls: len(calls) - 1 if of else 0)  # contents and no names
        yield self.left(lambda of, calls: 0 if of else len(calls) - 1)  # names and no contents
        yield self.left(lambda _of, calls: calls.index(last) if last in calls else 0)
        yield self.left(
            lambda _of, calls: len(calls) - 1 - (calls[-1] == last and draw.random() < 0.5)
        )
        for _ in range(RANDOM // 2):
            whole = {of: draw.random() < 0.5 for of in ("", *sorted(self._names))}
            yield self.left(lambda of, calls, whole=whole: whole.get(of, True) * (len(calls) - 1))
            yield self.left(lambda _of, calls: draw.randrange(len(calls)))

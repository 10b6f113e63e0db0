"""The load of the last minute, over all processes: a ring of seconds in each process's own file."""

from __future__ import annotations

import mmap
import time
from bisect import bisect_left
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds that a request may take, to be counted with those up to it."""

_STRETCH = 60
_RING = 64
_FIELDS = 2 + len(BUCKETS) + 1
"""The second, requests that were not saved, then the requests of each bucket and beyond."""
SIZE = _RING * _FIELDS * 8


@dataclass(frozen=True, slots=True)
class Load:
    """What was asked of the service in the last minute."""

    requests: int
    not_saved: int
    p95: float | None
    """Seconds within which 95 of 100 requests were answered, as the buckets tell; None without
    requests, infinite where it was longer than any bucket."""


class LastMinute:
    """Counts requests by the second, in memory or in a file that other processes read.

    Parameters
    ----------
    clock : Callable[[], float]
        Tells the seconds, the same for all processes.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = Lock()
        if path is None:
            ring = mmap.mmap(-1, SIZE)
        else:
            with path.open("r+b") as file:
                ring = mmap.mmap(file.fileno(), SIZE)
        self.cells = memoryview(ring).cast("Q")

    def note(self, seconds: float, *, not_saved: bool) -> None:
        """Count a request that took so long."""
        now = int(self._clock())
        first = now % _RING * _FIELDS
        with self._lock:
            if self.cells[first] != now:
                for place in range(first + 1, first + _FIELDS):
                    self.cells[place] = 0
                self.cells[first] = now
            self.cells[first + 1] += not_saved
            self.cells[first + 2 + bisect_left(BUCKETS, seconds)] += 1


def added_up(rings: Iterable[memoryview], now: float) -> Load:
    """Add up the last minute of all processes."""
    not_saved, counts = 0, [0] * (len(BUCKETS) + 1)
    for ring in rings:
        for first in range(0, len(ring), _FIELDS):
            if now - _STRETCH < ring[first] <= now:
                not_saved += ring[first + 1]
                for place in range(len(counts)):
                    counts[place] += ring[first + 2 + place]
    return Load(sum(counts), not_saved, _percentile(counts))


def _percentile(counts: list[int]) -> float | None:
    """Return the bound of the bucket that holds the 95th of a hundred requests."""
    left = 0.95 * sum(counts)
    if not left:
        return None
    for bound, inside in zip(BUCKETS, counts, strict=False):
        left -= inside
        if left <= 0:
            return bound
    return float("inf")

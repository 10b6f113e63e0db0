"""When a content directory has changed, and has come to rest again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

from quizsvc.content.yaml_source import files_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FOLDERS = ("", "items", "figures", "lessons", "assessments", "courses")
"""Those that content is read from; the first is the directory itself."""

Snapshot: TypeAlias = frozenset[tuple[str, int, int, int, int]]
"""Of each file its path, and what changes whenever somebody saves, replaces or restores it."""


def snapshot(root: Path) -> Snapshot:
    """Return what tells the state of a content directory, without reading its files."""
    return frozenset(_entries(root))


def _entries(root: Path) -> Iterator[tuple[str, int, int, int, int]]:
    with suppress(OSError):
        yield str(root), root.stat().st_ino, 0, 0, 0
    for folder in FOLDERS:
        for path in files_in(root / folder):
            with suppress(OSError):  # it went while it was looked at
                found = path.stat()
                times = found.st_mtime_ns, found.st_ctime_ns
                yield str(path), found.st_ino, found.st_size, *times


class Watch:
    """Tells when a content directory should be read again.

    Somebody who saves many files, or one slowly, is not interrupted: a change counts once two
    looks have found the same.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._taken = self._last = snapshot(root)

    def changed(self) -> Snapshot | None:
        """Look, and return the state to be read, or None where there is none, or not yet."""
        now = snapshot(self._root)
        at_rest, self._last = now == self._last, now
        return now if at_rest and now != self._taken else None

    def take(self, state: Snapshot) -> None:
        """Note that a state was read, so that it is not read again."""
        self._taken = state

"""When a content directory has changed, and has come to rest again."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from quizsvc.content.files import listed

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
    try:
        yield str(root), root.stat().st_ino, 0, 0, 0
    except OSError as problem:
        if not isinstance(problem, FileNotFoundError):
            yield _out_of_reach(root, problem)
    for folder in FOLDERS:
        try:
            files = listed(root / folder)
        except OSError as problem:
            yield _out_of_reach(root / folder, problem)
            continue
        for path in files:
            try:
                found = path.stat()
            except OSError as problem:
                yield _out_of_reach(path, problem)
            else:
                times = found.st_mtime_ns, found.st_ctime_ns
                yield str(path), found.st_ino, found.st_size, *times


def _out_of_reach(path: Path, problem: OSError) -> tuple[str, int, int, int, int]:
    """Return what stands for a path that cannot be looked at: that it can be again is a change."""
    return str(path), -1, problem.errno or 0, 0, 0


PATIENCE = 30
"""Looks after which a state that could not be read is read again though it looks the same."""


class Watch:
    """Tells when a content directory should be read again.

    Somebody who saves many files, or one slowly, is not interrupted: a change counts once two
    looks have found the same.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._taken: Snapshot | None = snapshot(root)
        self._last = self._taken
        self._looks_left: int | None = None

    def changed(self, *, at_once: bool = False) -> Snapshot | None:
        """Look, and return the state to be read, or None where there is none, or not yet.

        `at_once`, a change counts though nobody knows whether it has come to rest.
        """
        now = snapshot(self._root)
        at_rest, self._last = now == self._last or at_once, now
        if self._looks_left is not None:
            self._looks_left -= 1
            if self._looks_left <= 0:
                self._taken, self._looks_left = None, None
        return now if at_rest and now != self._taken else None

    def take(self, state: Snapshot) -> None:
        """Note that a state was read, so that it is not read again."""
        self._taken, self._looks_left = state, None

    def put_off(self, state: Snapshot) -> None:
        """Note that a state could not be read: it is tried again, but not at every look."""
        self._taken, self._looks_left = state, PATIENCE

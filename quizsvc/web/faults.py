"""Faults of content with the line of the file in which they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from quizsvc.content.files import bytes_of, real

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quizsvc.errors import Fault

_MARKED = re.compile(r"\w+|\S|\s|$")
"""What is marked of a line from a fault's column on: a word, a sign, or its end."""

_LONGEST = 400
"""Characters of a line that are shown; others belong to one that nobody wrote by hand."""


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault at its place."""

    place: str
    """File, line and column, as an editor opens them."""
    line: int
    message: str
    before: str
    """What stands in its line before the column that is meant."""
    marked: str
    after: str


def views(faults: Iterable[Fault], root: Path) -> list[FaultView]:
    """Return faults with their lines as the files are now, named as seen from the root."""

    @cache
    def lines(file: str) -> list[str]:
        content = bytes_of(Path(file))
        return [] if isinstance(content, str) else content.decode(errors="replace").splitlines()

    return [_view(fault, lines(fault.file), root) for fault in faults]


def _view(fault: Fault, lines: list[str], root: Path) -> FaultView:
    line = lines[fault.line - 1] if fault.line <= len(lines) else ""
    start = min(fault.column - 1, len(line))
    found = _MARKED.match(line, start)
    end = found.end() if found else start
    return FaultView(
        place=f"{_named(fault.file, root)}:{fault.line}:{fault.column}",
        line=fault.line,
        message=fault.message,
        before=line[max(start - _LONGEST, 0) : start],
        marked=line[start:end] or " ",
        after=line[end : end + _LONGEST],
    )


def _named(file: str, root: Path) -> str:
    """Return what a file is called within the content."""
    path, within = real(Path(file)), real(root)
    return str(path.relative_to(within)) if path.is_relative_to(within) else file

"""Names in content that must lead somewhere: kept while files are read, checked at the end."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quizsvc.content.bank import ItemBank
    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.errors import Fault


class Known(Protocol):
    """Notes a name of a kind: item, figure, lesson, assessment, or heading of a lesson."""

    def __call__(self, kind: str, name: str, path: Path, offset: int = 0) -> None:
        """Note a name at its place."""
        ...


class References:
    """All names that were noted, each with its place."""

    def __init__(self) -> None:
        self._noted: list[tuple[str, str, Source, Path, int]] = []

    def within(self, source: Source) -> Known:
        """Return what notes the names of one file."""

        def note(kind: str, name: str, path: Path, offset: int = 0) -> None:
            self._noted.append((kind, name, source, path, offset))

        return note

    def extend(self, others: References) -> None:
        """Note what was noted elsewhere."""
        self._noted.extend(others._noted)

    def dead(self, bank: ItemBank) -> Iterator[Fault]:
        """Yield those that lead nowhere, once everything has been read.

        What is broken has faults of its own; only what does not exist at all is named here.
        """
        known: dict[str, Mapping[str, Any]] = {
            "item": bank.items,
            "figure": bank.figures,
            "lesson": bank.lessons,
            "assessment": bank.assessments,
            "objective": {
                each.id: each for lesson in bank.lessons.values() for each in lesson.objectives
            },
        }
        for kind, name, source, path, offset in self._noted:
            message = ""
            if kind == "heading":
                message = _dead_link(name, bank)
            elif kind == "objective" and not known[kind]:
                continue  # items may be written before any lesson
            elif name not in known[kind] and name not in bank.broken:
                near = difflib.get_close_matches(name, known[kind], n=1)
                message = f"There is no {kind} “{name}”"
                message += f": is {near[0]} meant?" if near else "."
            if message:
                yield source.fault(message, path, offset)


def _dead_link(link: str, bank: ItemBank) -> str:
    """Say why a lesson with a heading cannot be linked to, if so."""
    lesson, _, heading = link.partition("#")
    known = bank.lessons.get(lesson)
    if known is None:
        return "" if lesson in bank.broken else f"There is no lesson “{lesson}”."
    if heading and not known.has_heading(heading):
        return f"The lesson {lesson} has no heading “{heading}”."
    return ""

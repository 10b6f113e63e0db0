"""The item bank: all that a content directory offers, and all that is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, TypeAlias

from quizsvc.content.levels import base_id

if TYPE_CHECKING:
    from quizsvc.content.context import MisconceptionText
    from quizsvc.content.yaml_source import Source
    from quizsvc.errors import Fault
    from quizsvc.model import Assessment, Claims, Course, Figure, Item, Lesson

Kind: TypeAlias = Literal["items", "figures", "lessons", "assessments", "courses", "claims"]
"""Of what files make; a folder's name, but for the claims."""


@dataclass(eq=False)
class ItemBank:
    """All that a content directory offers, and all that is wrong with it."""

    items: dict[str, Item] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    claims: Claims | None = None
    faults: list[Fault] = field(default_factory=list)
    broken: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    """Id of what is out of order (by its file's name) to its faults."""
    see: dict[str, str] = field(default_factory=dict)
    """Id of a named misconception to the lesson, and the heading in it, that explains it."""
    sources: dict[str, Source] = field(default_factory=dict)
    """Item id to its file, for faults that show only when variants are drawn."""
    texts: dict[str, MisconceptionText] = field(default_factory=dict)
    """Id of a named misconception to what is said to who holds it."""
    older: list[tuple[Kind, str]] = field(default_factory=list)
    """Kind and id of what is served as it was before, since its file is out of order now."""

    @property
    def reading_order(self) -> list[Lesson]:
        """All lessons: those of the courses as a reader takes them, then the others."""
        order = [each for course in self.courses.values() for each in course.lessons]
        names = dict.fromkeys([*order, *self.lessons])
        return [self.lessons[each] for each in names if each in self.lessons]

    def levels(self, item_id: str) -> dict[int, str]:
        """Return level to id for the items that one file makes; empty where it makes one."""
        found = self._by_file.get(base_id(item_id), {})
        return found if len(found) > 1 else {}

    def lesson_of(self, item_id: str) -> Lesson | None:
        """Return the first lesson that offers an item for practice."""
        return self._first_lessons.get(base_id(item_id))

    @cached_property
    def _by_file(self) -> dict[str, dict[int, str]]:
        """The items of each file, level to id: looked through once and not for each page."""
        found: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for item in sorted(self.items.values(), key=lambda item: item.level):
            found[base_id(item.id)][item.level] = item.id
        return dict(found)

    @cached_property
    def _first_lessons(self) -> dict[str, Lesson]:
        """The lesson that offers the items of each file first."""
        return {base: lesson for lesson in reversed(self.reading_order) for base in lesson.items}

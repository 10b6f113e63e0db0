"""What there is to learn: objectives in reading order, and the families that serve each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from quizsvc.content import base_id
from quizsvc.problems.family import CompiledFamily

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.content import ItemBank
    from quizsvc.model import Item, Lesson, Objective


@dataclass(frozen=True, slots=True)
class Goal:
    """An objective with what serves it."""

    objective: Objective
    lesson: Lesson
    """The one that teaches it."""
    families: Mapping[str, Mapping[int, str]]
    """Family to level to item, of what lessons offer, in reading order."""
    graded: bool
    """Whether a machine grades some of it; else it cannot be mastered."""

    @property
    def id(self) -> str:
        """The objective's id."""
        return self.objective.id


class Catalogue:
    """The item bank as learning sees it; an item serves its first objective.

    What has gone from the bank is unknown here, and what a learner did with it is passed over.
    """

    def __init__(self, bank: ItemBank) -> None:
        self._bank = bank

    @cached_property
    def goals(self) -> dict[str, Goal]:
        """Objective to goal, in reading order."""
        found: dict[str, Goal] = {}
        for lesson in self._bank.reading_order:
            for objective in lesson.objectives:
                families = self._serving.get(objective.id, {})
                graded = any(
                    self._bank.items[item].graded
                    for levels in families.values()
                    for item in levels.values()
                )
                found.setdefault(objective.id, Goal(objective, lesson, families, graded))
        return found

    @cached_property
    def offered(self) -> dict[str, dict[int, str]]:
        """Family to level to item, for all that some lesson offers, in reading order."""
        levels: defaultdict[str, dict[int, str]] = defaultdict(dict)
        for item in sorted(self._bank.items.values(), key=lambda item: item.level):
            levels[base_id(item.id)][item.level] = item.id
        names = [base_id(item) for lesson in self._bank.reading_order for item in lesson.items]
        return {family: levels[family] for family in dict.fromkeys(names) if family in levels}

    @cached_property
    def titles(self) -> dict[str, str]:
        """Misconception to its title, for those that the whole bank knows by one name."""
        return {
            name: text["title"]
            for item in self._bank.items.values()
            for name, text in item.source["misconceptions"].items()
        }

    def knows(self, item: str) -> bool:
        """Tell whether an item is in the bank."""
        return item in self._bank.items

    def objective_of(self, item: str) -> str | None:
        """Return the objective that an item serves."""
        return next(iter(self._bank.items[item].objectives), None)

    def title_of(self, family: str) -> str:
        """Return the title of what a lesson offers under that name, as Markdown."""
        return self._bank.items[next(iter(self.offered[family].values()))].title

    def is_fixed(self, item: str) -> bool:
        """Tell whether an item asks the same each time."""
        return not _is_random(self._bank.items[item])

    @cached_property
    def _serving(self) -> dict[str, dict[str, dict[int, str]]]:
        serving: dict[str, dict[str, dict[int, str]]] = {}
        for family, levels in self.offered.items():
            for level, item in levels.items():
                objective = self.objective_of(item)
                if objective is not None:
                    serving.setdefault(objective, {}).setdefault(family, {})[level] = item
        return serving


def _is_random(item: Item) -> bool:
    return isinstance(item.family, CompiledFamily) and item.family.random

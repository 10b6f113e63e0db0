"""What to do next: the objective that a learner needs most, and the item that serves it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from quizsvc.learning.catalogue import Catalogue, Goal
    from quizsvc.learning.encounters import Encounter
    from quizsvc.learning.mastery import Mastery
    from quizsvc.learning.reviews import Schedule

Why = Literal["missed", "begun", "new", "mastered"]


@dataclass(frozen=True, slots=True)
class Need:
    """The objective that a learner needs most."""

    goal: Goal
    why: Why
    family: str | None = None
    """The very family to take, if it is the reason."""


def needs(
    goals: Iterable[Goal], reached: Mapping[str, Mastery], retention: Mapping[str, float]
) -> list[Need]:
    """Return the objectives with something to practise, the most needed first.

    1. Begun and not mastered, the latest answer a miss: the most recent miss first.
    2. Begun and not mastered: the lowest mastery first, then as the lessons teach them.
    3. Not begun: as the lessons teach them.
    4. Mastered: by the chance that its least known family is still known, the lowest first.
    """
    ranked: list[tuple[tuple[float, ...], Need]] = []
    for place, goal in enumerate(goals):
        if not goal.graded:
            continue
        now = reached[goal.id]
        if now.full:
            known = {name: retention[name] for name in goal.families if name in retention}
            weakest = min(known, key=lambda name: known[name], default=None)
            chance = 1.0 if weakest is None else known[weakest]
            ranked.append(((4, chance, place), Need(goal, "mastered", weakest)))
        elif not now.begun:
            ranked.append(((3, place), Need(goal, "new")))
        elif now.missed_last:
            ranked.append(((1, -now.last), Need(goal, "missed")))
        else:
            ranked.append(((2, now.best, place), Need(goal, "begun")))
    return [need for _, need in sorted(ranked, key=lambda each: each[0])]


def item_for(
    goal: Goal,
    run: int,
    met: Sequence[Encounter],
    catalogue: Catalogue,
    *,
    today: date,
    withheld: frozenset[str],
) -> str | None:
    """Return the item of an objective to practise now; None if all of them are withheld.

    The level goes with the run that is going on: 1 at first, 2 after two right answers, 3 after
    three. Among the families the one met least recently comes first, one never met before all;
    and last of all what asks the same each time and was met today, so that it would not count.

    Parameters
    ----------
    withheld : frozenset[str]
        Items whose solution would give away what a quiz asks.
    """
    level = min(max(run, 1), 3)
    last_met = {encounter.family: place for place, encounter in enumerate(met)}
    used_up = {each.item for each in met if each.at.date() == today}

    def turn(offer: tuple[str, str]) -> tuple[bool, int]:
        family, item = offer
        return item in used_up and catalogue.is_fixed(item), last_met.get(family, -1)

    offers = ((family, nearest(levels, level)) for family, levels in goal.families.items())
    allowed = [offer for offer in offers if offer[1] not in withheld]
    return min(allowed, key=turn)[1] if allowed else None


def item_again(plan: Schedule, catalogue: Catalogue, *, withheld: frozenset[str]) -> str | None:
    """Return the item of a family to meet again, if possible the one met last; None if withheld."""
    items = list(catalogue.offered[plan.family].values())
    item = plan.last.item if plan.last.item in items else items[0]
    return None if item in withheld else item


def nearest(levels: Mapping[int, str], wanted: int) -> str:
    """Return the item at the level nearest to the one wanted, the lower of two.

    >>> nearest({1: "easy", 3: "hard"}, 2)
    'easy'
    """
    return levels[min(levels, key=lambda level: (abs(level - wanted), level))]

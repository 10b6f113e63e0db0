"""Which items a sitting of an assessment has, where some are drawn by objective."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.content.levels import base_id
from quizsvc.problems.draw import shuffled

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from quizsvc.model import AssessmentEntry


def pick(
    entries: Sequence[AssessmentEntry], servable: Container[str], seed: int
) -> list[tuple[str, float]]:
    """Return items with their points, in the order of the entries; no file gives two of them.

    Every place is filled if that is possible at all: a place that takes what another one wanted
    lets that one look further: the augmenting paths of a bipartite matching.
    """
    places = [
        (entry, [item for item in _in_order(entry.pool, seed + number) if item in servable])
        for number, entry in enumerate(entries)
        for _ in range(entry.draw)
    ]
    holder: dict[str, int] = {}
    chosen: dict[int, str] = {}

    def fill(place: int, tried: set[str]) -> bool:
        for item in places[place][1]:
            file = base_id(item)
            if file not in tried:
                tried.add(file)
                if file not in holder or fill(holder[file], tried):
                    holder[file], chosen[place] = place, item
                    return True
        return False

    for place in range(len(places)):
        fill(place, set())
    return [
        (chosen[place], entry.points) for place, (entry, _) in enumerate(places) if place in chosen
    ]


def _in_order(pool: Sequence[str], seed: int) -> list[str]:
    return [pool[place] for place in shuffled(seed, len(pool))]

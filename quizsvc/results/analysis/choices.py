"""What was chosen where there is something to choose: by how many, and by whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quizsvc.interactions.words import plain
from quizsvc.results.analysis.items import groups

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from quizsvc.model import Value

LEAST_THIRDS = 15
"""Answers below which nobody is told what each third of the class chose."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One choice, and how often it was taken."""

    id: str
    count: int
    share: float
    """Of all answers; where several may be chosen, the shares add up to more than 1."""
    upper: float | None
    """Of the answers of the best third by total; None where these are too few."""
    lower: float | None


def picks(kind: str, response: Value) -> list[tuple[str, str]]:
    """Return what a response chose: for what, and which; nothing where nothing is chosen.

    Of an order it is the step at each place.

    >>> picks("ordering", ["relu", "conv"]), picks("single-choice", "four")
    ([('1', 'relu'), ('2', 'conv')], [('', 'four')])
    """
    match kind:
        case "single-choice":
            return [("", response)]
        case "multiple-choice":
            return [("", each) for each in response]
        case "matching":
            return [(term, option) for term, option in response]
        case "ordering":
            return [(str(place), each) for place, each in enumerate(response, 1)]
        case "find-error":
            return [("", response["line"])]
        case "words":
            return [("", plain(each)) for each in response]
    return []


def taken(
    chosen: Sequence[Sequence[tuple[str, str]]],
    total: NDArray[Any],
    offered: Mapping[str, Sequence[str]],
) -> dict[str, tuple[Taken, ...]]:
    """Count choices, for each thing that they are chosen for.

    Parameters
    ----------
    chosen : sequence of m lists
        What each response chose; an empty list for a blank one, which counts.
    total : array of float, shape (m,)
        By which the best and the weakest third are found, ties shared (see `items.share_in`).
    offered : mapping of what they are chosen for to ids
        Listed first, in this order, though nobody took them; others by how often they were taken.
    """
    m = len(chosen)
    weights = groups(total, 3) if m >= LEAST_THIRDS else None
    members: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row, several in enumerate(chosen):
        for each in dict.fromkeys(several):
            members[each].append(row)
    listed = {
        prompt: dict.fromkeys([*ids, *_by_count(members, prompt)])
        for prompt, ids in (offered or {"": ()}).items()
    }
    return {
        prompt: tuple(_taken(each, members[prompt, each], m, weights) for each in ids)
        for prompt, ids in listed.items()
    }


def _by_count(members: Mapping[tuple[str, str], Sequence[int]], prompt: str) -> list[str]:
    own = [(len(rows), each) for (of, each), rows in members.items() if of == prompt]
    return [each for _, each in sorted(own, key=lambda pair: (-pair[0], pair[1]))]


def _taken(each: str, rows: Sequence[int], m: int, weights: NDArray[Any] | None) -> Taken:
    upper = lower = None
    if weights is not None:
        shares = weights[:, list(rows)].sum(axis=1) / weights.sum(axis=1)
        lower, upper = float(shares[0]), float(shares[-1])
    return Taken(each, len(rows), len(rows) / m if m else 0.0, upper, lower)

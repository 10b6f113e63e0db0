"""What of an assessment its instructor should look at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quizsvc.results.analysis.differences import Differences, Group
    from quizsvc.results.analysis.figures import Figure
    from quizsvc.results.analysis.wrong import Alike, PartFindings, Recognised

AGAINST = -0.1
"""A discrimination from which on those who do well elsewhere do worse here."""
WEAK = 0.1
HARD, EASY = 0.3, 0.95
OFTEN = 1 / 3
"""Share of the wrong answers to a part from which on a misconception is worth a word."""
SEVERAL = 3
"""Answers that do the same, from which on they are worth a word."""

Kind = Literal[
    "against", "unexplained", "variant", "misconception", "alike", "hard", "weak", "easy"
]
KINDS: tuple[Kind, ...] = (
    "against",
    "unexplained",
    "variant",
    "misconception",
    "alike",
    "hard",
    "weak",
    "easy",
)
"""From what may be wrong with the item to what is only good to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about an item that is worth a look."""

    kind: Kind
    item: int
    """Its number in `Places.items`."""
    size: float
    """How much there is of it: of one kind the largest comes first."""
    figure: Figure | None = None
    group: Group | None = None
    part: PartFindings | None = None
    recognised: Recognised | None = None
    alike: Alike | None = None


def findings(
    item: int,
    facility: Figure,
    discrimination: Figure,
    variants: Differences,
    parts: Sequence[PartFindings],
) -> list[Finding]:
    """Return what is worth a look at one item."""
    found = []
    r = discrimination.value
    if r is not None and r <= AGAINST:
        found.append(Finding(kind="against", item=item, size=-r, figure=discrimination))
    elif r is not None and r < WEAK:
        found.append(Finding(kind="weak", item=item, size=WEAK - r, figure=discrimination))
    found += [
        Finding(kind="variant", item=item, size=1 - each.p, group=each)
        for each in variants.groups
        if each.harder
    ]
    for part in parts:
        found += [
            Finding(
                kind="unexplained" if each.equals else "alike",
                item=item,
                size=len(each.answers),
                part=part,
                alike=each,
            )
            for each in part.alike
            if len(each.answers) >= SEVERAL
        ]
        found += [
            Finding(kind="misconception", item=item, size=each.count, part=part, recognised=each)
            for each in part.recognised
            if each.count >= SEVERAL and each.of_wrong >= OFTEN
        ]
    if facility.value is not None and facility.value < HARD:
        found.append(Finding(kind="hard", item=item, size=1 - facility.value, figure=facility))
    elif facility.value is not None and facility.value > EASY:
        found.append(Finding(kind="easy", item=item, size=facility.value, figure=facility))
    return found


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings with what matters most first."""
    return sorted(found, key=lambda each: (KINDS.index(each.kind), -each.size, each.item))

"""What a decision changes, in the words of its page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.web import showing
from quizsvc.web.current import service
from quizsvc.web.teaching import marking

if TYPE_CHECKING:
    from quizsvc.results.marks import Average, Effect
    from quizsvc.web.teaching.rights import Assigned


@dataclass(frozen=True, slots=True)
class EffectView:
    """Whom a decision changes, in words."""

    places: int
    changed: int
    average: str
    """What the average does; empty while nobody has a mark."""
    changes: list[tuple[str, str, str]]
    """Name, mark before, mark after."""


def view(assigned: Assigned, effect: Effect) -> EffectView:
    """Put an effect into words."""
    names = {each.learner: each.name for each in marking.learners_of(service(), assigned.section)}
    before, after = _percent(effect.before), _percent(effect.after)
    moves = f"goes from {before} to {after}" if before != after else f"stays at {before}"
    return EffectView(
        effect.places,
        len(effect.changes),
        moves if effect.before or effect.after else "",
        [
            (names.get(each.learner, ""), _mark(each.before), _mark(each.after))
            for each in effect.changes
        ],
    )


def _mark(score: float | None) -> str:
    return "no mark" if score is None else showing.percent(score)


def _percent(average: Average | None) -> str:
    return _mark(average.score if average else None)

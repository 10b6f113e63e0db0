"""Misconceptions that a learner had: when they were met, and which he has overcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.learning.encounters import Encounter

ENOUGH = 2
"""Right first answers without help after which a misconception counts as overcome."""


@dataclass(frozen=True, slots=True)
class Belief:
    """A misconception, as one learner had it."""

    id: str
    title: str
    """What the whole bank calls it; empty for one of a single family."""
    says: str
    """The feedback that came with it last, in Markdown."""
    item: str
    """Where it was met last."""
    times: int
    """In how many answers it was recognised."""
    last: datetime
    overcome: datetime | None
    """When the learner had answered right often enough since; None before that."""


def beliefs(met: Sequence[Encounter], catalogue: Catalogue) -> tuple[Belief, ...]:
    """Return the misconceptions of a learner: those not overcome first, then by the latest.

    One is overcome by `ENOUGH` right first answers without help since it was last met, in the
    families in which it was met. Where lessons offer none of these, any family of the same
    objectives will do: nobody should be stuck with what he only met in a quiz.
    """
    places: dict[tuple[str, str], list[int]] = {}
    for place, encounter in enumerate(met):
        for entry in encounter.entries:
            for named in entry.misconceptions:
                # An author's own misconceptions have names that are good for one family only.
                scope = "" if named.id in catalogue.titles else encounter.family
                places.setdefault((named.id, scope), []).append(place)
    found = [_belief(name, at, met, catalogue) for (name, _), at in places.items()]
    found.sort(key=lambda belief: belief.last, reverse=True)
    found.sort(key=lambda belief: belief.overcome is not None)
    return tuple(found)


def _belief(
    name: str, places: Sequence[int], met: Sequence[Encounter], catalogue: Catalogue
) -> Belief:
    """Put together what is known of one, which each of these places met."""
    where = [met[place] for place in dict.fromkeys(places)]
    says, last = max(
        (
            (named.says, entry.at)
            for encounter in where
            for entry in encounter.entries
            for named in entry.misconceptions
            if named.id == name
        ),
        key=lambda told: told[1],
    )
    since = [encounter for encounter in met if encounter.counts and encounter.at > last]
    right = [each.at for each in _similar(since, where, catalogue) if each.clean]
    return Belief(
        id=name,
        title=catalogue.titles.get(name, ""),
        says=says,
        item=where[-1].item,
        times=len(places),
        last=last,
        overcome=right[ENOUGH - 1] if len(right) >= ENOUGH else None,
    )


def _similar(
    later: Iterable[Encounter], where: Iterable[Encounter], catalogue: Catalogue
) -> list[Encounter]:
    families = {encounter.family for encounter in where} & catalogue.offered.keys()
    if families:
        return [encounter for encounter in later if encounter.family in families]
    objectives = {catalogue.objective_of(encounter.item) for encounter in where}
    return [each for each in later if catalogue.objective_of(each.item) in objectives]

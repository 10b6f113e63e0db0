"""Misconceptions that a learner had: when they were met, and which he has overcome."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.learning.encounters import Encounter
    from quizsvc.model import LogEntry, Named

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
    told: dict[tuple[str, str], list[tuple[Encounter, LogEntry, Named]]] = {}
    right: defaultdict[str, list[datetime]] = defaultdict(list)
    for encounter in met:
        if encounter.counts and encounter.clean:
            right[encounter.family].append(encounter.at)
            right[_of(catalogue.objective_of(encounter.item))].append(encounter.at)
        for entry in encounter.entries:
            for named in entry.misconceptions:
                # An author's own misconceptions have names that are good for one family only.
                scope = "" if named.id in catalogue.titles else encounter.family
                told.setdefault((named.id, scope), []).append((encounter, entry, named))
    found = [_belief(each, right, catalogue) for each in told.values()]
    found.sort(key=lambda belief: belief.last, reverse=True)
    found.sort(key=lambda belief: belief.overcome is not None)
    return tuple(found)


def _belief(
    told: Sequence[tuple[Encounter, LogEntry, Named]],
    right: Mapping[str, Sequence[datetime]],
    catalogue: Catalogue,
) -> Belief:
    """Put together what is known of one, from all answers that were recognised as it.

    `right` has the times of right first answers without help, by family and by objective.
    """
    encounter, last, named = max(told, key=lambda each: each[1].at)
    where = {each.family for each, _, _ in told} & catalogue.offered.keys()
    if not where:
        where = {_of(catalogue.objective_of(each.item)) for each, _, _ in told}
    since = sorted(at for place in where for at in right.get(place, ()) if at > last.at)
    return Belief(
        id=named.id,
        title=catalogue.titles.get(named.id, ""),
        says=named.says,
        item=encounter.item,
        times=len(told),
        last=last.at,
        overcome=since[ENOUGH - 1] if len(since) >= ENOUGH else None,
    )


def _of(objective: str | None) -> str:
    """Return an objective's name among those of families."""
    return f"objective {objective}"

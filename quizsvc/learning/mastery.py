"""Mastery: the longest run of right first answers on an objective. Nothing ever takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.learning.encounters import Encounter

FULL = 4
"""The run that masters an objective."""

RULE = (
    "Your mastery of an objective is your longest run of right first answers without help, "
    "up to 4 in a row; a miss starts a new run and takes nothing away."
)


@dataclass(frozen=True, slots=True)
class Mastery:
    """What a learner has reached on one objective."""

    begun: bool = False
    best: int = 0
    """The longest run so far, at most `FULL`."""
    run: int = 0
    """The run that goes on now; it has no bound."""
    missed_last: bool = False
    """Whether the latest answer that counts was not wholly right."""
    last: int = -1
    """The place of the latest answer in the log: the higher, the later."""

    @property
    def full(self) -> bool:
        """Whether the objective is mastered."""
        return self.best >= FULL

    @property
    def words(self) -> str:
        """What is reached, in words."""
        if self.full:
            return "mastered"
        if self.best:
            return f"{self.best} of {FULL}"
        return "begun" if self.begun else "not begun"

    def after(self, encounter: Encounter, place: int) -> Mastery:
        """Return what is reached once one more variant was met.

        Help neither extends nor breaks a run, nor does an answer that only the learner judges.
        """
        run, missed = self.run, self.missed_last
        if encounter.counts and encounter.clean:
            run, missed = run + 1, False
        elif encounter.counts and encounter.missed:
            run, missed = 0, True
        elif encounter.counts and encounter.first.score is not None:
            missed = False
        return Mastery(True, max(self.best, min(run, FULL)), run, missed, place)


def mastery(met: Iterable[Encounter], catalogue: Catalogue) -> Mapping[str, Mastery]:
    """Return objective to what is reached on it, for all that the lessons teach."""
    reached = dict.fromkeys(catalogue.goals, Mastery())
    for place, encounter in enumerate(met):
        objective = catalogue.objective_of(encounter.item)
        if objective in reached:
            reached[objective] = reached[objective].after(encounter, place)
    return reached

"""Where a learner stands, worked out from his log, each thing when it is asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from quizsvc.learning import choosing, misconceptions, reviews
from quizsvc.learning.encounters import Encounter, counting, encounters
from quizsvc.learning.mastery import Mastery, mastery

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.learning.choosing import Need
    from quizsvc.learning.misconceptions import Belief
    from quizsvc.learning.reviews import Agenda, Schedule
    from quizsvc.model import Lesson, LogEntry, Preferences


class Standing:
    """What the log says of one learner now.

    Parameters
    ----------
    log : Sequence[LogEntry]
        In the order in which it grew.
    now : datetime
        In UTC.
    """

    def __init__(
        self,
        log: Sequence[LogEntry],
        catalogue: Catalogue,
        preferences: Preferences,
        now: datetime,
    ) -> None:
        self.log = log
        self.catalogue = catalogue
        self.preferences = preferences
        self.now = now

    @property
    def today(self) -> date:
        """The day, in UTC."""
        return self.now.date()

    @cached_property
    def met(self) -> tuple[Encounter, ...]:
        """The variants met."""
        return encounters(self.log, self.catalogue)

    @cached_property
    def mastery(self) -> Mapping[str, Mastery]:
        """Objective to what is reached on it."""
        return mastery(self.met, self.catalogue)

    @cached_property
    def schedules(self) -> Mapping[str, Schedule]:
        """Family to when it comes back."""
        retention = self.preferences.retention
        return reviews.schedules(counting(self.met), self.catalogue.offered, retention)

    @cached_property
    def agenda(self) -> Agenda:
        """The reviews of today."""
        return reviews.agenda(self.schedules, self.preferences, self.now)

    @cached_property
    def beliefs(self) -> tuple[Belief, ...]:
        """The misconceptions met."""
        return misconceptions.beliefs(self.met, self.catalogue)

    @cached_property
    def needs(self) -> list[Need]:
        """The objectives to practise, the most needed first."""
        goals = self.catalogue.goals.values()
        return choosing.needs(goals, self.mastery, self.agenda.retention)

    def of_lesson(self, lesson: Lesson) -> list[Mastery]:
        """Return what is reached on the objectives of a lesson that can be mastered."""
        goals = self.catalogue.goals
        return [self.mastery[each.id] for each in lesson.objectives if goals[each.id].graded]

    @property
    def next_lesson(self) -> Lesson | None:
        """The first lesson, in reading order, with an objective that is not mastered."""
        goals = self.catalogue.goals.values()
        left = (goal for goal in goals if goal.graded and not self.mastery[goal.id].full)
        return next((goal.lesson for goal in left), None)

    def item_for(self, objective: str, withheld: frozenset[str]) -> str | None:
        """Return the item of an objective to practise now, if there is one."""
        return choosing.item_for(
            self.catalogue.goals[objective],
            self.mastery[objective].run,
            self.met,
            self.catalogue,
            today=self.today,
            withheld=withheld,
        )

    def item_for_need(self, withheld: frozenset[str]) -> str | None:
        """Return the item that the learner needs most, if there is one."""
        for need in self.needs:
            if need.family is None:
                item = self.item_for(need.goal.id, withheld)
            else:
                item = choosing.item_again(
                    self.schedules[need.family], self.catalogue, withheld=withheld
                )
            if item is not None:
                return item
        return None

    def item_for_review(self, withheld: frozenset[str]) -> str | None:
        """Return the item that is due first, if something is due within the daily limit."""
        again = (
            choosing.item_again(plan, self.catalogue, withheld=withheld)
            for plan in self.agenda.today
        )
        return next((item for item in again if item is not None), None)

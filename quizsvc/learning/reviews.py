"""Reviews: when each family comes back, by FSRS, from nothing but the log.

A family is a card that all its levels share; each variant that counts is a review of it. A learner
does not rate himself: the rating is read off what happened. Intervals are whole days, without the
steps of minutes that suit vocabulary and without random shifts, so that the same log always gives
the same days.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fsrs import Card, Rating, Scheduler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from quizsvc.learning.encounters import Encounter
    from quizsvc.model import Preferences

DAILY_LIMITS = (0, 100)
"""The least and the most reviews a day that can be chosen."""

RETENTIONS = (70, 97)
"""The same of the chance to be kept, in per cent: FSRS is meant for what lies between."""


@dataclass(frozen=True, slots=True)
class Review:
    """One variant of a family, as it was rated."""

    item: str
    at: datetime
    rating: Rating
    was_due: bool
    """Whether its day had come."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is known of how well a learner remembers one family."""

    family: str
    card: Card
    reviews: tuple[Review, ...]
    """In order of time; never empty."""

    @property
    def last(self) -> Review:
        """The latest review."""
        return self.reviews[-1]

    @property
    def due(self) -> date:
        """The day on which it comes back."""
        return self.card.due.date()


def rating_of(encounter: Encounter) -> Rating | None:
    """Return how well a family was remembered; None where nobody can tell.

    A misconception means that it must come back soonest, whatever followed; help or a second try
    that it was hard. A written answer is rated by what the learner himself thought of it.
    """
    if encounter.named:
        return Rating.Again
    if encounter.first.score is None:
        return _own(encounter.first.self_rating)
    if encounter.clean:
        return Rating.Good
    return Rating.Hard if encounter.solved else Rating.Again


def _own(rating: float | None) -> Rating | None:
    if rating is None:
        return None
    if rating >= 1:
        return Rating.Good
    return Rating.Hard if rating >= 0.5 else Rating.Again


def scheduler(retention: float) -> Scheduler:
    """Return FSRS as it is used here."""
    return Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )


def schedules(
    counted: Iterable[Encounter], offered: Iterable[str], retention: float
) -> Mapping[str, Schedule]:
    """Return family to schedule, for the families that lessons offer and the learner has met."""
    fsrs = scheduler(retention)
    wanted = frozenset(offered)
    cards: dict[str, Card] = {}
    reviews: dict[str, list[Review]] = {}
    # By time, which differs from the log's order where results were released late.
    for encounter in sorted(counted, key=lambda encounter: encounter.at):
        rating, family = rating_of(encounter), encounter.family
        if rating is None or family not in wanted:
            continue
        # With an id of its own a card would look at the clock, and wait for it.
        card = cards.get(family)
        was_due = card is not None and card.due.date() <= encounter.at.date()
        cards[family], _ = fsrs.review_card(
            card or Card(card_id=0, due=encounter.at), rating, encounter.at
        )
        review = Review(encounter.item, encounter.at, rating, was_due)
        reviews.setdefault(family, []).append(review)
    return {
        family: Schedule(family, card, tuple(reviews[family])) for family, card in cards.items()
    }


@dataclass(frozen=True, slots=True)
class Agenda:
    """The reviews of one day."""

    today: tuple[Schedule, ...]
    """Due and within the daily limit, what is most likely forgotten first."""
    waiting: tuple[Schedule, ...]
    """Due and beyond the limit."""
    done: int
    """How many families that were due have been reviewed today."""
    coming: tuple[Schedule, ...]
    """Not due yet, the next first."""
    retention: Mapping[str, float]
    """Family to the chance that the learner still knows it."""


def agenda(plans: Mapping[str, Schedule], preferences: Preferences, now: datetime) -> Agenda:
    """Return what is due today, and what comes later."""
    fsrs, today = scheduler(preferences.retention), now.date()
    known = {name: fsrs.get_card_retrievability(plan.card, now) for name, plan in plans.items()}
    due = [plan for plan in plans.values() if plan.due <= today]
    due.sort(key=lambda plan: (known[plan.family], plan.family))
    done = done_by_day(plans.values())[today]
    room = max(0, preferences.daily_limit - done)
    coming = [plan for plan in plans.values() if plan.due > today]
    coming.sort(key=lambda plan: (plan.due, plan.family))
    return Agenda(tuple(due[:room]), tuple(due[room:]), done, tuple(coming), known)


def due_by_day(plans: Iterable[Schedule], today: date) -> Counter[date]:
    """Return day to how many families come back on it; what is overdue comes back today."""
    return Counter(max(plan.due, today) for plan in plans)


def done_by_day(plans: Iterable[Schedule]) -> Counter[date]:
    """Return day to how many families were reviewed on it whose day had come."""
    return Counter(review.at.date() for plan in plans for review in plan.reviews if review.was_due)

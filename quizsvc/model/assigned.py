"""An assessment given to a section: the terms for all, and what they come to for one learner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from quizsvc.model.course import AtDeadline, Feedback

Counts = Literal["best", "last", "average"]
"""Which of several sittings."""

Refusal = Literal["not open yet", "over", "none left"]
"""Why nobody begins a sitting now."""

GRACE = timedelta(seconds=10)
"""For the way over the network and the queue of the server: no time to work in, and none to begin.

What arrives so long after a deadline or a closing time counts as of that very moment, so that no
record says of anything that it came after its end and yet in time.
"""


def over_before(now: datetime) -> datetime:
    """Return the moment such that every deadline before it is over by now, its grace included."""
    return now - GRACE


def in_time(end: datetime | None, arrived: datetime) -> bool:
    """Tell whether what arrived at a moment is in time: the one place that decides."""
    return end is None or end >= over_before(arrived)


def as_of(arrived: datetime, ends: Iterable[datetime | None], begun: datetime) -> datetime:
    """Return as of when something counts: what came in the grace of an end, as of that end.

    What was begun only after an end has nothing to do with its grace.
    """
    passed = (end for end in ends if end is not None and begun <= end < arrived)
    return min((end for end in passed if in_time(end, arrived)), default=arrived)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """On what terms an assessment is given to a section."""

    opens_at: datetime | None = None
    closes_at: datetime | None = None
    """Until when what is handed in is in time."""
    time_limit: float | None = None
    """In minutes, before anybody's extra time."""
    sittings: int | None = 1
    """How many a learner may begin; None for any number."""
    feedback: Feedback = "submission"
    late_drafts: AtDeadline = "submit"
    """What becomes of drafts at the deadline."""
    late_until: datetime | None = None
    """Until when something may still be handed in late; None if nothing may."""
    late_share: float = 1.0
    """Of the points, in [0, 1], that are left to what is handed in late."""
    counts: Counts = "best"
    shuffled: bool = False
    """Whether each sitting has the questions in an order of its own."""
    access_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """What an override gives one learner beyond the rules; None where they hold."""

    opens_at: datetime | None = None
    """Instead of the rules' own, earlier or later: a date to make it up."""
    closes_at: datetime | None = None
    time_factor: float | None = None
    """Instead of the factor that the learner's account may have."""
    extra_minutes: float | None = None
    sittings: int | None = None
    """How many in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What an assignment allows one learner, all things considered."""

    opens_at: datetime | None
    closes_at: datetime | None
    """Until when what he hands in is in time."""
    ends_at: datetime | None
    """Until when he may hand in at all."""
    minutes: float | None
    """As long as one of his sittings may take."""
    sittings: int | None

    def deadline(self, started_at: datetime) -> datetime | None:
        """Return when a sitting that began at some moment has to be handed in."""
        ends = [] if self.minutes is None else [started_at + timedelta(minutes=self.minutes)]
        ends += [] if self.ends_at is None else [self.ends_at]
        return min(ends, default=None)

    def refusal(self, now: datetime, begun: int) -> Refusal | None:
        """Say why somebody who has begun so many sittings may not begin another one."""
        if self.opens_at is not None and now < self.opens_at:
            return "not open yet"
        if self.ends_at is not None and now > self.ends_at:
            return "over"
        return "none left" if self.sittings is not None and begun >= self.sittings else None

    def is_late(self, submitted_at: datetime) -> bool:
        """Tell whether what was handed in at a moment was late.

        Where no late work is taken nothing is, even if the closing time was moved to before it.
        """
        if self.closes_at is None or self.ends_at == self.closes_at:
            return False
        return submitted_at > self.closes_at

    def would_be_late(self, now: datetime, begun: datetime) -> bool:
        """Tell whether what a sitting that began at some moment hands in now is late."""
        return self.is_late(as_of(now, [self.closes_at], begun))


def allowed(rules: Rules, exemption: Exemption | None, time_factor: float = 1.0) -> Allowed:
    """Work out what holds for one learner.

    Of the rules and an exemption the better holds, so that nobody is worse off for it when the
    rules become more generous later: the later closing time, the larger number of sittings. An
    exemption's factor takes the place of the account's; extra minutes are added to what the
    account's factor makes of the limit. Whose own closing time is later than the end of the time
    for late work has until then, and is in time.
    """
    exempt = exemption or Exemption()
    closes_at, sittings = rules.closes_at, rules.sittings
    if closes_at is not None:
        closes_at = max(closes_at, exempt.closes_at or closes_at)
    if sittings is not None:
        sittings = max(sittings, exempt.sittings or sittings)
    late = rules.late_until if closes_at is not None else None
    ends = [each for each in (closes_at, late) if each is not None]
    minutes = rules.time_limit
    if minutes is not None:
        minutes *= exempt.time_factor or time_factor
        minutes += exempt.extra_minutes or 0.0
    return Allowed(
        opens_at=exempt.opens_at or rules.opens_at,
        closes_at=closes_at,
        ends_at=max(ends, default=None),
        minutes=minutes,
        sittings=sittings,
    )


def on_trial(rules: Rules, time_factor: float = 1.0) -> Allowed:
    """Work out what holds for an instructor who tries an assignment: its time, and no date."""
    minutes = rules.time_limit
    return Allowed(
        opens_at=None,
        closes_at=None,
        ends_at=None,
        minutes=None if minutes is None else minutes * time_factor,
        sittings=None,
    )


def over_at(rules: Rules, exemptions: Iterable[Exemption]) -> datetime | None:
    """Return when the last of all learners may hand in, None if somebody always may."""
    ends = [allowed(rules, each).ends_at for each in (None, *exemptions)]
    known = [each for each in ends if each is not None]
    return max(known) if len(known) == len(ends) else None

"""When a request arrived, and how much time that leaves a sitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from flask import g

from quizsvc.web.current import service

if TYPE_CHECKING:
    from datetime import datetime

    from quizsvc.store.sittings import Sitting


def arrived_at() -> datetime:
    """Return when this request arrived: looked up once, so that all of it decides alike.

    Forms have been read by then, for their CSRF token: what is still under way has not arrived.
    """
    if "arrived_at" not in g:
        g.arrived_at = service().db.now()
    return cast("datetime", g.arrived_at)


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """What a page of a timed sitting says of its deadline."""

    deadline: datetime
    seconds: float
    """From the arrival of the request; below zero in the grace of the deadline."""
    ends: str
    """The deadline as a person reads it, with its date if that is another day."""

    @property
    def words(self) -> str:
        """The time left, in words."""
        return in_words(max(0.0, self.seconds))


def time_left(sitting: Sitting) -> TimeLeft | None:
    """Return the time that a sitting has left; None without a deadline."""
    if sitting.deadline_at is None:
        return None
    now, deadline = arrived_at(), sitting.deadline_at
    return TimeLeft(deadline, (deadline - now).total_seconds(), time_of_day(deadline, now))


def time_of_day(moment: datetime, now: datetime) -> str:
    """Return a time to the second, with its date if that is another day than now."""
    date = "" if moment.date() == now.date() else f"{moment.day} {moment:%b %Y}, "
    return f"{date}{moment:%H:%M:%S} UTC"


def in_words(seconds: float) -> str:
    """Return a stretch of time in its two largest units."""
    total = int(seconds)
    counts = {
        "day": total // 86_400,
        "hour": total // 3600 % 24,
        "minute": total // 60 % 60,
        "second": total % 60,
    }
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counts.items() if count]
    return " and ".join(said[:2]) or "0 seconds"

"""Days: a learner's answers day by day, and the months in which reviews were done and are due."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quizsvc.model import LogEntry


@dataclass(frozen=True, slots=True)
class Answered:
    """How the answers of one day were judged."""

    day: date
    right: int
    partly: int
    wrong: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a month with its reviews."""

    day: date
    done: int
    due: int


def answered(log: Iterable[LogEntry], today: date, days: int) -> list[Answered]:
    """Return the answers of so many days up to today.

    An answer that only the learner judges counts by his own rating, without one not at all.
    """
    counted: Counter[tuple[date, str]] = Counter()
    for entry in log:
        score = entry.self_rating if entry.score is None else entry.score
        if score is not None:
            kind = "right" if score >= 1 else "partly" if score > 0 else "wrong"
            counted[entry.at.date(), kind] += 1
    return [
        Answered(day, counted[day, "right"], counted[day, "partly"], counted[day, "wrong"])
        for day in (today - timedelta(days=back) for back in reversed(range(days)))
    ]


def month(first: date, done: Mapping[date, int], due: Mapping[date, int]) -> list[list[Day | None]]:
    """Return a month as weeks from Monday to Sunday, with None for days of other months."""
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return [
        [
            Day(day, done.get(day, 0), due.get(day, 0)) if day.month == first.month else None
            for day in week
        ]
        for week in weeks
    ]

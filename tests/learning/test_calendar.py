from __future__ import annotations

from datetime import date, timedelta

from quizsvc.learning.calendar import Answered, Day, answered, month

from .logs import PARTLY, RIGHT, START, UNRATED, WRONG, entry, rated

TODAY = START.date()


def test_answers_are_counted_day_by_day_up_to_today() -> None:
    log = [
        entry(day=-7, **RIGHT),
        entry(day=-1, **RIGHT),
        entry(day=-1, **PARTLY),
        entry(**WRONG),
        entry(**rated(1)),
        entry(**rated(0.5)),
        entry(**UNRATED),
    ]
    yesterday = TODAY - timedelta(days=1)
    assert answered(log, TODAY, 2) == [Answered(yesterday, 1, 1, 0), Answered(TODAY, 1, 1, 1)]


def test_a_month_is_weeks_from_monday_to_sunday() -> None:
    weeks = month(date(2026, 2, 1), {date(2026, 2, 3): 2}, {date(2026, 2, 28): 1})
    assert all(len(week) == 7 for week in weeks)
    assert weeks[0][:6] == [None] * 6
    assert weeks[0][6] == Day(date(2026, 2, 1), 0, 0)
    assert weeks[1][1] == Day(date(2026, 2, 3), 2, 0)
    assert weeks[-1][5] == Day(date(2026, 2, 28), 0, 1)
    assert weeks[-1][6] is None

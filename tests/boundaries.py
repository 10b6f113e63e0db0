"""Moments at which calendars and clocks turn, and how near to them something may arrive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

TURNS = [
    datetime(2026, 4, 30, 23, 59, 59, 999_999, tzinfo=UTC),  # a month
    datetime(2027, 1, 1, tzinfo=UTC),  # a year
    datetime(2028, 2, 29, 0, 0, tzinfo=UTC),  # into the leap day, and out of it
    datetime(2028, 3, 1, 0, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # Berlin into and out of daylight saving time
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
    datetime(2026, 3, 8, 7, 0, tzinfo=UTC),  # New York
    datetime(2026, 11, 1, 6, 0, tzinfo=UTC),
]
"""Deadlines."""

INSTANT = timedelta(microseconds=1)
LAST = timedelta(seconds=10)
"""The grace, as the guides state it."""


def distances() -> st.SearchStrategy[timedelta]:
    """Return how long after a deadline something arrives: at the edges, and anywhere near them."""
    edges = [end + near for end in (0 * LAST, LAST) for near in (-INSTANT, 0 * LAST, INSTANT)]
    return st.sampled_from(edges) | st.timedeltas(-LAST, 2 * LAST)


def is_taken(distance: timedelta) -> bool:
    """Tell whether what arrives so long after a deadline is in time, by the guides alone."""
    return distance <= LAST

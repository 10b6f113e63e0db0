"""Logs as they would be read, written down in a line for each answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from quizsvc.model import LogEntry, Named

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

RIGHT: dict[str, Any] = {"score": 1.0}
PARTLY: dict[str, Any] = {"score": 0.5}
WRONG: dict[str, Any] = {"score": 0.0}
HELPED: dict[str, Any] = {"score": 1.0, "hints": 1}
TOLD: dict[str, Any] = {"score": 1.0, "solved": True}
SQUARED: dict[str, Any] = {"score": 0.0, "misconceptions": (Named("squared", "You squared."),)}
PENDING: dict[str, Any] = {"score": None, "judged": False}
UNRATED: dict[str, Any] = {"score": None}


def rated(rating: float) -> dict[str, Any]:
    return {"score": None, "self_rating": rating}


_serial = count(1)


def entry(
    item: str = "double", day: float = 0, number: int | None = None, **facts: Any
) -> LogEntry:
    """Return an attempt at a variant of its own, so many days after the start."""
    serial = next(_serial)
    number = serial if number is None else number
    at = START + timedelta(days=day)
    return LogEntry(
        id=f"attempt-{serial}",
        item=item,
        variant_number=number,
        **{"content": f"n = {number}", "at": at, "since": at, **facts},
    )


def log(*answers: dict[str, Any], item: str = "double", day: float = 0) -> list[LogEntry]:
    """Return answers to a variant each, a minute apart."""
    return [entry(item, day + n / 1440, **answer) for n, answer in enumerate(answers)]

"""Numbers that say of themselves why they are missing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A statistic, or why there is none."""

    value: float | None = None
    low: float | None = None
    """Where its 95 % interval begins, if it has one."""
    high: float | None = None
    error: float | None = None
    """Its standard error, if it has one."""
    n: int = 0
    """How many answers it rests on."""
    why: str = ""
    """Why there is no value, as half a sentence."""


def too_few(n: int, least: int, what: str = "answers") -> Figure:
    """Return what stands in the place of a number that would rest on too little.

    >>> too_few(4, 10).why
    'too few answers (4; at least 10)'
    """
    return Figure(n=n, why=f"too few {what} ({n}; at least {least})")

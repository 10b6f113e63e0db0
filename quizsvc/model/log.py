"""What is kept of a learner, as far as it tells what was learnt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Named:
    """A misconception that an answer was recognised as."""

    id: str
    says: str
    """The feedback that came with it, in Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An attempt whose outcome its learner may know, with the help taken before it."""

    id: str
    item: str
    variant_number: int | None
    content: str
    """The drawn parameters as text: where they are the same, the same was asked."""
    at: datetime
    since: datetime
    """When it came into the log: when it was answered, or later when its results were released."""
    judged: bool = True
    """Whether it was graded; if not, that is still to come."""
    score: float | None
    """None where no machine grades."""
    self_rating: float | None = None
    """The mean of the learner's latest ratings of the parts that no machine grades."""
    misconceptions: tuple[Named, ...] = ()
    in_sitting: bool = False
    hints: int = 0
    """How many were shown before it."""
    solved: bool = False
    """Whether the worked solution was shown before it."""
    shown_at: datetime | None = None
    """When the worked solution of any variant of the item was last shown before it."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a learner wants to be reminded."""

    daily_limit: int = 10
    """How many reviews a day at most."""
    retention: float = 0.9
    """The chance of still knowing a thing at which it comes back."""

"""What an analysis reads of the sittings of an assignment: a column for each fact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from quizsvc.model.responses import RawResponse, Value


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Places:
    """The places of S sittings, P in all, answered or not: columns of numbers, and what they mean.

    A column that names one of several things holds its number in the tuple beside it.
    """

    sittings: tuple[str, ...]
    """Ids, the sittings of one learner in their order."""
    learner: NDArray[Any]
    """Of each sitting, shape (S,): a number."""
    started: NDArray[Any]
    """Shape (S,): in seconds of the epoch."""
    items: tuple[str, ...]
    variants: tuple[tuple[str, str, str], ...]
    """Item, the revision in force, and the drawn parameters as text."""
    misconceptions: tuple[str, ...]

    sitting: NDArray[Any]
    """Shape (P,), as all that follow."""
    position: NDArray[Any]
    item: NDArray[Any]
    variant: NDArray[Any]
    points: NDArray[Any]
    attempt: NDArray[Any]
    """Its serial in the log; 0 where nothing was handed in."""
    judged: NDArray[Any]
    """Whether there is an outcome."""
    score: NDArray[Any]
    """In [0, 1]; NaN without an outcome, and where no machine grades."""
    misconception: NDArray[Any]
    """-1 where none was recognised."""
    saved: NDArray[Any]
    """When it was typed last, in seconds of the epoch; NaN where it never was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A response as the analysis of its item looks at it."""

    attempt: int
    """Its serial in the log."""
    sitting: str
    position: int
    item: str
    revision: str
    """The one in force."""
    pinned_revision: str
    """The one that was met, of which `key` is."""
    seed: int
    candidate: int
    parameters: Mapping[str, Value]
    key: Mapping[str, Value]
    raw_response: RawResponse
    parts: Mapping[str, Mapping[str, Any]]
    """The outcome in force, part by part; empty where all is right, and without an outcome."""

"""What marks are worked out from: what became of each place, and the decisions about points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from quizsvc.model.responses import Value

AdjustmentKind: TypeAlias = Literal["drop", "full-marks", "score"]
"""Take an item out for all, give full marks for a variant, or set the score of one place."""

Judgement: TypeAlias = Literal["graded", "blank", "pending"]
"""What became of a place: pending where something was answered and grading is still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A decision about points that no grading makes: in force until it is undone."""

    id: int
    """They are numbered in the order in which they were made."""
    assignment: str
    kind: AdjustmentKind
    item: str
    parameters: Mapping[str, Value] | None = None
    """Of the variant that gets full marks: every place that asks for the same is meant."""
    sitting: str | None = None
    position: int | None = None
    score: float | None = None
    reason: str
    made_by: str
    made_at: datetime
    undone_by: str | None = None
    undone_at: datetime | None = None


class SatPlace(NamedTuple):
    """What became of one place of a sitting; tens of thousands of them make a gradebook."""

    position: int
    item: str
    points: float
    parameters: Mapping[str, Value] | None
    """Of the variant; None where they were not read, since no decision asks for them."""
    judgement: Judgement
    score: float | None
    """In [0, 1], blank is 0; None where no machine grades, or not yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sat:
    """A sitting, as far as its marks need it."""

    id: str
    assignment: str
    learner: str
    turn: int
    """This is the learner's nth sitting of the assignment."""
    started_at: datetime
    submitted_at: datetime | None
    places: tuple[SatPlace, ...]
    """In order of position; those of a sitting that is not handed in are left out."""

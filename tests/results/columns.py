"""Places made of a matrix of scores, as if read from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.model import Places
from quizsvc.results.analysis.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence


def places(
    scores: Sequence[Sequence[float | None]],
    *,
    learners: Sequence[int] | None = None,
    items: Sequence[Sequence[int]] | None = None,
    points: Sequence[float] | None = None,
    blank: Sequence[tuple[int, int]] = (),
) -> Places:
    """Return places with these scores by sitting and position; None is not judged yet."""
    score = np.array(scores, dtype=float)
    s, k = score.shape
    sitting, place = np.divmod(np.arange(s * k), k)
    item = np.array(items if items is not None else [range(k)] * s).ravel()
    attempt = np.arange(1, s * k + 1)
    for row, column in blank:
        attempt[row * k + column] = 0
    judged = ~np.isnan(score.ravel()) & (attempt > 0)
    return Places(
        sittings=tuple(f"{number:032x}" for number in range(s)),
        learner=np.array(learners if learners is not None else range(s)),
        started=np.zeros(s),
        items=tuple(f"item-{number}" for number in range(int(item.max()) + 1)),
        variants=tuple((f"item-{number}", "r", "{}") for number in range(int(item.max()) + 1)),
        misconceptions=(),
        sitting=sitting,
        position=place + 1,
        item=item,
        variant=item,
        points=np.array(list(points or [1.0] * k) * s),
        attempt=attempt,
        judged=judged,
        score=np.where(judged, score.ravel(), np.nan),
        misconception=np.full(s * k, -1),
        saved=np.full(s * k, np.nan),
    )


def table(scores: Sequence[Sequence[float | None]], **given: Any) -> Table:
    """Return the table of such places, all of them graded by a machine."""
    every = given.pop("every", False)
    made = places(scores, **given)
    return Table(made, np.ones(len(made.items), dtype=bool), every)

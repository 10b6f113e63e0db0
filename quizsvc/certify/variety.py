"""Whether a family's variants differ: how many there are, and how often one answer is right."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quizsvc.certify.subject import Subject

LEAST_SHARE = 0.01
"""Of the candidates; below it a draw will fail one day."""
LEAST_VARIANTS = 100
MOST_ALIKE = 0.1
"""Share of variants whose whole response is one and the same."""


def share(subject: Subject) -> float:
    """Return the share of candidates that all conditions accept."""
    return subject.batch.accepted / max(subject.batch.tried, 1)


def count(subject: Subject) -> tuple[int, bool]:
    """Return how many variants there are, and whether that is an estimate.

    The parameters are drawn evenly from a grid, so that the accepted share of the grid's size is
    an unbiased estimate; the distinct ones that were seen are a lower bound.
    """
    rows = list(subject.batch.parameters.values())
    seen = 1
    if rows and len(subject.batch.seeds):
        flat = np.concatenate([array.reshape(len(array), -1) for array in rows], axis=1)
        seen = len(np.unique(flat, axis=0))
    estimate = subject.family.drawer.variety * share(subject)
    return (max(seen, round(min(estimate, 1e15))), estimate > seen)


def commonest_response(subject: Subject) -> tuple[float, str]:
    """Return the share of the most common whole key, and that key in words."""
    family, tape = subject.family, subject.family.run(subject.batch.parameters)
    if not family.keys or not subject.batch.seeds:
        return 0.0, ""
    flat = np.concatenate(
        [tape.array(key.node).reshape(tape.batch, -1) for key in family.keys], axis=1
    )
    found = Counter(tuple(f"{entry:.9g}" for entry in row) for row in flat.tolist())
    whole, times = found.most_common(1)[0]
    return times / tape.batch, ", ".join(whole)

"""Wrong answers that no misconception explains, put together by what they have in common."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.model import Likenesses

LEAST = 2
"""Answers that make a cluster."""
LEVEL = 0.05
"""How often some cluster may be found where answers equal values of the graph by chance alone."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Answers that have something in common."""

    says: str
    """What they equal, in Markdown; or what was typed."""
    members: tuple[int, ...]
    """Places in the sequence that was looked at."""
    equals: bool
    """Whether it is a value of the graph, or only the same text."""


def by_likeness(found: Likenesses) -> tuple[Cluster, ...]:
    """Put answers together by the value of the graph that they equal, the largest first.

    An answer may equal several values. The value that most answers equal takes them; of those
    left the next, and so on; of two that as many equal, the simpler. A value that answers equal
    no more often than they equal that of variants which are not theirs is passed over: with the
    chance q of a single answer and n answers, the probability of so many under the binomial
    distribution has to be below `LEVEL`, divided by the number of values.
    """
    equal = found.equal.copy()
    total, n = equal.shape
    clusters = []
    while total and n:
        counts = equal.sum(axis=1)
        most = int(np.argmax(counts))
        count = int(counts[most])
        if count < LEAST:
            break
        if at_least(count, n, float(found.chance[most])) < LEVEL / total:
            members = np.flatnonzero(equal[most])
            clusters.append(Cluster(found.says[most], tuple(members.tolist()), equals=True))
            equal[:, members] = False
        equal[most] = False
    return tuple(clusters)


def by_text(texts: Sequence[str], taken: frozenset[int]) -> tuple[Cluster, ...]:
    """Put together what was typed alike, of the answers that are not `taken`."""
    counts = Counter(text for place, text in enumerate(texts) if place not in taken)
    return tuple(
        Cluster(
            text,
            tuple(i for i, each in enumerate(texts) if each == text and i not in taken),
            equals=False,
        )
        for text, count in counts.most_common()
        if count >= LEAST
    )


def at_least(count: int, n: int, q: float) -> float:
    """Return the probability of so many of n, each with the probability q, or more.

    >>> round(at_least(2, 3, 0.5), 6), at_least(1, 3, 0.0), at_least(0, 3, 0.0)
    (0.5, 0.0, 1.0)
    """
    if count <= 0 or q >= 1:
        return 1.0
    if q <= 0:
        return 0.0
    return min(
        1.0,
        sum(
            math.exp(
                math.lgamma(n + 1)
                - math.lgamma(k + 1)
                - math.lgamma(n - k + 1)
                + k * math.log(q)
                + (n - k) * math.log1p(-q)
            )
            for k in range(count, n + 1)
        ),
    )

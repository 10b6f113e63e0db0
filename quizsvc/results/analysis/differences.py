"""Whether some variants of an item are harder than others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.results.analysis.items import facility

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from quizsvc.results.analysis.figures import Figure

LEAST_GROUP = 5
"""Answers to a variant, or on each side of a split, below which it is not compared."""
LEAST_ALL = 15
LEVEL = 0.05
"""How often some group may be flagged in an item where no group differs."""


@dataclass(frozen=True, slots=True)
class Group:
    """Answers to variants that have something in common."""

    name: str
    """A number of the variant, or which values of a parameter they have."""
    facility: Figure
    others: Figure
    """Of all other answers to the item."""
    p: float
    """Of Fisher's exact test, corrected for the number of groups (Holm)."""
    variant: int = -1
    """Of `Places.variants`, where the group is one variant."""

    @property
    def differs(self) -> bool:
        """Whether the difference is more than chance makes of equal variants."""
        return self.p < LEVEL

    @property
    def harder(self) -> bool:
        """Whether it differs by being harder."""
        return self.differs and (self.facility.value or 0.0) < (self.others.value or 0.0)


@dataclass(frozen=True, slots=True)
class Differences:
    """How the variants of an item compare."""

    variants: int
    """How many different ones were answered."""
    kind: str
    """``variants`` or ``parameters``; empty where nothing is compared."""
    groups: tuple[Group, ...] = ()
    """The hardest first."""
    why: str = ""
    """Why nothing is compared."""


def differences(
    score: NDArray[Any], variant: NDArray[Any], parameters: Mapping[int, Mapping[str, Any]]
) -> Differences:
    """Compare the variants of one item.

    Where few variants share most of the answers, each is compared with all the others. Where
    nearly every learner has a variant of his own, each drawn number is split at its median
    instead, and the answers on both sides are compared. Either way an answer is right or not
    (partly right is not), the test is Fisher's, and its p-values are Holm's.

    Parameters
    ----------
    score : array of float, shape (m,)
    variant : array of int, shape (m,)
        Which variant each answers.
    parameters : mapping of variant to drawn parameters
    """
    m, sizes = len(score), Counter(variant.tolist())
    if len(sizes) < 2:
        return Differences(len(sizes), "", why="all had the same variant")
    if m < LEAST_ALL:
        return Differences(len(sizes), "", why=f"too few answers ({m}; at least {LEAST_ALL})")
    common = [each for each, size in sizes.items() if size >= LEAST_GROUP]
    if sum(sizes[each] for each in common) >= m / 2:
        masks = [(f"{number}", variant == each, each) for number, each in enumerate(common, 1)]
        kind = "variants"
    else:
        masks = [(name, mask, -1) for name, mask in _splits(variant, parameters)]
        kind = "parameters"
    masks = [each for each in masks if LEAST_GROUP <= each[1].sum() <= m - LEAST_GROUP]
    if not masks:
        return Differences(len(sizes), "", why="no two groups of variants have enough answers")
    return Differences(len(sizes), kind, _compared(score, masks, whole=kind == "variants"))


def _compared(
    score: NDArray[Any], masks: Sequence[tuple[str, NDArray[Any], int]], *, whole: bool
) -> tuple[Group, ...]:
    right = score >= 1
    p = [fisher(int(right[g].sum()), int(g.sum()), int(right[~g].sum()), int((~g).sum()))
         for _, g, _ in masks]  # fmt: skip
    # Two variants that are all there are make one comparison, not two.
    two = whole and len(masks) == 2 and bool((masks[0][1] ^ masks[1][1]).all())
    corrected = p if two else holm(p)
    found = [
        Group(name, facility(score[mask]), facility(score[~mask]), each, variant)
        for (name, mask, variant), each in zip(masks, corrected, strict=True)
    ]
    order = (lambda group: group.facility.value or 0.0) if whole else (lambda group: group.p)
    return tuple(sorted(found, key=order))


def _splits(
    variant: NDArray[Any], parameters: Mapping[int, Mapping[str, Any]]
) -> list[tuple[str, NDArray[Any]]]:
    """Split each drawn number at its median: above it, or from it on if that is more even."""
    names = next(iter(parameters.values()))
    found = []
    for name in names:
        values = {each: np.ravel(given[name]) for each, given in parameters.items()}
        if len({len(each) for each in values.values()}) > 1:
            continue  # another revision draws it in another size
        drawn = np.array([values[each] for each in variant.tolist()], dtype=float)
        for place in range(drawn.shape[1]):
            column = drawn[:, place]
            middle = float(np.median(column))
            above, from_on = column > middle, column >= middle
            even = abs(above.mean() - 0.5) <= abs(from_on.mean() - 0.5)
            label = name if drawn.shape[1] == 1 else f"{name}, entry {place + 1}"
            words = f"{label} above {middle:g}" if even else f"{label} at least {middle:g}"
            found.append((words, above if even else from_on))
    return found


def fisher(right_1: int, n_1: int, right_2: int, n_2: int) -> float:
    """Return the two-sided p-value of Fisher's exact test of two shares.

    With the sums of the 2 × 2 table fixed, right answers are distributed hypergeometrically; the
    p-value is the probability of all tables that are no more probable than the one at hand
    (R. A. Fisher, "Statistical Methods for Research Workers").

    >>> round(fisher(1, 10, 9, 10), 6)
    0.001093
    """
    right, n = right_1 + right_2, n_1 + n_2
    some = np.arange(max(0, right - n_2), min(right, n_1) + 1)
    logs = _log_choose(n_1, some) + _log_choose(n_2, right - some)
    logs = logs - _log_choose(n, np.array([right]))
    seen = logs[right_1 - some[0]]
    # Equal probabilities may differ by rounding.
    return min(1.0, float(np.exp(logs[logs <= seen + 1e-7]).sum()))


def _log_choose(of: int, some: NDArray[Any]) -> NDArray[Any]:
    """Return the logarithms of binomial coefficients."""
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, of + 1)))])
    return np.asarray(logs[of] - logs[some] - logs[of - some])


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, so that one error in all is as rare as in one.

    S. Holm, "A simple sequentially rejective multiple test procedure", 1979: the smallest is
    multiplied by their number, the next by one less, and none is smaller than one before it.

    >>> [round(each, 9) for each in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    largest, corrected = 0.0, [1.0] * len(p)
    for rank, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        largest = max(largest, min(1.0, p[place] * (len(p) - rank)))
        corrected[place] = largest
    return corrected

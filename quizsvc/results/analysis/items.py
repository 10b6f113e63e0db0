"""How hard an item is, and whether it tells apart who knows from who does not."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.results.analysis.figures import Figure, too_few

if TYPE_CHECKING:
    from numpy.typing import NDArray

Z = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""
LEAST_FACILITY = 5
LEAST_DISCRIMINATION = 15
LEAST_TIMES = 5
OUTER = 0.27
"""Share of the answers in the upper and in the lower group."""
_EVEN = 1e-12
"""A variance below this is none: what is left of rounding."""


def facility(score: NDArray[Any]) -> Figure:
    """Return the mean score with its 95 % interval.

    Parameters
    ----------
    score : array of float, shape (m,)
        In [0, 1].

    Notes
    -----
    Where every score is 0 or 1, the interval is Wilson's: with the share p of right answers, its
    centre is (p + z²/2m) / (1 + z²/m) and its half width z √(p(1 − p)/m + z²/4m²) / (1 + z²/m);
    it never leaves [0, 1] (E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", 1927). Else it is the mean ± z s/√m with the standard deviation s
    over m − 1, cut to [0, 1]; none where all scores are the same.
    """
    m = len(score)
    if m < LEAST_FACILITY:
        return too_few(m, LEAST_FACILITY)
    mean = float(score.mean())
    if np.isin(score, (0, 1)).all():
        room = Z**2 / m
        centre = (mean + room / 2) / (1 + room)
        half = Z * np.sqrt(mean * (1 - mean) / m + room / (4 * m)) / (1 + room)
    else:
        centre, half = mean, Z * float(score.std(ddof=1)) / np.sqrt(m)
        if half < _EVEN:
            return Figure(value=mean, n=m)
    # All right gives an interval that ends at 1, not at what rounding leaves of it.
    low, high = np.clip(np.round([centre - half, centre + half], 12), 0, 1)
    return Figure(value=mean, low=float(low), high=float(high), n=m)


def discrimination(score: NDArray[Any], rest: NDArray[Any]) -> Figure:
    """Return the corrected point-biserial: how the score goes with the rest of the sitting.

    Parameters
    ----------
    score : array of float, shape (m,)
    rest : array of float, shape (m,)
        The share of the points of all other items; NaN where there are none.

    Notes
    -----
    Pearson's r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²), which for scores of 0 and 1 is the
    point-biserial. "Corrected": the item is not part of what it is compared with, or it would go
    with itself.
    """
    known = ~np.isnan(rest)
    x, y = score[known], rest[known]
    m = len(x)
    if m < LEAST_DISCRIMINATION:
        return too_few(m, LEAST_DISCRIMINATION)
    x, y = x - x.mean(), y - y.mean()
    spread_x, spread_y = float(x @ x), float(y @ y)
    if spread_x < _EVEN:
        return Figure(n=m, why="all had the same score")
    if spread_y < _EVEN:
        return Figure(n=m, why="all did equally well on the rest")
    return Figure(value=float(x @ y) / np.sqrt(spread_x * spread_y), n=m)


def upper_lower(score: NDArray[Any], total: NDArray[Any]) -> Figure:
    """Return how much better the best 27 % by total did than the weakest 27 %.

    Notes
    -----
    D = mean score of the upper group − mean score of the lower group (T. L. Kelley, "The
    selection of upper and lower groups for the validation of test items", 1939, gives the reason
    for 27 %). Those who tie at the edge of a group share its last places equally: see
    `share_in`. So D depends on no order of the rows.
    """
    m = len(score)
    if m < LEAST_DISCRIMINATION:
        return too_few(m, LEAST_DISCRIMINATION)
    if np.ptp(total) < _EVEN:
        return Figure(n=m, why="all did equally well")
    lower, upper = share_in(total, 0, OUTER), share_in(total, 1 - OUTER, 1)
    value = float(upper @ score / upper.sum() - lower @ score / lower.sum())
    return Figure(value=value, n=m)


def share_in(total: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """Return how far each answer belongs to the group between two shares of the ranks.

    Parameters
    ----------
    total : array of float, shape (m,)
        What is ranked, from small to large.
    low, high : float
        In [0, 1].

    Returns
    -------
    array of float, shape (m,)
        In [0, 1]; the sum is (high − low) m. A block of ties lies where its ranks lie, and each
        of it belongs to the group by the share of the block that does.

    Examples
    --------
    >>> share_in(np.array([1.0, 2, 2, 3]), 0, 0.5).tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    # Equal shares of points may differ by rounding, as 0.1 + 0.2 and 0.3 do.
    _, block, sizes = np.unique(np.round(total, 9), return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes)
    starts, m = ends - sizes, len(total)
    inside = np.minimum(ends, high * m) - np.maximum(starts, low * m)
    return np.asarray((np.clip(inside, 0, None) / sizes)[block])


def groups(total: NDArray[Any], count: int) -> NDArray[Any]:
    """Return the weights of the answers in so many groups of equal size by total; (count, m)."""
    edges = np.linspace(0, 1, count + 1)
    return np.array([share_in(total, low, high) for low, high in pairwise(edges)]).reshape(
        count, len(total)
    )


def curve(score: NDArray[Any], total: NDArray[Any]) -> list[tuple[float, float]]:
    """Return mean total and mean score of thirds of the answers by total, of fifths from 50 on.

    None where there are too few answers, or all did equally well.
    """
    m = len(score)
    if m < LEAST_DISCRIMINATION or np.ptp(total) < _EVEN:
        return []
    weights = groups(total, 5 if m >= 50 else 3)
    sums = weights.sum(axis=1)
    points = zip(weights @ total / sums, weights @ score / sums, strict=True)
    return [(float(x), float(y)) for x, y in points]


def time_spent(sitting: NDArray[Any], saved: NDArray[Any], started: NDArray[Any]) -> NDArray[Any]:
    """Return the seconds from the save before to the last save of each place.

    Parameters
    ----------
    sitting : array of int, shape (P,)
    saved : array of float, shape (P,)
        When the place was saved last; NaN if never.
    started : array of float, shape (S,)

    Returns
    -------
    array of float, shape (P,)
        In the order of saving: from the last save of the place that was saved last before, or
        from the start of the sitting. NaN where nothing was saved.
    """
    order = np.lexsort((saved, sitting))  # NaN comes last within its sitting
    before = np.empty(len(saved))
    before[order[1:]] = saved[order[:-1]]
    first = np.ones(len(saved), dtype=bool)
    first[order[1:]] = sitting[order[1:]] != sitting[order[:-1]]
    before[first] = started[sitting[first]]
    return np.asarray(np.maximum(saved - before, 0.0))


def quartiles(seconds: NDArray[Any]) -> Figure:
    """Return the median, with the lower and upper quartile as its interval.

    Between two values they lie where the straight line between these does (Hyndman and Fan,
    "Sample quantiles in statistical packages", 1996, definition 7).
    """
    known = seconds[~np.isnan(seconds)]
    if len(known) < LEAST_TIMES:
        return too_few(len(known), LEAST_TIMES)
    low, middle, high = np.quantile(known, (0.25, 0.5, 0.75))
    return Figure(value=float(middle), low=float(low), high=float(high), n=len(known))

"""How far the total of an assessment can be relied on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.results.analysis.figures import Figure, too_few

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quizsvc.results.analysis.table import Table

LEAST = 15
_EVEN = 1e-12


@dataclass(frozen=True, slots=True)
class Reliability:
    """Cronbach's alpha of an assessment and what follows from it."""

    alpha: Figure
    measurement: Figure
    """The standard error of measurement, in points."""
    possible: float
    """The points that it is to be compared with."""
    parts: int
    """How many items or places it was computed over."""
    by_item: bool
    """Whether over items; else over places, at which different items may stand."""
    left_out: int
    """Sittings in which some of them have no score."""


def reliability(table: Table) -> Reliability:
    """Work out alpha over the items of all, or over places where items are drawn.

    Where each sitting has the same items, their order does not matter. Where they are drawn, each
    place stands for the kind of item that is drawn for it, and alpha is over places; but only if
    each sitting has as many, in the same order of kinds, which shuffled ones do not.
    Sittings in which an item or place has no score are left out.
    """
    by_item = table.same_items
    points = table.matrix(by_item=by_item)
    whole = ~np.isnan(points).any(axis=1)
    alpha, measurement = cronbach(points[whole])
    worth = table.places.points[table.rows]
    counted = ~np.isnan(table.score[table.rows])
    possible = float(worth[counted].sum()) / max(len(table.sittings), 1)
    left_out = int((~whole).sum())
    return Reliability(alpha, measurement, possible, points.shape[1], by_item, left_out)


def unreliable(why: str) -> Reliability:
    """Return what stands for alpha where it has no meaning."""
    return Reliability(Figure(why=why), Figure(why=why), 0.0, 0, False, 0)


def cronbach(points: NDArray[Any]) -> tuple[Figure, Figure]:
    """Return Cronbach's alpha with its standard error, and the standard error of measurement.

    Parameters
    ----------
    points : array of float, shape (S, k)
        By sitting and item; complete.

    Notes
    -----
    With the covariance matrix V of the items (over S − 1), j a vector of ones and the variance of
    the total j′Vj, α = k/(k − 1) · (1 − tr V / j′Vj) (L. J. Cronbach, "Coefficient alpha and the
    internal structure of tests", 1951).

    Its standard error is √(Q/S) with Q = 2k² / ((k − 1)² (j′Vj)³) · (j′Vj (tr V² + tr² V) −
    2 tr V · j′V²j) (A. Duhachek and D. Iacobucci, "Alpha's standard error (ASE)", Journal of
    Applied Psychology, 2004, after van Zyl, Neudecker and Nel, 2000). It is exact for many
    sittings and normal scores.

    The standard error of measurement is √(j′Vj) √(1 − α), the spread of one learner's total
    between equal tests; none for a negative α, which is no reliability.
    """
    n, k = points.shape
    if k < 2:
        why = "it takes two graded questions at least"
        return Figure(n=n, why=why), Figure(n=n, why=why)
    if n < LEAST:
        none = too_few(n, LEAST, "complete sittings")
        return none, none
    v = np.cov(points, rowvar=False)
    total, trace = float(v.sum()), float(np.trace(v))
    if total < _EVEN:
        none = Figure(n=n, why="all have the same total")
        return none, none
    alpha = k / (k - 1) * (1 - trace / total)
    squared = v @ v
    inner = total * (float(np.trace(squared)) + trace**2) - 2 * trace * float(squared.sum())
    q = 2 * k**2 / ((k - 1) ** 2 * total**3) * inner
    error = float(np.sqrt(max(q, 0.0) / n))
    found = Figure(value=alpha, error=error, n=n)
    if alpha < 0:
        return found, Figure(n=n, why="alpha is negative")
    return found, Figure(value=float(np.sqrt(total * (1 - alpha))), n=n)


def histogram(totals: NDArray[Any], bins: int = 10) -> list[int]:
    """Return how many totals lie in each of so many equal parts of [0, 1]; 1 is in the last."""
    # A total that is meant to stand on an edge does so, however it was rounded.
    places = np.floor(np.round(totals * bins, 9)).astype(int)
    counts = np.bincount(np.clip(places, 0, bins - 1), minlength=bins)
    return [int(count) for count in counts]

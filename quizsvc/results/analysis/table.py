"""The scores of the chosen sittings, arranged by item and by place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quizsvc.model import Places


@dataclass(frozen=True, eq=False, slots=True)
class ItemScores:
    """How one item was answered: m answers with a score."""

    rows: NDArray[Any]
    """Their places in the columns of `Places`, shape (m,)."""
    score: NDArray[Any]
    """In [0, 1]."""
    total: NDArray[Any]
    """The share of all points that the same sitting earned."""
    rest: NDArray[Any]
    """The same without this item; NaN where there is nothing else."""


@dataclass(frozen=True, eq=False)
class Table:
    """The scores of some sittings of an assignment.

    A place that was left blank scores 0. What waits to be graded and what no machine grades has
    no score, and leaves both sides of every share: earned and possible points. Shares, not sums,
    are compared, so that sittings whose items were drawn are on one scale.

    Parameters
    ----------
    places : Places
    graded : array of bool, one for each of `places.items`
        Whether a machine grades the item.
    every : bool
        Whether all sittings of a learner count, or the first one only: answers of one person
        are not independent, as intervals and tests assume.
    """

    places: Places
    graded: NDArray[Any]
    every: bool = False

    @cached_property
    def sittings(self) -> NDArray[Any]:
        """The numbers of the sittings that count."""
        if self.every:
            return np.arange(len(self.places.sittings))
        return np.unique(self.places.learner, return_index=True)[1]

    @cached_property
    def rows(self) -> NDArray[Any]:
        """The places of these sittings."""
        counts = np.zeros(len(self.places.sittings), dtype=bool)
        counts[self.sittings] = True
        return np.flatnonzero(counts[self.places.sitting])

    @cached_property
    def score(self) -> NDArray[Any]:
        """The score of each place, NaN where there is none, shape (P,)."""
        p = self.places
        blank = (p.attempt == 0) & self.graded[p.item] if len(p.item) else p.attempt == 0
        return np.where(blank, 0.0, p.score)

    @cached_property
    def _sums(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """Earned and possible points of each sitting, shape (all sittings,)."""
        p, known = self.places, ~np.isnan(self.score)
        size = len(p.sittings)
        earned = np.where(known, self.score, 0.0) * p.points
        possible = np.where(known, p.points, 0.0)
        return (
            np.bincount(p.sitting, weights=earned, minlength=size),
            np.bincount(p.sitting, weights=possible, minlength=size),
        )

    @cached_property
    def shares(self) -> NDArray[Any]:
        """The share of the possible points of every sitting, 0 where nothing is possible."""
        earned, possible = self._sums
        return np.asarray(earned / np.where(possible > 0, possible, 1.0))

    @cached_property
    def totals(self) -> NDArray[Any]:
        """The share of the possible points of each sitting that counts and has any."""
        possible = self._sums[1][self.sittings] > 0
        return np.asarray(self.shares[self.sittings][possible])

    @cached_property
    def waiting(self) -> int:
        """How many answers wait to be graded."""
        p = self.places
        return int(((p.attempt > 0) & ~p.judged)[self.rows].sum())

    def rows_of(self, item: int) -> NDArray[Any]:
        """Return the places of an item, answered or not."""
        return np.asarray(self.rows[self.places.item[self.rows] == item])

    def of(self, item: int) -> ItemScores:
        """Return the scores of an item with the shares to compare them with."""
        rows = self.rows_of(item)
        rows = rows[~np.isnan(self.score[rows])]
        score, points = self.score[rows], self.places.points[rows]
        earned, possible = (each[self.places.sitting[rows]] for each in self._sums)
        left = possible - points
        with np.errstate(invalid="ignore", divide="ignore"):
            rest = np.where(left > 1e-12, (earned - score * points) / left, np.nan)
        return ItemScores(rows, score, self.shares[self.places.sitting[rows]], rest)

    @cached_property
    def in_order(self) -> tuple[int, ...]:
        """The items, by where they stand on average."""
        items, positions = self.places.item[self.rows], self.places.position[self.rows]
        size = len(self.places.items)
        count = np.bincount(items, minlength=size)
        mean = np.bincount(items, weights=positions, minlength=size) / np.maximum(count, 1)
        return tuple(int(item) for item in np.argsort(mean, kind="stable") if count[item])

    @cached_property
    def same_items(self) -> bool:
        """Whether each of these sittings has the very same items."""
        items = self.places.item[self.rows]
        counts = np.bincount(items, minlength=len(self.places.items))
        return bool(np.isin(counts, (0, len(self.sittings))).all())

    @cached_property
    def in_place(self) -> bool:
        """Whether each item stands at one position in all of these sittings."""
        items, positions = self.places.item[self.rows], self.places.position[self.rows]
        return len(np.unique(np.stack([items, positions]), axis=1).T) == len(np.unique(items))

    def matrix(self, *, by_item: bool) -> NDArray[Any]:
        """Return points by sitting and by item or position, NaN where there are none; (S, k)."""
        p, rows = self.places, self.rows
        known = rows[~np.isnan(self.score[rows])]
        columns = p.item if by_item else p.position
        _, column = np.unique(columns[known], return_inverse=True)
        row = np.searchsorted(self.sittings, p.sitting[known])
        points = np.full((len(self.sittings), int(column.max(initial=-1)) + 1), np.nan)
        points[row, column] = self.score[known] * p.points[known]
        return points

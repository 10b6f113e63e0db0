"""When a number counts as right, in figures and in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array: TypeAlias = NDArray[Any]

_ROUNDING = 1e-9
"""Relative room for the rounding of float64, so that a bound counts as inside."""
_FEWEST_CARRIED, _MOST_CARRIED = 4, 12
_FEWEST_TYPED = 2
_MOST_TYPED = 12
"""Significant digits of a response that may be the key, rounded too coarsely."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An entry is right when |response − key| ≤ max(absolute, relative · |key|).

    The larger of the two bounds counts, not their sum as in ``numpy.allclose``, and the key is
    what it is relative to. With `figures` an entry is right when it is at most half a unit of
    the key's last significant figure away, and neither of the others counts.
    """

    relative: float = 0.005
    absolute: float = 0.0005
    figures: int | None = None

    def bound(self, key: Array) -> Array:
        """Return the largest distance from each entry of `key` that is still right."""
        size = np.abs(key)
        bound: Array = np.maximum(self.absolute, self.relative * size)
        if self.figures is not None:
            bound = _half_a_unit(size, self.figures)
        return np.asarray(bound + _ROUNDING * np.maximum(size, 1e-3))

    def accepts(self, response: Array, key: Array) -> Array:
        """Tell which entries are right."""
        return np.asarray(np.abs(response - key) <= self.bound(key))

    def accepts_number(self, response: float, key: float) -> bool:
        """Tell whether one number is right; the same as `accepts`, at a tenth of its cost."""
        if self.figures is not None:
            return bool(self.accepts(np.asarray(response), np.asarray(key)))
        size = abs(key)
        bound = max(self.absolute, self.relative * size) + _ROUNDING * max(size, 1e-3)
        return abs(response - key) <= bound

    def too_coarse(self, response: Array, key: Array) -> bool:
        """Tell whether a response is the key, rounded to fewer digits than are asked for.

        Every entry is right or is the key's, rounded to as many significant digits as the entry
        has, at least two: one digit would be a guess.
        """
        right = self.accepts(response, key)
        if right.all():
            return False
        wrong = zip(response[~right].flat, key[~right].flat, strict=True)
        return all(_is_rounded(float(r), float(k)) for r, k in wrong)

    @property
    def exact(self) -> bool:
        """Whether only the key itself is right."""
        return self.relative == self.absolute == 0 and self.figures is None

    def digits_carried(self, keys: Array) -> int:
        """Return the significant digits that a careful learner carries from step to step.

        One more than the tolerance leaves of the largest entries of the keys, and four at least.

        >>> keys = np.array([3.7, -4.2])
        >>> Tolerance().digits_carried(keys), Tolerance(0, 0, figures=4).digits_carried(keys)
        (4, 5)
        """
        largest = np.maximum(np.abs(keys), 1e-300)
        needed = math.ceil(math.log10(float(np.median(largest / self.bound(largest)))))
        return min(max(needed + 1, _FEWEST_CARRIED), _MOST_CARRIED)

    @property
    def words(self) -> str:
        """One sentence for the learner.

        >>> Tolerance().words
        'Right within 0.5 % of the exact value, or within 0.0005 if that is more.'
        >>> Tolerance(0, 0, figures=3).words
        'Give at least 3 significant figures, as in 0.123 or 12.3.'
        >>> EXACT.words
        'Only the exact value is right: a whole number, a fraction such as 7/3, or a power.'
        """
        percent, absolute = f"{100 * self.relative:g} % of the exact value", f"{self.absolute:g}"
        if self.figures is not None:
            examples = " or ".join(_example(self.figures, place) for place in (0, self.figures - 1))
            plural = "s" * (self.figures > 1)
            return f"Give at least {self.figures} significant figure{plural}, as in {examples}."
        if self.exact:
            return (
                "Only the exact value is right: a whole number, a fraction such as 7/3, or a power."
            )
        if self.relative == 0:
            return f"Right within {absolute} of the exact value."
        if self.absolute == 0:
            return f"Right within {percent}."
        return f"Right within {percent}, or within {absolute} if that is more."

    @property
    def nudge(self) -> str:
        """What is said of a response that is right but too coarsely rounded."""
        if self.exact:
            return (
                "This is the value, rounded. The exact one is asked for: type a fraction, a root "
                "or a power as it is. Nothing was counted."
            )
        return f"This is the value, rounded too coarsely. {self.words} Nothing was counted."


class Bounds:
    """`Tolerance.bound` for a row of N entries, each with a tolerance of its own."""

    def __init__(self, tolerances: Sequence[Tolerance]) -> None:
        self._absolute = np.asarray([each.absolute for each in tolerances])
        self._relative = np.asarray([each.relative for each in tolerances])
        self._figures = np.asarray([each.figures or 0 for each in tolerances])
        self._by_figures = self._figures > 0
        self._some_by_figures = bool(self._by_figures.any())

    def __call__(self, keys: Array) -> Array:
        """Return the largest distance from each entry that is still right, shape (B, N)."""
        size = np.abs(keys)
        bound = np.maximum(self._absolute, self._relative * size)
        if self._some_by_figures:
            bound = np.where(self._by_figures, _half_a_unit(size, self._figures), bound)
        return np.asarray(bound + _ROUNDING * np.maximum(size, 1e-3))


def _half_a_unit(size: Array, figures: Array | int) -> Array:
    """Return half a unit of the last of so many figures; a 0 has none: only 0 itself is right."""
    exponent = np.floor(np.log10(np.where(size > 0, size, 1)))
    return np.where(size > 0, 0.5 * 10 ** (exponent - figures + 1), 0)


def _example(figures: int, before_point: int) -> str:
    digits = "1234567890"[:figures]
    return f"{digits[:before_point] or '0'}.{digits[before_point:]}"


def _is_rounded(response: float, key: float) -> bool:
    digits = len(f"{response:.15g}".partition("e")[0].replace(".", "").lstrip("-0"))
    if not _FEWEST_TYPED <= digits <= _MOST_TYPED:
        return False
    return abs(response - float(f"{key:.{digits - 1}e}")) <= _ROUNDING * abs(response)


EXACT = Tolerance(0.0, 0.0)
DEFAULT = Tolerance()
FORMULA = Tolerance(1e-6, 1e-6)
"""Of the values of formulas at random points."""

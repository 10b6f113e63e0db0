"""When a number counts as right, in figures and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

_ROUNDING = 1e-9
"""Relative room for the rounding of float64, so that a bound counts as inside."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """An entry is right when |response − key| ≤ max(absolute, relative · |key|).

    The larger of the two bounds counts, not their sum as in ``numpy.allclose``, and the key is
    what it is relative to.
    """

    relative: float = 0.005
    absolute: float = 0.0005

    def bound(self, key: Array) -> Array:
        """Return the largest distance from each entry of `key` that is still right."""
        size = np.abs(key)
        bound: Array = np.maximum(self.absolute, self.relative * size) + _ROUNDING * np.maximum(
            size, 1e-3
        )
        return bound

    def accepts(self, response: Array, key: Array) -> Array:
        """Tell which entries are right."""
        return np.asarray(np.abs(response - key) <= self.bound(key))

    @property
    def exact(self) -> bool:
        """Whether only the key itself is right."""
        return self.relative == self.absolute == 0

    @property
    def words(self) -> str:
        """One sentence for the learner.

        >>> Tolerance().words
        'Right within 0.5 % of the exact value, or within 0.0005 if that is more.'
        >>> Tolerance(0, 0).words
        'Only the exact value is right.'
        """
        percent, absolute = f"{100 * self.relative:g} % of the exact value", f"{self.absolute:g}"
        if self.exact:
            return "Only the exact value is right."
        if self.relative == 0:
            return f"Right within {absolute} of the exact value."
        if self.absolute == 0:
            return f"Right within {percent}."
        return f"Right within {percent}, or within {absolute} if that is more."


EXACT = Tolerance(0.0, 0.0)
DEFAULT = Tolerance()

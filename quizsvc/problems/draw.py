"""Drawing parameters: a counter hash, so that one variant or ten thousand are drawn alike.

Number (seed, candidate, slot) is a hash of these three and of nothing else: no stream, no state,
no library's generator, on any machine. The hash is SplitMix64's finaliser (Steele, Lea and
Flood, "Fast splittable pseudorandom number generators", 2014) over a counter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizsvc.expr.shapes import Shape, storage

if TYPE_CHECKING:
    from collections.abc import Mapping

Array: TypeAlias = NDArray[Any]

MAX_GRID = 100_001
"""Largest number of values that one entry may be drawn from."""

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HALF = 2**64


def mix(z: Array) -> Array:
    """Return SplitMix64's finaliser of each uint64.

    >>> hex(int(mix(np.array([0x9E3779B97F4A7C15], dtype=np.uint64))[0]))
    '0xe220a8397b1dcdaf'
    """
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return np.asarray(z ^ (z >> np.uint64(31)))


def uniform(seed: int, candidates: Array, slots: int) -> Array:
    """Return numbers in [0, 1) for each candidate and slot.

    Parameters
    ----------
    seed : int
        Up to 128 bits.
    candidates : array of uint64, shape (B,)
    slots : int

    Returns
    -------
    array of float, shape (B, slots)
        Multiples of 2⁻⁵³.
    """
    with np.errstate(over="ignore"):
        low = mix(np.array([seed % _HALF], dtype=np.uint64) + _GAMMA)
        state = mix(low ^ np.array([seed // _HALF % _HALF], dtype=np.uint64))
        of_candidate = mix(state + (candidates + np.uint64(1)) * _GAMMA)
        counter = (np.arange(slots, dtype=np.uint64) + np.uint64(1)) * _GAMMA
        bits = mix(of_candidate[:, None] + counter)
    return (bits >> np.uint64(11)) * 2.0**-53


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter: its shape, and the grid that each entry is drawn from or its fixed value.

    The grid holds the very numbers that are displayed, so that displayed is used, exactly.
    """

    name: str
    shape: Shape
    grid: tuple[float, ...] = ()
    fixed: Any = None

    @property
    def slots(self) -> int:
        """How many numbers it takes."""
        m, n = storage(self.shape)
        return m * n if self.grid else 0


def draw(givens: tuple[Given, ...], seed: int, candidates: Array) -> dict[str, Array]:
    """Return the parameters of some candidates: name to array of shape (B, r, c)."""
    numbers = uniform(seed, candidates, sum(given.slots for given in givens))
    parameters, start = {}, 0
    for given in givens:
        if given.grid:
            grid = np.asarray(given.grid)
            chosen = (numbers[:, start : start + given.slots] * len(grid)).astype(np.int64)
            values = grid[chosen]
        else:
            values = np.broadcast_to(np.asarray(given.fixed, dtype=float).reshape(1, -1), (
                len(candidates), int(np.prod(storage(given.shape))),
            ))  # fmt: skip
        parameters[given.name] = values.reshape(len(candidates), *storage(given.shape))
        start += given.slots
    return parameters


def shuffled(seed: int, count: int) -> tuple[int, ...]:
    """Return the order in which a variant shows its choices."""
    # Candidate numbers end far below; this one is kept for the order of choices.
    keys = uniform(seed, np.array([2**63], dtype=np.uint64), count)[0]
    return tuple(int(place) for place in np.argsort(keys, kind="stable"))


def parameters_as_values(
    parameters: Mapping[str, Array], givens: tuple[Given, ...]
) -> dict[str, Any]:
    """Return the parameters of a batch of one as JSON."""
    return {given.name: parameters[given.name][0].reshape(given.shape).tolist() for given in givens}

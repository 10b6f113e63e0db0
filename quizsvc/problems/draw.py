"""Drawing parameters: a counter hash, so that one variant or ten thousand are drawn alike.

Number (seed, candidate, slot) is a hash of these three and of nothing else: no stream, no state,
no library's generator, on any machine. The hash is SplitMix64's finaliser (Steele, Lea and
Flood, "Fast splittable pseudorandom number generators", 2014) over a counter.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quizsvc.autodiff.tape import shape_of
from quizsvc.expr.shapes import Shape, describe, storage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quizsvc.model import Value

Array: TypeAlias = NDArray[Any]

MAX_GRID = 100_001
"""Largest number of values that one entry may be drawn from."""

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_BY_30, _BY_27, _BY_31 = np.uint64(30), np.uint64(27), np.uint64(31)
_ONE = np.uint64(1)
_HALF = 2**64
_LARGEST_LOGARITHM = 700.0


def mix(z: Array) -> Array:
    """Return SplitMix64's finaliser of each uint64.

    >>> hex(int(mix(np.array([0x9E3779B97F4A7C15], dtype=np.uint64))[0]))
    '0xe220a8397b1dcdaf'
    """
    z = (z ^ (z >> _BY_30)) * _MIX_1
    z = (z ^ (z >> _BY_27)) * _MIX_2
    return np.asarray(z ^ (z >> _BY_31))


def state_of(seed: int) -> int:
    """Return the 64-bit state of a seed of up to 128 bits: each half is mixed in.

    In Python's own integers: for one number numpy's calls would cost more than the hash.
    """
    low = _mix_one((seed + int(_GAMMA)) % _HALF)
    return _mix_one(low ^ (seed // _HALF % _HALF))


def _mix_one(z: int) -> int:
    z = (z ^ (z >> 30)) * int(_MIX_1) % _HALF
    z = (z ^ (z >> 27)) * int(_MIX_2) % _HALF
    return z ^ (z >> 31)


def uniform(states: Array, candidates: Array, slots: int) -> Array:
    """Return numbers in [0, 1) for each pair of state and candidate, and each slot.

    Parameters
    ----------
    states : array of uint64
        `state_of` each seed.
    candidates : array of uint64 that broadcasts with `states` to shape (...)
    slots : int

    Returns
    -------
    array of float, shape (..., slots)
        Multiples of 2⁻⁵³.
    """
    counter = _counters(slots)
    of_candidate = mix(states + (candidates + _ONE) * _GAMMA)
    bits = mix(of_candidate[..., None] + counter)
    return (bits >> np.uint64(11)) * 2.0**-53


@cache
def _counters(slots: int) -> Array:
    counters = (np.arange(slots, dtype=np.uint64) + _ONE) * _GAMMA
    counters.flags.writeable = False
    return counters


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter: its shape, and the grid that each entry is drawn from or its fixed value.

    The grid holds the very numbers that are displayed, so that displayed is used, exactly.
    """

    name: str
    shape: Shape
    grid: tuple[float, ...] = ()
    fixed: Any = None
    symbol: bool = False
    """Whether it only stands for itself, in formulas: its values are points to compare at."""

    @property
    def slots(self) -> int:
        """How many numbers it takes."""
        m, n = storage(self.shape)
        return m * n if self.grid else 0


class Drawer:
    """Turns numbers in [0, 1) into parameters: all entries of all names in one look-up."""

    def __init__(self, givens: tuple[Given, ...]) -> None:
        self.givens = givens
        grids = [(each.grid, each.slots) for each in givens if each.grid]
        self._table = np.asarray([value for grid, _ in grids for value in grid])
        self._sizes = np.asarray([len(grid) for grid, slots in grids for _ in range(slots)])
        starts = np.cumsum([0, *(len(grid) for grid, _ in grids)])
        self._offsets = np.asarray(
            [starts[place] for place, (_, slots) in enumerate(grids) for _ in range(slots)],
            dtype=np.int64,
        )
        self.slots = len(self._offsets)
        self.variety = math.exp(min(float(np.log(self._sizes).sum()), _LARGEST_LOGARITHM))
        """How many different draws there are."""

    def draw(self, states: Array, candidates: Array) -> dict[str, Array]:
        """Return the parameters of pairs of state and candidate.

        Parameters
        ----------
        states, candidates : arrays of uint64, shape (B,), or one of them (1,)

        Returns
        -------
        dict of name to array of shape (B, r, c)
        """
        batch = max(len(states), len(candidates))
        values = np.empty((batch, 0))
        if self.slots:
            numbers = uniform(states, candidates, self.slots)
            values = self._table[(numbers * self._sizes).astype(np.int64) + self._offsets]
        parameters, start = {}, 0
        for given in self.givens:
            rows, columns = storage(given.shape)
            if given.grid:
                drawn = values[:, start : start + given.slots]
                parameters[given.name] = drawn.reshape(batch, rows, columns)
                start += given.slots
            else:
                fixed = np.asarray(given.fixed, dtype=float).reshape(1, rows, columns)
                parameters[given.name] = fixed.repeat(batch, axis=0) if batch > 1 else fixed
        return parameters


def states_of(seeds: Iterable[int]) -> Array:
    """Return `state_of` each seed as an array of uint64."""
    several = list(seeds)
    low = np.asarray([seed % _HALF for seed in several], dtype=np.uint64)
    high = np.asarray([seed // _HALF % _HALF for seed in several], dtype=np.uint64)
    return mix(mix(low + _GAMMA) ^ high)


def shuffled(seed: int, count: int) -> tuple[int, ...]:
    """Return the order in which a variant shows its choices."""
    if not count:
        return ()
    # Candidate numbers end far below; this one is kept for the order of choices.
    keys = uniform(states_of([seed]), np.array([2**63], dtype=np.uint64), count)[0]
    return tuple(int(place) for place in np.argsort(keys, kind="stable"))


def parameters_as_values(
    parameters: Mapping[str, Array], givens: tuple[Given, ...], row: int = 0
) -> dict[str, Any]:
    """Return the parameters of one of a batch as JSON."""
    return {
        given.name: parameters[given.name][row].reshape(given.shape).tolist() for given in givens
    }


def misfit(givens: Iterable[Given], parameters: Mapping[str, Value]) -> str | None:
    """Say why stored parameters do not fit what is given now; None if they do.

    >>> given = Given("x", (2,), grid=(1.0, 2.0))
    >>> misfit([given], {"x": [1.0, 2.0], "old": 3.0}) is None
    True
    >>> misfit([given], {"x": 1.0})
    '“x” was a number then, and is a vector of 2 now.'
    >>> misfit([given], {})
    '“x” was not drawn then.'
    """
    for given in givens:
        if given.name not in parameters:
            return f"“{given.name}” was not drawn then."
        shape = shape_of(parameters[given.name])
        if shape != given.shape:
            then, now = describe(shape), describe(given.shape)
            return f"“{given.name}” was {then} then, and is {now} now."
    return None

"""The entries of all keys and all misconceptions of a family, laid side by side and compared.

A draw looks at a few candidates of small problems, where each of numpy's calls costs more than its
arithmetic: so the parts are not looked at one by one, but all in one row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.expr.shapes import storage
from quizsvc.problems.beliefs import APART, EQUAL, BeliefClass, Key
from quizsvc.problems.tolerance import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quizsvc.autodiff import Tape
    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array

LARGEST, SMALLEST = 1e6, 1e-6
"""Sizes between which an entry of a key is readable, if it is not 0."""


@dataclass(frozen=True, eq=False, slots=True)
class Answers:
    """How the answers of K classes of misconceptions lie to the keys, for a batch."""

    clear: Array
    """Shape (B, K): whether the answer of class k is clearly another than the key."""
    close: Array
    """Shape (B, K): whether it is too near to the key to tell, and not equal."""
    meets: Array
    """Shape (B,): whether two classes answer one part alike."""


class Row:
    """Nodes of a graph whose entries stand in one row, each with its tolerance.

    Parameters
    ----------
    graph : Graph
    keys : sequence of Key
        What each node is, or is compared with.
    """

    def __init__(self, graph: Graph, keys: Sequence[Key]) -> None:
        sizes = [math.prod(storage(graph.nodes[key.node].shape)) for key in keys]
        ends = np.cumsum(sizes, dtype=np.intp).tolist()
        self.slices = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
        self._starts = np.asarray([each.start for each in self.slices], dtype=np.intp)
        self.bounds = Bounds(
            [key.tolerance for key, size in zip(keys, sizes, strict=True) for _ in range(size)]
        )

    def laid(self, arrays: Sequence[Array]) -> Array:
        """Lay arrays of shape (B, r, c) side by side, shape (B, N)."""
        flat = [array.reshape(len(array), -1) for array in arrays]
        return flat[0] if len(flat) == 1 else np.concatenate(flat, axis=1)

    def all(self, held: Array) -> Array:
        """Tell for which nodes something holds at all entries, shape (B, number of nodes)."""
        return np.asarray(np.logical_and.reduceat(held, self._starts, axis=1))


class Keys:
    """All keys of a family."""

    def __init__(self, graph: Graph, keys: Sequence[Key]) -> None:
        self._keys = tuple(keys)
        self.row = Row(graph, keys)
        # Where 0 counts as right, so does the rounding error of a 0.
        self._zero = np.asarray(
            [
                EQUAL if key.tolerance.absolute else 0.0
                for key, place in zip(keys, self.row.slices, strict=True)
                for _ in range(place.start, place.stop)
            ]
        )

    def entries(self, tape: Tape) -> Array:
        """Return the entries of all keys, shape (B, N)."""
        return self.row.laid([tape.array(key.node) for key in self._keys])

    def readable(self, tape: Tape) -> Array:
        """Tell which candidates' keys have entries of readable size, none taken for 0: (B,)."""
        if not self._keys:
            return np.ones(tape.batch, dtype=bool)
        entries = self.entries(tape)
        size = np.abs(entries)
        zero = size <= self._zero
        fine = (zero | ((size <= LARGEST) & (size >= SMALLEST))).all(axis=1)
        taken_for_zero = self.row.all(size <= self.row.bounds(entries)) & ~self.row.all(zero)
        return np.asarray(fine & ~taken_for_zero.any(axis=1))


class Comparison:
    """K classes of misconceptions beside the keys that they miss.

    Parameters
    ----------
    graph : Graph
    keys : sequence of Key
    classes : sequence of K classes
        Part by part.
    """

    def __init__(self, graph: Graph, keys: Sequence[Key], classes: Sequence[BeliefClass]) -> None:
        self._keys = Keys(graph, keys)
        self._classes = tuple(classes)
        self._row = Row(graph, [each.key for each in classes])
        of_key = {key.part: self._keys.row.slices[n] for n, key in enumerate(keys)}
        self._beside = _places(of_key[each.key.part] for each in classes)
        pairs = [
            (k, other)
            for k, other in combinations(range(len(classes)), 2)
            if classes[k].key is classes[other].key
        ]
        self._first = np.asarray([k for k, _ in pairs], dtype=np.intp)
        self._second = np.asarray([k for _, k in pairs], dtype=np.intp)
        self._in_pairs = Row(graph, [classes[k].key for k, _ in pairs])
        self._first_entries = _places(self._row.slices[k] for k, _ in pairs)
        self._second_entries = _places(self._row.slices[k] for _, k in pairs)

    def of(self, tape: Tape, wrong: Mapping[str, Tape]) -> Answers:
        """Compare the answers of all classes with the keys and with each other.

        Parameters
        ----------
        tape : Tape
            Of the calculus.
        wrong : mapping of belief id to Tape
        """
        if not self._classes:
            none = np.zeros((tape.batch, 0), dtype=bool)
            return Answers(none, none, np.zeros(tape.batch, dtype=bool))
        answers = self._row.laid([wrong[c.first.id].array(c.node) for c in self._classes])
        right = self._keys.entries(tape).take(self._beside, axis=1)
        room = APART * self._row.bounds(right)
        with np.errstate(invalid="ignore"):  # the distance of two infinities
            distance = np.abs(answers - right)
            # A belief without a finite answer, such as the norm of nothing, answers nothing here.
            speaks = self._row.all(np.isfinite(answers))
            clear = ~self._row.all(distance <= room) & speaks
            equal = self._row.all(distance <= EQUAL * np.maximum(np.abs(right), 1))
            meets = self._meets(answers, room, clear)
        return Answers(clear, ~(clear | equal) & speaks, meets)

    def _meets(self, answers: Array, room: Array, clear: Array) -> Array:
        if not len(self._first):
            return np.zeros(len(answers), dtype=bool)
        # A response is matched with each answer within that answer's own bounds.
        wide = np.maximum(room, APART * self._row.bounds(answers))
        first, second = self._first_entries, self._second_entries
        between = np.maximum(wide.take(first, axis=1), wide.take(second, axis=1))
        apart = np.abs(answers.take(first, axis=1) - answers.take(second, axis=1))
        alike = self._in_pairs.all(apart <= between)
        alike &= clear.take(self._first, axis=1) & clear.take(self._second, axis=1)
        return np.asarray(alike.any(axis=1))


def _places(slices: Iterable[slice]) -> Array:
    """Return the numbers in some slices, one after the other."""
    places = [place for each in slices for place in range(each.start, each.stop)]
    return np.asarray(places, dtype=np.intp)

"""Curves and spectra from the same graph and engine that compute the keys of problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff import Program
from quizsvc.errors import ExpressionError
from quizsvc.problems.draw import Drawer, states_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array
    from quizsvc.problems.draw import Given


@dataclass(frozen=True, slots=True)
class Walk:
    """Names that go from step to step."""

    start: Mapping[str, Array]
    """Where each name starts; shape (1, r, c)."""
    next: Mapping[str, int]
    """The node that each becomes."""
    drawn: tuple[Given, ...] = ()
    """What is drawn anew in each step."""


def curves(
    graph: Graph,
    over: tuple[str, Sequence[float]],
    values: Sequence[int],
    fixed: Mapping[str, Array],
    walk: Walk | None = None,
    seed: int = 0,
) -> list[list[tuple[float, float]]]:
    """Evaluate scalar nodes at each place of an axis, and let a walk go on between places.

    Parameters
    ----------
    over : name and numbers
        The input that runs over the axis.
    values : nodes
        One for each curve.
    fixed : name to array of shape (1, r, c)
        All other inputs.

    Raises
    ------
    ExpressionError
        The author's: a value that is not finite.
    """
    name, places = over
    walk = walk or Walk({}, {})
    drawer, states = Drawer(walk.drawn), states_of([seed])
    program = Program(graph, [*values, *walk.next.values()])
    now = dict(walk.start)
    found: list[list[tuple[float, float]]] = [[] for _ in values]
    for step, place in enumerate(places):
        drawn = drawer.draw(states, np.array([step], dtype=np.uint64))
        here = np.full((1, 1, 1), place)
        tape = program.run({**fixed, **drawn, **now, name: here})
        tape.check()
        for curve, node in zip(found, values, strict=True):
            curve.append((float(place), float(tape.array(node).item())))
        now = {each: tape.array(node) for each, node in walk.next.items()}
    return found


def spectrum(
    graph: Graph, matrix: int, givens: tuple[Given, ...], draws: int, seed: int
) -> list[tuple[float, float]]:
    """Return real and imaginary parts of the eigenvalues of a matrix in many draws.

    Raises
    ------
    ExpressionError
        The author's: not a square matrix, or a value that is not finite.
    """
    drawn = Drawer(givens).draw(states_of([seed]), np.arange(draws, dtype=np.uint64))
    tape = Program(graph, [matrix]).run(drawn)
    tape.check()
    array = tape.array(matrix)
    if array.shape[-1] != array.shape[-2]:
        raise ExpressionError("Only a square matrix has eigenvalues.")
    return [(float(z.real), float(z.imag)) for z in np.linalg.eigvals(array).ravel()]

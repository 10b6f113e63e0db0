"""What every variant must satisfy besides its author's ``where``: the conditions of drawing.

Each is checked for a whole batch of candidates at once, on tapes that the draw needs anyway, so
that no learner can meet a variant that breaks one. The independent proof of the key is
``certify``'s; it is no condition, since it must hold for all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff.rules import CALCULUS, Operation, Pull, Rules
from quizsvc.expr.primitives import DERIVATIVES, PRIMITIVES
from quizsvc.problems.beliefs import APART
from quizsvc.problems.comparing import LARGEST, SMALLEST

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.autodiff import Edge, Program, Sweep, Tape
    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array
    from quizsvc.problems.beliefs import Key

KINK_MARGIN = 0.01
"""Least distance from a kink: written with two decimals, the value still shows its side."""
FOUR_DIGITS = 11
"""Binary digits of whoever rounds each step to four decimal ones: the relative error is below
5e-4 for both, and whole numbers below 2048 stay exact, as they do on paper."""
_BITS_PER_DIGIT = math.log2(10)

NAMES: Mapping[str, str] = {
    "where": "`where` is not met",
    "finite": "some value is not finite",
    "readable": f"an entry of the key is larger than {LARGEST:g}, smaller than {SMALLEST:g}, "
    "or so small that 0 would count as right",
    "kinks": f"a kink that the gradient passes is nearer than {KINK_MARGIN:g}",
    "rounding": "rounding each step, to a digit more than the tolerance asks for, moves the key by "
    "more than that",
    "misconceptions": f"a misconception's answer is within {APART:g} tolerances of the key",
    "classes": f"two misconceptions' answers are within {APART:g} tolerances of each other",
    "choices": "two choices look the same",
}
"""Each condition and what it means that a candidate breaks it."""


class Rounding(Rules):
    """The calculus of someone who rounds the result of each step to so many decimal digits."""

    def __init__(self, digits: int) -> None:
        self._bits = FOUR_DIGITS + math.ceil((digits - 4) * _BITS_PER_DIGIT)

    def operation(self, graph: Graph, index: int) -> Operation:
        """Return the table's operation, rounded."""
        exact = CALCULUS.operation(graph, index)
        return lambda *arguments: rounded(exact(*arguments), self._bits)

    def pull(self, graph: Graph, edge: Edge, sweep: Sweep) -> Pull | None:
        """Return the table's rule, rounded."""
        exact = CALCULUS.pull(graph, edge, sweep)
        return None if exact is None else lambda *given: rounded(exact(*given), self._bits)

    def meet(self, first: Array, later: Array) -> Array:
        """Return the sum, rounded."""
        return rounded(first + later, self._bits)


def rounded(values: Array, bits: int) -> Array:
    """Round to so many binary digits, to the nearest (Veltkamp's splitting; Dekker 1971).

    >>> rounded(np.array([1/3, 2047.0, 4099.0]), 11).tolist()
    [0.333251953125, 2047.0, 4100.0]
    """
    scaled = values * (2.0 ** (53 - bits) + 1)
    return np.asarray(scaled - (scaled - values))


def is_exact(graph: Graph, nodes: Sequence[int], *, whole: bool) -> bool:
    """Tell whether all steps give whole numbers from whole numbers, so that nothing is rounded."""
    for index in nodes:
        node = graph.nodes[index]
        if node.operation == "constant":
            whole = whole and bool((node.payload == np.round(node.payload)).all())
        elif node.operation not in ("input", "stack", *DERIVATIVES):
            whole = whole and PRIMITIVES[node.operation].exact
    return whole


@dataclass(frozen=True, slots=True)
class Kinks:
    """The operations with a kink among what the keys rest on."""

    nodes: tuple[int, ...]

    @classmethod
    def among(cls, graph: Graph, nodes: Sequence[int]) -> Kinks:
        """Find them."""
        rows = ((index, PRIMITIVES.get(graph.nodes[index].operation)) for index in nodes)
        return cls(tuple(index for index, row in rows if row is not None and row.kink))

    def passed(self, tape: Tape) -> Array:
        """Tell which candidates keep away from every kink that a cotangent passes, shape (B,).

        Where no cotangent arrives the side does not matter; a step jumps, so there it always does.
        """
        fine = np.ones(tape.batch, dtype=bool)
        for index in self.nodes:
            node = tape.graph.nodes[index]
            kink = PRIMITIVES[node.operation].kink
            assert kink is not None  # noqa: S101 - that is how it was found
            near = kink(*(tape.values[argument] for argument in node.arguments)) < KINK_MARGIN
            if not near.any():
                continue
            matters = np.asarray(node.operation == "step")
            for sweep, cotangents in tape.cotangents.items():
                if index in cotangents:
                    matters = matters | _arrives(cotangents[index], sweep, near.shape[-2:])
            fine &= ~(near & matters).reshape(-1, near.shape[-2] * near.shape[-1]).any(axis=1)
        return fine


def _arrives(g: Array, sweep: Sweep, shape: tuple[int, ...]) -> Array:
    """Tell at which entries of a node some cotangent is not zero."""
    if sweep.kind != "jacobian":
        return np.asarray(g != 0)
    if g.shape[-2:] == shape and g.ndim > 3:
        return np.asarray((g != 0).any(axis=-3))
    return np.asarray((g != 0).any(axis=-1, keepdims=True))


def bears_rounding(keys: Sequence[Key], program: Program, tape: Tape) -> Array:
    """Tell which keys hardly move when every step is rounded, shape (B,)."""
    again = program.rerun(tape)
    fine = np.ones(tape.batch, dtype=bool)
    for key in keys:
        if key.tolerance.exact:
            continue  # whoever is asked for the exact value does not round
        right = tape.array(key.node)
        fine &= key.tolerance.accepts(again.array(key.node), right).all(axis=(-2, -1))
    return fine

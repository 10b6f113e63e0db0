"""The rules of a sweep: what each operation computes, and what it hands back to each argument.

`Rules` is the calculus as it is. A misconception is a subclass that changes one of its answers,
and so is a learner's own earlier value (follow-through) or the rounding of someone who works with
four digits: the engine that runs them all is one and the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from quizsvc.expr.primitives import PRIMITIVES, Array
from quizsvc.expr.shapes import storage

if TYPE_CHECKING:
    from quizsvc.expr.graph import Graph

Operation: TypeAlias = Callable[..., Array]
"""The values of the arguments to the value of the result."""

Pull: TypeAlias = Callable[..., Array]
"""``(g, y, *arguments)`` to what one argument receives: a vector-Jacobian product."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of a node: argument number `place` of node `result`."""

    result: int
    place: int


@dataclass(frozen=True, slots=True)
class Sweep:
    """Which backward sweep an edge is asked about."""

    kind: str
    """``grad``, ``vjp`` or ``jacobian``."""
    output: int
    cotangent: int | None = None
    """The node that a vjp starts with."""
    columns: bool = False
    """Whether the unit cotangents of a Jacobian are the columns of one array."""


class Rules:
    """The calculus as it is: subclasses change one rule and so compute what a belief answers."""

    vjp_of_jacobian: Callable[[Array, Array], Array] | None = None
    """How a vjp is made of the whole Jacobian and the cotangent, for beliefs about that product."""

    def operation(self, graph: Graph, index: int) -> Operation:
        """Return what computes a node from its arguments."""
        return PRIMITIVES[graph.nodes[index].operation].value

    def stand_in(self, graph: Graph, index: int) -> Array | None:  # noqa: ARG002
        """Return a value that a node has whatever its arguments are; None: it is computed."""
        return None

    def pull(self, graph: Graph, edge: Edge, sweep: Sweep) -> Pull | None:  # noqa: ARG002
        """Return what passes an edge backwards; None lets nothing pass."""
        return calculus_pull(graph, edge)

    def arrival(self, graph: Graph, index: int, sweep: Sweep) -> Callable[[Array], Array] | None:  # noqa: ARG002
        """Return what is done to the whole cotangent of a node before it goes on; None: nothing."""
        return None

    def meet(self, first: Array, later: Array) -> Array:
        """Combine two cotangents that meet at a node."""
        return first + later


def of_identity(graph: Graph, edge: Edge, pull: Pull) -> Operation | None:
    """Return the shorter way to what a rule of the table makes of the identity, if it has one."""
    row = PRIMITIVES.get(graph.nodes[edge.result].operation)
    if row is None or row.rules[edge.place].vjp is not pull:
        return None
    return row.rules[edge.place].of_identity


def calculus_pull(graph: Graph, edge: Edge) -> Pull:
    """Return the vector-Jacobian product of the table, or of an array's entry."""
    node = graph.nodes[edge.result]
    if node.operation != "stack":
        return PRIMITIVES[node.operation].rules[edge.place].vjp
    if len(node.shape) == 1:
        start = edge.place
        return lambda g, _y, *_: g[..., start : start + 1, :]
    row, column = divmod(edge.place, storage(node.shape)[1])
    return lambda g, _y, *_: g[..., row : row + 1, column : column + 1]


CALCULUS = Rules()

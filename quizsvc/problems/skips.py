"""Which edges of a graph are skip connections: known from the graph, not guessed from names.

An addend is skipped to when it is an ancestor of another addend of the same sum (the network
computes that addend *from* it), or when the author marks it ``skip(…)``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.autodiff import Edge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quizsvc.expr.graph import Graph


@dataclass(frozen=True, slots=True)
class ResidualSum:
    """A sum with a skip connection."""

    total: int
    skips: frozenset[Edge]
    residuals: frozenset[Edge]
    """The other addends: what the block computes."""


@dataclass(frozen=True, slots=True)
class SkipEdges:
    """The sums that have a skip connection, in the order of the graph."""

    sums: tuple[ResidualSum, ...] = ()

    @property
    def skips(self) -> frozenset[Edge]:
        """The edges of all skip connections."""
        return frozenset[Edge]().union(*(each.skips for each in self.sums))

    @property
    def residuals(self) -> frozenset[Edge]:
        """The edges of all that the blocks compute."""
        return frozenset[Edge]().union(*(each.residuals for each in self.sums))


def find_skips(graph: Graph, outputs: Iterable[int]) -> SkipEdges:
    """Return the skip edges among all that `outputs` depend on."""
    nodes = graph.ancestors(list(outputs))
    uses = Counter(argument for index in nodes for argument in graph.nodes[index].arguments)
    # ``a + b + c`` is one sum of three: an inner sum without a name or another use is part of it.
    inner = {
        index
        for index in nodes
        if graph.nodes[index].operation == "add"
        and graph.name_of(index) is None
        and uses[index] == 1
    }
    sums = []
    for index in nodes:
        if graph.nodes[index].operation == "add":
            addends = _addends(graph, index, inner)
            marked = frozenset(edge for edge in addends if _is_skip(graph, edge, addends))
            if marked and len(marked) < len(addends):
                sums.append(ResidualSum(index, marked, frozenset(addends) - marked))
    return SkipEdges(tuple(sums))


def source(graph: Graph, edge: Edge) -> int:
    """Return the node that an edge comes from."""
    return graph.nodes[edge.result].arguments[edge.place]


def _addends(graph: Graph, total: int, inner: set[int]) -> list[Edge]:
    """Return the edges by which terms enter a sum."""
    found: list[Edge] = []
    for place, argument in enumerate(graph.nodes[total].arguments):
        if argument in inner:
            found.extend(_addends(graph, argument, inner))
        else:
            found.append(Edge(total, place))
    return found


def _is_skip(graph: Graph, edge: Edge, addends: list[Edge]) -> bool:
    node = source(graph, edge)
    if graph.nodes[node].operation == "skip":
        return True
    if graph.nodes[node].operation == "constant":
        return False  # a number that is used twice carries nothing past anything
    others = (source(graph, other) for other in addends if other != edge)
    return any(node != other and node in graph.ancestors([other]) for other in others)

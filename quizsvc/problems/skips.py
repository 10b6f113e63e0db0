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
class SkipEdges:
    """The two kinds of edges into the sums that have a skip connection."""

    skips: frozenset[Edge]
    residuals: frozenset[Edge]
    """The other addends of those sums: what the blocks compute."""


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
    skips: set[Edge] = set()
    residuals: set[Edge] = set()
    for index in nodes:
        if graph.nodes[index].operation == "add":
            addends = _addends(graph, index, inner)
            marked = {edge for edge in addends if _is_skip(graph, edge, addends)}
            if marked and len(marked) < len(addends):
                skips |= marked
                residuals |= set(addends) - marked
    return SkipEdges(frozenset(skips), frozenset(residuals))


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
    others = (source(graph, other) for other in addends if other != edge)
    return any(node != other and node in graph.ancestors([other]) for other in others)

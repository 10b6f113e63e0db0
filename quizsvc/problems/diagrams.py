"""The picture of a family's graph: which nodes it shows and what stands at each of them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from quizsvc.autodiff import Program, Sweep, to_value
from quizsvc.autodiff.backward import Group
from quizsvc.render.diagram import Diagram, DiagramEdge, DiagramNode
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.expr.graph import Graph, Node
    from quizsvc.expr.primitives import Array
    from quizsvc.problems.skips import SkipEdges

DIGITS = 4

_SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        "add": "+", "subtract": "−", "negate": "−", "multiply": "×", "scale": "×", "matmul": "×",
        "divide": "÷", "power": "^", "relu": "ReLU", "sigmoid": "σ", "largest": "max",
        "smallest": "min", "dot": "·", "transpose": "ᵀ",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """What stands at a node: its value and its gradient, as text."""

    value: str
    gradient: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture of one variant."""

    diagram: Diagram
    numbers: Mapping[str, Numbers]
    """By the id of a node in the diagram."""
    output: str


@dataclass(frozen=True, eq=False)
class GraphPicture:
    """A laid-out diagram, and the nodes of the graph that it shows."""

    diagram: Diagram
    graph: Graph
    nodes: Mapping[str, int]
    """Id in the diagram to node of the graph."""
    output: int

    def drawing(self, parameters: Mapping[str, Array]) -> Drawing:
        """Return the picture with its numbers, for a batch of one."""
        output = next(name for name, index in self.nodes.items() if index == self.output)
        return Drawing(self.diagram, self._numbers(parameters), output)

    def values(self, parameters: Mapping[str, Array]) -> dict[str, str]:
        """Return the numbers and vectors at the nodes, for a batch of one."""
        tape = Program(self.graph, tuple(self.nodes.values())).run(parameters)
        return {
            name: to_text(tape.value(index), digits=DIGITS)
            for name, index in self.nodes.items()
            if len(self.graph.nodes[index].shape) < 2
        }

    def _numbers(self, parameters: Mapping[str, Array]) -> dict[str, Numbers]:
        shown = tuple(self.nodes.values())
        sweep = Sweep("grad", self.output)
        tape = Program(self.graph, shown, sweeps=[Group(sweep, shown)]).run(parameters)
        found = {}
        for name, index in self.nodes.items():
            shape = self.graph.nodes[index].shape
            gradient = to_value(tape.cotangents[sweep][index], shape)
            found[name] = Numbers(
                to_text(tape.value(index), digits=DIGITS), to_text(gradient, digits=DIGITS)
            )
        return found


def picture_of(graph: Graph, output: int, skips: SkipEdges) -> GraphPicture:
    """Lay out what `output` depends on.

    A constant is shown in the operation that uses it, and a value that is marked ``skip(…)`` by the
    skip connection that it is.
    """
    hidden = ("constant", "skip")
    shown = [i for i in graph.ancestors([output]) if graph.nodes[i].operation not in hidden]
    ids = {index: graph.name_of(index) or f"node-{index}" for index in shown}
    nodes = [DiagramNode(ids[index], _symbol(graph, index), _name(graph, index)) for index in shown]
    edges = [
        DiagramEdge(ids[start], ids[index], skip=_is_skip(skips, index, place))
        for index in shown
        for place, argument in enumerate(graph.nodes[index].arguments)
        if (start := _unmarked(graph, argument)) in ids
    ]
    return GraphPicture(
        Diagram(nodes, edges), graph, {ids[index]: index for index in shown}, output
    )


def _unmarked(graph: Graph, index: int) -> int:
    node = graph.nodes[index]
    return _unmarked(graph, node.arguments[0]) if node.operation == "skip" else index


def _is_skip(skips: SkipEdges, index: int, place: int) -> bool:
    return any(edge.result == index and edge.place == place for edge in skips.skips)


def _name(graph: Graph, index: int) -> str:
    return "" if graph.nodes[index].operation == "input" else graph.name_of(index) or ""


def _symbol(graph: Graph, index: int) -> str:
    node = graph.nodes[index]
    if node.operation == "input":
        return str(node.payload)
    symbol = _SYMBOLS.get(node.operation, node.operation)
    constants = [_constant(graph.nodes[a]) for a in node.arguments]
    return symbol + "".join(text for text in constants if text)


def _constant(node: Node) -> str:
    return (
        to_text(float(node.payload.item()))
        if node.operation == "constant" and node.shape == ()
        else ""
    )

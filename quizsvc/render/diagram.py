"""The picture of a computation graph: nodes, edges, forward and backward values, blanks.

The stylesheet gives the picture its colours, by these classes:

``diagram`` with ``diagram-wide`` or ``diagram-narrow``
    the ``<svg>``; the stylesheet shows the one that fits
``diagram-node``, with ``diagram-input`` where nothing flows in
    the pill of a node, holding ``diagram-symbol`` and below it ``diagram-name``
``diagram-edge`` and ``diagram-arrow``, both with ``skip`` on a skip connection
    a line (stroke only) and its head (fill only)
``diagram-value``, ``diagram-gradient``
    a number above (marked ▸) or below (marked ∂) its node
``blank``, with ``blank-right``, ``blank-wrong`` or ``blank-invalid``
    a field in the picture: give it ``width: 100%; height: 100%; box-sizing: border-box``
``diagram-number``, ``diagram-badge``
    the number of a field and the circle around it
``diagram-mark``
    ✓, ✗ or ? in a judged field

Sizes of text are attributes, since the layout counts on them; the stylesheet leaves them alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.render.labels import (
    LABEL_WIDTH,
    ROW_HEIGHT,
    Blank,
    NodeLabels,
    draw_label,
    has_blank,
    spoken,
    text,
)
from quizsvc.render.layout import DiagramError, Size, lay_out
from quizsvc.render.narrow import NarrowDiagram

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.render.layout import Point

__all__ = ["Blank", "Diagram", "DiagramEdge", "DiagramError", "DiagramNode", "NodeLabels"]

_PILL_HEIGHT = 44.0
_VERBS = {
    "+": "adds {operands}",
    "×": "multiplies {operands}",
    "⊙": "multiplies {operands} entry by entry",
    "−": "subtracts {second} from {first}",
    "÷": "divides {first} by {second}",
    "max": "takes the larger of {operands}",
    "min": "takes the smaller of {operands}",
}


@dataclass(frozen=True, slots=True)
class DiagramNode:
    """One node: `symbol` in it (the name, for an input), and the `name` of what it computes."""

    id: str
    symbol: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DiagramEdge:
    """Data flowing from one node into another; the order of edges is that of operands."""

    source: str
    target: str
    skip: bool = False


class Diagram:
    """A computation graph, laid out once and drawn with any numbers.

    Parameters
    ----------
    nodes, edges : sequences
        An acyclic graph.

    Raises
    ------
    DiagramError
        The graph is too large to be drawn: the author's fault.
    """

    def __init__(self, nodes: Sequence[DiagramNode], edges: Sequence[DiagramEdge]) -> None:
        self._nodes = {node.id: node for node in nodes}
        self._operands: dict[str, list[str]] = defaultdict(list)
        self._skips: dict[str, list[str]] = defaultdict(list)
        for edge in edges:
            self._operands[edge.target].append(edge.source)
            if edge.skip:
                self._skips[edge.target].append(edge.source)
        self._layout = lay_out(
            {
                node.id: Size(max(LABEL_WIDTH, _pill_width(node)), _PILL_HEIGHT + 2 * ROW_HEIGHT)
                for node in nodes
            },
            [(edge.source, edge.target) for edge in edges],
        )
        drawn = [*self._draw_edges(edges), *(self._draw_node(node) for node in nodes)]
        self._graph = Markup("\n").join(drawn)  # the same for all numbers
        self._narrow = NarrowDiagram(nodes, edges)

    def svg(self, labels: Mapping[str, NodeLabels], *, title: str, id: str) -> Markup:  # noqa: A002
        """Draw the graph with numbers and blanks.

        Parameters
        ----------
        labels : mapping of str to NodeLabels
            By the id of the node; nodes may be left out.
        title : str
            The accessible name, as plain text.
        id : str
            Unique on the page; the ids of title and description begin with it.
        """
        drawn = [
            draw_label(label, kind, (x, y + side * (_PILL_HEIGHT + ROW_HEIGHT) / 2))
            for node, both in labels.items()
            for x, y in [self._layout.centres[node]]
            for kind, label, side in (("value", both.value, -1), ("gradient", both.gradient, 1))
            if label is not None
        ]
        return Markup(
            '<svg class="diagram diagram-wide" id="{id}" role="{role}" aria-labelledby="{id}-title"'
            ' aria-describedby="{id}-desc" viewBox="0 0 {width:g} {height:g}"'
            ' width="{width:g}" height="{height:g}" font-size="16" text-anchor="middle">\n'
            '<title id="{id}-title">{title}</title>\n<desc id="{id}-desc">{description}</desc>\n'
            # the description says it in order, and the table beside it holds the fields
            '<g aria-hidden="true">\n{graph}\n{labels}\n</g>\n</svg>'
        ).format(
            id=id,
            role="group" if has_blank(labels) else "img",  # an image hides its fields
            title=title,
            description=self.describe(labels),
            width=round(self._layout.size.width, 1),
            height=round(self._layout.size.height, 1),
            graph=self._graph,
            labels=Markup("\n").join(drawn),
        )

    def narrow_svg(self, labels: Mapping[str, NodeLabels], *, title: str, id: str) -> Markup:  # noqa: A002
        """Draw the same for a small screen, from top to bottom; blanks are numbered places."""
        return self._narrow.svg(labels, title=title, description=self.describe(labels), id=id)

    def describe(self, labels: Mapping[str, NodeLabels]) -> str:
        """Say in one sentence per node what the picture shows."""
        return " ".join(
            f"{'; '.join([self._says(node), *spoken(labels.get(node.id, NodeLabels()))])}."
            for node in self._nodes.values()
        )

    def _says(self, node: DiagramNode) -> str:
        """Say what a node does."""
        operands = [self._called(source) for source in self._operands.get(node.id, [])]
        if not operands:
            return f"{self._called(node.id)} is an input"
        together = " and ".join(filter(None, [", ".join(operands[:-1]), operands[-1]]))
        scaled = re.fullmatch(r"×(.+)", node.symbol)
        if scaled:
            does = f"multiplies {together} by {scaled[1]}"
        elif node.symbol in _VERBS:
            does = _VERBS[node.symbol].format(
                operands=together, first=operands[0], second=operands[-1]
            )
        else:
            does = f"applies {node.symbol} to {together}"
        skipping = [self._called(source) for source in self._skips.get(node.id, [])]
        aside = f", {' and '.join(skipping)} by a skip connection" if skipping else ""
        return f"{self._called(node.id)} {does}{aside}"

    def _called(self, node: str) -> str:
        """Return what a node is called in a sentence."""
        drawn = self._nodes[node]
        return drawn.name or (drawn.symbol if node not in self._operands else node)

    def _draw_node(self, node: DiagramNode) -> Markup:
        """Draw the pill of a node with its symbol and name."""
        x, y = self._layout.centres[node.id]
        width = _pill_width(node)
        kind = "diagram-node" if node.id in self._operands else "diagram-node diagram-input"
        pill = Markup(
            '<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            ' rx="{radius:g}"/>'
        ).format(
            kind=kind,
            x=round(x - width / 2, 1),
            y=round(y - _PILL_HEIGHT / 2, 1),
            width=width,
            height=_PILL_HEIGHT,
            radius=_PILL_HEIGHT / 2,
        )
        lift = 2 if node.name else -6
        symbol = text("diagram-symbol", node.symbol, (x, y - lift), size=18)
        name = text("diagram-name", node.name, (x, y + 15), size=13) if node.name else ""
        return pill + symbol + name

    def _draw_edges(self, edges: Sequence[DiagramEdge]) -> list[Markup]:
        """Draw edges between ports of their own, ordered so that they need not cross there."""
        routes = [self._layout.routes[edge.source, edge.target] for edge in edges]
        leaving = _ports(
            [(edge.source, route[1][1]) for edge, route in zip(edges, routes, strict=True)]
        )
        arriving = _ports(
            [(edge.target, route[-2][1]) for edge, route in zip(edges, routes, strict=True)]
        )
        return [self._draw_edge(*ends) for ends in zip(edges, leaving, arriving, strict=True)]

    def _draw_edge(self, edge: DiagramEdge, leaving: float, arriving: float) -> Markup:
        """Draw a line that is level in columns and bends between them, and its arrow."""
        x, y = self._layout.centres[edge.source]
        start = (x + _reach(self._nodes[edge.source], leaving), y + leaving)
        x, y = self._layout.centres[edge.target]
        tip = (x - _reach(self._nodes[edge.target], arriving), y + arriving)
        route = self._layout.routes[edge.source, edge.target]
        route = ((route[0][0], start[1]), *route[1:-1], (route[-1][0], tip[1]))
        path = f"M{_at(start)}"
        for here, there in zip(route[::2], route[1::2], strict=True):
            middle = (here[0] + there[0]) / 2
            path += f"L{_at(here)}C{_at((middle, here[1]))} {_at((middle, there[1]))} {_at(there)}"
        path += f"L{_at((tip[0] - 6, tip[1]))}"
        head = "".join(
            f"{stroke}{_at((tip[0] - back, tip[1] + up))}"
            for stroke, back, up in (("M", 9, -5), ("L", 0, 0), ("L", 9, 5))
        )
        return Markup(
            '<path class="diagram-edge{skip}" d="{path}" fill="none"/>'
            '<path class="diagram-arrow{skip}" d="{head}Z"/>'
        ).format(skip=" skip" if edge.skip else "", path=path, head=head)


def _pill_width(node: DiagramNode) -> float:
    """Return the width that a node's texts need."""
    return max(_PILL_HEIGHT, 22 + 11 * len(node.symbol), 22 + 8 * len(node.name))


def _at(point: Point) -> str:
    """Write a point for a path."""
    return f"{round(point[0], 1):g},{round(point[1], 1):g}"


def _ports(ends: Sequence[tuple[str, float]]) -> list[float]:
    """Spread the ends of edges over the height of each node, in the order of where they lead."""
    meeting: dict[str, list[int]] = defaultdict(list)
    for index, (node, _) in enumerate(ends):
        meeting[node].append(index)
    ports = [0.0] * len(ends)
    for indices in meeting.values():
        indices.sort(key=lambda index: ends[index][1])
        apart = min(14.0, (_PILL_HEIGHT - 14) / max(len(indices) - 1, 1))
        for place, index in enumerate(indices):
            ports[index] = (place - (len(indices) - 1) / 2) * apart
    return ports


def _reach(node: DiagramNode, port: float) -> float:
    """Return how far the pill's rounded left end reaches from its centre at that height."""
    radius = _PILL_HEIGHT / 2
    return float(_pill_width(node) / 2 - radius + (radius**2 - port**2) ** 0.5)

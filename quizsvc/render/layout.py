"""Positions for the nodes and edges of a graph that flows from left to right.

Columns are the layers of Sugiyama's method (grandalf's, used as a library). An edge that passes
over a column gets a lane of its own there, so that no edge crosses a node or its labels.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout, VertexViewer

from quizsvc.errors import QuizsvcError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Point: TypeAlias = tuple[float, float]

MAX_NODES = 100
"""Nodes of one picture; grandalf recurses through them."""

_BETWEEN_NODES = 16.0
_BETWEEN_COLUMNS = 46.0
_LANE = 14.0
_MARGIN = 8.0


class DiagramError(QuizsvcError):
    """A graph that is too large to be drawn."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a node together with its labels."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything is."""

    size: Size
    centres: Mapping[str, Point]
    routes: Mapping[tuple[str, str], tuple[Point, ...]]
    """Edge to the points where it enters and leaves columns, between its two nodes."""


class _Link(Edge):  # type: ignore[misc]  # grandalf has no types
    """An edge that hashes the same in every process: grandalf walks through sets of edges."""

    def __init__(self, source: Vertex, target: Vertex, number: int) -> None:
        super().__init__(source, target)
        self._number = number

    def __hash__(self) -> int:
        return self._number


def lay_out(
    sizes: Mapping[str, Size],
    edges: Sequence[tuple[str, str]],
    *,
    between_nodes: float = _BETWEEN_NODES,
    between_columns: float = _BETWEEN_COLUMNS,
) -> Layout:
    """Place nodes in columns, and route each edge through the gaps and its lanes.

    Raises
    ------
    DiagramError
        There are more than `MAX_NODES` nodes: the author's fault.
    """
    if len(sizes) > MAX_NODES:
        raise DiagramError(f"a picture has at most {MAX_NODES} nodes, not {len(sizes)}")
    vertices = {name: Vertex(name) for name in sizes}
    for name, vertex in vertices.items():
        # grandalf's layers are rows: its width is our height
        vertex.view = VertexViewer(w=sizes[name].height, h=sizes[name].width)
    links = [
        _Link(vertices[source], vertices[target], number)
        for number, (source, target) in enumerate(dict.fromkeys(edges))
    ]
    graph = Graph(list(vertices.values()), links)

    ranks: dict[str, int] = {}
    heights: dict[str, float] = {}
    lanes: dict[tuple[str, str], list[tuple[int, float]]] = {}
    top = _MARGIN
    for component in graph.C:
        sugiyama = _sugiyama(component, between_nodes)
        placed = [vertex for layer in sugiyama.layers for vertex in layer]
        shift = top - min(vertex.view.xy[0] - vertex.view.w / 2 for vertex in placed)
        top = shift + max(vertex.view.xy[0] + vertex.view.w / 2 for vertex in placed)
        top += between_nodes
        for vertex in component.sV:
            ranks[vertex.data] = sugiyama.grx[vertex].rank
            heights[vertex.data] = vertex.view.xy[0] + shift
        for edge in component.sE:
            through = sorted(sugiyama.ctrls.get(edge, {}).items())[1:-1]
            lanes[edge.v[0].data, edge.v[1].data] = [
                (rank, dummy.view.xy[0] + shift) for rank, dummy in through
            ]

    columns = _columns(ranks, sizes, between_columns)
    centres = {name: (sum(columns[ranks[name]]) / 2, heights[name]) for name in sizes}
    routes = {
        (source, target): _route(
            [(ranks[source], heights[source]), *lane, (ranks[target], heights[target])], columns
        )
        for (source, target), lane in lanes.items()
    }
    width = columns[-1][1] + _MARGIN if columns else 0.0
    return Layout(Size(width, top - between_nodes + _MARGIN), centres, routes)


def _sugiyama(component: Any, between_nodes: float) -> Any:
    """Run grandalf on one connected component."""
    sugiyama = SugiyamaLayout(component)
    sugiyama.dw = _LANE
    sugiyama.xspace = between_nodes
    # our graphs have no cycles: this spares grandalf its recursive search for them
    sugiyama.init_all(inverted_edges=[], optimize=True)
    sugiyama.draw(3)
    return sugiyama


def _columns(
    ranks: Mapping[str, int], sizes: Mapping[str, Size], between_columns: float
) -> list[Point]:
    """Return where each column begins and ends."""
    columns: list[Point] = []
    left = _MARGIN
    for rank in range(max(ranks.values(), default=-1) + 1):
        width = max(sizes[name].width for name, its_rank in ranks.items() if its_rank == rank)
        columns.append((left, left + width))
        left += width + between_columns
    return columns


def _route(stops: list[tuple[int, float]], columns: list[Point]) -> tuple[Point, ...]:
    """Return the points between which an edge bends: it bends only between columns."""
    points: list[Point] = []
    for (rank, height), (next_rank, next_height) in pairwise(stops):
        points += [(columns[rank][1], height), (columns[next_rank][0], next_height)]
    return tuple(points)

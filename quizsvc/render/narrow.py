"""The picture of a computation graph for a phone: cards in rows, flowing from top to bottom.

The same graph as `diagram` draws for a wide screen, in at most the width of a small one. Blanks
are numbered places; their fields stand in the table beside the picture, large enough for a thumb.
Each node stands as late as it may, so that an input is beside what uses it and rows stay short.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.render.labels import SIGNS, Blank, NodeLabels, text
from quizsvc.render.layout import Size, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.render.diagram import DiagramEdge, DiagramNode
    from quizsvc.render.layout import Point

CARD = Size(78.0, 76.0)
"""Four of them, with the gaps between, fit beside each other on a screen of 360 pixels."""
_ROW = 22.0
_CHARACTERS = 10


class NarrowDiagram:
    """A graph laid out from top to bottom, once, and drawn with any numbers."""

    def __init__(self, nodes: Sequence[DiagramNode], edges: Sequence[DiagramEdge]) -> None:
        # Laid out from the output back, and turned: columns become rows, counted from below.
        layout = lay_out(
            {node.id: Size(CARD.height, CARD.width) for node in nodes},
            [(edge.target, edge.source) for edge in edges],
            between_nodes=6.0,
            between_columns=30.0,
        )
        self.size = Size(layout.size.height, layout.size.width)
        self.centres = {name: self._turned(point) for name, point in layout.centres.items()}
        self.routes = {
            (source, target): tuple(self._turned(point) for point in reversed(route))
            for (target, source), route in layout.routes.items()
        }
        drawn = [*self._draw_edges(edges), *(self._draw_card(node) for node in nodes)]
        self._graph = Markup("\n").join(drawn)

    def svg(
        self,
        labels: Mapping[str, NodeLabels],
        *,
        title: str,
        description: str,
        id: str,  # noqa: A002
    ) -> Markup:
        """Draw the graph with numbers, and the numbers of blanks."""
        drawn = [
            _label(label, kind, (x, y + side * _ROW))
            for node, both in labels.items()
            for x, y in [self.centres[node]]
            for kind, label, side in (("value", both.value, -1), ("gradient", both.gradient, 1))
            if label is not None
        ]
        return Markup(
            '<svg class="diagram diagram-narrow" id="{id}-narrow" role="img"'
            ' aria-labelledby="{id}-narrow-title" aria-describedby="{id}-narrow-desc"'
            ' viewBox="0 0 {width:g} {height:g}" width="{width:g}" text-anchor="middle">\n'
            '<title id="{id}-narrow-title">{title}</title>\n'
            '<desc id="{id}-narrow-desc">{description}</desc>\n'
            '<g aria-hidden="true">\n{graph}\n{labels}\n</g>\n</svg>'
        ).format(
            id=id,
            title=title,
            description=description,
            width=round(self.size.width, 1),
            height=round(self.size.height, 1),
            graph=self._graph,
            labels=Markup("\n").join(drawn),
        )

    def _turned(self, point: Point) -> Point:
        return (point[1], self.size.height - point[0])

    def _draw_card(self, node: DiagramNode) -> Markup:
        x, y = self.centres[node.id]
        operands = any(target == node.id for _, target in self.routes)
        kind = "diagram-node" if operands else "diagram-node diagram-input"
        card = Markup(
            '<rect class="{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}" rx="10"/>'
        ).format(
            kind,
            round(x - CARD.width / 2, 1),
            round(y - CARD.height / 2, 1),
            CARD.width,
            CARD.height,
        )
        words = f"{node.name} = {node.symbol}" if node.name else node.symbol
        return card + text("diagram-symbol", words, (x, y + 5), size=15 if len(words) < 9 else 12)

    def _draw_edges(self, edges: Sequence[DiagramEdge]) -> list[Markup]:
        """Draw edges from the foot of a card to the head of another, side by side."""
        arriving: dict[str, list[str]] = defaultdict(list)
        for source, target in sorted(self.routes, key=lambda ends: self.routes[ends][-2][0]):
            arriving[target].append(source)
        return [self._draw_edge(edge, arriving[edge.target]) for edge in edges]

    def _draw_edge(self, edge: DiagramEdge, beside: list[str]) -> Markup:
        route = self.routes[edge.source, edge.target]
        aside = (beside.index(edge.source) - (len(beside) - 1) / 2) * 16
        x, y = self.centres[edge.source]
        start = (x, y + CARD.height / 2)
        x, y = self.centres[edge.target]
        tip = (x + aside, y - CARD.height / 2)
        bends = ((start[0], route[0][1]), *route[1:-1], (tip[0], route[-1][1]))
        path = f"M{_at(start)}"
        for here, there in zip(bends[::2], bends[1::2], strict=True):
            middle = (here[1] + there[1]) / 2
            path += f"L{_at(here)}C{_at((here[0], middle))} {_at((there[0], middle))} {_at(there)}"
        path += f"L{_at((tip[0], tip[1] - 6))}"
        head = f"M{_at((tip[0] - 5, tip[1] - 9))}L{_at(tip)}L{_at((tip[0] + 5, tip[1] - 9))}Z"
        return Markup(
            '<path class="diagram-edge{skip}" d="{path}" fill="none"/>'
            '<path class="diagram-arrow{skip}" d="{head}"/>'
        ).format(skip=" skip" if edge.skip else "", path=path, head=head)


def _label(label: str | Blank, kind: str, at: Point) -> Markup:
    x, y = at
    if isinstance(label, Blank):
        return (
            text(f"diagram-{kind}", f"{SIGNS[kind]}", (x - 14, y + 5), size=14)
            + Markup('<circle class="diagram-badge" cx="{:g}" cy="{:g}" r="9"/>').format(
                round(x + 4, 1), round(y, 1)
            )
            + text("diagram-number", str(label.number), (x + 4, y + 4), size=12)
        )
    shown = label if len(label) <= _CHARACTERS else f"{label[: _CHARACTERS - 1]}…"
    words = text(f"diagram-{kind}", f"{SIGNS[kind]} {shown}", (x, y + 5), size=13)
    return Markup("<g>{}<title>{}</title></g>").format(words, label)


def _at(point: Point) -> str:
    return f"{round(point[0], 1):g},{round(point[1], 1):g}"

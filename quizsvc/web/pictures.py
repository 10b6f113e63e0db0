"""The picture of an item's computation graph: with blanks while it is asked, solved afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.interactions.graph import GraphBlank
from quizsvc.problems.diagrams import picture_of
from quizsvc.problems.family import CompiledFamily
from quizsvc.problems.skips import find_skips
from quizsvc.render.diagram import Blank, DiagramError, NodeLabels
from quizsvc.web.forms import IN_PICTURE

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from quizsvc.model import Variant
    from quizsvc.problems.diagrams import Drawing
    from quizsvc.render.diagram import Diagram

TITLE = "Computation graph"

_DERIVATIVES = frozenset({"grad", "jacobian", "vjp"})


def asked(variant: Variant, unread: Container[str], *, id: str) -> Markup:  # noqa: A002
    """Draw the graph with its blanks, or return nothing for an item without a picture.

    Shown are the inputs, the other values only if none is asked (one gives away the next), and the
    gradient of the output by itself, with which every backward sweep begins. The fields are left
    empty: what was typed stands in the table, and without a script to copy it, whoever mends it
    there must not find another value here.
    """
    picture = _picture(variant)
    if picture is None:
        return Markup()
    blanks = _blanks(variant, unread)
    values_shown = not any(quantity == "value" for _, quantity in blanks)
    labels: dict[str, NodeLabels] = {}
    for node, numbers in picture.numbers.items():
        value = numbers.value if values_shown or node in variant.parameters else None
        gradient = numbers.gradient if node == picture.output else None
        labels[node] = NodeLabels(
            value=blanks.get((node, "value"), value),
            gradient=blanks.get((node, "gradient"), gradient),
        )
    return _boxed(picture.diagram, labels, title=TITLE, id=id)


def solved(variant: Variant, *, id: str) -> Markup:  # noqa: A002
    """Draw the graph with all values and gradients, or return nothing without a picture."""
    picture = _picture(variant)
    if picture is None:
        return Markup()
    labels = {
        node: NodeLabels(numbers.value, numbers.gradient)
        for node, numbers in picture.numbers.items()
    }
    return _boxed(picture.diagram, labels, title=f"{TITLE}, solved", id=id)


def beneath(variant: Variant, *, id: str) -> Markup:  # noqa: A002
    """Draw the graph beneath the first computed key, for the author of an item that shows none.

    Of a derivative that is the graph of what is differentiated. Nothing comes back where the item
    has a picture of its own, no computed key, or more than can be drawn.
    """
    family = variant.item.family
    if not isinstance(family, CompiledFamily) or family.picture or not family.keys:
        return Markup()
    graph, node = family.graph, family.keys[0].node
    while graph.nodes[node].operation in _DERIVATIVES:
        node = graph.nodes[node].arguments[0]
    try:
        skips = find_skips(graph, [key.node for key in family.keys])
        picture = picture_of(graph, node, skips)
    except DiagramError:
        return Markup()
    values = {} if family.symbolic else picture.values(family.arrays(variant.parameters))
    labels = {name: NodeLabels(value=value) for name, value in values.items()}
    return _boxed(picture.diagram, labels, title=TITLE, id=id)


def _picture(variant: Variant) -> Drawing | None:
    family = variant.item.family
    return family.drawing(variant.parameters) if isinstance(family, CompiledFamily) else None


def _blanks(variant: Variant, unread: Container[str]) -> dict[tuple[str, str], Blank]:
    """Return the blanks by node and quantity, numbered as in the table beside the picture."""
    blanks: dict[tuple[str, str], Blank] = {}
    for drawn in variant.parts:
        interaction = drawn.part.interaction
        if isinstance(interaction, GraphBlank):
            blanks[interaction.node, interaction.quantity] = Blank(
                field=f"{IN_PICTURE}{drawn.name}",
                number=len(blanks) + 1,
                state="invalid" if drawn.name in unread else "open",
            )
    return blanks


LEGEND = Markup(
    '<p class="legend"><span class="diagram-value">▸ value, above</span> '
    '<span class="diagram-gradient">∂ gradient, below</span> '
    '<span class="legend-skip">skip connection</span></p>'
)


def _boxed(
    diagram: Diagram,
    labels: Mapping[str, NodeLabels],
    *,
    title: str,
    id: str,  # noqa: A002
) -> Markup:
    """Return the picture twice, of which the stylesheet shows the one that fits the screen."""
    wide = diagram.svg(labels, title=title, id=id)
    narrow = diagram.narrow_svg(labels, title=title, id=id)
    return Markup('<div class="wide picture">{}{}{}</div>').format(wide, narrow, LEGEND)

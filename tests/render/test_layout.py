import sys
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizsvc.render.diagram import DiagramEdge, DiagramNode
from quizsvc.render.layout import MAX_NODES, DiagramError, Layout, Size, lay_out
from quizsvc.render.narrow import CARD, NarrowDiagram

SIZE = Size(108, 104)


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Size], list[tuple[str, str]]]:
    """Draw acyclic graphs, with edges from lower to higher numbers."""
    count = draw(st.integers(1, 14))
    pairs = [(str(low), str(high)) for low, high in combinations(range(count), 2)]
    edges = draw(st.lists(st.sampled_from(pairs), max_size=20)) if pairs else []
    return {str(number): SIZE for number in range(count)}, edges


def boxes(layout: Layout) -> dict[str, tuple[float, float, float, float]]:
    return {
        name: (x - SIZE.width / 2, y - SIZE.height / 2, x + SIZE.width / 2, y + SIZE.height / 2)
        for name, (x, y) in layout.centres.items()
    }


@given(graphs())
def test_nodes_never_overlap_and_lie_in_the_picture(
    graph: tuple[dict[str, Size], list[tuple[str, str]]],
) -> None:
    layout = lay_out(*graph)
    placed = boxes(layout)
    assert placed.keys() == graph[0].keys()
    for one, other in combinations(placed.values(), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart
    for left, top, right, bottom in placed.values():
        assert left >= 0
        assert top >= 0
        assert right <= layout.size.width
        assert bottom <= layout.size.height


@given(graphs())
def test_edges_run_forward_and_pass_other_nodes_at_a_distance(
    graph: tuple[dict[str, Size], list[tuple[str, str]]],
) -> None:
    layout = lay_out(*graph)
    for (source, target), route in layout.routes.items():
        assert [point[0] for point in route] == sorted(point[0] for point in route)
        level = zip(route[1:-1:2], route[2:-1:2], strict=True)
        for (begin, height), (end, _) in level:
            for name, (left, top, right, bottom) in boxes(layout).items():
                if name not in {source, target} and begin < right and left < end:
                    assert height < top or height > bottom


@given(graphs())
def test_the_same_graph_is_laid_out_the_same_way(
    graph: tuple[dict[str, Size], list[tuple[str, str]]],
) -> None:
    limit = sys.getrecursionlimit()
    assert lay_out(*graph) == lay_out(*graph)
    assert sys.getrecursionlimit() == limit


def test_a_graph_too_large_to_draw_is_refused() -> None:
    with pytest.raises(DiagramError, match="at most"):
        lay_out({str(number): SIZE for number in range(MAX_NODES + 1)}, [])


def test_a_chain_of_the_largest_size_is_drawn() -> None:
    names = [str(number) for number in range(MAX_NODES)]
    edges = [*pairwise(names), (names[0], names[-1])]
    assert len(lay_out(dict.fromkeys(names, SIZE), edges).centres) == MAX_NODES


@given(graphs())
def test_on_a_phone_cards_never_overlap_and_data_flows_downward(
    graph: tuple[dict[str, Size], list[tuple[str, str]]],
) -> None:
    names, edges = graph
    narrow = NarrowDiagram(
        [DiagramNode(name, "+") for name in names],
        [DiagramEdge(source, target) for source, target in dict.fromkeys(edges)],
    )
    for (x, y), (u, v) in combinations(narrow.centres.values(), 2):
        assert abs(x - u) >= CARD.width or abs(y - v) >= CARD.height
    for source, target in edges:
        assert narrow.centres[source][1] < narrow.centres[target][1]


def test_a_row_of_four_fits_a_phone_and_inputs_stand_beside_what_uses_them() -> None:
    edges = [("x", "xy"), ("y", "xy"), ("z", "m"), ("w", "m"), ("xy", "s"), ("m", "s"), ("xy", "r"),
             ("s", "r"), ("r", "f"), ("c", "f")]  # fmt: skip
    names = dict.fromkeys(name for edge in edges for name in edge)
    narrow = NarrowDiagram(
        [DiagramNode(name, name) for name in names],
        [DiagramEdge(*edge, skip=edge == ("xy", "r")) for edge in edges],
    )

    assert narrow.size.width <= 360
    heights = {name: y for name, (_, y) in narrow.centres.items()}
    assert heights["c"] == heights["r"]
    assert len({heights[name] for name in "xyzw"}) == 1
    # The skip connection passes the row of s in a lane of its own.
    crossing = [x for x, y in narrow.routes["xy", "r"] if abs(y - heights["s"]) < CARD.height]
    assert crossing
    assert all(abs(x - narrow.centres["s"][0]) > CARD.width / 2 for x in crossing)

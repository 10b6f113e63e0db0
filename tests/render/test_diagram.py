from xml.etree import ElementTree as ET

import pytest

from quizsvc.render.diagram import Blank, Diagram, DiagramEdge, DiagramNode, NodeLabels


@pytest.fixture(scope="module")
def diagram() -> Diagram:
    return Diagram(
        [
            DiagramNode("x", "x"),
            DiagramNode("y", "y"),
            DiagramNode("xy", "×", "xy"),
            DiagramNode("h", "relu", "h"),
            DiagramNode("r", "+", "r"),
            DiagramNode("f", "×2", "f"),
        ],
        [
            DiagramEdge("x", "xy"),
            DiagramEdge("y", "xy"),
            DiagramEdge("xy", "h"),
            DiagramEdge("xy", "r", skip=True),
            DiagramEdge("h", "r"),
            DiagramEdge("r", "f"),
        ],
    )


def test_a_picture_of_numbers_is_one_image_with_a_description(diagram: Diagram) -> None:
    svg = ET.fromstring(diagram.svg({"x": NodeLabels("3", "-16")}, title="Graph", id="g"))  # noqa: S314
    assert svg.get("role") == "img"
    assert svg.findtext("title") == "Graph"
    assert svg.findtext("desc") == diagram.describe({"x": NodeLabels("3", "-16")})
    shown = {text.get("class"): text.text for text in svg.iter("text")}
    assert shown["diagram-value"] == "▸ 3"
    assert shown["diagram-gradient"] == "∂ -16"


def test_a_picture_with_fields_is_a_group_that_keyboards_pass_by(diagram: Diagram) -> None:
    labels = {"xy": NodeLabels("12", Blank("gradient-xy", 1, typed="2", state="wrong"))}
    svg = ET.fromstring(diagram.svg(labels, title="Graph", id="g"))  # noqa: S314
    assert svg.get("role") == "group"
    (field,) = svg.iter("input")
    assert field.get("name") == field.get("data-mirror") == "gradient-xy"
    assert (field.get("value"), field.get("class")) == ("2", "blank blank-wrong")
    assert (field.get("tabindex"), field.get("aria-hidden")) == ("-1", "true")
    assert "✗" in [text.text for text in svg.iter("text")]


def test_every_node_and_edge_is_drawn_and_skips_are_marked(diagram: Diagram) -> None:
    svg = diagram.svg({}, title="Graph", id="g")
    assert svg.count("<rect") == 6
    assert svg.count('class="diagram-edge') == 6
    assert svg.count('class="diagram-edge skip"') == 1
    assert svg.count("diagram-input") == 2


def test_the_description_names_operation_operands_and_numbers(diagram: Diagram) -> None:
    said = diagram.describe(
        {
            "x": NodeLabels("3", None),
            "xy": NodeLabels("12", Blank("g", 1)),
            "r": NodeLabels(None, Blank("g", 2, "5", "right")),
        }
    )
    assert said == (
        "x is an input; value 3. y is an input. "
        "xy multiplies x and y; value 12, gradient asked in field 1. h applies relu to xy. "
        "r adds xy and h, xy by a skip connection; gradient asked in field 2, "
        "filled with 5, right. "
        "f multiplies r by 2."
    )


def test_nothing_in_the_picture_is_inline_style_or_unescaped(diagram: Diagram) -> None:
    hostile = '"><script>alert(1)</script>'
    svg = Diagram([DiagramNode("a", hostile, hostile)], []).svg(
        {"a": NodeLabels(hostile, Blank(hostile, 1, hostile))}, title=hostile, id="g"
    )
    assert "<script" not in svg
    assert "style=" not in svg + diagram.svg({}, title="Graph", id="g")
    ET.fromstring(svg)  # noqa: S314


def test_a_value_too_long_for_its_place_is_shortened_with_the_whole_in_the_tooltip(
    diagram: Diagram,
) -> None:
    svg = diagram.svg({"x": NodeLabels("[1, 2, 3, 4, 5]")}, title="Graph", id="g")
    assert "▸ [1, 2, 3, …" in svg
    assert "<title>[1, 2, 3, 4, 5]</title>" in svg


def test_one_operand_twice_is_drawn_as_two_edges() -> None:
    square = Diagram(
        [DiagramNode("x", "x"), DiagramNode("q", "×", "q")],
        [DiagramEdge("x", "q"), DiagramEdge("x", "q")],
    )
    svg = square.svg({}, title="Graph", id="g")
    assert len(set(svg.split('class="diagram-edge" d="')[1:])) == 2
    assert square.describe({}) == "x is an input. q multiplies x and x."

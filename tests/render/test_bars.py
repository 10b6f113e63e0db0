from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from quizsvc.render.bars import Bars, Column

DAYS = Bars(
    "Day",
    ("Right", "Not right"),
    (
        Column("1 Mar", (3, 1), "1 Mar"),
        Column("2 Mar", (0, 0)),
        Column("3 Mar", (0, 2), "3 Mar"),
    ),
)


def drawings(bars: Bars) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(f"<p>{bars.svg(title='A & B', id='it')}</p>"))  # noqa: S314


def pieces(svg: ElementTree.Element, kind: str) -> list[float]:
    """Return the heights of a kind of piece, without that of the legend."""
    found = [rect for rect in svg.iter("rect") if rect.get("class") == kind]
    return [float(rect.get("height", "")) for rect in found[:-1]]


def test_a_bar_is_as_high_as_what_it_counts() -> None:
    for svg in drawings(DAYS):
        ((three,), (one, two)) = pieces(svg, "bar-1"), pieces(svg, "bar-2")
        assert three == pytest.approx(3 * one, abs=0.5)
        assert two == pytest.approx(2 * one, abs=0.5)


def test_every_drawing_has_a_name_and_a_description_of_its_own() -> None:
    wide, narrow = drawings(DAYS)
    assert {wide.get("id"), narrow.get("id")} == {"it", "it-narrow"}
    for svg in (wide, narrow):
        title, description = svg[0], svg[1]
        assert svg.get("aria-labelledby") == title.get("id")
        assert title.text == "A & B"
        assert description.text == "From 1 Mar to 3 Mar. In all, Right: 3, Not right: 3."
    assert "style=" not in DAYS.svg(title="", id="it")


@pytest.mark.parametrize(("most", "last"), [(1, "1"), (4, "4"), (19, "15"), (1000, "1000")])
def test_the_axis_has_few_whole_numbers(most: int, last: str) -> None:
    svg = Bars("Day", ("Due",), (Column("1 Mar", (most,)),)).svg(title="", id="it")
    numbers = re.findall(r'text-anchor="end">([0-9]+)<', svg.partition("</svg>")[0])
    assert numbers[0] == "0"
    assert numbers[-1] == last
    assert len(numbers) <= 6


def test_the_table_leaves_out_days_without_anything() -> None:
    assert DAYS.table() == (
        ["Day", "Right", "Not right"],
        [["1 Mar", "3", "1"], ["3 Mar", "0", "2"]],
    )
    assert not DAYS.empty
    assert Bars("Day", ("Due",), (Column("1 Mar", (0,)),)).empty

"""Plots: what is drawn lies where its numbers say, and the table says the same."""

from __future__ import annotations

import itertools
import re

import pytest

from quizsvc.render.plot import Disc, Plot, Series

LINE = Series("line", tuple((float(x), 2.0 * x) for x in range(5)))
POWERS = Series("powers", tuple((float(x), 10.0**-x) for x in range(5)))


def path_of(svg: str, number: int) -> list[tuple[float, float]]:
    """Return the points of a series as they are drawn."""
    path = re.search(rf'<path class="series-{number}" d="M([^"H]*)" fill', svg)
    assert path is not None
    return [(float(x), float(y)) for x, y in (at.split(",") for at in path[1].split("L"))]


def test_a_line_is_drawn_straight_and_upward() -> None:
    points = path_of(Plot("x", "y", (LINE,)).svg(title="A line", id="plot"), 1)
    steps = {
        (round(x2 - x1), round(y2 - y1, 1)) for (x1, y1), (x2, y2) in itertools.pairwise(points)
    }

    assert len(points) == 5
    assert max(y for _, y in steps) < 0  # upward on a screen
    assert max(y for _, y in steps) - min(y for _, y in steps) <= 0.2


def test_powers_of_ten_are_straight_on_a_logarithmic_axis() -> None:
    svg = Plot("x", "y", (POWERS,), log=True).svg(title="Powers", id="plot")
    ys = [y for _, y in path_of(svg, 1)]

    gaps = [b - a for a, b in itertools.pairwise(ys)]
    assert max(gaps) - min(gaps) <= 0.2
    assert "10<tspan" in svg


def test_each_series_has_its_own_dashes_and_its_name_in_the_picture() -> None:
    svg = Plot("x", "y", (LINE, Series("other", LINE.points))).svg(title="Two", id="plot")
    dashes = re.findall(
        r'<path class="series-\d" d="[^"]*" fill="none" stroke-dasharray="([^"]*)"', svg
    )

    assert dashes[0] != dashes[1]
    assert svg.count(">other</text>") == 2  # once for wide screens, once for phones


def test_a_disc_is_round_and_its_table_gives_the_distances() -> None:
    plot = Plot("re", "im", (Series("", ((1.0, 0.3), (0.6, 0.0)), dots=True),), disc=Disc(1, 0.5))
    svg = plot.svg(title="Disc", id="plot")
    head, rows = plot.table()

    circle = re.search(r'<circle class="plot-disc" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', svg)
    dots = re.findall(r'class="series-1 dot" cx="([\d.]+)" cy="([\d.]+)"', svg)
    assert circle is not None
    x, y, r = map(float, circle.groups())
    assert (float(dots[0][0]), float(dots[0][1])) == pytest.approx((x, y - 0.6 * r), abs=0.3)
    assert (float(dots[1][0]), float(dots[1][1])) == pytest.approx((x - 0.8 * r, y), abs=0.3)
    assert head[-1] == "distance from the centre"
    assert rows == [["1", "0.3", "0.3"], ["0.6", "0", "0.4"]]


def test_a_long_table_is_thinned_and_one_without_a_value_has_an_empty_cell() -> None:
    long = Series("long", tuple((float(x), 1.0) for x in range(100)))
    _, rows = Plot("x", "y", (long, Series("short", ((0.0, 5.0),)))).table()

    assert len(rows) <= 26
    assert rows[0] == ["0", "1", "5"]
    assert rows[1] == ["4", "1", ""]


def test_the_description_says_where_each_series_begins_and_ends() -> None:
    svg = Plot("depth", "norm", (POWERS,), log=True).svg(title="Powers", id="plot")

    assert "norm over depth, on a logarithmic scale. powers: from 1 at 0 to 0.0001 at 4." in svg


def test_markup_in_a_label_is_text() -> None:
    svg = Plot("<b>x</b>", "y", (Series("<script>", LINE.points),)).svg(title="<i>", id="plot")

    assert "<script>" not in svg
    assert "<b>" not in svg
    assert "<i>" not in svg

"""A map of items as SVG: how hard each is, and how well it tells apart; and its table.

The stylesheet gives it its looks, by the classes of `plot`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.render.plot import framed

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 30.0, 14.0, 54.0
_LOW, _HIGH = -1.0, 1.0
_X_TICKS = (0, 25, 50, 75, 100)
_Y_TICKS = (-1.0, -0.5, 0.0, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Located:
    """An item at its place."""

    number: int
    facility: float
    """In [0, 1], to the right."""
    discrimination: float
    """In [-1, 1], upwards."""


@dataclass(frozen=True, slots=True)
class ItemMap:
    """Items by facility and discrimination."""

    items: tuple[Located, ...]

    def svg(self, *, title: str, id: str) -> Markup:  # noqa: A002 - as in SVG
        """Draw the map twice, of which the stylesheet shows the one that fits the screen."""
        described = self.describe()
        return Markup("{}{}").format(
            self._drawn("wide", (680, 380), title, described, id),
            self._drawn("narrow", (340, 320), title, described, f"{id}-narrow"),
        )

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the same in figures: the head of a table, and its rows."""
        rows = [
            [str(each.number), f"{100 * each.facility:.0f} %", _signed(each.discrimination)]
            for each in self.items
        ]
        return ["Question", "Mean score", "Discrimination"], rows

    def describe(self) -> str:
        """Say where each item lies."""
        told = (
            f"question {number} at {mean} and {discrimination}"
            for number, mean, discrimination in self.table()[1]
        )
        return f"Mean score to the right, discrimination upwards: {', '.join(told)}."

    def _drawn(
        self,
        kind: str,
        size: tuple[float, float],
        title: str,
        described: str,
        id: str,  # noqa: A002 - as in SVG
    ) -> Markup:
        parts = [*_grid(*size), *(self._mark(each, *size) for each in self.items)]
        return framed(parts, f"plot item-map diagram-{kind}", id, size, (title, described))

    def _mark(self, item: Located, width: float, height: float) -> Markup:
        x = _across(100 * item.facility, width)
        y = _up(item.discrimination, height)
        return Markup(
            '<circle class="item" cx="{:g}" cy="{:g}" r="12"/>'
            '<text x="{:g}" y="{:g}" text-anchor="middle">{}</text>'
        ).format(x, y, x, y + 5, item.number)


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def _across(percent: float, width: float) -> float:
    return round(_LEFT + percent / 100 * (width - _LEFT - _RIGHT), 1)


def _up(value: float, height: float) -> float:
    share = (value - _LOW) / (_HIGH - _LOW)
    return round(height - _BOTTOM - share * (height - _BOTTOM - _TOP), 1)


def _grid(width: float, height: float) -> Iterator[Markup]:
    left, right, bottom = _LEFT, width - _RIGHT, height - _BOTTOM
    for value in _Y_TICKS:
        kind = "plot-grid" if value else "plot-axis"
        y = _up(value, height)
        yield Markup('<path class="{}" d="M{:g},{:g}H{:g}"/>').format(kind, left, y, right)
        words = f"{value:g}".replace("-", "−")
        yield _text(words, (left - 8, y + 5), "end")
    for percent in _X_TICKS:
        x = _across(percent, width)
        yield Markup('<path class="plot-grid" d="M{:g},{:g}V{:g}"/>').format(x, _TOP, bottom)
        yield _text(f"{percent} %", (x, bottom + 22), "middle")
    yield _text("Mean score", ((left + right) / 2, bottom + 44), "middle")
    middle = (bottom + _TOP) / 2
    yield Markup(
        '<text x="16" y="{0:g}" text-anchor="middle" transform="rotate(-90 16 {0:g})">'
        "Discrimination</text>"
    ).format(round(middle, 1))


def _text(words: str, at: tuple[float, float], anchor: str) -> Markup:
    return Markup('<text x="{:g}" y="{:g}" text-anchor="{}">{}</text>').format(
        round(at[0], 1), round(at[1], 1), anchor, words
    )

"""Stacked bars as SVG, one for each of a row of days, and their table.

The stylesheet gives them their looks, by the classes of `plot` and these:

``bar-1`` … ``bar-3``
    a piece of a bar: each is filled in a way of its own, so that they differ without colour
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.render.plot import framed

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT, _RIGHT, _TOP, _BOTTOM = 34.0, 8.0, 12.0, 30.0
_LEGEND_ROW = 22.0
_MOST_TICKS = 5
_GAP = 0.2
"""Share of a column's width that is left empty."""


@dataclass(frozen=True, slots=True)
class Column:
    """One bar, from below, with what it stands for."""

    label: str
    values: tuple[int, ...]
    tick: str = ""
    """What stands below it, where there is room."""


@dataclass(frozen=True, slots=True)
class Bars:
    """What is counted, before any size is chosen."""

    label: str
    """What the columns are."""
    names: tuple[str, ...]
    """What the pieces of each bar are, from below."""
    columns: tuple[Column, ...]

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not any(any(column.values) for column in self.columns)

    def svg(self, *, title: str, id: str) -> Markup:  # noqa: A002 - as in SVG
        """Draw the bars twice, of which the stylesheet shows the drawing that fits the screen."""
        return Markup("{}{}").format(
            _Drawing(self, 680, 230).svg("wide", title, id),
            _Drawing(self, 340, 210, every=2).svg("narrow", title, f"{id}-narrow"),
        )

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the same in figures: the head of a table, and a row for each bar that is there."""
        rows = [
            [column.label, *(str(value) for value in column.values)]
            for column in self.columns
            if any(column.values)
        ]
        return [self.label, *self.names], rows

    def describe(self) -> str:
        """Say in a sentence what is to be seen."""
        first, last = self.columns[0].label, self.columns[-1].label
        sums = zip(*(column.values for column in self.columns), strict=True)
        told = ", ".join(
            f"{name}: {sum(values)}" for name, values in zip(self.names, sums, strict=True)
        )
        return f"From {first} to {last}. In all, {told}."


class _Drawing:
    """The bars at one size."""

    def __init__(self, bars: Bars, width: float, height: float, every: int = 1) -> None:
        self._bars = bars
        self._width = width
        self._every = every
        self._bottom = height - _BOTTOM
        self._legend_below = len(bars.names) > 1
        self._height = height + (_LEGEND_ROW if self._legend_below else 0)
        self._step = (width - _LEFT - _RIGHT) / len(bars.columns)
        self._most = max(1, *(sum(column.values) for column in bars.columns))

    def svg(self, kind: str, title: str, id: str) -> Markup:  # noqa: A002 - as in SVG
        """Return the whole picture."""
        parts = [*self._grid(), *self._columns(), *self._ticks(), *self._legend()]
        size = (self._width, self._height)
        return framed(parts, f"plot bars diagram-{kind}", id, size, (title, self._bars.describe()))

    def _up(self, number: float) -> float:
        return round(self._bottom - number / self._most * (self._bottom - _TOP), 1)

    def _grid(self) -> Iterator[Markup]:
        step = next(
            step
            for power in count()
            for step in (10**power, 2 * 10**power, 5 * 10**power)
            if step * _MOST_TICKS >= self._most
        )
        for number in range(0, self._most + 1, step):
            kind = "plot-grid" if number else "plot-axis"
            yield Markup('<path class="{}" d="M{:g},{:g}H{:g}"/>').format(
                kind, _LEFT, self._up(number), self._width - _RIGHT
            )
            yield _text(str(number), (_LEFT - 8, self._up(number) + 5), "end")

    def _columns(self) -> Iterator[Markup]:
        for place, column in enumerate(self._bars.columns):
            left = _LEFT + (place + _GAP / 2) * self._step
            below = 0
            for number, value in enumerate(column.values, 1):
                if value:
                    yield self._piece(number, left, below, below + value)
                below += value

    def _piece(self, number: int, left: float, low: int, high: int) -> Markup:
        return Markup('<rect class="bar-{}" x="{:g}" y="{:g}" width="{:g}" height="{:g}"/>').format(
            number,
            round(left, 1),
            self._up(high),
            round(self._step * (1 - _GAP), 1),
            round(self._up(low) - self._up(high), 1),
        )

    def _ticks(self) -> Iterator[Markup]:
        ticked = [(place, each) for place, each in enumerate(self._bars.columns) if each.tick]
        for place, column in ticked[:: self._every]:
            at = _LEFT + (place + 0.5) * self._step
            yield Markup('<path class="plot-axis" d="M{:g},{:g}v5"/>').format(
                round(at, 1), self._bottom
            )
            yield _text(column.tick, (at, self._bottom + 20), "middle")

    def _legend(self) -> Iterator[Markup]:
        if not self._legend_below:
            return
        at, room = _LEFT, (self._width - _LEFT) / len(self._bars.names)
        for number, name in enumerate(self._bars.names, 1):
            yield Markup('<rect class="bar-{}" x="{:g}" y="{:g}" width="11" height="11"/>').format(
                number, round(at, 1), self._height - 14
            )
            yield _text(name, (at + 17, self._height - 4), "start")
            at += min(room, 140)


def _text(words: str, at: tuple[float, float], anchor: str) -> Markup:
    return Markup('<text x="{:g}" y="{:g}" text-anchor="{}">{}</text>').format(
        round(at[0], 1), round(at[1], 1), anchor, words
    )

"""Plots as SVG: curves over an axis, or points of the complex plane with a disc, and their table.

The stylesheet gives them their colours, by these classes:

``plot``
    the ``<svg>``, together with ``diagram-wide`` or ``diagram-narrow``: the one that fits is shown
``plot-grid``, ``plot-axis``, ``plot-disc``
    lines (stroke only)
``series-1`` … ``series-6``
    a line (stroke) or its dots (fill); each series has a pattern of dashes of its own besides
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DASHES = ("", "9 5", "2 4", "12 4 2 4", "5 3", "16 6")
_MOST_TICKS = 7
_MOST_ROWS = 26
_LEFT, _RIGHT, _TOP, _BOTTOM = 80.0, 14.0, 12.0, 50.0
_LEGEND_ROW = 22.0
_NARROW = 400.0
_FONT = 14
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Series:
    """Points with a name, joined by a line or standing alone."""

    label: str
    points: tuple[tuple[float, float], ...]
    dots: bool = False


@dataclass(frozen=True, slots=True)
class Disc:
    """A disc in the plane."""

    centre: float
    radius: float


@dataclass(frozen=True, slots=True)
class Plot:
    """What is plotted, before any size is chosen."""

    x_label: str
    y_label: str
    series: tuple[Series, ...]
    log: bool = False
    """Whether the vertical axis shows powers of ten at equal distances."""
    disc: Disc | None = None
    heights: tuple[float, float] | None = None
    """What the vertical axis shows at least, where it is not to begin at the lowest value."""

    def svg(self, *, title: str, id: str) -> Markup:  # noqa: A002
        """Draw the plot twice, of which the stylesheet shows the one that fits the screen."""
        description = self._describe()
        return Markup("{}{}").format(
            _Drawing(self, 680, 400).svg("wide", title, description, id),
            _Drawing(self, 340, 320).svg("narrow", title, description, f"{id}-narrow"),
        )

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Return the same in figures: the head of a table, and its rows."""
        if self.disc is not None:
            head = [self.x_label, self.y_label, "distance from the centre"]
            points = [point for series in self.series for point in series.points]
            rows = [[x, y, math.hypot(x - self.disc.centre, y)] for x, y in points[:_MOST_ROWS]]
            return head, [[to_text(number, digits=_DIGITS) for number in row] for row in rows]
        head = [self.x_label, *(series.label for series in self.series)]
        xs = sorted({x for series in self.series for x, _ in series.points})
        every = math.ceil(len(xs) / _MOST_ROWS)
        at = [dict(series.points) for series in self.series]
        rows = [[x, *(values.get(x, math.nan) for values in at)] for x in xs[::every]]
        return head, [[_cell(number) for number in row] for row in rows]

    def _describe(self) -> str:
        """Say what the axes are and where each series begins and ends."""
        if self.disc is not None:
            count = sum(len(series.points) for series in self.series)
            return (
                f"{count} points in the complex plane, with the disc of radius "
                f"{to_text(self.disc.radius, digits=_DIGITS)} around "
                f"{to_text(self.disc.centre, digits=_DIGITS)}."
            )
        scale = ", on a logarithmic scale" if self.log else ""
        told = [f"{self.y_label} over {self.x_label}{scale}."]
        for series in self.series:
            (x, y), (last_x, last_y) = series.points[0], series.points[-1]
            told.append(
                f"{series.label}: from {_cell(y)} at {_cell(x)} to {_cell(last_y)} at"
                f" {_cell(last_x)}."
            )
        return " ".join(told)


def _cell(number: float) -> str:
    return "" if math.isnan(number) else to_text(number, digits=_DIGITS)


class _Drawing:
    """A plot at one size: numbers to places, places to shapes."""

    def __init__(self, plot: Plot, width: float, height: float) -> None:
        self._plot = plot
        self._width = width
        legend = _LEGEND_ROW * sum(bool(series.label) for series in plot.series)
        self._bottom = height - _BOTTOM
        self._height = height + legend
        xs = [x for series in plot.series for x, _ in series.points]
        ys = [self._scaled(y) for series in plot.series for _, y in series.points]
        if plot.disc is not None:
            centre, radius = plot.disc.centre, plot.disc.radius
            xs += [centre - 1.15 * radius, centre + 1.15 * radius]
            ys += [-1.15 * radius, 1.15 * radius]
        ys += plot.heights or ()
        room = 0.04 * (max(ys) - min(ys))
        self._x, self._y = _Axis(min(xs), max(xs)), _Axis(min(ys), max(ys) + room)
        if plot.disc is not None:
            self._same_scale()

    def _same_scale(self) -> None:
        """Make a circle round: one unit is as long on both axes."""
        wide, high = self._width - _LEFT - _RIGHT, self._bottom - _TOP
        unit = max((self._x.high - self._x.low) / wide, (self._y.high - self._y.low) / high)
        self._x, self._y = self._x.widened(unit * wide), self._y.widened(unit * high)

    def svg(self, kind: str, title: str, description: str, id: str) -> Markup:  # noqa: A002
        """Return the whole picture."""
        parts = [*self._grid(), *self._disc(), *self._lines(), *self._legend()]
        size = (self._width, self._height)
        return framed(parts, f"plot diagram-{kind}", id, size, (title, description))

    def _scaled(self, y: float) -> float:
        return math.log10(y) if self._plot.log else y

    def _at(self, x: float, y: float) -> tuple[float, float]:
        across = self._x.share(x) * (self._width - _LEFT - _RIGHT)
        up = self._y.share(y) * (self._bottom - _TOP)
        return round(_LEFT + across, 1), round(self._bottom - up, 1)

    def _grid(self) -> Iterator[Markup]:
        left, right = _LEFT, self._width - _RIGHT
        for y in self._y.ticks(whole=self._plot.log):
            _, at = self._at(self._x.low, y)
            yield _line("plot-grid", (left, at), (right, at))
            yield _text(_power(y) if self._plot.log else to_text(y), (left - 8, at + 5), "end")
        for x in self._x.ticks():
            at, _ = self._at(x, self._y.low)
            yield _line("plot-grid", (at, _TOP), (at, self._bottom))
            yield _text(to_text(x), (at, self._bottom + 18), "middle")
        yield _line("plot-axis", (left, self._bottom), (right, self._bottom))
        middle = (left + right) / 2
        yield _text(self._plot.x_label, (middle, self._bottom + 38), "middle")
        centre = (_TOP + self._bottom) / 2
        turned = Markup(' transform="rotate(-90 14 {:g})"').format(round(centre, 1))
        yield _text(self._plot.y_label, (14, centre), "middle", turned)

    def _disc(self) -> Iterator[Markup]:
        disc = self._plot.disc
        if disc is not None:
            x, y = self._at(disc.centre, 0)
            edge, _ = self._at(disc.centre + disc.radius, 0)
            yield Markup(
                '<circle class="plot-disc" cx="{:g}" cy="{:g}" r="{:g}" fill="none"/>'
            ).format(x, y, round(edge - x, 1))

    def _lines(self) -> Iterator[Markup]:
        for number, series in enumerate(self._plot.series, 1):
            places = [self._at(x, self._scaled(y)) for x, y in series.points]
            if series.dots:
                for x, y in places:
                    yield _dot(number, (x, y))
            else:
                path = "M" + "L".join(f"{x:g},{y:g}" for x, y in _thinned(places))
                yield Markup(
                    '<path class="series-{}" d="{}" fill="none" stroke-dasharray="{}"/>'
                ).format(number, path, _DASHES[number - 1])

    def _legend(self) -> Iterator[Markup]:
        at = self._bottom + _BOTTOM + 8
        left = _LEFT if self._width > _NARROW else 4.0
        for number, series in enumerate(self._plot.series, 1):
            if not series.label:
                continue
            if series.dots:
                yield _dot(number, (left + 18, at - 5))
            else:
                yield Markup(
                    '<path class="series-{}" d="M{:g},{:g}H{:g}" stroke-dasharray="{}"/>'
                ).format(number, left, at - 5, left + 36, _DASHES[number - 1])
            yield _text(series.label, (left + 46, at), "start")
            at += _LEGEND_ROW


class _Axis:
    """A range of numbers."""

    def __init__(self, low: float, high: float) -> None:
        room = 0.0 if high > low else 0.5
        self.low, self.high = low - room, high + room

    def share(self, number: float) -> float:
        """Return how far along the axis a number lies."""
        return (number - self.low) / (self.high - self.low)

    def widened(self, length: float) -> _Axis:
        """Return an axis of this length around the same middle."""
        middle = (self.low + self.high) / 2
        return _Axis(middle - length / 2, middle + length / 2)

    def ticks(self, *, whole: bool = False) -> list[float]:
        """Return round numbers on it: 1, 2 or 5 times a power of ten apart."""
        rough = (self.high - self.low) / _MOST_TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * each for each in (1, 2, 5, 10) if power * each >= rough)
        step = max(step, 1.0) if whole else step
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]


def _thinned(places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out what would be drawn on the same spot."""
    return [place for place, _ in groupby(places)]


def _line(kind: str, start: tuple[float, float], end: tuple[float, float]) -> Markup:
    return Markup('<path class="{}" d="M{:g},{:g}L{:g},{:g}"/>').format(kind, *start, *end)


def _dot(number: int, at: tuple[float, float]) -> Markup:
    return Markup('<circle class="series-{} dot" cx="{:g}" cy="{:g}" r="3.2"/>').format(number, *at)


def _text(
    words: str | Markup, at: tuple[float, float], anchor: str, turned: str | Markup = ""
) -> Markup:
    return Markup('<text x="{:g}" y="{:g}" text-anchor="{}"{}>{}</text>').format(
        round(at[0], 1), round(at[1], 1), anchor, turned, words
    )


def _power(exponent: float) -> Markup:
    """Write a power of ten with a raised exponent."""
    raised = to_text(exponent).replace("-", "−")
    return Markup('10<tspan dy="-5" font-size="11">{}</tspan>').format(raised)


def framed(
    parts: Iterable[Markup],
    css: str,
    name: str,
    size: tuple[float, float],
    said: tuple[str, str],
) -> Markup:
    """Put the parts of a picture into its frame, with the title and the description in words."""
    return Markup(
        '<svg class="{css}" id="{name}" role="img" aria-labelledby="{name}-title"'
        ' aria-describedby="{name}-desc" viewBox="0 0 {width:g} {height:g}" font-size="{font}">'
        '<title id="{name}-title">{title}</title><desc id="{name}-desc">{description}</desc>'
        '<g aria-hidden="true">{parts}</g></svg>'
    ).format(
        css=css,
        name=name,
        width=size[0],
        height=size[1],
        font=_FONT,
        title=said[0],
        description=said[1],
        parts=Markup().join(parts),
    )

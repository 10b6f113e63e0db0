"""What stands above and below the nodes of a picture: numbers, and fields to fill in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.render.layout import Point

ROW_HEIGHT = 30.0
LABEL_WIDTH = 108.0
"""Enough for a field with its sign and number."""

_FIELD_WIDTH, _FIELD_HEIGHT = 66.0, 25.0
_CHARACTERS = 11
"""How much of a value fits over a node; the rest is in its tooltip and the description."""

_MARKS = {"open": "", "right": "✓", "wrong": "✗", "invalid": "?"}
SIGNS = {"value": "▸", "gradient": "∂"}
State: TypeAlias = Literal["open", "right", "wrong", "invalid"]


@dataclass(frozen=True, slots=True)
class Blank:
    """A number that the learner fills in."""

    field: str
    """Name of the form's field; a table beside the picture holds a field of the same name."""
    number: int
    """By which picture and table refer to each other, counted from 1."""
    typed: str = ""
    state: State = "open"


@dataclass(frozen=True, slots=True)
class NodeLabels:
    """What stands above and below a node."""

    value: str | Blank | None = None
    gradient: str | Blank | None = None


def text(kind: str, words: str, at: Point, *, size: int) -> Markup:
    """Draw centred text on a baseline."""
    return Markup('<text class="{}" x="{:g}" y="{:g}" font-size="{}">{}</text>').format(
        kind, round(at[0], 1), round(at[1], 1), size, words
    )


def draw_label(label: str | Blank, kind: str, centre: Point) -> Markup:
    """Draw a number or a field, `kind` being ``value`` or ``gradient``."""
    x, y = centre
    if isinstance(label, Blank):
        return _draw_blank(label, kind, (x, y))
    shown = label if len(label) <= _CHARACTERS else f"{label[: _CHARACTERS - 1]}…"
    return Markup('<g class="diagram-{}">{}<title>{}</title></g>').format(
        kind,
        text(f"diagram-{kind}", f"{SIGNS[kind]} {shown}", (x, y + 6), size=16),
        label,
    )


def _draw_blank(blank: Blank, kind: str, centre: Point) -> Markup:
    """Draw a field with its sign before it and its number behind it."""
    x, y = centre
    left = x - _FIELD_WIDTH / 2
    state = "" if blank.state == "open" else f" blank-{blank.state}"
    field = Markup(
        '<foreignObject x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}">'
        '<input type="text" class="blank{state}" name="{name}" value="{typed}"'
        ' data-mirror="{name}" autocomplete="off" aria-hidden="true" tabindex="-1"/>'
        "</foreignObject>"
    ).format(
        x=round(left, 1),
        y=round(y - _FIELD_HEIGHT / 2, 1),
        width=_FIELD_WIDTH,
        height=_FIELD_HEIGHT,
        state=state,
        name=blank.field,
        typed=blank.typed,
    )
    badge = (left + _FIELD_WIDTH + 11, y)
    circle = Markup('<circle class="diagram-badge" cx="{:g}" cy="{:g}" r="9"/>').format(
        round(badge[0], 1), round(badge[1], 1)
    )
    drawn = [
        text(f"diagram-{kind}", SIGNS[kind], (left - 9, y + 6), size=16),
        field,
        circle,
        text("diagram-number", str(blank.number), (badge[0], badge[1] + 4), size=12),
    ]
    if _MARKS[blank.state]:
        at = (left + _FIELD_WIDTH - 9, y + 5)
        drawn.append(text(f"diagram-mark{state}", _MARKS[blank.state], at, size=15))
    return Markup("").join(drawn)


def has_blank(labels: Mapping[str, NodeLabels]) -> bool:
    """Tell whether the picture holds fields."""
    return any(
        isinstance(label, Blank)
        for both in labels.values()
        for label in (both.value, both.gradient)
    )


def spoken(labels: NodeLabels) -> list[str]:
    """Return what a sentence says of a node's numbers, as one clause if there are any."""
    named = (("value", labels.value), ("gradient", labels.gradient))
    clauses = [_clause(kind, label) for kind, label in named if label is not None]
    return [", ".join(clauses)] if clauses else []


def _clause(kind: str, label: str | Blank) -> str:
    """Say a number, or which field asks for it."""
    if isinstance(label, str):
        return f"{kind} {label}"
    typed = f", filled with {label.typed}" if label.typed else ""
    judged = "" if label.state == "open" else f", {label.state}"
    return f"{kind} asked in field {label.number}{typed}{judged}"

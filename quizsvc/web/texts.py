"""Texts, formulas, numbers and times as the templates show them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.render.markdown import to_html, to_inline_html
from quizsvc.render.maths import to_mathml
from quizsvc.render.spoken import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from quizsvc.model import Template, Value


_HUNDREDTH = Decimal("0.01")


def template(text: Template, values: Mapping[str, Value]) -> Markup:
    """Return an author's text with its holes filled in."""
    return Markup(text.html(values))  # noqa: S704 - render cleans what it returns


@lru_cache(maxsize=4096)
def block(markdown: str) -> Markup:
    """Return Markdown as HTML."""
    return Markup(to_html(markdown))  # noqa: S704


@lru_cache(maxsize=4096)
def inline(markdown: str) -> Markup:
    """Return one line of Markdown as HTML."""
    return Markup(to_inline_html(markdown))  # noqa: S704


def plain(markdown: str) -> str:
    """Return one line of Markdown without markup, its formulas as one would type them.

    For where no markup can stand, such as the title of a window or the audit.
    """
    return spoken(inline(markdown))


@lru_cache(maxsize=4096)
def name_of(label: Markup) -> Markup:
    """Return the attribute that names a field whose label has formulas, which browsers pass over.

    Nothing where the label is words alone.
    """
    return Markup(' aria-label="{}"').format(spoken(label)) if "<math" in label else Markup()


def first_sentence(markdown: str) -> str:
    """Return the first sentence of a text: up to a full stop that no formula holds."""
    text = " ".join(markdown.split())
    parts = re.split(r"(?<=[.!?])\s", text)
    for number in range(1, len(parts) + 1):
        told = " ".join(parts[:number])
        if told.count("$") % 2 == 0:
            return told
    return text


def maths(latex: str) -> Markup:
    """Return a formula within a line."""
    return Markup(to_mathml(latex))  # noqa: S704


def formula(latex: str) -> Markup:
    """Return a formula on a line of its own, as `block` does."""
    mathml = Markup(to_mathml(latex, display=True))  # noqa: S704
    return Markup('<div class="maths-display">{}</div>').format(mathml)


def moment(at: datetime) -> Markup:
    """Return a time as a person reads it and as a machine does."""
    shown = f"{at.day} {at:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), shown)


def day(at: date) -> str:
    """Return a day as a person reads it."""
    return f"{at.day} {at:%b %Y}"


def points(number: float) -> str:
    """Return points with at most two decimals, rounded as one does on paper: halves go up.

    >>> points(2.485), points(0.1 + 0.2), points(3.0)
    ('2.49', '0.3', '3')
    """
    shown = Decimal(repr(round(float(number), 9)))  # what sums and products of floats add is gone
    return f"{shown.quantize(_HUNDREDTH, ROUND_HALF_UP):f}".rstrip("0").rstrip(".")


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd ..."""
    last = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last.get(number % 10, 'th')}"


def minutes(number: float) -> str:
    """Return a number of minutes in words."""
    return f"{points(number)} minute{'' if number == 1 else 's'}"


FILTERS = {
    "inline": inline,
    "plain": plain,
    "spoken": spoken,
    "moment": moment,
    "day": day,
    "points": points,
    "minutes": minutes,
    "name_of": name_of,
    "ordinal": ordinal,
}
"""What templates may apply to texts and numbers."""

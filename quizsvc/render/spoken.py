"""HTML with MathML as plain text, for names that are read aloud.

A browser leaves formulas out of the accessible name of a field, so that a field whose label is a
formula would have no name. What is written here is short and in one line, as one would type it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html.parser import HTMLParser

_SPACES = re.compile(r"\s+")
_SIMPLE = re.compile(r"[\w.∂ℒ′∞]*")
_BETWEEN = {"mfrac": "/", "msup": "^", "msub": "_", "mover": "^", "munder": "_"}
_SEPARATED = {"mtr": "; ", "mtd": ", ", "p": " ", "li": " ", "td": " ", "br": " "}
_VARIATION = re.compile("[\ufe00-\ufe0f\u2061-\u2064]")
"""Invisible characters that choose a glyph or mean a product."""


@lru_cache(maxsize=4096)
def spoken(html: str) -> str:
    r"""Return the text of HTML, its formulas written in a line.

    Examples
    --------
    >>> spoken("<p>Find <math><mfrac><mi>a</mi><mi>b</mi></mfrac></math></p>")
    'Find a/b'
    >>> spoken("<math><msup><mi>W</mi><mo>⊤</mo></msup><mi>g</mi></math>")
    'W^⊤g'
    """
    reader = _Reader()
    reader.feed(str(html))  # not Markup, each slice of which is made anew
    reader.close()
    return _SPACES.sub(" ", reader.text()).strip(" ,;")


class _Reader(HTMLParser):
    """Keeps, for each element that is open, the texts of what it holds so far."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, list[str]]] = [("", [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in ("br", "hr", "input", "mspace"):
            self._open.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1][0] == tag:
            name, held = self._open.pop()
            self._open[-1][1].append(_joined(name, held))

    def handle_data(self, data: str) -> None:
        self._open[-1][1].append(_VARIATION.sub("", data))

    def text(self) -> str:
        """Return all that was read."""
        return "".join(text for _, held in self._open for text in held)


def _joined(tag: str, held: list[str]) -> str:
    if tag in _BETWEEN and len(held) > 1:
        return _BETWEEN[tag].join(_grouped(text) for text in held)
    if tag in ("msubsup", "munderover") and len(held) == 3:
        return f"{_grouped(held[0])}_{_grouped(held[1])}^{_grouped(held[2])}"
    if tag in ("msqrt", "mroot"):
        return f"√({''.join(held)})"
    return "".join(held) + _SEPARATED.get(tag, "")


def _grouped(text: str) -> str:
    return text if _SIMPLE.fullmatch(text) or len(text) == 1 else f"({text})"

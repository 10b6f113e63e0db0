"""Authors' Markdown to clean HTML with MathML.

Formulas never pass through Markdown's HTML: each leaves a placeholder there, the HTML is cleaned,
and then the converter's MathML is put in its place. So the cleaner admits no MathML at all, whose
nesting rules are what mutation attacks live on, and a template can fill formulas in later.

Links are relative or https; raw HTML is shown as text; images do not exist. A displayed formula
stands in ``<div class="maths-display">``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import nh3
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from quizsvc.errors import QuizsvcError
from quizsvc.render.maths import MathsError, to_mathml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

MAX_FORMULAS = 1000
"""Formulas of one text."""

RESERVED = re.compile("[\ue000-\uf8ff]")
"""Private-use characters stand for holes and formulas while a text is compiled."""
_FORMULA = 0xF000
_SLOT = re.compile("([\uf000-\uf8ff])")

_TAGS = {
    "a", "blockquote", "br", "code", "div", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li",
    "ol", "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_LINK = re.compile(r"https://[^\s\\]+|(?!//)[^\s\\:?#]*([?#][^\s\\]*)?")


class MarkdownError(QuizsvcError):
    """Markdown that cannot be shown; `position` is an offset in its source, counted from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


@dataclass(frozen=True, slots=True)
class Formula:
    """What stands between dollars."""

    latex: str
    display: bool


def to_html(markdown: str) -> str:
    r"""Convert a text of paragraphs.

    Raises
    ------
    MarkdownError
        A formula cannot be read, or a reserved character was used: the author's fault.

    Examples
    --------
    >>> to_html("*Let* $x$ <b>be</b>")
    '<p><em>Let</em> <math><mi>x</mi></math> &lt;b&gt;be&lt;/b&gt;</p>\n'
    """
    return _joined(markdown, inline=False)


def to_inline_html(markdown: str) -> str:
    """Convert a title or a label: no paragraph around it, and no blocks in it."""
    return _joined(markdown, inline=True)


def _joined(markdown: str, *, inline: bool) -> str:
    """Convert and put the formulas in."""
    reserved = RESERVED.search(markdown)
    if reserved:
        raise MarkdownError("a private-use character cannot be shown", reserved.start())
    pieces = split(markdown, inline=inline)
    return "".join(
        piece if isinstance(piece, str) else _converted(piece, markdown) for piece in pieces
    )


def _converted(formula: Formula, markdown: str) -> str:
    """Convert a formula, and say where in the text it stands if it cannot be."""
    try:
        return to_mathml(formula.latex, display=formula.display)
    except MathsError as error:
        start = max(markdown.find(formula.latex), 0)
        raise MarkdownError(error.message, start + error.position) from error


def _new_parser() -> MarkdownIt:
    """Return a parser without raw HTML and images, whose formulas leave placeholders."""
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "smartquotes"]).disable("image")
    parser.use(dollarmath_plugin, allow_labels=False, double_inline=True)
    parser.use(anchors_plugin, min_level=2, max_level=3)  # feedback links to a lesson's paragraph
    parser.validateLink = _is_harmless  # type: ignore[method-assign]  # the documented way
    for rule in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(rule, _keep_formula)
    return parser


def _is_harmless(url: str) -> bool:
    """Tell whether an address is https or stays on our own site."""
    return _LINK.fullmatch(url) is not None


def _keep_formula(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    """Set a formula aside and return its placeholder; a rule of the Markdown renderer."""
    token, formulas = tokens[index], env["formulas"]
    if len(formulas) == MAX_FORMULAS:
        raise MarkdownError(f"more than {MAX_FORMULAS} formulas in one text")
    formulas.append(Formula(token.content.strip(), display=token.type != "math_inline"))
    placeholder = chr(_FORMULA + len(formulas) - 1)
    return f'<div class="maths-display">{placeholder}</div>\n' if token.block else placeholder


_parser = _new_parser()


def split(markdown: str, *, inline: bool = False) -> list[str | Formula]:
    """Convert to clean HTML in pieces, with the formulas between them still unconverted."""
    formulas: list[Formula] = []
    html = (_parser.renderInline if inline else _parser.render)(markdown, {"formulas": formulas})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "h2": {"id"}, "h3": {"id"}},
        allowed_classes={"div": {"maths-display"}},
        url_schemes={"https"},
        link_rel="noopener",
    )
    return list(_pieces(_with_fitting_tables(clean), formulas))


def _with_fitting_tables(html: str) -> str:
    """Give each table a box of its own to scroll in; an empty head names no column."""
    html = html.replace("<th></th>", "<td></td>")
    return html.replace("<table>", '<div class="wide"><table>').replace(
        "</table>", "</table></div>"
    )


def _pieces(html: str, formulas: list[Formula]) -> Iterator[str | Formula]:
    """Yield HTML and formulas in turn."""
    for index, piece in enumerate(_SLOT.split(html)):
        yield formulas[ord(piece) - _FORMULA] if index % 2 else piece

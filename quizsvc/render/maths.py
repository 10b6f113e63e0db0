r"""LaTeX to MathML that a strict Content-Security-Policy lets through.

The converter writes ``style`` attributes for alignment and rules, which the policy blocks; they
become these classes, and the stylesheet defines them:

``maths-left``, ``maths-right``
    alignment of a table cell (``text-align`` with ``justify-items: start`` or ``end``)
``maths-flush-left``, ``maths-flush-right``
    ``padding-left: 0``, ``padding-right: 0``
``maths-flush-top``, ``maths-flush-bottom``
    ``padding-top: 0``, ``padding-bottom: 0``
``maths-gap-left``
    ``padding-left: 1em`` (the condition in ``cases``)
``maths-space-left``, ``maths-space-right``
    ``padding-left: 0.25em``, ``padding-right: 0.25em`` (around an operator of one's own)
``maths-rule-left``, ``-right``, ``-top``
    a rule of an ``array``: ``0.05em solid currentcolor``
``maths-dashed-left``, ``-right``, ``-top``
    the same, dashed
``maths-back``
    ``margin-left: -0.1667em`` (``\!``)

``\boxed`` and ``\fbox`` yield ``menclose[notation="box"]``, which browsers draw only by stylesheet.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from math_core import LatexError, LatexToMathML

from quizsvc.errors import QuizsvcError

MAX_LENGTH = 50_000
"""Characters of one formula; a longer one, which only numbers can make, is not shown."""
TOO_LARGE = "<math><mtext>(too large to be shown)</mtext></math>"
MAX_DEPTH = 200
"""Nested groups and commands; the converter's C stack bears about four times as many in 1 MB."""

MAX_UNPAIRED = 8
"""Brackets without a partner in their group; each doubles the converter's time."""

_COMMAND = r"\\(?:[A-Za-z]+|.)"
_TOKEN = re.compile(rf"\\(?:big|Big)g?[lr]\s*(?:{_COMMAND}|\S)|{_COMMAND}|[^\w\s]", re.DOTALL)
_OPENING = {"{", r"\left", r"\begin"}
_CLOSING = {"}", r"\right", r"\end"}
_CELL_ENDS = {"&", r"\\"}
_DEFINING = {
    r"\newcommand", r"\renewcommand", r"\providecommand", r"\def", r"\gdef", r"\let", r"\global",
}  # fmt: skip
_OPEN_DELIMITER = re.compile(
    r"\\\{|\\(?:big|Big)g?l.+|\\mathopen|\\(ul|ll)corner|\\l(brace|brack|floor|ceil|group|[vV]ert|ang|"
    r"angle|paren|moustache|Angle|Brack|Brace|Paren|lbracket|langle|lparenthesis|brbrak|curvyangle|vzigzag)"
)
_CLOSE_DELIMITER = re.compile(
    r"\\\}|\\(?:big|Big)g?r.+|\\mathclose|\\(ur|lr)corner|"
    r"\\r(brace|brack|floor|ceil|group|[vV]ert|ang|angle|paren|moustache|rbracket|rangle)"
)

_TAG = re.compile(r"<(/?)([a-z]+)([^>]*)>")
_STYLE = re.compile(r' style="([^"]*)"')
_TAGS = {
    "math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded",
    "mphantom", "mprescripts", "mroot", "mrow", "mspace", "msqrt", "msub", "msubsup", "msup",
    "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "b", "i",
}  # fmt: skip
_CLASSES = {
    "text-align:left": "maths-left",
    "text-align:right": "maths-right",
    "justify-items:start": "",  # part of maths-left
    "justify-items:end": "",  # part of maths-right
    "padding-left:0": "maths-flush-left",
    "padding-right:0": "maths-flush-right",
    "padding-top:0": "maths-flush-top",
    "padding-bottom:0": "maths-flush-bottom",
    "padding-left:1em": "maths-gap-left",
    "margin-left:-0.16666667em": "maths-back",
    # around \mathop, \mathbin and \mathrel
    **{
        f"padding-{side}:{width}": f"maths-space-{side}"
        for side in ("left", "right")
        for width in ("0.1667em", "0.2222em", "0.2778em")
    },
} | {
    f"border-{side}:0.05em {line} currentcolor": f"maths-{name}-{side}"
    for side in ("left", "right", "top")
    for line, name in (("solid", "rule"), ("dashed", "dashed"))
}


class MathsError(QuizsvcError):
    """LaTeX that cannot be converted; `position` is an offset in it, counted from 0."""

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.position = position


_converter = LatexToMathML(fancy_error=False)


@lru_cache(maxsize=1024)
def to_mathml(latex: str, *, display: bool = False) -> str:
    r"""Convert LaTeX to one ``<math>`` element that carries no script, style or link.

    Parameters
    ----------
    latex : str
        What stands between the dollars.
    display : bool
        Whether it stands on a line of its own.

    Raises
    ------
    MathsError
        Unknown command, unclosed group, too deep: the author's fault.

    Examples
    --------
    >>> to_mathml("x+1")
    '<math><mi>x</mi><mo>+</mo><mn>1</mn></math>'
    """
    if len(latex) > MAX_LENGTH:
        return TOO_LARGE
    _check_bounds(latex)
    try:
        mathml = _converter.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        position, _, message = str(error).partition(": ")
        raise MathsError(message, int(position)) from error
    return _TAG.sub(_cleaned, mathml)


def _check_bounds(latex: str) -> None:
    """Refuse what could kill or occupy the process inside the converter."""
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(latex)]
    for word, position in tokens:
        if word == "%":
            raise MathsError(r"a bare % would start a comment; write \%", position)
        if word in _DEFINING:  # it could multiply depth out of our sight
            raise MathsError(f"{word} is not available: formulas define nothing", position)
    _check_depth(tokens)
    _check_delimiters(tokens)


def _check_depth(tokens: list[tuple[str, int]]) -> None:
    r"""Refuse what overflows the converter's C stack.

    A command may take what follows as its argument (``\sqrt\sqrt x``), so each one counts as a
    level until its group or its cell ends.
    """
    levels, depth = [0], 0  # commands in each open group; their sum with the groups
    for word, position in tokens:
        if word in _CELL_ENDS:
            depth -= levels[-1]
            levels[-1] = 0
        elif word in _OPENING:
            levels.append(0)
            depth += 1
        elif word in _CLOSING and len(levels) > 1:  # else the converter says what is unmatched
            depth -= levels.pop() + 1
        elif word.startswith("\\"):
            levels[-1] += 1
            depth += 1
        if depth > MAX_DEPTH:
            raise MathsError(f"the formula is nested deeper than {MAX_DEPTH} levels", position)


def _check_delimiters(tokens: list[tuple[str, int]]) -> None:
    """Refuse many unpaired brackets: each makes the converter read its group twice."""
    levels, unpaired = [0], 0  # open delimiters in each open group; unpaired ones anywhere
    for word, _ in tokens:
        if word in _CELL_ENDS:
            levels[-1] = 0
        elif word in _OPENING:
            levels.append(0)
        elif word in _CLOSING and len(levels) > 1:
            levels.pop()
        elif _is_delimiter(word, "Ps", _OPEN_DELIMITER):
            levels[-1] += 1
            unpaired += 1
        elif _is_delimiter(word, "Pe", _CLOSE_DELIMITER):
            paired = levels[-1] > 0
            levels[-1] -= paired
            unpaired += -1 if paired else 1
    if unpaired > MAX_UNPAIRED:
        raise MathsError("the formula has too many brackets without a partner", tokens[-1][1])


def _is_delimiter(word: str, category: str, commands: re.Pattern[str]) -> bool:
    """Tell whether a word opens (closes) a pair, as a character or as a command."""
    if len(word) == 1:
        return unicodedata.category(word) == category
    return commands.fullmatch(word) is not None


def _cleaned(tag: re.Match[str]) -> str:
    """Return the tag with classes for styles, or refuse what does not belong into a page."""
    closing, name, attributes = tag.groups()
    if name not in _TAGS:
        raise MathsError("links, labels and text fonts other than bold and italic do not work here")
    return f"<{closing}{name}{_STYLE.sub(_as_class, attributes)}>"


def _as_class(style: re.Match[str]) -> str:
    """Return a class attribute that means the same as the style attribute."""
    declarations = [
        re.sub(r"\s*:\s*", ":", declaration.strip())
        for declaration in style[1].split(";")
        if declaration.strip()
    ]
    unknown = [declaration for declaration in declarations if declaration not in _CLASSES]
    if unknown:
        raise MathsError(_reason(unknown[0]))
    names = [_CLASSES[declaration] for declaration in declarations]
    return f' class="{" ".join(filter(None, names))}"'


def _reason(declaration: str) -> str:
    """Say what an author can do about a declaration that we have no class for."""
    if declaration.startswith("color"):
        return "colours are left to the page; use words or \\boxed"
    if declaration.startswith("width"):
        return "numbered and page-wide environments do not work here; write aligned or gathered"
    return f"this layout ({declaration}) does not work here"

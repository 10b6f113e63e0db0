"""Text to tokens: every spelling that a person may use for the same thing becomes one token.

Consumed by `parser`. Nothing is folded by Unicode normalisation, which would turn distinct
symbols into equal ones without a word; each accepted spelling stands in a table below.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from quizsvc.errors import ExpressionError
from quizsvc.expr.nodes import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

MAX_LENGTH = 2_000
"""Characters in one expression; a pasted matrix is cut into entries before it comes here."""

MAX_TOKENS = 800
"""Numbers, names and signs in one expression, which bounds the time that reading it takes."""

Kind: TypeAlias = Literal["number", "name", "operator", "newline", "end"]

_SPELLINGS = {
    "−": "-", "–": "-", "⋅": "·", "∙": "·", "×": "*", "÷": "/", "∕": "/",
    "⊙": ".*", "∘": ".*", "≤": "<=", "≥": ">=", "≠": "!=", "′": "'", "’": "'", "ᵀ": "'", "⊤": "'",
    ".T": "'",
    "√": "sqrt", "**": "^", "@": "*",
}  # fmt: skip

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon",
    "ζ": "zeta", "η": "eta", "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu",
    "ξ": "xi", "π": "pi", "ρ": "rho", "σ": "sigmoid", "τ": "tau", "φ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "ℓ": "ell",
}  # fmt: skip

_FRACTIONS = {
    "½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4, "⅕": 1 / 5, "⅖": 2 / 5,
    "⅗": 3 / 5, "⅘": 4 / 5, "⅙": 1 / 6, "⅚": 5 / 6, "⅛": 1 / 8, "⅜": 3 / 8, "⅝": 5 / 8, "⅞": 7 / 8,
}  # fmt: skip

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")

_MINUS = str.maketrans("−–", "--")
_NONZERO = re.compile("[0.]*[1-9]")

_REFUSED = {
    "=": "“=” has no place here: write the value alone (== compares).",
    "∞": "Infinity is not a number that can be computed with.",
    "_": "“_” stands only inside a name, and digits are not grouped.",
    "{": "Curly brackets are not used: write (…) or […].",
    "}": "Curly brackets are not used: write (…) or […].",
    "°": "Angles are in radians: write 30 pi/180 for 30 degrees.",
    "|": "“|” is not read: write abs(x), norm(v) or det(A).",
}
"""Characters that people try, with the reason why they are not read."""

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+)
  | (?P<newline>\n)
  | (?P<number>(?:[0-9]+(?:\.(?![*^])[0-9]*)?|\.[0-9]+)(?:[eE][-+−–]?[0-9]+)?)
  | (?P<broken>(?<=[0-9.])[eE](?![A-Za-z0-9_₀-₉^⁰¹²³⁴⁵⁶⁷⁸⁹⁻]|\*\*))
  | (?P<fraction>[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])
  | (?P<superscript>⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)
  | (?P<name>[A-Za-zα-ωϵℓ][A-Za-z0-9_₀-₉]*)
  | (?P<operator>\*\*|\.\*|\.\^|\.T\b|<=|>=|==|!=|[-+*/^@%'(),;<>\[\]−–·⋅∙×÷∕⊙∘≤≥≠′’ᵀ⊤√])
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One word of the language."""

    kind: Kind
    text: str
    """The canonical spelling; for a number what was written."""
    span: Span
    value: float = 0.0
    spaced: bool = False
    """Whether white space stands before it."""


class Cursor:
    """A place among tokens that moves forward only; the end stays the end."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._index = 0

    @property
    def current(self) -> Token:
        """The token that will be taken next."""
        return self._tokens[self._index]

    @property
    def following(self) -> Token:
        """The token after the current one."""
        return self._tokens[min(self._index + 1, len(self._tokens) - 1)]

    @property
    def previous(self) -> Token | None:
        """The token taken last, if any was."""
        return self._tokens[self._index - 1] if self._index else None

    def take(self) -> Token:
        """Return the current token and move on."""
        token = self._tokens[self._index]
        self._index += 1
        return token

    def at(self, *texts: str) -> bool:
        """Tell whether the current token is one of these signs, names or line ends."""
        token = self._tokens[self._index]
        return token.text in texts and token.kind != "number"

    def after_newlines(self) -> Token:
        """Move past line ends, where they mean nothing, and return the current token."""
        while self.current.kind == "newline":
            self._index += 1
        return self.current


def canonical_name(written: str) -> str:
    """Return the one spelling of a name: ``W₁``, ``W_1`` and ``W1`` are the same.

    >>> canonical_name("W₁"), canonical_name("W_1"), canonical_name("ε")
    ('W1', 'W1', 'epsilon')
    """
    if written.isascii() and "_" not in written:
        return written
    plain = written.translate(_SUBSCRIPTS)
    head, tail = plain[0], plain[1:]
    if head in _GREEK:
        # A Greek letter alone may be a function (σ) or a constant (π); with a tail it is a name.
        plain = (_GREEK[head] if not tail or head != "σ" else "sigma") + tail
    return re.sub(r"_(?=[0-9]+$)", "", plain)


def tokenize(source: str) -> list[Token]:
    """Cut `source` into tokens, the last one of kind ``end``.

    Raises
    ------
    ExpressionError
        The writer's: a character that is not part of the language, a number too large, or more
        than `MAX_LENGTH` characters or `MAX_TOKENS` tokens.
    """
    if len(source) > MAX_LENGTH:
        message = f"This is {len(source):,} characters long; at most {MAX_LENGTH:,} are read."
        raise ExpressionError(message, MAX_LENGTH)
    tokens: list[Token] = []
    position, spaced = 0, False
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise ExpressionError(_why_refused(source[position]), position)
        end = match.end()
        if match.lastgroup == "space":
            spaced = True
        else:
            tokens.extend(_tokens_of(match, spaced=spaced))
            if len(tokens) > MAX_TOKENS:
                raise _too_many(tokens[-1].span)
            spaced = False
        position = end
    tokens.append(Token("end", "", Span(len(source), len(source)), spaced=spaced))
    return tokens


def split_names(
    tokens: list[Token], declared: Collection[str], functions: Collection[str]
) -> list[Token]:
    """Write ``W2W1`` as ``W2 W1`` where exactly one way to read it as declared names fits.

    What has a meaning of its own is never split, nor is a function split off.
    """
    spellings: dict[str, list[str]] = {}
    for name in declared:
        digits = re.search("(?<![_0-9])[0-9]+$", name)
        underscored = [f"{name[: digits.start()]}_{digits[0]}"] if digits else []
        spellings.setdefault(name[0], []).extend([name, *underscored])
    result: list[Token] = []
    for token in tokens:
        whole = token.kind != "name" or token.text in declared or token.text in functions
        result.extend([token] if whole else _pieces(token, spellings))
        if len(result) > MAX_TOKENS:
            raise _too_many(token.span)
    return result


def _pieces(token: Token, spellings: Mapping[str, list[str]]) -> list[Token]:
    text = token.text
    # For each place that declared names reach from the start: the last one, and whether more than
    # one way leads there. Two ways are as bad as ten, so no number of ways is kept.
    reached: dict[int, tuple[str, bool]] = {0: ("", False)}
    for place in range(len(text)):
        if place not in reached:
            continue
        for piece in spellings.get(text[place], ()):
            end = place + len(piece)
            if text.startswith(piece, place):
                reached[end] = (piece, reached[place][1] or end in reached)
    if len(text) not in reached or reached[len(text)][1]:
        return [token]
    pieces: list[Token] = []
    place = len(text)
    # Offsets in the name are offsets in the source unless a letter is spelt in another length.
    exact = token.span.end - token.span.start == len(text)
    while place:
        piece, _ = reached[place]
        start = place - len(piece)
        at = token.span.start
        span = Span(at + start, at + place) if exact else token.span
        pieces.append(
            Token(
                "name",
                canonical_name(piece),
                span,
                spaced=token.spaced and start == 0,
            )
        )
        place = start
    return pieces[::-1]


def _too_many(span: Span) -> ExpressionError:
    message = f"This is too long: at most {MAX_TOKENS:,} numbers, names and signs are read."
    return ExpressionError(message, span.start)


def _tokens_of(match: re.Match[str], *, spaced: bool) -> list[Token]:
    text, span = match.group(), Span(*match.span())
    match match.lastgroup:
        case "number":
            return [Token("number", text, span, _number(text, span), spaced)]
        case "operator":
            spelling = _SPELLINGS.get(text, text)
            return [Token("name" if spelling == "sqrt" else "operator", spelling, span, 0, spaced)]
        case "name":
            return [Token("name", canonical_name(text), span, 0, spaced)]
        case "newline":
            return [Token("newline", text, span, 0, spaced)]
        case "fraction":
            return [Token("number", text, span, _FRACTIONS[text], spaced)]
        case "superscript":
            digits = text.translate(_SUPERSCRIPTS)
            value = _number(digits.lstrip("-"), span) * (-1 if digits.startswith("-") else 1)
            return [Token("operator", "^", span, 0, spaced), Token("number", text, span, value)]
    message = "A power of ten breaks off: write 1e3, or 2*e for twice the number e."
    raise ExpressionError(message, span.start)


def _why_refused(character: str) -> str:
    if character in _REFUSED:
        return _REFUSED[character]
    if character.isdecimal():
        return f"“{character}” is a digit of another script: type {unicodedata.decimal(character)}."
    if not character.isprintable():
        return f"An invisible character (U+{ord(character):04X}) stands here: delete it."
    return f"“{character}” is not understood here."


def _number(text: str, span: Span) -> float:
    # float() alone reads any length in linear time, but tells nobody what was lost.
    value = float(text if text.isascii() else text.translate(_MINUS))
    if value == float("inf"):
        raise ExpressionError("This number is too large.", span.start, span.end - span.start)
    if value == 0 and _NONZERO.match(text):
        message = "This number is too small to be told from 0."
        raise ExpressionError(message, span.start, span.end - span.start)
    return value

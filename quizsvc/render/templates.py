"""Authors' Markdown with holes, compiled once and filled in for each variant.

Parsing, cleaning and the formulas without holes are done at compile time; what a request does is
to write its numbers into the formulas that have holes and to join the pieces. Values are numbers
and lists of numbers, so nothing that is filled in can carry markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError
from quizsvc.render.holes import HOLE, Hole, Place, Scanned, TemplateError, scan
from quizsvc.render.markdown import Formula, MarkdownError, split
from quizsvc.render.maths import MathsError, to_mathml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from quizsvc.model import Value

__all__ = ["HoleTemplate", "TemplateError", "compile_template"]

_ARGUMENT = re.compile(
    r"([_^]|\\[dt]?frac\s*(\{[^{}]*\}|[\ue000-\uefff])?|\\sqrt(\[[^\]]*\])?"
    r"|\\(math|text)[a-z]+|\\boldsymbol|\\hat|\\bar|\\vec|\\overline|\\underline)\s*$"
)
_OPERATOR = re.compile(
    r"([-+*/·×⊙−±]|\\(cdot|times|div|ast|odot|circ|pm|mp|otimes|oplus|setminus|bmod))\s*$"
)
_PLAIN = re.compile(
    r"(^|[=<>(\[,;:{&|~≤≥≈≠]|\\[\\,;:!{ |]|\\(leq?|geq?|neq?|approx|sim|equiv|in|to|mapsto|colon"
    r"|mid|q?quad|[lL]?[rR]ightarrow|implies|iff|l?[vV]ert|langle|lbrace|lbrack|lparen))\s*$"
)
_NUMBER = re.compile(r"(?<![_^\w.])[\d.]*\d\s*$")
_COMMAND = re.compile(r"\\[A-Za-z]+$")


@dataclass(frozen=True, slots=True)
class _Filling:
    """A hole at its place."""

    hole: Hole
    place: Place


@dataclass(frozen=True, slots=True)
class _Slot:
    """A formula with holes."""

    parts: tuple[str | _Filling, ...]
    display: bool

    def mathml(self, values: Mapping[str, Value]) -> str:
        """Fill in and convert."""
        latex = "".join(
            part
            if isinstance(part, str)
            else part.hole.latex(values[part.hole.expression], part.place)
            for part in self.parts
        )
        return to_mathml(latex, display=self.display)


class HoleTemplate:
    """A compiled template; satisfies `quizsvc.model.Template`.

    Attributes
    ----------
    source : str
        What the author wrote.
    holes : tuple of str
        The expressions of the holes, in order, each once; filling needs a value for each.
    formulas : mapping of str to str
        The names whose formula is shown, to the LaTeX that is shown.
    """

    def __init__(
        self,
        source: str,
        html: Sequence[str | _Slot | _Filling],
        markdown: Sequence[str | _Filling],
        formulas: Mapping[str, str],
    ) -> None:
        self.source = source
        self.formulas: Mapping[str, str] = formulas
        fillings = [part.hole for part in markdown if isinstance(part, _Filling)]
        self.holes: Sequence[str] = tuple(dict.fromkeys(hole.expression for hole in fillings))
        self._html = html
        self._markdown = markdown

    def markdown(self, values: Mapping[str, Value]) -> str:
        """Return Markdown with every hole filled in."""
        return "".join(
            part
            if isinstance(part, str)
            else part.hole.markdown(values[part.hole.expression], part.place)
            for part in self._markdown
        )

    def printed(self, values: Mapping[str, Value]) -> list[tuple[str, str, float]]:
        """Return for each hole its expression, what is printed, and how far rounding moved it."""
        holes = ((part.hole, part.place) for part in self._markdown if isinstance(part, _Filling))
        return [
            (
                hole.expression,
                hole.markdown(values[hole.expression], place),
                hole.rounding(values[hole.expression]),
            )
            for hole, place in holes
        ]

    def html(self, values: Mapping[str, Value]) -> str:
        """Return clean HTML with MathML, every hole filled in."""
        pieces: list[str] = []
        for part in self._html:
            if isinstance(part, str):
                pieces.append(part)
            elif isinstance(part, _Slot):
                pieces.append(part.mathml(values))
            else:  # in code, where numbers and brackets need no escaping
                pieces.append(part.hole.markdown(values[part.hole.expression], part.place))
        return "".join(pieces)


def compile_template(
    source: str,
    *,
    formula: Callable[[str], str],
    digits: int = 4,
    exact: frozenset[str] = frozenset(),
) -> HoleTemplate:
    r"""Compile an author's text.

    Parameters
    ----------
    source : str
        Markdown with ``$maths$`` and holes (see `quizsvc.render.holes`).
    formula : callable
        From a name to its formula as LaTeX, for ``{{= name}}``.
    digits : int
        Significant digits of a hole without a format; whole numbers are shown in full.
    exact : frozenset of str
        Names whose holes without a format show the number as it is: the drawn parameters.

    Raises
    ------
    TemplateError
        The text, a hole or a formula cannot be read: the author's fault.

    Examples
    --------
    >>> template = compile_template("Let $x = {{x}}$ and $y = 2 \\cdot {{x}}$.", formula=str)
    >>> template.markdown({"x": -3.0})
    'Let $x = -3$ and $y = 2 \\cdot (-3)$.'
    """
    return _Compiler(scan(source, digits, exact), formula).compile(source)


class _Compiler:
    """Place each hole of one source."""

    def __init__(self, scanned: Scanned, formula: Callable[[str], str]) -> None:
        self.scanned = scanned
        self.formula = formula
        self.markdown: dict[str, str | _Filling] = {}  # by placeholder
        self.formulas: dict[str, str] = {}

    def compile(self, source: str) -> HoleTemplate:
        """Return the template, or say at which hole it fails."""
        text = self.scanned.text
        try:
            pieces = split(text)
        except MarkdownError as error:
            raise self.error(error.message, error.position) from error
        html: list[str | _Slot | _Filling] = []
        code = False
        for piece in pieces:
            if isinstance(piece, Formula):
                html.append(self.place_in_formula(piece))
                continue
            for part in HOLE.split(piece):
                if HOLE.fullmatch(part):
                    html.append(self.place_outside(part, Place.CODE if code else Place.TEXT))
                else:
                    html.append(part)
                    code = part.rfind("<code") > part.rfind("</code") or (
                        code and "</code" not in part
                    )
        parts = HOLE.split(text)
        for part in parts[1::2]:
            if part not in self.markdown:
                position = self.scanned.hole(part).position
                raise TemplateError("a hole cannot stand here (in a link's address)", position)
        return HoleTemplate(
            source, _merged(html), [self.markdown.get(part, part) for part in parts], self.formulas
        )

    def place_outside(self, character: str, place: Place) -> str | _Slot | _Filling:
        """Place a hole of the text: a number stands there as a formula, in code as code."""
        hole = self.scanned.hole(character)
        if hole.is_formula:
            latex = self.latex_of(hole)
            if place is Place.CODE:
                raise TemplateError("a formula cannot stand in code", hole.position)
            self.markdown[character] = f"${latex}$"
            return self.convert(latex, hole.position, display=False)
        filling = _Filling(hole, place)
        self.markdown[character] = filling
        if place is Place.CODE:
            return filling
        return _Slot((_Filling(hole, Place.PLAIN),), display=False)

    def place_in_formula(self, formula: Formula) -> str | _Slot:
        """Place the holes of a formula; convert it now if none waits for values."""
        start = max(self.scanned.text.find(formula.latex), 0)
        try:
            # the same offsets as in the text, so that a complaint finds its place
            checked = to_mathml(HOLE.sub("1", formula.latex), display=formula.display)
        except MathsError as error:
            raise self.error(error.message, start + error.position) from error
        pieces = HOLE.split(formula.latex)
        if len(pieces) == 1:
            return checked
        parts = tuple(self.formula_parts(pieces))
        if all(isinstance(part, str) for part in parts):
            latex = "".join(part for part in parts if isinstance(part, str))
            return self.convert(latex, self.scanned.source_position(start), display=formula.display)
        return _Slot(parts, formula.display)

    def formula_parts(self, pieces: list[str]) -> Iterator[str | _Filling]:
        """Yield text and holes of a formula, given text and placeholders in turn."""
        before = ""
        for index, piece in enumerate(pieces):
            part: str | _Filling = piece
            if index % 2:
                part = self.part_in_formula(piece, before, pieces[index + 1])
                self.markdown[piece] = part
            yield part
            before += piece

    def part_in_formula(self, character: str, before: str, after: str) -> str | _Filling:
        """Place one hole of a formula between what stands before and after it."""
        hole = self.scanned.hole(character)
        if hole.is_formula:
            return " " * bool(_COMMAND.search(before)) + self.latex_of(hole)
        place = _place(before, after)
        if place is Place.FACTOR and _NUMBER.search(HOLE.sub("0", before)):
            raise TemplateError(
                r"this would read as one number with the digits before it; put \cdot between them",
                hole.position,
            )
        return _Filling(hole, place)

    def latex_of(self, hole: Hole) -> str:
        """Return the formula for ``{{= name}}``."""
        try:
            latex = self.formulas[hole.expression] = self.formula(hole.expression)
        except ExpressionError as error:
            raise TemplateError(error.message, hole.position + error.position) from error
        return latex

    def convert(self, latex: str, position: int, *, display: bool) -> str:
        """Convert a formula that the author did not write himself."""
        try:
            return to_mathml(latex, display=display)
        except MathsError as error:
            raise TemplateError(error.message, position) from error

    def error(self, message: str, text_position: int) -> TemplateError:
        """Return the complaint with its offset in the source."""
        return TemplateError(message, self.scanned.source_position(text_position))


def _place(before: str, after: str) -> Place:
    """Tell what a hole in a formula is there, from what stands around it."""
    if _ARGUMENT.search(before):
        return Place.ARGUMENT
    if after.lstrip().startswith("^"):
        return Place.BASE
    if _OPERATOR.search(before):
        return Place.OPERAND
    return Place.PLAIN if _PLAIN.search(before) else Place.FACTOR


def _merged(parts: list[str | _Slot | _Filling]) -> list[str | _Slot | _Filling]:
    """Join neighbouring strings, so that a request joins as few pieces as it can."""
    merged: list[str | _Slot | _Filling] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        elif part:
            merged.append(part)
    return merged

"""Question type ``expression``: a formula in named numbers, vectors and matrices, in any form.

The graph gives the key's values at random points, and the learner's formula is right when its
values are the same there. Its shape is known before any number, so a formula of another shape is
handed back and costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.errors import ExpressionError, OtherShapeError
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.parser import parse
from quizsvc.expr.shapes import describe
from quizsvc.expr.text import tree_text
from quizsvc.interactions.base import QuestionTypeBase, unread
from quizsvc.model import (
    DrawnPart,
    Echo,
    Invalid,
    PartOutcome,
    Sample,
    SampleKind,
    Unread,
    Value,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quizsvc.problems.formulas import Points

_SYMBOLS = (
    "+", "−", "*", ".*", "/", "^", "²", "ᵀ", "√()", "()", "[]",
    "I", "diag()", "tanh()", "relu()", "step()", "σ()",
)  # fmt: skip


@dataclass(frozen=True, eq=False, slots=True)
class Expression(QuestionTypeBase):
    """A formula."""

    formula: str
    """The key as it is shown."""
    points: Points

    type: ClassVar[str] = "expression"
    yields: ClassVar[frozenset[SampleKind]] = frozenset({"correct", "wrong", "invalid"})

    @property
    def rule(self) -> str:
        """What to write, in which names, and of which shape."""
        names = [f"{name} ({describe(shape)})" for name, shape in self.points.shapes.items()]
        return (
            f"A formula for {describe(self.points.shape)}, in any equivalent form, in "
            f"{', '.join(names)}. Write products with * or a space, entry by entry with .*, "
            "transposes as A', and diag(v), I, tanh(v), relu(v), step(v)."
        )

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the formula."""
        return self.formula

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the formula in maths."""
        return f"${tree_latex(parse(drawn.key))}$"

    @property
    def symbols(self) -> Sequence[str]:
        """The names of the item, signs, and the functions that the rule names."""
        return (*self.points.shapes, *_SYMBOLS)

    def echo(self, raw: str) -> Echo | Unread:
        """Say how a text is read, and of which shape it is."""
        try:
            tree = parse(raw, self.points.shapes)
        except ExpressionError as problem:
            return unread(problem, 0, len(raw))
        try:
            self.points.values(tree)
        except OtherShapeError as problem:
            return Echo(tree_latex(tree), problem.message)
        except ExpressionError as problem:
            return unread(problem, 0, len(raw))
        return Echo(tree_latex(tree), describe(self.points.shape))

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read a formula of the right shape; return its values at the points."""
        try:
            return self.points.values(parse(raw, self.points.shapes))
        except ExpressionError as problem:
            return Invalid({drawn.name: problem.message})

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:  # noqa: ARG002
        """Compare with the key, then with each named wrong formula."""
        if self.points.same(response, self.points.key):
            return PartOutcome(1.0, "Right.")
        for each in self.points.mistaken:
            if self.points.same(response, each.values):
                return PartOutcome(0.0, each.says, each.id)
        return PartOutcome(0.0, "This formula has other values than the one asked for.")

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the key, each slip in it, a wrong multiple, and what cannot be read."""
        yield Sample(drawn.key, "correct", 1.0)
        for each in self.points.mistaken:
            if each.tree is not None:
                yield Sample(tree_text(each.tree), "misconception", 0.0, each.id)
        yield Sample(f"17/16 * ({drawn.key})", "wrong", 0.0)
        yield Sample(f"[{drawn.key}", "invalid")
        yield Sample("jacobian(y, x)", "invalid")

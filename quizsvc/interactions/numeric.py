"""What the question types with a computed key share: reading numbers, judging, samples.

A learner's field takes constants and elementary functions; no names, and no derivative. Reading
is apart from judging: what cannot be read is invalid, not wrong.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from quizsvc.autodiff import Program
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.lexer import MAX_LENGTH
from quizsvc.expr.parser import parse
from quizsvc.expr.shapes import MAX_SIZE, Shape, describe, mismatch
from quizsvc.interactions.base import QuestionTypeBase, unread
from quizsvc.model import (
    DrawnPart,
    Echo,
    Invalid,
    PartOutcome,
    Predicted,
    Sample,
    SampleKind,
    Unread,
    Value,
)
from quizsvc.render.numbers import to_latex, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quizsvc.expr.nodes import Tree
    from quizsvc.problems.tolerance import Array, Tolerance


_PLAIN = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
"""A number that neither overflows nor could be meant in another way."""
_NUMBER = r"\s*-?(?:0|[1-9][0-9]{0,29})(?:\.[0-9]{1,30})?\s*"
_ROW = rf"\s*\[{_NUMBER}(?:,{_NUMBER})*\]\s*"
_PLAIN_ROWS = re.compile(rf"{_ROW}|\s*\[{_ROW}(?:,{_ROW})*\]\s*", re.ASCII)
"""A vector, or a matrix by rows, of such numbers: what is typed most, read at once."""
SIGNS = ("/", "−", "√()", "^", "π", "e", "()")
DIGITS = 4
"""Significant digits of the numbers in feedback."""


@dataclass(frozen=True, slots=True)
class Numeric(QuestionTypeBase):
    """A part whose key is a number, a vector or a matrix."""

    shape: Shape
    tolerance: Tolerance
    partial: bool = False
    """Whether each right entry counts by itself."""

    type: ClassVar[str] = "number"
    form_hint: ClassVar[str] = ""
    """How to write it, before the sentence on tolerance."""

    @property
    def computed(self) -> bool:
        """The key is a value of the graph."""
        return True

    @property
    def yields(self) -> frozenset[SampleKind]:
        """The classes of response; only entries that count by themselves can be partly right."""
        kinds: set[SampleKind] = {"correct", "wrong", "invalid"}
        if self.partial and np.prod(self.shape) > 1:
            kinds.add("partly")
        return frozenset(kinds)

    @property
    def counting(self) -> str:
        """How the entries of a vector or matrix count, in words."""
        return "Each right entry counts." if self.partial else "All entries must be right."

    @property
    def rule(self) -> str:
        """Form and tolerance in words."""
        return f"{self.form_hint} {self.tolerance.words}".strip()

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the key in maths."""
        return f"${to_latex(rounded(drawn.key))}$"

    @property
    def symbols(self) -> Sequence[str]:
        """What a number is written with."""
        return SIGNS

    def echo(self, raw: str) -> Echo | Unread:
        """Say how a text is read, and of which shape it is."""
        text, start = self._expression(raw)
        try:
            tree = parse(text)
            _, shape = evaluate_tree(tree)
        except ExpressionError as problem:
            return unread(problem, start, len(raw.rstrip()))
        words = describe(shape) if self._fits(shape) else mismatch(self.shape, shape)
        return Echo(tree_latex(tree), words)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read numbers of the right shape."""
        text, start = self._expression(raw)
        try:
            value, shape = read_expression(text)
        except ExpressionError as problem:
            return Invalid({drawn.name: unread(problem, start, len(raw.rstrip())).message})
        if not self._fits(shape):
            return Invalid({drawn.name: mismatch(self.shape, shape)})
        if "%" in raw and self._is_percentage(value, drawn):
            plain = to_text(100 * value, digits=DIGITS)
            message = (
                f"{plain} % is read as {to_text(value, digits=DIGITS)}. The number {plain} itself "
                "is asked for: leave the sign % out. Nothing was counted."
            )
            return Invalid({drawn.name: message})
        return value

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Compare entry by entry with the key, then with what each misconception answers."""
        if self._is_right_number(response, drawn):
            return PartOutcome(1.0, "Right.")
        given, key = self._array(response), self._array(drawn.key)
        right = self.tolerance.accepts(given, key)
        if right.all():
            return PartOutcome(1.0, "Right.")
        score = float(right.mean()) if self.partial else 0.0
        for predicted in drawn.predicted:
            if self.tolerance.accepts(given, self._array(predicted.value)).all():
                told = _in_numbers(predicted.value, drawn.key)
                return PartOutcome(score, predicted.says, predicted.id, in_numbers=told)
        if self.shape == ():
            return PartOutcome(0.0, "This is not the value asked for.")
        counted = f"{int(right.sum())} of {right.size} entries are right."
        partly = self._partly_predicted(given, right, drawn)
        if partly is None:
            return PartOutcome(score, counted)
        predicted, entries = partly
        told = f"{counted} {entries} of the others are as if this had happened:"
        return PartOutcome(score, f"{told}\n\n{predicted.says}", predicted.id)

    def _is_right_number(self, response: Value, drawn: DrawnPart) -> bool:
        return self.shape == () and self.tolerance.accepts_number(response, drawn.key)

    def _partly_predicted(
        self, given: Array, right: Array, drawn: DrawnPart
    ) -> tuple[Predicted, int] | None:
        """Return the one misconception that explains most of the wrong entries, two at least."""
        wrong = int((~right).sum())
        explained = []
        for predicted in drawn.predicted:
            value = self._array(predicted.value)
            agrees = int((self.tolerance.accepts(given, value) & ~right).sum())
            if agrees >= MIN_EXPLAINED and 2 * agrees > wrong:
                explained.append((predicted, agrees))
        most = max((agrees for _, agrees in explained), default=0)
        best = [each for each in explained if each[1] == most]
        return best[0] if len(best) == 1 else None

    def nudge(self, response: Value, drawn: DrawnPart) -> str | None:
        """Say what keeps a response from counting that is right but too coarsely rounded."""
        if self._is_right_number(response, drawn):
            return None
        given = self._array(response)
        if not self.tolerance.too_coarse(given, self._array(drawn.key)):
            return None
        predicted = any(
            self.tolerance.accepts(given, self._array(each.value)).all() for each in drawn.predicted
        )
        return None if predicted else self.tolerance.nudge

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the key, each misconception's answer, a wrong one, and what cannot be read."""
        yield Sample(to_text(drawn.key), "correct", 1.0)
        for predicted in drawn.predicted:
            right = self.tolerance.accepts(self._array(predicted.value), self._array(drawn.key))
            score = float(right.mean()) if self.partial else 0.0
            yield Sample(to_text(predicted.value), "misconception", score, predicted.id)
        size = np.size(drawn.key)
        if self.partial and size > 1:
            yield Sample(to_text(self._one_wrong(drawn)), "partly", (size - 1) / size)
        yield Sample(to_text(self._wrong(drawn)), "wrong", 0.0)
        yield Sample("3 +", "invalid")
        yield Sample("jacobian(y, x)", "invalid")

    def _one_wrong(self, drawn: DrawnPart) -> Value:
        """Return the key with one entry that no misconception explains."""
        wrong = self._array(drawn.key).copy()
        wrong.flat[0] = np.ravel(self._wrong(drawn))[0]
        return wrong.tolist()

    def _wrong(self, drawn: DrawnPart) -> Value:
        """Return a value of which no entry is the key's or any misconception's."""
        key = self._array(drawn.key)
        avoided = [key, *(self._array(predicted.value) for predicted in drawn.predicted)]
        shift = 1.0 + 7 * float(np.max(self.tolerance.bound(key)))
        wrong = key + shift
        while any(self.tolerance.accepts(wrong, value).any() for value in avoided):
            wrong = wrong + shift
        return wrong.reshape(self.shape).tolist()

    def _array(self, value: Value) -> Array:
        return np.asarray(value, dtype=float).reshape(self.shape)

    def _fits(self, shape: Shape) -> bool:
        return shape == self.shape

    def _is_percentage(self, value: Value, drawn: DrawnPart) -> bool:
        """Tell whether a number is right but for the sign % behind it."""
        if self.shape != () or self._is_right_number(value, drawn):
            return False
        expected = [each.value for each in drawn.predicted]
        return self._is_right_number(100 * value, drawn) and not any(
            self.tolerance.accepts_number(value, each) for each in expected
        )

    def _expression(self, raw: str) -> tuple[str, int]:
        """Return what is parsed of a text, and how far into the text that begins."""
        return raw.strip(), len(raw) - len(raw.lstrip())


MIN_EXPLAINED = 2
"""Wrong entries that a misconception must explain before it is named: one is chance."""


def rounded(value: Value) -> Value:
    """Shorten what has endless decimals; whole numbers stay whole."""
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return value if float(value).is_integer() else float(f"{value:.6g}")


def _in_numbers(predicted: Value, key: Value) -> str:
    """Say what the slip made of the learner's own numbers."""
    wrong, right = (to_latex(value, digits=DIGITS) for value in (predicted, key))
    return f"With your numbers it gives ${wrong}$; without it ${right}$ comes out."


def read_expression(text: str) -> tuple[Value, Shape]:
    """Evaluate what a learner typed; return it as JSON with its shape.

    Raises
    ------
    ExpressionError
        The learner's: cannot be read, or has no finite value.
    """
    if _PLAIN.fullmatch(text):
        # Most of what is typed, and nearly every cell of a paste; the language reads it the same.
        return float(text) + 0.0, ()
    if len(text) <= MAX_LENGTH and _PLAIN_ROWS.fullmatch(text):
        value = json.loads(text)
        shape = np.shape(value) if len({np.shape(row) for row in value}) == 1 else None
        if shape is not None and max(shape) <= MAX_SIZE and min(shape) > 1:
            return (np.asarray(value, dtype=float) + 0.0).tolist(), shape
    return evaluate_tree(parse(text))


def evaluate_tree(tree: Tree) -> tuple[Value, Shape]:
    """Evaluate what a learner typed, once it is parsed.

    Raises
    ------
    ExpressionError
        The learner's: has no finite value, or uses what a field does not take.
    """
    builder = GraphBuilder(learner=True)
    node = builder.add(tree)
    tape = Program(builder.graph, [node]).run({})
    tape.check()
    return tape.value(node), builder.shape(node)

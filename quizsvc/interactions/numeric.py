"""What the question types with a computed key share: reading numbers, judging, samples.

A learner's field takes constants and elementary functions; no names, and no derivative. Reading
is apart from judging: what cannot be read is invalid, not wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from quizsvc.autodiff import forward
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.shapes import Shape, describe
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Template, Value
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quizsvc.problems.tolerance import Array, Tolerance

_PLAIN = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
"""A number that neither overflows nor could be meant in another way."""


@dataclass(frozen=True, slots=True)
class Numeric:
    """A part whose key is a number, a vector or a matrix."""

    shape: Shape
    tolerance: Tolerance

    type: ClassVar[str] = "number"
    form_hint: ClassVar[str] = ""
    """How to write it, before the sentence on tolerance."""

    shuffles: ClassVar[int] = 0
    yields: ClassVar[frozenset[SampleKind]] = frozenset({"correct", "wrong", "invalid"})

    @property
    def rule(self) -> str:
        """Form and tolerance in words."""
        return f"{self.form_hint} {self.tolerance.words}".strip()

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:  # noqa: ARG002
        """Offer nothing to choose from."""
        return ()

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return what the graph gave."""
        return computed

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return the text of the one field."""
        return next(iter(posted.get(name, ())), "")

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read numbers of the right shape."""
        try:
            value, shape = read_expression(self._bracketed(raw.strip()))
        except ExpressionError as problem:
            return Invalid({drawn.name: problem.message})
        if not self._fits(shape):
            message = (
                f"{describe(self.shape).capitalize()} is asked for; this is {describe(shape)}."
            )
            return Invalid({drawn.name: message})
        return value

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Compare entry by entry with the key, then with what each misconception answers."""
        given, key = self._array(response), self._array(drawn.key)
        right = self.tolerance.accepts(given, key)
        if right.all():
            return PartOutcome(1.0, "Right.")
        for predicted in drawn.predicted:
            if self.tolerance.accepts(given, self._array(predicted.value)).all():
                return PartOutcome(0.0, predicted.says, predicted.id)
        if self.shape == ():
            return PartOutcome(0.0, "This is not the value asked for.")
        return PartOutcome(0.0, f"{int(right.sum())} of {right.size} entries are right.")

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the key, each misconception's answer, a wrong one, and what cannot be read."""
        yield Sample(to_text(drawn.key), "correct", 1.0)
        for predicted in drawn.predicted:
            yield Sample(to_text(predicted.value), "misconception", 0.0, predicted.id)
        yield Sample(to_text(self._wrong(drawn)), "wrong", 0.0)
        yield Sample("3 +", "invalid")
        yield Sample("jacobian(y, x)", "invalid")

    def _wrong(self, drawn: DrawnPart) -> Value:
        """Return a value that is neither the key's nor any misconception's."""
        key = self._array(drawn.key)
        avoided = [key, *(self._array(predicted.value) for predicted in drawn.predicted)]
        shift = 1.0 + 7 * float(np.max(self.tolerance.bound(key)))
        wrong = key + shift
        while any(self.tolerance.accepts(wrong, value).all() for value in avoided):
            wrong = wrong + shift
        return wrong.reshape(self.shape).tolist()

    def _array(self, value: Value) -> Array:
        return np.asarray(value, dtype=float).reshape(self.shape)

    def _fits(self, shape: Shape) -> bool:
        return shape == self.shape

    def _bracketed(self, raw: str) -> str:
        return raw


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
    builder = GraphBuilder(learner=True)
    node = builder.read(text)
    tape = forward(builder.graph, {}, [node])
    tape.check()
    return tape.value(node), builder.shape(node)

"""Whether the keys are right: each against a method that shares nothing with the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quizsvc.certify.evaluator import NOT_ANALYTIC
from quizsvc.expr.nodes import Name
from quizsvc.render.numbers import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.certify.subject import AskedKey, Subject
    from quizsvc.expr.primitives import Array

EXACT_AGREEMENT = 1e-9
"""Largest relative distance of two computations that both are exact to rounding."""
DIFFERENCE_AGREEMENT = 1e-5
"""The same where one of them is a difference quotient."""

UNPROVEN = "unproven"


def method(subject: Subject, asked: AskedKey) -> str:
    """Say how the key of a part is proven, or that it is not.

    A derivative is proven by stepping through the values. Another key is proven by the author's
    own second way, or, where it is the value of a formula that the learner reads, by evaluating
    what he reads.
    """
    if subject.has_derivative(asked.tree):
        analytic = not subject.evaluator.calls(asked.tree) & NOT_ANALYTIC
        return "complex step" if analytic else "central differences"
    if asked.proof is not None:
        return "the author's second way"
    named = isinstance(asked.tree, Name)
    formulas = subject.item.stem.formulas
    if named and (asked.of_graph or asked.tree.name in formulas):  # type: ignore[union-attr] # named
        return "the formula shown"
    return UNPROVEN


def disagreements(subject: Subject, asked: AskedKey) -> Iterator[str]:
    """Yield the first variant, if any, whose key a second computation contradicts."""
    key = next(key for key in subject.family.keys if key.part == asked.part)
    tape = subject.family.run(subject.batch.parameters)
    shape = subject.family.graph.nodes[key.node].shape
    right = tape.array(key.node).reshape(tape.batch, *shape)
    evaluator = subject.evaluator
    ways = [("the second evaluator", asked.tree)]
    if asked.proof is not None:
        ways.append(("the proof", asked.proof))
    analytic = not evaluator.calls(asked.tree) & NOT_ANALYTIC
    differences = subject.has_derivative(asked.tree) and not analytic
    agreement = DIFFERENCE_AGREEMENT if differences else EXACT_AGREEMENT
    for way, tree in ways:
        with np.errstate(all="ignore"):
            found = evaluator.value(tree)
        if found.shape != right.shape:
            yield f"{way} gives another shape than the key of part {asked.part}."
            continue
        # Where an absolute tolerance counts, so does the rounding error of terms that cancel.
        floor = 1e-3 if key.tolerance.absolute else 0.0
        row = _first_apart(found, right, agreement, floor)
        if row is not None:
            yield (
                f"At seed {subject.batch.seeds[row]} the key of part {asked.part} is "
                f"{to_text(right[row].tolist(), digits=8)}, but {way} gives "
                f"{to_text(found[row].tolist(), digits=8)}."
            )


def _first_apart(found: Array, right: Array, agreement: float, floor: float) -> int | None:
    found, right = found.reshape(len(right), -1), right.reshape(len(right), -1)
    scale = np.maximum(np.abs(right).max(axis=1, keepdims=True), floor)
    apart = ~(np.abs(found - right) <= agreement * scale).all(axis=1)
    return int(apart.argmax()) if apart.any() else None

"""Whether the question shown is the question keyed: the printed stem, read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quizsvc.certify.displayed import read_formula, read_value
from quizsvc.errors import ExpressionError
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.parser import names_in, parse
from quizsvc.expr.shapes import describe
from quizsvc.render.numbers import TOO_LARGE, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.certify.subject import Subject
    from quizsvc.expr.primitives import Array

STEM = ("stem",)


def misprints(subject: Subject) -> Iterator[str]:
    """Yield where what a learner reads is not what the key was computed from."""
    yield from _values(subject)
    yield from _formulas(subject)
    yield from _hidden(subject)


def _values(subject: Subject) -> Iterator[str]:
    """Compare each printed value with that of a second evaluation of its hole."""
    holes = {hole: subject.evaluator.value(parse(hole)) for hole in subject.item.stem.holes}
    names = {given.name for given in subject.family.givens}
    tape = subject.family.run(subject.batch.parameters)
    for row, seed in enumerate(subject.batch.seeds if holes else ()):
        values = {hole: tape.value(node, row) for hole, node in subject.family.holes.items()}
        for hole, printed, rounding in subject.item.stem.printed(values):
            expected = holes[hole][row]
            if TOO_LARGE in printed:
                yield f"{{{{{hole}}}}} is {describe(expected.shape)}: too large to be shown."
                return
            try:
                shown = np.asarray(read_value(printed))
            except ExpressionError as problem:
                yield f"At seed {seed}: {problem.message}"
                return
            if canonical_name(hole.strip()) in names:  # displayed is used, exactly
                right = np.array_equal(shown, expected)
            else:
                room = rounding * (1 + 1e-9) + 1e-12 * max(float(np.abs(expected).max()), 1.0)
                right = shown.shape == expected.shape and bool(
                    (np.abs(shown - expected) <= room).all()
                )
            if not right:
                yield (
                    f"At seed {seed} the stem shows {printed} for {{{{{hole}}}}}, "
                    f"but its value is {to_text(expected.tolist())}."
                )
                return


def _formulas(subject: Subject) -> Iterator[str]:
    """Compare each printed formula, read back and evaluated, with the graph's value of its name."""
    for name, latex in subject.item.stem.formulas.items():
        canonical = canonical_name(name.strip())
        try:
            tree = read_formula(latex)
            unknown = names_in(tree) - subject.lets.keys() - subject.batch.parameters.keys()
            found = subject.evaluator.value(tree)
        except (ExpressionError, KeyError) as problem:
            yield f"The formula shown for {name}, {latex}, does not read back: {problem}"
            continue
        expected = _graph_values(subject, canonical)
        scale = np.maximum(np.abs(expected), 1.0)
        if found.shape != expected.shape or (np.abs(found - expected) > 1e-9 * scale).any():
            yield f"The formula shown for {name}, {latex}, does not give its value. {unknown or ''}"


def _graph_values(subject: Subject, name: str) -> Array:
    family = subject.family
    node = family.graph.names[name]
    found = family.values_of([node], subject.batch.parameters)
    return found[0]


def _hidden(subject: Subject) -> Iterator[str]:
    """Yield each drawn parameter that a key needs and no text before the answer shows."""
    item = subject.item
    if subject.family.picture is not None:
        return  # the picture shows the inputs of its graph
    texts = [item.stem, *(choice for part in item.parts for choice in part.interaction.texts)]
    shown: set[str] = set()
    for text in texts:
        for hole in text.holes:
            shown |= subject.rests_on(parse(hole))
    drawn = {g.name for g in subject.family.givens if len(g.grid) > 1 and not g.symbol}
    needed: set[str] = set()
    for asked in subject.keys:
        needed |= subject.rests_on(asked.tree)
    for name in sorted(drawn & needed - shown):
        yield f"“{name}” is drawn and a key rests on it, but the stem does not show it."

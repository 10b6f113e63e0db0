"""Formulas as answers: judged by their values at random points, and told apart by name.

Two formulas are the same where their values agree at some points at which nothing agrees by
chance: the points are drawn as a variant is, so that each keeps the key apart from every
misconception. Besides the changed rules of the graph, three slips are made in the formula
itself: factors in the opposite order, a transpose left out, entry by entry for matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff import Program
from quizsvc.errors import ExpressionError, OtherShapeError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.nodes import Array as ArrayTree
from quizsvc.expr.nodes import Call, Tree
from quizsvc.expr.shapes import mismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quizsvc.expr.primitives import Array
    from quizsvc.expr.shapes import Shape
    from quizsvc.model import Template

POINTS = 8
AGREEMENT = 1e-7
"""Largest distance of two equal formulas' values, relative to the largest entry at a point."""


@dataclass(frozen=True, eq=False, slots=True)
class Mistaken:
    """A wrong formula with a name."""

    id: str
    says: str
    """Feedback in Markdown."""
    values: Array
    """Shape (P, r, c)."""
    tree: Tree | None = None
    """Where the slip is one in the formula."""


@dataclass(frozen=True, eq=False, slots=True)
class Points:
    """Where formulas are compared: P values of the symbols, and what the key is there."""

    symbols: Mapping[str, Array]
    """Name to shape (P, r, c)."""
    shapes: Mapping[str, Shape]
    shape: Shape
    """Of the key."""
    key: Array
    mistaken: tuple[Mistaken, ...]

    def values(self, tree: Tree, *, learner: bool = True) -> Array:
        """Return the values of a formula in the symbols, shape (P, r, c).

        Raises
        ------
        ExpressionError
            The writer's: unknown names, shapes that do not fit or are not the key's, no value.
        """
        builder = GraphBuilder(learner=learner)
        for name, shape in self.shapes.items():
            builder.input(name, shape)
        node = builder.add_sized(tree, self.shape)
        shape = builder.shape(node)
        if shape != self.shape:
            span = tree.span
            raise OtherShapeError(mismatch(self.shape, shape), span.start, span.end - span.start)
        tape = Program(builder.graph, [node]).run(self.symbols)
        tape.check(int(np.argmin(tape.finite())))
        return tape.array(node)

    def same(self, values: Array, other: Array) -> bool:
        """Tell whether two formulas' values agree at every point."""
        room = AGREEMENT * np.maximum(np.abs(other).max(axis=(-2, -1), keepdims=True), 1e-3)
        return bool((np.abs(values - other) <= room).all())


def slips(formula: Tree) -> Iterator[tuple[str, Tree]]:
    """Yield the wrong formulas that one kind of slip makes of a right one.

    Each kind is made everywhere at once, and then at each single place.
    """
    for name, change in (
        ("reversed-product", _reversed),
        ("missing-transpose", _untransposed),
        ("elementwise-product", _elementwise),
    ):
        everywhere = _mapped(formula, change)
        if everywhere != formula:
            yield name, everywhere
        yield from ((name, tree) for tree in _at_each_place(formula, change))


def _reversed(tree: Tree) -> Tree:
    factors = _factors(tree)
    if len(factors) < 2:
        return tree
    first, *rest = reversed(factors)
    for factor in rest:
        first = Call("*", (first, factor), tree.span)
    return first


def _factors(tree: Tree) -> list[Tree]:
    if isinstance(tree, Call) and tree.function == "*":
        return [*_factors(tree.arguments[0]), *_factors(tree.arguments[1])]
    return [tree]


def _untransposed(tree: Tree) -> Tree:
    transposed = isinstance(tree, Call) and tree.function == "transpose"
    return tree.arguments[0] if transposed else tree  # type: ignore[union-attr] # a Call


def _elementwise(tree: Tree) -> Tree:
    if isinstance(tree, Call) and tree.function == "*":
        return replace(tree, function=".*")
    return tree


def _mapped(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """Change a tree from the root to the leaves."""
    changed = change(tree)
    match changed:
        case Call():
            # A whole chain of factors is reversed at its top, not again at each product in it.
            if change is _reversed and changed.function == "*":
                factors = [_mapped(factor, change) for factor in _factors(changed)]
                return _chain(factors, changed)
            return replace(changed, arguments=tuple(_mapped(a, change) for a in changed.arguments))
        case ArrayTree():
            rows = tuple(tuple(_mapped(e, change) for e in row) for row in changed.rows)
            return replace(changed, rows=rows)
    return changed


def _chain(factors: list[Tree], whole: Tree) -> Tree:
    first, *rest = factors
    for factor in rest:
        first = Call("*", (first, factor), whole.span)
    return first


def _at_each_place(tree: Tree, change: Callable[[Tree], Tree]) -> Iterator[Tree]:
    """Yield the trees with one place changed."""
    changed = change(tree)
    if changed != tree:
        yield changed
    if isinstance(tree, Call):
        for place, argument in enumerate(tree.arguments):
            for other in _at_each_place(argument, change):
                arguments = (*tree.arguments[:place], other, *tree.arguments[place + 1 :])
                yield replace(tree, arguments=arguments)


def mistaken_formulas(
    points: Points, formula: Tree, texts: Mapping[str, Template]
) -> tuple[Mistaken, ...]:
    """Return the named wrong formulas that differ from the key and from those already known."""
    found = list(points.mistaken)
    for name, tree in slips(formula):
        if name not in texts:
            continue
        try:
            values = points.values(tree, learner=False)
        except ExpressionError:
            continue  # the shapes do not allow this slip
        known = [points.key, *(each.values for each in found)]
        if not any(points.same(values, other) for other in known):
            found.append(Mistaken(name, texts[name].markdown({}), values, tree))
    return tuple(found)

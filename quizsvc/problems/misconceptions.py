"""The table of named misconceptions: each is the graph's own sweep with one rule changed.

What a learner with that belief would answer is computed by the same engine from the same graph,
so it can never disagree with the key about anything else. The order is from basic to special: of
two that cannot be told apart in a family, the earlier gives the name. The texts stand in
``content/misconceptions.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff.rules import Edge, Operation, Pull, Rules, calculus_pull
from quizsvc.expr.shapes import storage
from quizsvc.problems.changes import Changed, Overwrite, Places
from quizsvc.problems.skips import source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quizsvc.autodiff.backward import Group
    from quizsvc.expr.primitives import Primitive


_GRADIENTS = frozenset({"grad", "vjp"})
_JACOBIANS = frozenset({"jacobian"})


def _drop_skip(at: Places) -> Rules | None:
    # Of several blocks, the one that the sweep meets first: in all of them is `plain-network`.
    active = [each for each in at.skips.sums if each.skips.intersection(at.edges)]
    return Changed(dict.fromkeys(active[-1].skips)) if active else None


def _skip_only(at: Places) -> Rules | None:
    return Changed(dict.fromkeys(at.skips.residuals.intersection(at.edges)))


def _ignore_activation(at: Places) -> Rules | None:
    return Changed({edge: lambda g, y, x: g for edge, _ in at.activations()})  # noqa: ARG005


def _overwrite(at: Places) -> Rules | None:
    uses = [source(at.graph, edge) for edge in at.edges]
    return Overwrite() if len(set(uses)) < len(uses) else None


def _missing_transpose(at: Places) -> Rules | None:
    """Multiply by A where Aᵀ belongs, or by J where Jᵀ does."""
    pulls: dict[Edge, Pull | None] = {}
    for edge in at.into("matmul"):
        left = at.shapes(edge)[0]
        if edge.place == 1 and storage(left)[0] == storage(left)[1]:
            pulls[edge] = lambda g, y, a, b: a @ g  # noqa: ARG005
    square = all(_is_square(at, group) for group in at.groups if group.sweep.kind == "vjp")
    product = (lambda j, g: j @ g) if square and "vjp" in at.kinds() else None
    if not at.kinds() & _GRADIENTS:
        return None
    return Changed(pulls, kinds=_GRADIENTS, vjp_of_jacobian=product)


def _is_square(at: Places, group: Group) -> bool:
    output = at.graph.nodes[group.sweep.output].shape
    return all(
        at.graph.nodes[target].shape == output and len(output) == 1 for target in group.targets
    )


def _reversed_product(at: Places) -> Rules | None:
    """Multiply the factors of a Jacobian, or two square matrices, in the opposite order."""
    operations: dict[int, Operation] = {}
    for index in at.nodes:
        node = at.graph.nodes[index]
        shapes = [at.graph.nodes[argument].shape for argument in node.arguments]
        if node.operation == "matmul" and index not in at.swept and _both_square(shapes):
            operations[index] = lambda a, b: b @ a
    if not _one_length(at):
        return Changed(operations=operations)
    pulls: dict[Edge, Pull | None] = {}
    for edge in at.into("matmul"):
        pulls[edge] = lambda g, y, a, b: g @ a.mT  # noqa: ARG005
    for edge, row in at.activations():
        pulls[edge] = _reversed_slope(row)
    product = (lambda j, g: j.mT @ g) if "vjp" in at.kinds() else None
    return Changed(pulls, operations, _JACOBIANS, product)


def _both_square(shapes: list[tuple[int, ...]]) -> bool:
    return shapes[0] == shapes[1] and len(shapes[0]) == 2 and shapes[0][0] == shapes[0][1]


def _one_length(at: Places) -> bool:
    """Tell whether all that the Jacobians pass are columns of one length."""
    kinds = at.kinds()
    shapes = {at.graph.nodes[index].shape for index in at.swept}
    return "grad" not in kinds and len(shapes) == 1 and len(next(iter(shapes))) == 1


def _reversed_slope(row: Primitive) -> Pull:
    slope = row.slope
    assert slope is not None  # noqa: S101 - every activation is entrywise
    return lambda g, y, x: g * slope(y, x).mT


def _elementwise_product(at: Places) -> Rules | None:
    operations: dict[int, Operation] = {}
    for index in at.nodes:
        node = at.graph.nodes[index]
        shapes = [at.graph.nodes[argument].shape for argument in node.arguments]
        if node.operation == "matmul" and index not in at.swept and _both_square(shapes):
            operations[index] = np.multiply
    return Changed(operations=operations)


def _derivative_at_output(at: Places) -> Rules | None:
    return Changed({edge: _slope_at_output(row) for edge, row in at.activations()})


def _slope_at_output(row: Primitive) -> Pull:
    slope, value = row.slope, row.value
    assert slope is not None  # noqa: S101 - every activation is entrywise
    return lambda g, y, x: g * slope(value(y), y)  # noqa: ARG005


def _gate_skip(at: Places) -> Rules | None:
    """Let the activation of the block gate the skip connection too, as if it followed the sum."""
    pulls: dict[Edge, Pull | None] = {}
    rows = {edge.result: row for edge, row in at.activations()}
    gated = {source(at.graph, edge) for edge, _ in at.activations()}
    for each in at.skips.sums:
        inside = at.graph.ancestors([source(at.graph, edge) for edge in each.residuals])
        nearest = max((index for index in inside if index in rows), default=None)
        if nearest is None or each.total in gated:
            continue
        for edge in each.skips.intersection(at.edges):
            if edge.result == each.total:
                pulls[edge] = _gated(rows[nearest])
    return Changed(pulls)


def _gated(row: Primitive) -> Pull:
    slope, value = row.slope, row.value
    assert slope is not None  # noqa: S101 - every activation is entrywise
    return lambda g, y, *_: g * slope(value(y), y)


def _plain_network(at: Places) -> Rules | None:
    """Leave the skip connections out of the network itself, forward and backward."""
    operations: dict[int, Operation] = {}
    for edge in at.skips.skips:
        shapes = at.shapes(edge)
        if shapes[0] != shapes[1]:
            continue
        other = Edge(edge.result, 1 - edge.place)
        if other in at.skips.skips:
            operations[edge.result] = lambda a, b: np.zeros_like(a + b)
        elif edge.place == 0:
            operations[edge.result] = lambda a, b: b  # noqa: ARG005
        else:
            operations[edge.result] = lambda a, b: a  # noqa: ARG005
    return Changed(dict.fromkeys(at.skips.skips.intersection(at.edges)), operations)


def _add_gate_multiplies(at: Places) -> Rules | None:
    pulls: dict[Edge, Pull | None] = {}
    for edge in at.into("add"):
        shapes = at.shapes(edge)
        if shapes[0] == shapes[1]:
            pulls[edge] = _times_argument(1 - edge.place)
    return Changed(pulls)


def _multiply_gate_not_swapped(at: Places) -> Rules | None:
    pulls: dict[Edge, Pull | None] = {}
    for edge in at.into("multiply"):
        arguments, shapes = at.result(edge).arguments, at.shapes(edge)
        if arguments[0] != arguments[1] and shapes[0] == shapes[1]:
            pulls[edge] = _times_argument(edge.place)
    return Changed(pulls)


def _times_argument(place: int) -> Pull:
    return lambda g, _y, *arguments: g * arguments[place]


def _max_gate_to_both(at: Places) -> Rules | None:
    return Changed({edge: lambda g, *_: g for edge in at.into("max", "min")})


def _local_derivative_only(at: Places) -> Rules | None:
    """Forget what arrives: hand on the derivative of the one operation alone, among numbers."""
    pulls: dict[Edge, Pull | None] = {}
    outputs = {group.sweep.output for group in at.groups}
    for edge in at.edges:
        numbers = at.result(edge).shape == () == at.graph.nodes[source(at.graph, edge)].shape
        if numbers and edge.result not in outputs:
            pulls[edge] = _local(calculus_pull(at.graph, edge))
    return Changed(pulls)


def _local(pull: Pull) -> Pull:
    return lambda g, *rest: pull(np.ones_like(g), *rest)


def _sign_of_step(at: Places) -> Rules | None:
    operations: dict[int, Operation] = {}
    for index in at.nodes:
        node = at.graph.nodes[index]
        if node.operation == "subtract" and at.rests_on_derivative(node.arguments[1]):
            operations[index] = np.add
    return Changed(operations=operations)


@dataclass(frozen=True, slots=True)
class MalRule:
    """One row: how a named misconception answers."""

    id: str
    belief: str
    """For the author's reference."""
    change: Callable[[Places], Rules | None]

    def rules(self, at: Places) -> Rules | None:
        """Return the changed rules, or None where the belief finds no place to act."""
        rules = self.change(at)
        return None if isinstance(rules, Changed) and not rules.acts else rules


MAL_RULES: Mapping[str, MalRule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            MalRule(
                "drop-skip",
                "the skip connection is forgotten: J for I + J; of several blocks, in the last",
                _drop_skip,
            ),
            MalRule("skip-only", "only the skip connection counts: I for I + J", _skip_only),
            MalRule(
                "plain-network",
                "no block has its skip connection, forward and backward: the product of all J",
                _plain_network,
            ),
            MalRule("ignore-activation", "σ′ is taken to be 1", _ignore_activation),
            MalRule(
                "overwrite-instead-of-add",
                "of gradients that meet, the later replaces the earlier",
                _overwrite,
            ),
            MalRule(
                "local-derivative-only",
                "the derivative of one operation alone: what arrives from above is forgotten",
                _local_derivative_only,
            ),
            MalRule("missing-transpose", "A where Aᵀ belongs, in a gradient", _missing_transpose),
            MalRule(
                "reversed-product",
                "the factors of a product, or of a Jacobian, in the opposite order",
                _reversed_product,
            ),
            MalRule(
                "elementwise-product",
                "a product of two matrices is taken entry by entry",
                _elementwise_product,
            ),
            MalRule(
                "derivative-at-output",
                "σ′ is taken at the activation's output",
                _derivative_at_output,
            ),
            MalRule(
                "gate-skip",
                "the block's activation gates the skip connection, as if after the sum",
                _gate_skip,
            ),
            MalRule(
                "add-gate-multiplies",
                "a sum hands back the gradient times its other addend",
                _add_gate_multiplies,
            ),
            MalRule(
                "multiply-gate-not-swapped",
                "a product gives each factor the gradient times that same factor",
                _multiply_gate_not_swapped,
            ),
            MalRule(
                "max-gate-to-both",
                "a maximum hands the gradient to both of its arguments",
                _max_gate_to_both,
            ),
            MalRule("sign-of-step", "a descent step is added instead of subtracted", _sign_of_step),
        )
    }
)
"""Id to rule, from basic to special."""

"""Graph and numbers to values and gradients: a list forward, one backward sweep, overrides.

The engine differentiates our own graph, so there is nothing to trace: the nodes stand in order,
the sweep is a loop over them in reverse, and how a cotangent passes an operation is the row's
business in ``expr.primitives``. Every array has a leading batch axis; a Jacobian is one sweep
over a batch of unit cotangents.

A `Sweep` states the two rules that make a sweep right: what an operation hands to an argument,
and that what meets at a node adds up. Misconceptions are sweeps with one of these changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.errors import DomainError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.parser import parse
from quizsvc.expr.primitives import DERIVATIVES, PRIMITIVES, Array, Rule
from quizsvc.expr.shapes import Shape, describe, storage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.expr.graph import Graph, Node

Value = Any


class Sweep:
    """The calculus as it is: subclasses change one rule and so compute what a belief answers."""

    def hand_over(self, graph: Graph, edge: Edge, g: Array, pulled: Array) -> Array | None:  # noqa: ARG002
        """Return what passes an edge; ``g`` came in, ``pulled`` is right. None: nothing passes."""
        return pulled

    def meet(self, first: Array, later: Array) -> Array:
        """Combine two cotangents that meet at a node."""
        return first + later


@dataclass(frozen=True, slots=True)
class Edge:
    """One use of a node: argument number `place` of node `result`."""

    result: int
    place: int


CALCULUS = Sweep()


@dataclass(eq=False)
class Tape:
    """The values of a graph's nodes for a batch of B inputs.

    ``values[i]`` has shape (B, r, c) or, where no input is involved, (r, c); None where the node
    was not needed.
    """

    graph: Graph
    values: list[Array | None]
    batch: int

    def array(self, index: int) -> Array:
        """Return the values of a node, shape (B, r, c)."""
        value = self.values[index]
        assert value is not None, index  # noqa: S101 - asking for what was not computed is a bug
        return np.broadcast_to(value, (self.batch, *storage(self.graph.nodes[index].shape)))

    def value(self, index: int, row: int = 0) -> Value:
        """Return one value of a node as JSON: a float or nested lists by its shape."""
        return to_value(self.array(index)[row], self.graph.nodes[index].shape)

    def finite(self) -> Array:
        """Tell which inputs of the batch gave a finite value at every node, shape (B,)."""
        fine = np.ones(self.batch, dtype=bool)
        for value in self.values:
            if value is not None:
                fine &= np.isfinite(value).all(axis=(-2, -1))
        return fine

    def check(self, row: int = 0) -> None:
        """Refuse what has no finite value.

        Raises
        ------
        DomainError
            The writer's: names the first operation that left the real numbers.
        """
        for index, value in enumerate(self.values):
            if value is not None and not np.isfinite(self.array(index)[row]).all():
                raise _domain_error(self.graph.nodes[index])


def forward(
    graph: Graph, inputs: Mapping[str, Array], outputs: Sequence[int], sweep: Sweep = CALCULUS
) -> Tape:
    """Compute `outputs` and all that they need.

    Parameters
    ----------
    graph : Graph
    inputs : mapping of name to array of shape (B, r, c)
        The same B for all; none at all for a graph without inputs.
    outputs : sequence of int
        Nodes.
    sweep : Sweep
        The rules for the derivatives that occur among the nodes.

    Notes
    -----
    Nothing is raised for values that are not finite: ask `Tape.finite` or `Tape.check`.
    """
    batch = next((len(array) for array in inputs.values()), 1)
    tape = Tape(graph, [None] * len(graph.nodes), batch)
    with np.errstate(all="ignore"):
        for index in graph.ancestors(outputs):
            tape.values[index] = _evaluate(graph, index, tape, inputs, sweep)
    return tape


def _evaluate(
    graph: Graph, index: int, tape: Tape, inputs: Mapping[str, Array], sweep: Sweep
) -> Array:
    node = graph.nodes[index]
    match node.operation:
        case "input":
            return inputs[node.payload]
        case "constant":
            return np.asarray(node.payload)
        case "stack":
            entries = [tape.array(argument)[:, 0, 0] for argument in node.arguments]
            return np.stack(entries, axis=-1).reshape(tape.batch, *storage(node.shape))
        case "grad":
            y, x = node.arguments
            return backward(tape, y, np.ones((tape.batch, 1, 1)), [x], sweep)[x]
        case "vjp":
            y, x, g = node.arguments
            return backward(tape, y, tape.array(g), [x], sweep)[x]
        case "jacobian":
            y, x = node.arguments
            return jacobian(tape, y, x, sweep)
    row = PRIMITIVES[node.operation]
    values = (tape.values[argument] for argument in node.arguments)
    return np.asarray(row.value(*values))


def backward(
    tape: Tape, output: int, cotangent: Array, targets: Sequence[int], sweep: Sweep = CALCULUS
) -> dict[int, Array]:
    """Sweep back from `output` and return the gradient at each node of `targets`.

    Parameters
    ----------
    tape : Tape
        Values of every node that `output` depends on.
    output : int
        The node that the sweep starts from.
    cotangent : array of shape (B, r, c)
        What it starts with; ones for the gradient of a number.
    targets : sequence of int
        Nodes; one that `output` does not depend on gets zeros.

    Returns
    -------
    dict of int to array of shape (B, r, c)
    """
    return _sweep(tape, output, cotangent, targets, sweep, expanded=False)


def jacobian(tape: Tape, output: int, target: int, sweep: Sweep = CALCULUS) -> Array:
    """Return the Jacobian, shape (B, m, n): rows outputs, columns inputs.

    One sweep carries the m unit cotangents as a batch axis of its own, (B, m, r, c).
    """
    m = storage(tape.graph.nodes[output].shape)[0]
    n = storage(tape.graph.nodes[target].shape)[0]
    units = np.broadcast_to(np.eye(m)[:, :, None], (tape.batch, m, m, 1))
    swept = _sweep(tape, output, units, [target], sweep, expanded=True)[target]
    return swept.reshape(tape.batch, m, n)


def _sweep(
    tape: Tape,
    output: int,
    cotangent: Array,
    targets: Sequence[int],
    sweep: Sweep,
    *,
    expanded: bool,
) -> dict[int, Array]:
    graph = tape.graph
    active = {index for target in targets for index in graph.between(target, output)}
    gradients: dict[int, Array] = {output: cotangent}

    def value(index: int) -> Array:
        array = tape.values[index]
        assert array is not None, index  # noqa: S101 - the forward pass came first
        return array[:, None] if expanded and array.ndim == 3 else array

    for index in sorted(active, reverse=True):
        g = gradients.get(index)
        node = graph.nodes[index]
        if g is None:
            continue
        for place, argument in enumerate(node.arguments):
            if argument not in active:
                continue
            pulled = _pull(node, place, g, value(index), [value(a) for a in node.arguments])
            pulled = unbroadcast(pulled, graph.nodes[argument].shape)
            handed = sweep.hand_over(graph, Edge(index, place), g, pulled)
            if handed is not None:
                earlier = gradients.get(argument)
                gradients[argument] = handed if earlier is None else sweep.meet(earlier, handed)
    lead = cotangent.shape[:-2]
    return {
        target: np.broadcast_to(
            gradients.get(target, np.zeros((1, 1))), (*lead, *storage(graph.nodes[target].shape))
        )
        for target in targets
    }


def _pull(node: Node, place: int, g: Array, y: Array, arguments: list[Array]) -> Array:
    if node.operation == "stack":
        row, column = divmod(place, storage(node.shape)[1])
        return g[..., row : row + 1, column : column + 1]
    rule: Rule = PRIMITIVES[node.operation].rules[place]
    return np.asarray(rule.vjp(g, y, *arguments))


def unbroadcast(g: Array, shape: Shape) -> Array:
    """Sum a cotangent over the entries into which a number was spread."""
    if shape == () and g.shape[-2:] != (1, 1):
        return np.asarray(g.sum(axis=(-2, -1), keepdims=True))
    return g


def to_array(value: Value, shape: Shape) -> Array:
    """Store one JSON value of `shape` as an array of shape (1, r, c)."""
    return np.asarray(value, dtype=float).reshape(1, *storage(shape))


def to_value(array: Array, shape: Shape) -> Value:
    """Return an array of shape (r, c) as JSON: a float, or nested lists."""
    if array.dtype == bool:
        return bool(array.all())
    # Adding 0.0 turns the -0.0 of a product with zero into the 0 that a reader expects.
    return (array.reshape(shape) + 0.0).tolist()


def shape_of(value: Value) -> Shape:
    """Return the shape of a JSON value.

    >>> shape_of(3), shape_of([1, 2]), shape_of([[1, 2, 3], [4, 5, 6]])
    ((), (2,), (2, 3))
    """
    return np.asarray(value, dtype=float).shape


def evaluate(source: str, values: Mapping[str, Value] | None = None) -> Value:
    """Evaluate one author's expression with the values given for its names.

    Raises
    ------
    ExpressionError
        The writer's: cannot be read, typed or evaluated.

    Examples
    --------
    >>> evaluate("jacobian(x + W * relu(x), x)", {"x": [1, -1], "W": [[1, 2], [3, 4]]})
    [[2.0, 0.0], [3.0, 1.0]]
    """
    builder = GraphBuilder()
    inputs = {}
    for name, value in (values or {}).items():
        shape = shape_of(value)
        builder.input(name, shape)
        inputs[name] = to_array(value, shape)
    tree = parse(source)
    output = builder.add(tree)
    tape = forward(builder.graph, inputs, [output])
    tape.check()
    return tape.value(output)


def _domain_error(node: Node) -> DomainError:
    start, length = node.span.start, max(node.span.end - node.span.start, 1)
    if node.operation in DERIVATIVES:
        return DomainError("The derivative has no finite value here.", start, length)
    name = {"divide": "a division by zero", "power": "a power"}.get(node.operation)
    what = f"“{node.operation}”" if name is None else name
    size = "" if node.shape == () else f" (as {describe(node.shape)})"
    return DomainError(f"This has no finite real value: {what}{size}.", start, length)

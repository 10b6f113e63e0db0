"""The values of a graph's nodes for a batch of inputs, and values as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.errors import DomainError
from quizsvc.expr.primitives import DERIVATIVES, Array
from quizsvc.expr.shapes import Shape, describe, storage

if TYPE_CHECKING:
    from quizsvc.autodiff.rules import Sweep
    from quizsvc.expr.graph import Graph, Node

Value = Any


@dataclass(eq=False, slots=True)
class Tape:
    """The values of a graph's nodes for a batch of B inputs.

    ``values[i]`` has shape (B, r, c) or, where no input is involved, (r, c); None where the node
    was not needed.
    """

    graph: Graph
    values: list[Array | None]
    batch: int
    cotangents: dict[Sweep, dict[int, Array]] = field(default_factory=dict)
    """What arrived at each node in each backward sweep. In a Jacobian's, column k belongs to
    output k; where a node on the way is a matrix, output k has an axis of its own before (r, c)."""

    def array(self, index: int) -> Array:
        """Return the values of a node, shape (B, r, c)."""
        value = self.values[index]
        assert value is not None, index  # noqa: S101 - asking for what was not computed is a bug
        shape = self.graph.nodes[index].shape
        if value.ndim == 3 and len(value) == self.batch:
            return value
        return np.broadcast_to(value, (self.batch, *storage(shape)))

    def value(self, index: int, row: int = 0) -> Value:
        """Return one value of a node as JSON: a float or nested lists by its shape."""
        return to_value(self.array(index)[row], self.graph.nodes[index].shape)

    def finite(self) -> Array:
        """Tell which inputs of the batch gave a finite value at every node, shape (B,)."""
        present = [value for value in self.values if value is not None]
        if not present or np.isfinite(np.concatenate(present, axis=None)).all():
            return np.ones(self.batch, dtype=bool)
        rows: list[Array] = []
        fixed: list[Array] = []
        for value in self.values:
            if value is not None:
                (rows if value.ndim == 3 else fixed).append(value)
        fine = np.isfinite(np.concatenate([v.ravel() for v in fixed])).all() if fixed else True
        if not rows:
            return np.full(self.batch, fine)
        entries = np.concatenate([value.reshape(self.batch, -1) for value in rows], axis=1)
        return np.asarray(np.isfinite(entries).all(axis=1) & fine)

    def check(self, row: int = 0) -> None:
        """Refuse what has no finite value.

        Raises
        ------
        DomainError
            The writer's: names the first operation that left the real numbers.
        """
        if self.finite()[row]:
            return
        for index, value in enumerate(self.values):
            if value is not None and not np.isfinite(self.array(index)[row]).all():
                raise _domain_error(self.graph.nodes[index])


def to_array(value: Value, shape: Shape) -> Array:
    """Store one JSON value of `shape` as an array of shape (1, r, c)."""
    return np.asarray(value, dtype=float).reshape(1, *storage(shape))


def to_value(array: Array, shape: Shape) -> Value:
    """Return an array of shape (r, c) as JSON: a float, or nested lists."""
    if array.dtype == bool:
        return bool(array.all())
    if shape == ():
        return float(array.item()) + 0.0
    # Adding 0.0 turns the -0.0 of a product with zero into the 0 that a reader expects.
    return (array.reshape(shape) + 0.0).tolist()


def shape_of(value: Value) -> Shape:
    """Return the shape of a JSON value.

    >>> shape_of(3), shape_of([1, 2]), shape_of([[1, 2, 3], [4, 5, 6]])
    ((), (2,), (2, 3))
    """
    return np.asarray(value, dtype=float).shape


def _domain_error(node: Node) -> DomainError:
    start, length = node.span.start, max(node.span.end - node.span.start, 1)
    if node.operation in DERIVATIVES:
        return DomainError("The derivative has no finite value here.", start, length)
    name = {"divide": "a division by zero", "power": "a power"}.get(node.operation)
    what = f"“{node.operation}”" if name is None else name
    size = "" if node.shape == () else f" (as {describe(node.shape)})"
    return DomainError(f"This has no finite real value: {what}{size}.", start, length)

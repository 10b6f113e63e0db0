"""Single operations to nodes of a graph: the shape rule, the price, one node for equal ones.

Consumed by `builder`, which reads trees and decides which operations they ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.errors import ExpressionError
from quizsvc.expr import primitives as table
from quizsvc.expr.cost import AUTHOR_COST, LEARNER_COST, cost
from quizsvc.expr.graph import Graph, Node
from quizsvc.expr.shapes import MAX_SIZE, Shape, ShapeError, storage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quizsvc.expr.nodes import Call, Span


class Assembly:
    """A graph in the making.

    Parameters
    ----------
    learner : bool
        Restrict to what a learner's field may use, within a learner's cost, and compute at once
        what depends on no input: it is evaluated once and never drawn or differentiated.
    """

    def __init__(self, *, learner: bool = False) -> None:
        self.graph = Graph()
        self.learner = learner
        self._budget = LEARNER_COST if learner else AUTHOR_COST
        self._known: dict[tuple[object, ...], int] = {}

    def shape(self, index: int) -> Shape:
        """Return a node's shape."""
        return self.graph.nodes[index].shape

    def apply(
        self,
        name: str,
        arguments: tuple[int, ...],
        call: Call,
        *,
        arity_checked: tuple[int, ...] | None = None,
    ) -> int:
        """Add the operation of one row of the table; `call` is how and where it was written."""
        row = table.PRIMITIVES[name]
        if len(arguments) != row.arity:
            message = f"{call.function} takes {row.arity} argument{'s' * (row.arity > 1)}."
            raise error_at(message, call.span)
        if self.learner and not row.elementary:
            raise error_at(f"“{call.function}” is not for answers.", call.span)
        self._check_conditions(row, arguments, call)
        shaped = arguments if arity_checked is None else arity_checked
        try:
            shape = row.shape(*(self.shape(argument) for argument in shaped))
        except ShapeError as problem:
            message = str(problem)
            raise error_at(message[0].upper() + message[1:] + ".", call.span) from None
        if max(storage(shape)) > MAX_SIZE:
            raise error_at(f"At most {MAX_SIZE} rows and columns are allowed.", call.span)
        self.spend(cost(row, [self.shape(argument) for argument in arguments], shape), call.span)
        if self.learner:
            computed = self._computed(row, arguments)
            if computed is not None:
                return self.node("constant", (), shape, call.span, computed)
        return self.node(name, arguments, shape, call.span)

    def _check_conditions(
        self, row: table.Primitive, arguments: tuple[int, ...], call: Call
    ) -> None:
        conditions = [self.graph.nodes[argument].condition for argument in arguments]
        if row.takes_conditions and not all(conditions):
            raise error_at(f"“{call.function}” joins conditions, such as a > 0.", call.span)
        if not row.takes_conditions:
            self.check_values(arguments, call.span)

    def check_values(self, nodes: Iterable[int], span: Span) -> None:
        """Refuse a condition where values are wanted.

        Raises
        ------
        ExpressionError
            The writer's: one of the nodes is true or false.
        """
        if any(self.graph.nodes[node].condition for node in nodes):
            message = "A comparison is no value; write 1 < a and a < 3 instead of 1 < a < 3."
            raise error_at(message, span)

    def _computed(self, row: table.Primitive, arguments: tuple[int, ...]) -> table.Array | None:
        """Return the value of an operation on constants; None if it has none, or not yet.

        Called under ``errstate(all="ignore")``, which costs more than most operations.
        """
        nodes = [self.graph.nodes[argument] for argument in arguments]
        if any(node.operation != "constant" for node in nodes):
            return None
        value = np.asarray(row.value(*(node.payload for node in nodes)), dtype=float)
        # What is not finite stays an operation, so that its evaluation can say what it was.
        return value if np.isfinite(value).all() else None

    def spend(self, price: int, span: Span) -> None:
        """Take a price from what may be spent.

        Raises
        ------
        ExpressionError
            The writer's: nothing is left.
        """
        self._budget -= price
        if self._budget < 0:
            raise error_at("This would take too long to compute.", span)

    def constant(self, value: Any, span: Span, shape: Shape | None = None) -> int:
        """Add a constant; a number or a matrix by itself, a vector or row by its `shape`."""
        array = np.asarray(value, dtype=float)
        if shape is None:
            shape = () if array.ndim == 0 else (array.shape[0], array.shape[1])
        array = array.reshape(storage(shape))
        array.setflags(write=False)
        return self.node("constant", (), shape, span, array)

    def node(
        self,
        operation: str,
        arguments: tuple[int, ...],
        shape: Shape,
        span: Span,
        payload: Any = None,
    ) -> int:
        """Return the node of this content, which is a new one unless there was one."""
        nodes = self.graph.nodes
        if self.learner and operation == "constant":
            # Computed already: to find an equal one would cost more than it saves.
            nodes.append(Node(operation, arguments, shape, span, payload))
            return len(nodes) - 1
        content = payload.tobytes() if isinstance(payload, np.ndarray) else payload
        identity = (operation, arguments, shape, content)
        if identity not in self._known:
            self._known[identity] = len(nodes)
            nodes.append(Node(operation, arguments, shape, span, payload))
        return self._known[identity]


def error_at(message: str, span: Span) -> ExpressionError:
    """Make an error about a place in the source."""
    return ExpressionError(message, span.start, max(span.end - span.start, 1))

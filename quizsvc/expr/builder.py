"""Tree to typed computation graph: names resolved, every node's shape known, no number yet.

Equal sub-expressions become one node of the `graph`, so that what an author names in ``let`` and
writes again elsewhere is the same node.
"""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from quizsvc.errors import ExpressionError
from quizsvc.expr import primitives as table
from quizsvc.expr.graph import Graph, Node
from quizsvc.expr.nodes import Array, Call, Name, Number, Span, Tree
from quizsvc.expr.numerics import MAX_CHOOSE
from quizsvc.expr.parser import parse
from quizsvc.expr.shapes import MAX_SIZE, Shape, ShapeError, describe, storage

AUTHOR_COST = 10**8
LEARNER_COST = 10**6
"""Bounds in floating-point operations, known from the shapes before any is spent."""

MAX_UNROLLED_POWER = 16


class _UnsizedError(Exception):
    """An ``I`` that nothing has given a size yet."""


class GraphBuilder:
    """Adds expressions to one graph, resolving names and shapes.

    Parameters
    ----------
    learner : bool
        Restrict to what a learner's field may use: elementary functions and known names.
    """

    def __init__(self, *, learner: bool = False) -> None:
        self.graph = Graph()
        self._learner = learner
        self._budget = LEARNER_COST if learner else AUTHOR_COST
        self._known: dict[tuple[object, ...], int] = {}

    def input(self, name: str, shape: Shape) -> int:
        """Declare a parameter; its value comes with each evaluation."""
        self.graph.names[name] = self._node("input", (), shape, Span(0, 0), name)
        return self.graph.names[name]

    def define(self, name: str, tree: Tree) -> int:
        """Add an expression and give it a name for those that follow."""
        self.graph.names[name] = index = self.add(tree)
        return index

    def read(self, source: str) -> int:
        """Read an expression, add it and return its node.

        A learner may leave out the space in ``W2 W1``, as on paper. An author may not: what
        splits today would be another name as soon as one is declared.

        Raises
        ------
        ExpressionError
            The writer's, as in `add`, or it cannot be read.
        """
        return self.add(parse(source, self.graph.names if self._learner else ()))

    def add(self, tree: Tree, *, condition: bool = False) -> int:
        """Add an expression and return its node.

        Raises
        ------
        ExpressionError
            The writer's: an unknown name, shapes that do not fit, a cost beyond the bound, or a
            condition where a value is wanted (or the reverse).
        """
        try:
            index = self._typed(tree, None)
        except _UnsizedError:
            message = "How large is I here? Write I(3) for the 3 × 3 identity."
            raise ExpressionError(message, tree.span.start) from None
        if self.graph.nodes[index].condition != condition:
            message = (
                "A condition is needed here, such as a > 0."
                if condition
                else "A value is needed here, not a condition; comparisons stand in `where` only."
            )
            raise _error(message, tree.span)
        return index

    def shape(self, index: int) -> Shape:
        """Return a node's shape."""
        return self.graph.nodes[index].shape

    # --- typing ---------------------------------------------------------------------------------

    def _typed(self, tree: Tree, size: int | None) -> int:
        match tree:
            case Number():
                return self._constant(tree.value, tree.span)
            case Name():
                return self._resolve(tree, size)
            case Array():
                return self._stack(tree)
            case Call():
                return self._call(tree, size)

    def _resolve(self, name: Name, size: int | None) -> int:
        if name.name == "I":
            if size is None:
                raise _UnsizedError
            return self._constant(np.eye(size), name.span)
        if name.name in self.graph.names:
            return self.graph.names[name.name]
        if name.name in table.CONSTANTS:
            return self._constant(table.CONSTANTS[name.name], name.span)
        raise _error(self._unknown(name.name), name.span)

    def _unknown(self, name: str) -> str:
        if name.lower() in ("nan", "inf", "infinity"):
            return f"“{name}” is not a number that can be computed with."
        # A single letter resembles every short name, which helps nobody.
        known = [*self.graph.names, *(table.FUNCTIONS if len(name) > 1 else ())]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        return f"“{name}” is not known here" + (f": is {near[0]} meant?" if near else ".")

    def _stack(self, array: Array) -> int:
        entries = [self._typed_sized(entry) for row in array.rows for entry in row]
        for entry, tree in zip(entries, (e for row in array.rows for e in row), strict=True):
            if self.shape(entry) != ():
                message = f"An entry is a number, not {describe(self.shape(entry))}."
                raise _error(message, tree.span)
        m, n = len(array.rows), len(array.rows[0])
        if max(m, n) > MAX_SIZE:
            raise _error(f"At most {MAX_SIZE} rows and columns are allowed.", array.span)
        shape: Shape = (m,) if array.vector else (m, n)
        if all(self.graph.nodes[entry].operation == "constant" for entry in entries):
            values = [float(self.graph.nodes[entry].payload.item()) for entry in entries]
            return self._constant(np.reshape(values, (m, n)), array.span, shape)
        return self._node("stack", tuple(entries), shape, array.span)

    def _call(self, call: Call, size: int | None) -> int:
        name = table.SYNONYMS.get(call.function, call.function)
        if name in table.DERIVATIVES:
            return self._derivative(call)
        if name in table.CONSTRUCTORS:
            return self._constructed(call)
        if name in ("+", "-", "*", "·", ".*", "/"):
            return self._infix(call, size)
        if name in ("^", ".^"):
            return self._power(call, size)
        if name in ("neg", "transpose"):
            return self._apply(table.OPERATORS[name], (self._typed(call.arguments[0], size),), call)
        if name in ("max", "min") and len(call.arguments) == 1:
            name = {"max": "largest", "min": "smallest"}[name]
        if call.derivative:
            name += "'"
            if name not in table.PRIMITIVES:
                raise _error(f"“{call.function}” has no derivative to write as {name}.", call.span)
        arguments = tuple(self._typed_sized(argument) for argument in call.arguments)
        return self._apply(name, arguments, call)

    def _typed_sized(self, tree: Tree) -> int:
        """Type an expression whose surroundings cannot give an ``I`` its size."""
        try:
            return self._typed(tree, None)
        except _UnsizedError:
            raise _error("How large is I here? Write I(3), say.", tree.span) from None

    def _infix(self, call: Call, size: int | None) -> int:
        left, right = self._operands(call, size)
        a, b = self.shape(left), self.shape(right)
        if call.function not in ("*", "·"):
            return self._apply(table.OPERATORS[call.function], (left, right), call)
        if a == b == ():
            return self._apply("multiply", (left, right), call)
        if a == () or b == ():
            return self._apply("scale", (left, right) if a == () else (right, left), call)
        if call.function == "·" and len(a) == len(b) == 1:
            return self._apply("dot", (left, right), call)
        return self._apply("matmul", (left, right), call)

    def _operands(self, call: Call, size: int | None) -> tuple[int, int]:
        """Type both sides; an ``I`` on one takes its size from what it meets on the other."""
        first, second = call.arguments
        try:
            left = self._typed(first, size)
        except _UnsizedError:
            right = self._typed(second, size)
            return self._typed(first, self._size_beside(right, 0)), right
        try:
            right = self._typed(second, size)
        except _UnsizedError:
            right = self._typed(second, self._size_beside(left, -1))
        return left, right

    def _size_beside(self, index: int, axis: int) -> int:
        shape = self.shape(index)
        if shape == ():
            raise _UnsizedError
        return storage(shape)[axis]

    def _power(self, call: Call, size: int | None) -> int:
        base = self._typed(call.arguments[0], size)
        exponent = self._typed_sized(call.arguments[1])
        if call.function == ".^" or len(self.shape(base)) < 2:
            return self._apply("power", (base, exponent), call)
        node = self.graph.nodes[exponent]
        whole = node.operation == "constant" and float(node.payload.item()).is_integer()
        if not whole or self.shape(exponent) != ():
            message = "A matrix is raised to a whole power; write .^ for entry by entry."
            raise _error(message, call.span)
        times = int(node.payload.item())
        if not 1 <= times <= MAX_UNROLLED_POWER:
            return self._apply("matrix_power", (base, exponent), call, arity_checked=(base,))
        result = base
        for _ in range(times - 1):
            result = self._apply("matmul", (result, base), call)
        return result

    def _constructed(self, call: Call) -> int:
        sizes = []
        for argument in call.arguments:
            if not isinstance(argument, Number) or argument.value not in range(1, MAX_SIZE + 1):
                message = f"A size is written as a whole number from 1 to {MAX_SIZE}."
                raise _error(message, argument.span)
            sizes.append(int(argument.value))
        if len(sizes) not in ((1,) if call.function == "I" else (1, 2)):
            raise _error(f"{call.function}(n) takes one size.", call.span)
        if call.function == "I":
            return self._constant(np.eye(sizes[0]), call.span, (sizes[0], sizes[0]))
        fill = np.zeros if call.function == "zeros" else np.ones
        shape = tuple(sizes)
        return self._constant(fill(storage(shape)), call.span, shape)

    def _derivative(self, call: Call) -> int:
        kind = call.function
        if self._learner:
            raise _error(f"“{kind}” is not for answers: it would be the answer.", call.span)
        wanted = 3 if kind == "vjp" else 2
        if len(call.arguments) != wanted:
            raise _error(f"{kind} takes {wanted} arguments.", call.span)
        variable = call.arguments[1]
        if not isinstance(variable, Name) or variable.name not in self.graph.names:
            raise _error(f"{kind} differentiates by a name, given or from `let`.", variable.span)
        y, x = self._typed_sized(call.arguments[0]), self.graph.names[variable.name]
        arguments = [y, x]
        shape = self._derivative_shape(kind, y, x, call)
        self._check_differentiable(y, x, call)
        if kind == "vjp":
            arguments.append(self._typed_sized(call.arguments[2]))
            if self.shape(arguments[2]) != self.shape(y):
                message = (
                    f"the cotangent has the shape of y: {describe(self.shape(y))}, "
                    f"not {describe(self.shape(arguments[2]))}."
                )
                raise _error(message, call.arguments[2].span)
        sweeps = storage(shape)[0] if kind == "jacobian" else 1
        self._spend(sweeps * 4 * sum(self._size(n) for n in self.graph.between(x, y)), call.span)
        return self._node(kind, tuple(arguments), shape, call.span)

    def _derivative_shape(self, kind: str, y: int, x: int, call: Call) -> Shape:
        of, by = self.shape(y), self.shape(x)
        if kind == "grad" and of != ():
            message = f"grad is of a number, not of {describe(of)}: is jacobian or vjp meant?"
            raise _error(message, call.arguments[0].span)
        if kind != "jacobian":
            return by
        if of == ():
            raise _error("jacobian is of a vector: for a number use grad.", call.arguments[0].span)
        if len(of) != 1 or len(by) > 1:
            message = (
                f"jacobian is of a vector by a vector, not of {describe(of)} by {describe(by)}."
            )
            raise _error(message, call.span)
        return (of[0], storage(by)[0])

    def _check_differentiable(self, y: int, x: int, call: Call) -> None:
        for index in self.graph.between(x, y):
            node = self.graph.nodes[index]
            if index == x:
                continue
            if node.operation in table.DERIVATIVES:
                raise _error("Derivatives do not nest.", call.span)
            row = table.PRIMITIVES.get(node.operation)
            if row is not None and not row.rules:
                raise _error(f"“{node.operation}” has no derivative here.", node.span)

    # --- nodes ----------------------------------------------------------------------------------

    def _apply(
        self,
        name: str,
        arguments: tuple[int, ...],
        call: Call,
        *,
        arity_checked: tuple[int, ...] | None = None,
    ) -> int:
        row = table.PRIMITIVES[name]
        if len(arguments) != row.arity:
            message = f"{call.function} takes {row.arity} argument{'s' * (row.arity > 1)}."
            raise _error(message, call.span)
        if self._learner and not row.elementary:
            raise _error(f"“{call.function}” is not for answers.", call.span)
        conditions = [self.graph.nodes[argument].condition for argument in arguments]
        if row.takes_conditions and not all(conditions):
            raise _error(f"“{call.function}” joins conditions, such as a > 0.", call.span)
        if not row.takes_conditions and any(conditions):
            message = "A comparison is no value; write 1 < a and a < 3 instead of 1 < a < 3."
            raise _error(message, call.span)
        shaped = arguments if arity_checked is None else arity_checked
        try:
            shape = row.shape(*(self.shape(argument) for argument in shaped))
        except ShapeError as problem:
            message = str(problem)
            raise _error(message[0].upper() + message[1:] + ".", call.span) from None
        if max(storage(shape)) > MAX_SIZE:
            raise _error(f"At most {MAX_SIZE} rows and columns are allowed.", call.span)
        self._spend(self._cost(row, arguments, shape), call.span)
        return self._node(name, arguments, shape, call.span)

    def _cost(self, row: table.Primitive, arguments: tuple[int, ...], shape: Shape) -> int:
        sizes = [self._size(argument) for argument in arguments]
        if row.cubic:
            return 30 * max(storage(self.shape(arguments[0]))) ** 3
        if row.name == "matmul":
            m, n = storage(shape)
            return 2 * m * n * storage(self.shape(arguments[0]))[1]
        if row.name == "choose":
            return MAX_CHOOSE
        return max([storage(shape)[0] * storage(shape)[1], *sizes])

    def _size(self, index: int) -> int:
        m, n = storage(self.shape(index))
        return m * n

    def _spend(self, cost: int, span: Span) -> None:
        self._budget -= cost
        if self._budget < 0:
            raise _error("This would take too long to compute.", span)

    def _constant(self, value: Any, span: Span, shape: Shape | None = None) -> int:
        array = np.asarray(value, dtype=float)
        if shape is None:
            shape = () if array.ndim == 0 else (array.shape[0], array.shape[1])
        array = array.reshape(storage(shape))
        array.setflags(write=False)
        return self._node("constant", (), shape, span, array)

    def _node(
        self,
        operation: str,
        arguments: tuple[int, ...],
        shape: Shape,
        span: Span,
        payload: Any = None,
    ) -> int:
        content = payload.tobytes() if isinstance(payload, np.ndarray) else payload
        identity = (operation, arguments, shape, content)
        if identity not in self._known:
            self._known[identity] = len(self.graph.nodes)
            self.graph.nodes.append(Node(operation, arguments, shape, span, payload))
        return self._known[identity]


def _error(message: str, span: Span) -> ExpressionError:
    return ExpressionError(message, span.start, max(span.end - span.start, 1))

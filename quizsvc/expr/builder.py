"""Tree to typed computation graph: names resolved, every node's shape known, no number yet.

Equal sub-expressions become one node of the `graph`, so that what an author names in ``let`` and
writes again elsewhere is the same node.
"""

from __future__ import annotations

import difflib

import numpy as np

from quizsvc.errors import ExpressionError
from quizsvc.expr import primitives as table
from quizsvc.expr.assembly import Assembly, error_at
from quizsvc.expr.cost import CALL, size
from quizsvc.expr.folding import fold
from quizsvc.expr.nodes import Array, Call, Name, Number, Span, Tree
from quizsvc.expr.parser import parse
from quizsvc.expr.shapes import MAX_SIZE, Dim, Shape, describe, storage

MAX_UNROLLED_POWER = 16


class _UnsizedError(Exception):
    """An ``I`` that nothing has given a size yet."""


class GraphBuilder(Assembly):
    """Adds expressions to one graph, resolving names and shapes.

    Parameters
    ----------
    learner : bool
        Restrict to what a learner's field may use: elementary functions and known names.
    """

    def __init__(self, *, learner: bool = False) -> None:
        super().__init__(learner=learner)
        self._sizes: dict[str, Dim] = {}

    def input(self, name: str, shape: Shape) -> int:
        """Declare a parameter; its value comes with each evaluation."""
        self.graph.names[name] = self.node("input", (), shape, Span(0, 0), name)
        return self.graph.names[name]

    def declare_size(self, name: str, size: Dim) -> None:
        """Name a size, for ``I(n)``, ``zeros(n)`` and ``ones(m, n)``."""
        self._sizes[name] = size

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
        return self.add(parse(source, self.graph.names if self.learner else ()))

    def add(self, tree: Tree, *, condition: bool = False) -> int:
        """Add an expression and return its node.

        Raises
        ------
        ExpressionError
            The writer's: an unknown name, shapes that do not fit, a cost beyond the bound, or a
            condition where a value is wanted (or the reverse).
        """
        try:
            with np.errstate(all="ignore"):
                index = self._typed(fold(tree) if self.learner else tree, None)
        except _UnsizedError:
            message = "How large is I here? Write I(3) for the 3 × 3 identity."
            raise ExpressionError(message, tree.span.start) from None
        if self.graph.nodes[index].condition != condition:
            message = (
                "A condition is needed here, such as a > 0."
                if condition
                else "A value is needed here, not a condition; comparisons stand in `where` only."
            )
            raise error_at(message, tree.span)
        return index

    def add_sized(self, tree: Tree, shape: Shape) -> int:
        """Add a value whose shape is asked for, which gives a lone ``I`` its size."""
        if len(shape) == 2 and shape[0] == shape[1]:
            return self._typed(fold(tree) if self.learner else tree, shape[0])
        return self.add(tree)

    # --- typing ---------------------------------------------------------------------------------

    def _typed(self, tree: Tree, size: int | None) -> int:
        match tree:
            case Number():
                return self.constant(tree.value, tree.span)
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
            return self.constant(np.eye(size), name.span)
        if name.name in self.graph.names:
            return self.graph.names[name.name]
        if name.name in self.graph.parts:
            return self.graph.parts[name.name]
        if name.name in table.CONSTANTS:
            return self.constant(table.CONSTANTS[name.name], name.span)
        raise error_at(self._unknown(name.name), name.span)

    def _unknown(self, name: str) -> str:
        if name.lower() in ("nan", "inf", "infinity"):
            return f"“{name}” is not a number that can be computed with."
        # A single letter resembles every short name, which helps nobody.
        known = [*self.graph.names, *(table.FUNCTIONS if len(name) > 1 else ())]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
        return f"“{name}” is not known here" + (f": is {near[0]} meant?" if near else ".")

    def _stack(self, array: Array) -> int:
        trees = [entry for row in array.rows for entry in row]
        m, n = len(array.rows), len(array.rows[0])
        shape: Shape = (m,) if array.vector else (m, n)
        if max(m, n) > MAX_SIZE:
            raise error_at(f"At most {MAX_SIZE} rows and columns are allowed.", array.span)
        if all(isinstance(tree, Number) for tree in trees):
            numbers = [tree.value for tree in trees if isinstance(tree, Number)]
            return self.constant(np.reshape(numbers, (m, n)), array.span, shape)
        entries = [self._typed_sized(tree) for tree in trees]
        self.check_values(entries, array.span)
        for entry, tree in zip(entries, trees, strict=True):
            if self.shape(entry) != ():
                message = f"An entry is a number, not {describe(self.shape(entry))}."
                raise error_at(message, tree.span)
        if all(self.graph.nodes[entry].operation == "constant" for entry in entries):
            values = [float(self.graph.nodes[entry].payload.item()) for entry in entries]
            return self.constant(np.reshape(values, (m, n)), array.span, shape)
        return self.node("stack", tuple(entries), shape, array.span)

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
            return self.apply(table.OPERATORS[name], (self._typed(call.arguments[0], size),), call)
        if name in ("max", "min") and len(call.arguments) == 1:
            name = {"max": "largest", "min": "smallest"}[name]
        if call.derivative:
            name += "'"
            if name not in table.PRIMITIVES:
                raise error_at(
                    f"“{call.function}” has no derivative to write as {name}.", call.span
                )
        arguments = tuple(self._typed_sized(argument) for argument in call.arguments)
        return self.apply(name, arguments, call)

    def _typed_sized(self, tree: Tree) -> int:
        """Type an expression whose surroundings cannot give an ``I`` its size."""
        try:
            return self._typed(tree, None)
        except _UnsizedError:
            raise error_at("How large is I here? Write I(3), say.", tree.span) from None

    def _infix(self, call: Call, size: int | None) -> int:
        left, right = self._operands(call, size)
        a, b = self.shape(left), self.shape(right)
        if call.function not in ("*", "·"):
            return self.apply(table.OPERATORS[call.function], (left, right), call)
        if a == b == ():
            return self.apply("multiply", (left, right), call)
        if a == () or b == ():
            return self.apply("scale", (left, right) if a == () else (right, left), call)
        if call.function == "·" and len(a) == len(b) == 1:
            return self.apply("dot", (left, right), call)
        return self.apply("matmul", (left, right), call)

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
        of_entries = call.function == ".^" or len(self.shape(base)) < 2
        # The sign of A^-1 belongs to the number: a matrix power needs to know it now.
        exponent = self._typed_sized(call.arguments[1] if of_entries else fold(call.arguments[1]))
        if of_entries:
            return self.apply("power", (base, exponent), call)
        node = self.graph.nodes[exponent]
        number = node.operation == "constant" and node.shape == ()
        if not (number and float(node.payload.item()).is_integer()):
            message = "A matrix is raised to a whole power; write .^ for entry by entry."
            raise error_at(message, call.span)
        times = int(node.payload.item())
        if not 1 <= times <= MAX_UNROLLED_POWER:
            return self.apply("matrix_power", (base, exponent), call, arity_checked=(base,))
        result = base
        for _ in range(times - 1):
            result = self.apply("matmul", (result, base), call)
        return result

    def _constructed(self, call: Call) -> int:
        sizes: list[int] = []
        for argument in map(fold, call.arguments):
            if isinstance(argument, Name) and argument.name in self._sizes:
                sizes.append(self._sizes[argument.name])
                continue
            if not isinstance(argument, Number) or argument.value not in range(1, MAX_SIZE + 1):
                message = f"A size is written as a whole number from 1 to {MAX_SIZE}."
                raise error_at(message, argument.span)
            sizes.append(int(argument.value))
        if len(sizes) not in ((1,) if call.function == "I" else (1, 2)):
            raise error_at(f"{call.function}(n) takes one size.", call.span)
        shape = (sizes[0], sizes[0]) if call.function == "I" else tuple(sizes)
        self.spend(CALL + size(shape), call.span)
        if call.function == "I":
            return self.constant(np.eye(sizes[0]), call.span, shape)
        fill = np.zeros if call.function == "zeros" else np.ones
        return self.constant(fill(storage(shape)), call.span, shape)

    def _derivative(self, call: Call) -> int:
        kind = call.function
        if self.learner:
            raise error_at(f"“{kind}” is not for answers: it would be the answer.", call.span)
        wanted = 3 if kind == "vjp" else 2
        if len(call.arguments) != wanted:
            raise error_at(f"{kind} takes {wanted} arguments.", call.span)
        variable = call.arguments[1]
        if not isinstance(variable, Name) or variable.name not in self.graph.names:
            raise error_at(f"{kind} differentiates by a name, given or from `let`.", variable.span)
        y, x = self._typed_sized(call.arguments[0]), self.graph.names[variable.name]
        arguments = [y, x]
        shape = self._derivative_shape(kind, y, x, call)
        self._check_differentiable(y, x, call)
        if kind == "vjp":
            arguments.append(self._typed_sized(call.arguments[2]))
            self.check_values(arguments, call.span)
            if self.shape(arguments[2]) != self.shape(y):
                message = (
                    f"the cotangent has the shape of y: {describe(self.shape(y))}, "
                    f"not {describe(self.shape(arguments[2]))}."
                )
                raise error_at(message, call.arguments[2].span)
        sweeps = storage(shape)[0] if kind == "jacobian" else 1
        self.spend(
            sweeps * 4 * sum(size(self.shape(n)) for n in self.graph.between(x, y)), call.span
        )
        return self.node(kind, tuple(arguments), shape, call.span)

    def _derivative_shape(self, kind: str, y: int, x: int, call: Call) -> Shape:
        of, by = self.shape(y), self.shape(x)
        if kind == "grad" and of != ():
            message = f"grad is of a number, not of {describe(of)}: is jacobian or vjp meant?"
            raise error_at(message, call.arguments[0].span)
        if kind != "jacobian":
            return by
        if of == ():
            raise error_at(
                "jacobian is of a vector: for a number use grad.", call.arguments[0].span
            )
        if len(of) != 1 or len(by) > 1:
            message = (
                f"jacobian is of a vector by a vector, not of {describe(of)} by {describe(by)}."
            )
            raise error_at(message, call.span)
        return (of[0], storage(by)[0])

    def _check_differentiable(self, y: int, x: int, call: Call) -> None:
        for index in self.graph.between(x, y):
            node = self.graph.nodes[index]
            if index == x:
                continue
            if node.operation in table.DERIVATIVES:
                raise error_at("Derivatives do not nest.", call.span)
            row = table.PRIMITIVES.get(node.operation)
            if row is not None and not row.rules:
                raise error_at(f"“{node.operation}” has no derivative here.", node.span)

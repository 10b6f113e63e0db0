"""A second implementation of the language, to prove keys with: nothing of the engine is used.

It walks the *tree* that an author wrote, in complex numbers, where the engine runs a compiled
graph in real ones; it keeps a vector as (n,) where the engine stores (n, 1); and it knows no
derivative rule: a gradient is the imaginary part of the value after a complex step (Squire and
Trapp, "Using complex variables to estimate derivatives of real functions", SIAM Review 1998),
exact to rounding. Kinks follow the course's conventions by the sign of the real part: ReLU′(0) =
abs′(0) = 0, and at a tie the first wins. What is not analytic (eigenvalues, singular values) is
differentiated by central differences.

Values have a leading batch axis: a number is (B,), a vector (B, n), a row (B, 1, n).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.certify.kernels import (
    FUNCTIONS,
    SLOPES,
    Identity,
    Values,
    column,
    extreme,
    extreme_of_two,
    negated,
    power,
    quotient,
    spread,
    transposed,
)
from quizsvc.expr.nodes import Array as ArrayTree
from quizsvc.expr.nodes import Call, Name, Number, Tree, children
from quizsvc.expr.parser import calls, names_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COMPLEX_STEP = 1e-40
"""The error is of order step squared: far below the rounding of float64."""
CENTRAL_STEP = 1e-5
_CHUNK = 40_000
"""Numbers of one perturbed parameter that are evaluated at once."""
NOT_ANALYTIC = frozenset({"eigenvalues", "singularvalues", "spectral"})
DERIVATIVES = frozenset({"grad", "jacobian", "vjp"})


class Evaluator:
    """Evaluates an item's expressions for a batch of B parameters.

    Parameters
    ----------
    given : mapping of name to array of shape (B, *shape)
    lets : mapping of name to tree
    sizes : mapping of name to int
    """

    def __init__(
        self, given: Mapping[str, Values], lets: Mapping[str, Tree], sizes: Mapping[str, int]
    ) -> None:
        self._sizes = sizes
        self._given = given
        self._lets = lets
        self._known: dict[str, Values] = {}
        self._wholes: dict[int, tuple[object, ...]] = {}
        self._twin: tuple[str, tuple[object, ...], Evaluator] | None = None
        """A name with another value, what it stood for, and where that can be told."""
        self._batch = next((len(values) for values in given.values()), 1)

    def value(self, tree: Tree) -> Values:
        """Return the real value of an expression, derivatives included."""
        value = self._sized(self._value(tree), 1)
        return np.asarray(value.real)

    def replaced(self, name: str, values: Values) -> Evaluator:
        """Return an evaluator in which a name has another value and all else follows."""
        same = self._whole(self._lets[name]) if name in self._lets else None
        batch = len(values) // self._batch
        given = {n: np.repeat(v, batch, axis=0) for n, v in self._given.items()}
        lets = {n: tree for n, tree in self._lets.items() if n != name}
        other = Evaluator({**given, name: values}, lets, self._sizes)
        other._twin = None if same is None else (name, same, self)
        return other

    def _whole(self, tree: Tree) -> tuple[object, ...]:
        """Return what an expression is, whatever its names and places in the text."""
        known = self._wholes.get(id(tree))
        if known is None:
            match tree:
                case Number():
                    known = ("number", tree.value)
                case Name():
                    let = self._lets.get(tree.name)
                    known = ("name", tree.name) if let is None else self._whole(let)
                case Call():
                    inner = tuple(self._whole(argument) for argument in tree.arguments)
                    known = (tree.function, tree.derivative, *inner)
                case _:
                    known = (tree.vector, *(self._whole(entry) for entry in children(tree)))
            self._wholes[id(tree)] = known
        return known

    # --- values ---------------------------------------------------------------------------------

    def _value(self, tree: Tree) -> Any:
        match tree:
            case Number():
                return np.full(self._batch, tree.value, dtype=complex)
            case Name():
                return self._named(tree.name)
            case ArrayTree():
                rows = [[self._value(entry) for entry in row] for row in tree.rows]
                stacked = np.stack([np.stack(row, axis=-1) for row in rows], axis=1)
                return stacked[..., 0] if tree.vector else stacked
        return self._call(tree)

    def _named(self, name: str) -> Any:
        if name == "I" and name not in self._given:
            return Identity(np.ones(self._batch, dtype=complex))
        if name in self._given:
            return self._given[name].astype(complex)
        if name not in self._lets:
            return np.full(self._batch, {"pi": math.pi, "e": math.e}[name], dtype=complex)
        if name not in self._known:
            self._known[name] = self._value(self._lets[name])
        return self._known[name]

    def _call(self, call: Call) -> Any:
        # What an author names and writes again elsewhere is one node of the graph.
        if self._twin is not None and self._twin[2]._whole(call) == self._twin[1]:
            return self._given[self._twin[0]]
        if call.function in DERIVATIVES:
            return self._derivative(call)
        if call.function in ("I", "zeros", "ones"):
            return self._constructed(call)
        arguments = [self._value(argument) for argument in call.arguments]
        if call.derivative:
            return SLOPES[call.function](arguments[0])
        if call.function in ("max", "min"):
            of = extreme if len(arguments) == 1 else extreme_of_two
            return of(*arguments, largest=call.function == "max")
        operator = self._operators().get(call.function) or FUNCTIONS[call.function]
        return operator(*arguments)

    def _operators(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "+": self._added,
            "-": lambda a, b: self._added(a, negated(b)),
            "*": self._product,
            "·": lambda a, b: self._product(a, b, dot=True),
            ".*": lambda a, b: np.multiply(*spread(*self._matched(a, b))),
            "/": quotient,
            "neg": negated,
            "transpose": transposed,
            "^": power,
            ".^": lambda a, b: power(a, b, entrywise=True),
        }

    def _added(self, first: Any, second: Any) -> Any:
        if isinstance(first, Identity) and isinstance(second, Identity):
            return Identity(first.scale + second.scale)
        a, b = self._matched(first, second)
        return np.asarray(a + b)

    def _constructed(self, call: Call) -> Values:
        sizes = [
            int(size.value) if isinstance(size, Number) else self._sizes[size.name]
            for size in call.arguments
            if isinstance(size, Number | Name)
        ]
        fill = np.zeros(sizes) if call.function == "zeros" else np.ones(sizes)
        one = np.eye(sizes[0]) if call.function == "I" else fill
        return np.repeat(one[None].astype(complex), self._batch, axis=0)

    def _matched(self, first: Any, second: Any) -> tuple[Values, Values]:
        """Give an identity its size from what it is added to; numbers spread over vectors."""
        if isinstance(first, Identity) and not isinstance(second, Identity):
            first = self._sized(first, second.shape[-1])
        if isinstance(second, Identity) and not isinstance(first, Identity):
            second = self._sized(second, first.shape[-1])
        return spread(first, second)

    def _sized(self, value: Any, size: int) -> Values:
        if isinstance(value, Identity):
            return value.scale[:, None, None] * np.eye(size)
        return np.asarray(value)

    def _product(self, a: Any, b: Any, *, dot: bool = False) -> Any:
        if isinstance(a, Identity) and isinstance(b, Identity):
            return Identity(a.scale * b.scale)
        if isinstance(a, Identity) or isinstance(b, Identity):
            identity, other = (a, b) if isinstance(a, Identity) else (b, a)
            if other.ndim == 1:
                return Identity(identity.scale * other)
            return spread(identity.scale, other)[0] * other
        if a.ndim == 1 or b.ndim == 1:
            first, second = spread(a, b)
            return first * second
        if dot and a.ndim == b.ndim == 2:
            return (a * b).sum(axis=-1)
        left = a if a.ndim == 3 else a[:, :, None]
        right = b if b.ndim == 3 else b[:, :, None]
        return column(np.einsum("bij,bjk->bik", left, right))

    # --- derivatives ----------------------------------------------------------------------------

    def _derivative(self, call: Call) -> Values:
        y, variable = call.arguments[:2]
        assert isinstance(variable, Name)  # noqa: S101 - the graph has refused anything else
        x = self._sized(self._named(variable.name), 1)
        partials = self._partials(y, variable.name, x)  # (B, *shape of y, entries of x)
        if call.function == "jacobian":
            return partials
        if call.function == "grad":
            return np.asarray(partials.reshape(x.shape))
        g = self._sized(self._value(call.arguments[2]), 1).reshape(len(x), -1)
        flat = partials.reshape(len(x), g.shape[1], -1)
        return np.asarray(np.einsum("bi,bij->bj", g, flat).reshape(x.shape))

    def _partials(self, y: Tree, name: str, x: Values) -> Values:
        """Return all partial derivatives, the entries of x last."""
        count = x[0].size
        analytic = not self.calls(y) & NOT_ANALYTIC
        chunk = max(1, _CHUNK // max(x.size, 1))
        found = []
        for start in range(0, count, chunk):
            entries = range(start, min(start + chunk, count))
            if analytic:
                stepped = self._stepped(y, name, x, entries, 1j * COMPLEX_STEP)
                found.append(stepped.imag / COMPLEX_STEP)
            else:
                up = self._stepped(y, name, x, entries, CENTRAL_STEP).real
                down = self._stepped(y, name, x, entries, -CENTRAL_STEP).real
                found.append((up - down) / (2 * CENTRAL_STEP))
        return np.concatenate(found, axis=-1).astype(complex)

    def _stepped(self, y: Tree, name: str, x: Values, entries: range, step: complex) -> Values:
        """Return y with one entry of x moved at a time, those entries last."""
        steps = np.zeros((len(entries), x[0].size), dtype=complex)
        steps[range(len(entries)), list(entries)] = step
        moved = x[:, None] + steps.reshape(len(entries), *x.shape[1:])
        other = self.replaced(name, moved.reshape(-1, *x.shape[1:]))
        value = other._sized(other._value(y), 1)
        spread = np.broadcast_to(value, (len(moved.reshape(-1, *x.shape[1:])), *value.shape[1:]))
        return np.moveaxis(spread.reshape(len(x), len(entries), *value.shape[1:]), 1, -1)

    def calls(self, tree: Tree) -> set[str]:
        """Return the functions that an expression rests on, by its own and by ``let``."""
        found, waiting, seen = calls(tree), names_in(tree), set[str]()
        while waiting:
            name = waiting.pop()
            if name in self._lets and name not in seen:
                seen.add(name)
                found |= calls(self._lets[name])
                waiting |= names_in(self._lets[name])
        return found

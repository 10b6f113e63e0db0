"""The operations of the second evaluator, on complex arrays with a leading batch axis."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Values: TypeAlias = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Identity:
    """A multiple of an identity whose size is not known yet, shape (B,)."""

    scale: Values


def spread(a: Values, b: Values) -> tuple[Values, Values]:
    """Give a number the axes of what it stands beside."""
    if a.ndim < b.ndim:
        a = a.reshape(a.shape + (1,) * (b.ndim - a.ndim))
    elif b.ndim < a.ndim:
        b = b.reshape(b.shape + (1,) * (a.ndim - b.ndim))
    return a, b


def column(matrix: Values) -> Values:
    """Drop the last axis of a single column, and both of a single entry."""
    if matrix.shape[-1] > 1:
        return matrix
    return matrix[:, 0, 0] if matrix.shape[-2] == 1 else matrix[..., 0]


def transposed(a: Any) -> Any:
    """Return the transpose; a vector becomes a row."""
    if isinstance(a, Identity) or a.ndim == 1:
        return a
    return a[:, None, :] if a.ndim == 2 else column(np.swapaxes(a, 1, 2))


def negated(a: Any) -> Any:
    """Return the negative."""
    return Identity(-a.scale) if isinstance(a, Identity) else -a


def quotient(a: Any, b: Values) -> Any:
    """Return a divided by a number."""
    if isinstance(a, Identity):
        return Identity(a.scale / b)
    first, second = spread(a, b)
    return first / second


def extreme_of_two(a: Values, b: Values, *, largest: bool) -> Values:
    """Return the larger or smaller of two, entry by entry; at a tie the first."""
    first, second = spread(a, b)
    takes_first = first.real >= second.real if largest else first.real <= second.real
    return np.where(takes_first, first, second)


def power(base: Any, exponent: Values, *, entrywise: bool = False) -> Any:
    """Return a power: entry by entry, or whole ones of square matrices."""
    first = exponent.flat[0]
    whole = first.imag == 0 and first.real == round(first.real) and (exponent == first).all()
    if isinstance(base, Identity):
        return Identity(base.scale**exponent)
    if base.ndim == 3 and not entrywise:
        return np.linalg.matrix_power(base, int(first.real))
    if whole and 0 <= first.real <= 64:  # products keep the last digits that a logarithm loses
        result = np.ones_like(base)
        for _ in range(int(first.real)):
            result = result * base
        return result
    left, right = spread(base, exponent)
    return np.power(left, right)


def extreme(x: Values, *, largest: bool) -> Values:
    """Return the largest or smallest entry; at a tie the first."""
    flat = x.reshape(len(x), -1)
    place = (flat.real if largest else -flat.real).argmax(axis=1)
    return np.asarray(np.take_along_axis(flat, place[:, None], axis=1)[:, 0])


def total(x: Values) -> Values:
    """Return the sum of all entries."""
    return np.asarray(x.reshape(len(x), -1).sum(axis=1))


def norm(x: Values) -> Values:
    """Return the Euclidean norm of all entries, which is analytic where it is not 0."""
    return np.sqrt(total(x * x))


def diag(x: Values) -> Values:
    """Return the matrix with a diagonal, or the diagonal of a matrix."""
    return x[:, :, None] * np.eye(x.shape[1]) if x.ndim == 2 else np.einsum("bii->bi", x)


def eigenvalues(a: Values) -> Values:
    """Return the real parts of the eigenvalues, from small to large."""
    return np.sort(np.linalg.eigvals(a).real, axis=1).astype(complex)


def singular_values(a: Values) -> Values:
    """Return the singular values, from large to small, as roots of eigenvalues."""
    gram = np.einsum("bij,bik->bjk", a, a) if a.shape[1] >= a.shape[2] else None
    if gram is None:
        gram = np.einsum("bij,bkj->bik", a, a)
    return np.sqrt(np.maximum(np.linalg.eigvalsh(gram.real), 0))[:, ::-1].astype(complex)


def choose(n: Values, k: Values) -> Values:
    """Return binomial coefficients."""
    pairs = zip(n.real.tolist(), k.real.tolist(), strict=True)
    return np.asarray([float(math.comb(round(a), round(b))) for a, b in pairs], dtype=complex)


def sigmoid(x: Values) -> Values:
    """Return the logistic function."""
    return 0.5 + 0.5 * np.tanh(x / 2)


SLOPES: Mapping[str, Callable[[Values], Values]] = {
    "relu": lambda x: (x.real > 0).astype(complex),
    "tanh": lambda x: 1 / np.cosh(x) ** 2,
    "sigmoid": lambda x: 0.25 / np.cosh(x / 2) ** 2,
    "exp": np.exp,
    "log": lambda x: 1 / x,
    "sqrt": lambda x: 0.5 / np.sqrt(x),
    "sin": np.cos,
    "cos": lambda x: -np.sin(x),
    "abs": lambda x: np.sign(x.real).astype(complex),
    "step": np.zeros_like,
}

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "relu": lambda x: np.where(x.real > 0, x, 0),
    "tanh": np.tanh,
    "sigmoid": sigmoid,
    "exp": np.exp,
    "log": np.log,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "abs": lambda x: x * np.sign(x.real),
    "step": lambda x: (x.real > 0).astype(complex),
    "skip": lambda x: x,
    "sum": total,
    "mean": lambda x: total(x) / x[0].size,
    "norm": norm,
    "frobenius": norm,
    "spectral": lambda a: singular_values(a)[:, 0],
    "dot": lambda a, b: (a * b).sum(axis=1),
    "outer": lambda a, b: a[:, :, None] * b[:, None, :],
    "diag": diag,
    "det": np.linalg.det,
    "trace": lambda a: np.einsum("bii->b", a),
    "inv": np.linalg.inv,
    "eigenvalues": eigenvalues,
    "singularvalues": singular_values,
    "choose": choose,
}

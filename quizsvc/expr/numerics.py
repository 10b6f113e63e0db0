"""Numerical kernels that numpy lacks in the form the table needs: batched, NaN outside the domain.

Arrays are ``(..., r, c)``. A kernel never raises: what is outside its domain, or beyond its
bounds, becomes NaN, and the engine turns NaN into an error with a place.
"""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]

MAX_CHOOSE = 1_000
"""Largest ``n`` of ``choose(n, k)``."""
MAX_MATRIX_POWER = 1_000


def divide(a: Array, b: Array) -> Array:
    """Return a / b, NaN where b is 0."""
    return np.divide(a, np.where(b == 0, np.nan, b))


def power(x: Array, p: Array) -> Array:
    """Return x^p, NaN where it is not real or not finite."""
    return np.power(np.where((x == 0) & (p < 0), np.nan, x), p)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x)) without overflow."""
    decay = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + decay), decay / (1 + decay))


def euclidean(x: Array) -> Array:
    """Return the square root of the sum of squares of each array."""
    return np.asarray(np.linalg.norm(x, axis=(-2, -1), keepdims=True))


def first_equal(x: Array, y: Array) -> Array:
    """Mark, in reading order, the first entry of each array that equals its extreme `y`."""
    flat = (x == y).reshape(*x.shape[:-2], -1)
    marks = flat & (np.cumsum(flat, axis=-1) == 1)
    return np.asarray(marks.reshape(x.shape), dtype=float)


def gap_at_top(x: Array) -> Array:
    """Return by how much the largest entry of each array leads; infinite for a lone entry."""
    flat = x.reshape(*x.shape[:-2], -1)
    if flat.shape[-1] == 1:
        return np.full((*x.shape[:-2], 1, 1), np.inf)
    ordered = np.sort(flat, axis=-1)
    return np.asarray(ordered[..., -1:, None] - ordered[..., -2:-1, None])


def diagonal(x: Array) -> Array:
    """Return the matrix with diagonal x (n × 1), or the diagonal of a square matrix."""
    if x.shape[-1] == 1:
        return x * np.eye(x.shape[-2])
    return np.asarray(np.diagonal(x, axis1=-2, axis2=-1)[..., None])


def diagonal_vjp(g: Array, x: Array) -> Array:
    """Pull a cotangent back through `diagonal`."""
    if x.shape[-1] == 1:
        return np.diagonal(g, axis1=-2, axis2=-1)[..., None]
    return g * np.eye(x.shape[-1])


def _each(kernel: Any, a: Array, result_shape: tuple[int, int]) -> Array:
    """Apply a kernel of one matrix to each; NaN for those it refuses."""
    stack = a.reshape(-1, *a.shape[-2:])
    result = np.full((len(stack), *result_shape), np.nan)
    for index, matrix in enumerate(stack):
        if np.isfinite(matrix).all():
            try:
                result[index] = kernel(matrix)
            except np.linalg.LinAlgError:
                continue
    return result.reshape(*a.shape[:-2], *result_shape)


def inv(a: Array) -> Array:
    """Return each inverse; NaN for a singular matrix."""

    def invert(matrix: Array) -> Array:
        # A condition beyond 1/eps leaves no correct digit: the inverse is refused, not invented.
        if np.linalg.cond(matrix) > 1 / np.finfo(float).eps:
            raise np.linalg.LinAlgError
        return np.asarray(np.linalg.inv(matrix))

    return _each(invert, a, (a.shape[-2], a.shape[-1]))


def det(a: Array) -> Array:
    """Return each determinant."""
    return np.asarray(np.linalg.det(a)[..., None, None])


def spectral(a: Array) -> Array:
    """Return each largest singular value."""
    return singular_values(a)[..., :1, :]


def spectral_gradient(a: Array) -> Array:
    """Return u vᵀ of the largest singular value; NaN where that value is not unique."""

    def gradient(matrix: Array) -> Array:
        u, s, vt = np.linalg.svd(matrix)
        if s[0] == 0 or (len(s) > 1 and s[0] - s[1] <= 1e-12 * s[0]):
            raise np.linalg.LinAlgError
        return np.outer(u[:, 0], vt[0])

    return _each(gradient, a, (a.shape[-2], a.shape[-1]))


def singular_values(a: Array) -> Array:
    """Return each matrix' singular values, from large to small."""
    count = min(a.shape[-2:])
    return _each(lambda m: np.linalg.svd(m, compute_uv=False)[:, None], a, (count, 1))


def eigenvalues(a: Array) -> Array:
    """Return each matrix' eigenvalues from small to large; NaN where one is not real."""

    def real(matrix: Array) -> Array:
        values = np.linalg.eigvals(matrix)
        scale = max(float(np.abs(matrix).max()), 1.0)
        if np.abs(values.imag).max() > 1e-9 * scale:
            raise np.linalg.LinAlgError
        return np.sort(values.real)[:, None]

    return _each(real, a, (a.shape[-2], 1))


def matrix_power(a: Array, p: Array) -> Array:
    """Return a^p for a whole p (inverse powers too), NaN otherwise."""
    exponent = float(p.flat[0])
    if exponent != int(exponent) or abs(exponent) > MAX_MATRIX_POWER or (p != exponent).any():
        return np.full_like(a, np.nan)
    if exponent < 0:
        return np.asarray(np.linalg.matrix_power(inv(a), int(-exponent)))
    return np.asarray(np.linalg.matrix_power(a, int(exponent)))


def choose(n: Array, k: Array) -> Array:
    """Return the binomial coefficient of whole 0 ≤ k ≤ n ≤ `MAX_CHOOSE`, NaN otherwise.

    Computed in whole numbers and rounded once.
    """
    n, k = np.broadcast_arrays(n, k)
    valid = (n == np.round(n)) & (k == np.round(k)) & (k >= 0) & (k <= n) & (n <= MAX_CHOOSE)
    result = np.full(n.shape, np.nan)
    chosen = zip(n[valid].tolist(), k[valid].tolist(), strict=True)
    result[valid] = [float(math.comb(int(total), int(part))) for total, part in chosen]
    return result

"""Shapes and the rules by which an operation's shape follows from those of its arguments.

Consumed by `primitives`, whose rows name these rules, and by `assembly`, which applies them before
any number is known. Letters: ``m`` rows, ``n`` columns or entries, ``k`` the inner size.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Shape: TypeAlias = tuple[int, ...]
"""``()`` scalar; ``(n,)`` vector, a column; ``(1, n)`` row; ``(m, n)`` matrix."""

ShapeRule: TypeAlias = Callable[..., Shape]

MAX_SIZE = 64
"""Largest number of rows or columns of any array."""


class Dim(int):
    """A size with a name: it counts as a number, and is called by its name in messages."""

    name: str

    def __new__(cls, value: int, name: str) -> Dim:
        """Give a number its name."""
        dim = super().__new__(cls, value)
        dim.name = name
        return dim

    def __format__(self, spec: str) -> str:
        """Write the name, as messages do."""
        return self.name


class ShapeError(Exception):
    """Shapes that do not go together; whoever knows the place turns it into an ExpressionError."""


def describe(shape: Shape) -> str:
    """Say a shape in words.

    >>> describe(()), describe((3,)), describe((1, 3)), describe((2, 3))
    ('a number', 'a vector of 3', 'a row of 3', 'a 2 × 3 matrix')
    """
    match shape:
        case ():
            return "a number"
        case (n,):
            return f"a vector of {n}"
        case (1, n):
            return f"a row of {n}"
        case (m, n):
            return f"a {m} × {n} matrix"
    raise AssertionError(shape)


def mismatch(asked: Shape, given: Shape) -> str:
    """Say which shape is asked for and which was given, and what may have happened.

    >>> mismatch((2,), ())
    'A vector of 2 is asked for; this is a number.'
    >>> mismatch((2, 3), (3, 2))
    'A 2 × 3 matrix is asked for; this is a 3 × 2 matrix. Have rows and columns changed places?'
    """
    told = f"{describe(asked).capitalize()} is asked for; this is {describe(given)}."
    match asked, given:
        case (n,), (1, m) if n == m:
            return f"{told} A vector is a column: write [1, 2] for a column of 2."
        case (1, n), (m,) if n == m:
            return f"{told} A vector is a column: write [[1, 2]] for a row of 2."
        case (n, 1), (m,) if n == m:
            return f"{told} Write [[1], [2]], or one entry a line."
        case (m, n), (k, l) if (m, n) == (l, k):
            return f"{told} Have rows and columns changed places?"
    return told


def storage(shape: Shape) -> tuple[int, int]:
    """Return rows and columns of the array that stores a value of `shape`."""
    match shape:
        case ():
            return (1, 1)
        case (n,):
            return (n, 1)
        case (m, n):
            return (m, n)
    raise AssertionError(shape)


def of_storage(m: int, n: int) -> Shape:
    """Return the shape of a product whose array is m × n: columns are vectors, 1 × 1 a number."""
    if n == 1:
        return () if m == 1 else (m,)
    return (m, n)


def same(x: Shape) -> Shape:
    """Anything to the same shape."""
    return x


def to_scalar(x: Shape) -> Shape:  # noqa: ARG001 - a rule sees its arguments even if it needs none
    """Anything to a number."""
    return ()


def entrywise(a: Shape, b: Shape) -> Shape:
    """Equal shapes, or a number with anything, entry by entry."""
    if () in (a, b) or a == b:
        return b if a == () else a
    raise ShapeError(f"{describe(a)} and {describe(b)} do not match entry by entry")


def sum_of(a: Shape, b: Shape) -> Shape:
    """Equal shapes, or a number with a vector; never a number with a matrix."""
    if () in (a, b) and len(a) + len(b) == 2:
        raise ShapeError(
            f"{describe(a)} and {describe(b)} cannot be added: is the number meant times I?"
        )
    if () in (a, b) or a == b:
        return b if a == () else a
    raise ShapeError(f"{describe(a)} and {describe(b)} cannot be added")


def product(a: Shape, b: Shape) -> Shape:
    """Matrix product of an m × k with a k × n array; vectors are columns."""
    if len(a) == len(b) == 1:
        raise ShapeError(
            f"two column vectors have no product: is dot(a, b), outer(a, b) or a .* b meant"
            f" ({describe(a)}, {describe(b)})?"
        )
    (m, inner), (other, n) = storage(a), storage(b)
    if inner != other:
        raise ShapeError(
            f"{describe(a)} times {describe(b)} does not fit:"
            f" {inner} column{'s' * (inner != 1)} meet{'s' * (inner == 1)}"
            f" {other} row{'s' * (other != 1)}"
        )
    return of_storage(m, n)


def quotient(a: Shape, b: Shape) -> Shape:
    """Anything by a number."""
    if b != ():
        raise ShapeError(f"only a number divides, not {describe(b)}")
    return a


def powered(a: Shape, b: Shape) -> Shape:
    """Entrywise power with a number as exponent."""
    if b != ():
        raise ShapeError(f"an exponent is a number, not {describe(b)}")
    return a


def square(a: Shape) -> Shape:
    """A square matrix to one of its size."""
    if len(a) != 2 or a[0] != a[1]:
        raise ShapeError(f"a square matrix is needed here, not {describe(a)}")
    return a


def square_to_scalar(a: Shape) -> Shape:
    """A square matrix to a number."""
    square(a)
    return ()


def square_to_vector(a: Shape) -> Shape:
    """A square matrix to a vector of its size."""
    return (square(a)[0],)


def matrix_to_scalar(a: Shape) -> Shape:
    """A matrix to a number."""
    if len(a) != 2:
        raise ShapeError(f"a matrix is needed here, not {describe(a)}")
    return ()


def matrix_to_vector(a: Shape) -> Shape:
    """A matrix to a vector of its smaller size."""
    matrix_to_scalar(a)
    return (min(a),)


def vector_to_scalar(v: Shape) -> Shape:
    """A vector to a number."""
    if len(v) == 2 and v[0] != 1:
        raise ShapeError("a matrix has several norms: write frobenius(M) or spectral(M)")
    if v == ():
        raise ShapeError("a vector is needed here, not a number")
    return ()


def transposed(a: Shape) -> Shape:
    """A vector to a row, a row to a vector, m × n to n × m."""
    m, n = storage(a)
    return () if a == () else (1, m) if len(a) == 1 else of_storage(n, m)


def two_vectors_to_scalar(a: Shape, b: Shape) -> Shape:
    """Two vectors of one length to a number."""
    if len(a) != 1 or a != b:
        raise ShapeError(
            f"two vectors of one length are needed here, not {describe(a)} and {describe(b)}"
        )
    return ()


def two_vectors_to_matrix(a: Shape, b: Shape) -> Shape:
    """A vector of m and a vector of n to an m × n matrix."""
    if len(a) != 1 or len(b) != 1:
        raise ShapeError(f"two vectors are needed here, not {describe(a)} and {describe(b)}")
    return (a[0], b[0])


def diagonal(x: Shape) -> Shape:
    """A vector to a square matrix, a square matrix to its diagonal."""
    return (x[0], x[0]) if len(x) == 1 else square_to_vector(x)


def two_scalars(a: Shape, b: Shape) -> Shape:
    """Two numbers to a number."""
    if a != () or b != ():
        raise ShapeError(f"two numbers are needed here, not {describe(a)} and {describe(b)}")
    return ()

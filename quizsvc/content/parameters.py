"""What an author says of a parameter, as what is drawn: a shape and the values of each entry."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.content.given_spec import GivenSpec
from quizsvc.errors import ParameterError
from quizsvc.problems.draw import MAX_GRID, Given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.expr.shapes import Dim, Shape


SYMBOL_GRID = tuple(k / 8 for k in range(-16, 17) if k)
"""Where the entries of symbols lie at the points at which formulas are compared."""


def parameter(name: str, spec: Any, sizes: Mapping[str, Dim]) -> Given:
    """Return what is drawn for a name.

    Parameters
    ----------
    name : str
    spec : GivenSpec, number or list
        A grid to draw from, or the value itself.
    sizes : mapping of name to Dim
        The sizes that have a name.

    Raises
    ------
    ParameterError
        The author's: a ragged matrix, nothing to draw from, too much to draw from.
    """
    if not isinstance(spec, GivenSpec):
        return _fixed(name, spec)
    if spec.symbol:
        return Given(name, _shape(spec, sizes), SYMBOL_GRID, symbol=True)
    if spec.fixed is not None:
        return _fixed(name, spec.fixed)
    grid = _grid(spec)
    if not 1 <= len(grid) < MAX_GRID:
        count = "no value" if not grid else f"more than {MAX_GRID - 1:,} values"
        raise ParameterError(f"This leaves {count} to draw from.")
    return Given(name, _shape(spec, sizes), grid)


def _shape(spec: GivenSpec, sizes: Mapping[str, Dim]) -> Shape:
    written = [spec.vector] if spec.vector is not None else spec.matrix or []
    for size in written:
        if isinstance(size, str) and size not in sizes:
            raise ParameterError(f"“{size}” is not one of the `sizes`.")
    return tuple(sizes[size] if isinstance(size, str) else size for size in written)


def _fixed(name: str, value: Any) -> Given:
    rows = value if isinstance(value, list) and isinstance(value[0], list) else []
    if len({len(row) for row in rows}) > 1:
        raise ParameterError("The rows of a matrix are equally long.")
    return Given(name, np.asarray(value, dtype=float).shape, fixed=value)


def _grid(spec: GivenSpec) -> tuple[float, ...]:
    """Return the values to draw from, each the float that its decimal text stands for."""
    excluded = {float(value) for value in spec.exclude}
    values: list[float] = []
    if spec.integers is not None:
        low, high = spec.integers
        values = [float(value) for value in range(low, min(high, low + MAX_GRID) + 1)]
    elif spec.decimals is not None:
        low_decimal, high_decimal = (Decimal(repr(value)) for value in spec.decimals)
        step = Decimal(repr(spec.step)) if spec.step is not None else Decimal("0.1")
        count = int((high_decimal - low_decimal) / step)
        values = [float(low_decimal + step * k) for k in range(min(count, MAX_GRID) + 1)]
    elif spec.one_of is not None:
        values = list(spec.one_of)
    return tuple(value + 0.0 for value in values if value not in excluded)

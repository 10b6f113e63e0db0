"""What may stand for a parameter: what is drawn, from where, and in which shape."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Discriminator, Field, Tag, model_validator

from quizsvc.content.fields import Constant, Matrix, Model, Number, SizeOrName, Vector, kind_of


class GivenSpec(Model, title="parameter"):
    """A parameter: a number unless `vector` or `matrix` says its size."""

    integers: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    """Whole numbers from low to high, both included."""
    decimals: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    """A decimal grid from low to high, both included."""
    step: Annotated[Number, Field(gt=0)] | None = None
    """Of the decimal grid; 0.1 if nothing is said."""
    one_of: Annotated[list[Number], Field(min_length=1, max_length=1000)] | None = None
    """Exactly these."""
    fixed: Constant | None = None
    """Not drawn; `c: 3` and `u: [1, 2]` say the same shorter."""
    symbol: Literal[True] | None = None
    """It only stands for itself, in an item that asks for an `expression`."""
    vector: SizeOrName | None = None
    """Length of a vector."""
    matrix: Annotated[list[SizeOrName], Field(min_length=2, max_length=2)] | None = None
    """Rows and columns of a matrix."""
    exclude: list[Number] = []
    """Values that are never drawn."""

    @model_validator(mode="after")
    def _one_way(self) -> GivenSpec:
        ways = [self.integers, self.decimals, self.one_of, self.fixed, self.symbol]
        if sum(way is not None for way in ways) != 1:
            msg = "says one of integers, decimals, one_of, fixed or symbol"
            raise ValueError(msg)
        if self.vector is not None and self.matrix is not None:
            msg = "is a vector or a matrix, not both"
            raise ValueError(msg)
        if self.step is not None and self.decimals is None:
            msg = "has a step only with decimals"
            raise ValueError(msg)
        if self.fixed is not None and (self.vector, self.matrix, self.exclude) != (None, None, []):
            msg = "that is fixed takes its shape from its value, and excludes nothing"
            raise ValueError(msg)
        return self


Given: TypeAlias = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[Number, Tag("word")]
    | Annotated[Vector, Tag("list")]
    | Annotated[Matrix, Tag("matrix")]
    | Annotated[GivenSpec, Tag("mapping")],
    Discriminator(kind_of),
    Field(title="parameter"),
]
"""A parameter; one that is fixed is written as its value."""

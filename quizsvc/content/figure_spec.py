"""What may stand in a figure file: a computation graph, curves, or a spectrum."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from quizsvc.content.fields import Expression, Id, Line, Model, Number, ParameterName, Text
from quizsvc.content.given_spec import Given


class AxisSpec(Model, title="axis"):
    """What is on an axis."""

    label: Line
    """What stands at the axis."""
    log: bool = False
    """Whether it is logarithmic."""


class RangeSpec(AxisSpec, title="horizontal axis"):
    """The horizontal axis: a name that runs over whole steps."""

    name: ParameterName
    """The name that runs."""
    start: Number = 0.0
    """Where it starts."""
    stop: Number
    """Where it stops."""
    step: Annotated[Number, Field(gt=0)] = 1.0
    """How far each step goes."""


class CurveSpec(Model, title="curve"):
    """A value at each place of the horizontal axis."""

    label: Line
    """What the curve is called."""
    value: Expression
    """What it shows at each place."""
    points: bool = False
    """Dots instead of a line."""


class WalkSpec(Model, title="walk"):
    """Names that go from step to step: where they start, what is drawn anew, what comes next."""

    start: Annotated[dict[ParameterName, Expression], Field(min_length=1)]
    """The names, each with its value at the first place."""
    draw: dict[ParameterName, Given] = {}
    """What each step draws anew."""
    let: dict[ParameterName, Expression] = {}
    """Named values of each step."""
    next: Annotated[dict[ParameterName, Expression], Field(min_length=1)]
    """The names' values at the next place."""


class SpectrumSpec(Model, title="spectrum"):
    """The eigenvalues of a matrix, drawn many times, in the complex plane, with a disc."""

    of: Expression
    """The matrix."""
    draws: Annotated[int, Field(ge=1, le=200)] = 30
    """How many matrices are drawn."""
    centre: Expression
    """Of the disc, a number."""
    radius: Expression
    """Of the disc."""


class FigureSpec(Model, title="figure"):
    """One figure: a computation graph, curves, or a spectrum."""

    id: Id
    """The file's name without `.yaml`: small letters, digits and hyphens."""
    title: Line
    """Its accessible name."""
    caption: Text
    """What stands below the picture."""
    seed: Annotated[int, Field(ge=0)] = 0
    """The numbers are drawn once, at this seed."""
    given: dict[ParameterName, Given] = {}
    """What is drawn or fixed, as in an item."""
    let: dict[ParameterName, Expression] = {}
    """Named values; each may use the names above it."""
    graph: ParameterName | None = None
    """The `let` whose graph is drawn."""
    show: Literal["structure", "values", "gradients"] = "structure"
    """What stands at the nodes of the graph; `gradients` where it ends in a number."""
    x: RangeSpec | None = None
    """The horizontal axis of curves."""
    y: AxisSpec | None = None
    """The vertical axis of curves."""
    walk: WalkSpec | None = None
    """Names that go from place to place."""
    curves: Annotated[list[CurveSpec], Field(max_length=6)] = []
    """What is shown over the horizontal axis."""
    spectrum: SpectrumSpec | None = None
    """Eigenvalues of a matrix, drawn many times, and a disc around them."""

    @model_validator(mode="after")
    def _one_kind(self) -> FigureSpec:
        kinds = [self.graph is not None, bool(self.curves), self.spectrum is not None]
        if sum(kinds) != 1:
            msg = "has one of graph, curves and spectrum"
            raise ValueError(msg)
        if self.curves and (self.x is None or self.y is None):
            msg = "figure with curves has an x and a y"
            raise ValueError(msg)
        return self

"""What may stand in a figure file: a computation graph, curves, or a spectrum."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from quizsvc.content.fields import Expression, Id, Line, Model, Number, ParameterName, Text
from quizsvc.content.schema import Given


class AxisSpec(Model):
    """What is on an axis."""

    label: Line
    log: bool = False


class RangeSpec(AxisSpec):
    """The horizontal axis: a name that runs over whole steps."""

    name: ParameterName
    start: Number = 0.0
    stop: Number
    step: Annotated[Number, Field(gt=0)] = 1.0


class CurveSpec(Model):
    """A value at each place of the horizontal axis."""

    label: Line
    value: Expression
    points: bool = False


class WalkSpec(Model):
    """Names that go from step to step: where they start, what is drawn anew, what comes next."""

    start: Annotated[dict[ParameterName, Expression], Field(min_length=1)]
    draw: dict[ParameterName, Given] = {}
    let: dict[ParameterName, Expression] = {}
    next: Annotated[dict[ParameterName, Expression], Field(min_length=1)]


class SpectrumSpec(Model):
    """The eigenvalues of a matrix, drawn many times, in the complex plane, with a disc."""

    of: Expression
    draws: Annotated[int, Field(ge=1, le=200)] = 30
    centre: Expression
    radius: Expression


class FigureSpec(Model):
    """A figure file."""

    id: Id
    title: Line
    caption: Text
    seed: Annotated[int, Field(ge=0)] = 0
    given: dict[ParameterName, Given] = {}
    let: dict[ParameterName, Expression] = {}
    graph: ParameterName | None = None
    show: Literal["structure", "values", "gradients"] = "structure"
    x: RangeSpec | None = None
    y: AxisSpec | None = None
    walk: WalkSpec | None = None
    curves: Annotated[list[CurveSpec], Field(max_length=6)] = []
    spectrum: SpectrumSpec | None = None

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

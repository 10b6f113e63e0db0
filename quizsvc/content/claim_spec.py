"""What may stand in ``claims.yaml``: statements with their status and what shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from quizsvc.content.fields import (
    Constant,
    Expression,
    Heading,
    Id,
    Line,
    Model,
    ParameterName,
    Text,
)


class ShownSpec(Model, title="computation"):
    """One computation: a value as it must come out, or a comparison that must hold."""

    value: Expression | None = None
    """What is computed when the content is loaded."""
    is_: Annotated[Constant | None, Field(alias="is")] = None
    """What it must come out as, to four figures."""
    that: Expression | None = None
    """Instead: a comparison that must hold."""

    @model_validator(mode="after")
    def _one_way(self) -> ShownSpec:
        if (self.value is None) == (self.that is None) or (self.value is None) != (
            self.is_ is None
        ):
            msg = "says a value and what it is, or that something holds"
            raise ValueError(msg)
        return self


class ClaimSpec(Model, title="claim"):
    """A statement of a source."""

    id: Id
    """Its name, and its address on the page."""
    says: Text
    """The statement."""
    status: Literal["holds", "condition", "false", "open"]
    """Whether it holds, holds on a condition, is false, or is neither shown nor refuted."""
    truth: Text | None = None
    """What holds instead; required unless it holds."""
    see: Heading
    """The lesson, and the heading in it, that explains it."""
    items: Annotated[list[Id], Field(min_length=1)]
    """Items that show it in practice."""
    let: dict[ParameterName, Expression] = {}
    """Named values for the computations."""
    shows: list[ShownSpec] = []
    """What is computed; if it comes out otherwise, that is a fault."""

    @model_validator(mode="after")
    def _truth_where_it_fails(self) -> ClaimSpec:
        if self.truth is None and self.status != "holds":
            msg = "needs its truth, unless it holds"
            raise ValueError(msg)
        return self


class ClaimGroupSpec(Model, title="group of claims"):
    """The statements of one part of a source."""

    title: Line
    """The part of the source."""
    claims: Annotated[list[ClaimSpec], Field(min_length=1)]
    """Its statements."""


class ClaimsSpec(Model, title="claims"):
    """What sources claim."""

    title: Line
    """The title of the page."""
    summary: Text
    """What stands above the statements."""
    groups: Annotated[list[ClaimGroupSpec], Field(min_length=1)]
    """The parts of the sources."""

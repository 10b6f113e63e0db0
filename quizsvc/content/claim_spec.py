"""What may stand in ``claims.yaml``: statements with their status and what shows it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from quizsvc.content.fields import (
    HEADING,
    Constant,
    Expression,
    Id,
    Line,
    Model,
    ParameterName,
    Text,
)


class ShownSpec(Model):
    """One computation: a value as it must come out, or a comparison that must hold."""

    value: Expression | None = None
    is_: Annotated[Constant | None, Field(alias="is")] = None
    that: Expression | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ShownSpec:
        if (self.value is None) == (self.that is None) or (self.value is None) != (
            self.is_ is None
        ):
            msg = "says a value and what it is, or that something holds"
            raise ValueError(msg)
        return self


class ClaimSpec(Model):
    """A statement of a source."""

    id: Id
    says: Text
    status: Literal["holds", "condition", "false", "open"]
    truth: Text | None = None
    see: Annotated[str, StringConstraints(pattern=HEADING)]
    items: Annotated[list[Id], Field(min_length=1)]
    let: dict[ParameterName, Expression] = {}
    shows: list[ShownSpec] = []

    @model_validator(mode="after")
    def _truth_where_it_fails(self) -> ClaimSpec:
        if self.truth is None and self.status != "holds":
            msg = "needs its truth, unless it holds"
            raise ValueError(msg)
        return self


class ClaimGroupSpec(Model):
    """The statements of one part of a source."""

    title: Line
    claims: Annotated[list[ClaimSpec], Field(min_length=1)]


class ClaimsSpec(Model):
    """The claims file."""

    title: Line
    summary: Text
    groups: Annotated[list[ClaimGroupSpec], Field(min_length=1)]

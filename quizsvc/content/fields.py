"""What the fields of all content files are made of: ids, names, texts, expressions, numbers."""

from __future__ import annotations

from typing import Annotated, Any, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    FiniteFloat,
    StringConstraints,
    Tag,
)


class Model(BaseModel):
    """Strict: no unknown field, no conversion, no change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def as_expression(value: Any) -> Any:
    """Let an expression that is a lone number be written without quotes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    return value


Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
ParameterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=30)]
PartName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=40)]
HEADING = r"^[a-z0-9-]+(#[a-z0-9-]+)?$"
Text = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Expression = Annotated[str, BeforeValidator(as_expression), StringConstraints(min_length=1)]
Number = Annotated[float, BeforeValidator(lambda v: float(v) if type(v) is int else v), FiniteFloat]
Size = Annotated[int, Field(ge=1, le=64)]
Vector: TypeAlias = Annotated[list[Number], Field(min_length=1, max_length=64)]
Matrix: TypeAlias = Annotated[list[Vector], Field(min_length=1, max_length=64)]


Constant: TypeAlias = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[Number, Tag("word")]
    | Annotated[Number, Tag("mapping")]
    | Annotated[Vector, Tag("list")]
    | Annotated[Matrix, Tag("matrix")],
    Discriminator(lambda value: kind_of(value)),  # noqa: PLW0108 - defined below
]


def kind_of(value: Any) -> str:
    """Tell which of several forms an author chose, so that only its faults are reported."""
    if isinstance(value, dict | BaseModel):
        return "mapping"
    if isinstance(value, list):
        return "matrix" if value and isinstance(value[0], list) else "list"
    return "word" if isinstance(value, str) else "number"


SizeOrName = Annotated[
    Annotated[Size, Tag("number")] | Annotated[ParameterName, Tag("word")],
    Discriminator(lambda value: kind_of(value)),  # noqa: PLW0108 - defined below
]

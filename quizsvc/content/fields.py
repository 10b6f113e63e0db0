"""What the fields of all content files are made of: ids, names, texts, expressions, numbers.

The title of each is what the author's reference and editors call it; the text below a field is
what they say of it. So neither is written twice.
"""

from __future__ import annotations

import re
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
    WithJsonSchema,
)


class Model(BaseModel):
    """Strict: no unknown field, no conversion, no change."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True
    )


def as_expression(value: Any) -> Any:
    """Let an expression that is a lone number be written without quotes."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    return value


_ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_LONGEST_ID = 80


def is_id(text: str) -> bool:
    """Tell whether a text can be an id."""
    return len(text) <= _LONGEST_ID and re.fullmatch(_ID, text) is not None


Id = Annotated[
    str,
    StringConstraints(pattern=_ID, max_length=_LONGEST_ID),
    Field(title="id"),
]
ParameterName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=30),
    Field(title="name"),
]
PartName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]*$", max_length=40),
    Field(title="name"),
]
Heading = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9-]+(#[a-z0-9-]+)?$"),
    Field(title="lesson#heading"),
]
Text = Annotated[str, StringConstraints(min_length=1, max_length=50_000), Field(title="Markdown")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=300), Field(title="line")]
Expression = Annotated[
    str,
    BeforeValidator(as_expression),
    StringConstraints(min_length=1),
    WithJsonSchema({"title": "expression", "type": ["string", "number"], "minLength": 1}),
]
Number = Annotated[float, BeforeValidator(lambda v: float(v) if type(v) is int else v), FiniteFloat]
Size = Annotated[int, Field(ge=1, le=64, title="size")]
Vector: TypeAlias = Annotated[list[Number], Field(min_length=1, max_length=64, title="vector")]
Matrix: TypeAlias = Annotated[list[Vector], Field(min_length=1, max_length=64, title="matrix")]


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

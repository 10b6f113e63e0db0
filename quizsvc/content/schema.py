"""What may stand in a content file: each kind of file as a pydantic model.

The models say what is allowed and nothing about what it means; `compiler` gives it meaning.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
    create_model,
    model_validator,
)

from quizsvc.content.fields import (
    Constant,
    Expression,
    Id,
    Line,
    Matrix,
    Model,
    Number,
    ParameterName,
    PartName,
    Size,
    SizeOrName,
    Text,
    Vector,
    kind_of,
)
from quizsvc.content.keys import (
    FORMS,
)
from quizsvc.content.levels import OWN, base_id
from quizsvc.interactions import REGISTRY


class GivenSpec(Model):
    """A parameter: a number unless `vector` or `matrix` says its size."""

    vector: SizeOrName | None = None
    matrix: Annotated[list[SizeOrName], Field(min_length=2, max_length=2)] | None = None
    integers: Annotated[list[int], Field(min_length=2, max_length=2)] | None = None
    decimals: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    step: Annotated[Number, Field(gt=0)] | None = None
    one_of: Annotated[list[Number], Field(min_length=1, max_length=1000)] | None = None
    fixed: Constant | None = None
    symbol: Literal[True] | None = None
    exclude: list[Number] = []

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
]
"""A parameter; one that is fixed is written as its value."""


class ToleranceSpec(Model):
    """How far from the key is still right; the larger bound counts."""

    relative: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    absolute: Annotated[Number, Field(ge=0)] = 0.0
    figures: Annotated[int, Field(ge=1, le=10)] | None = None

    @model_validator(mode="after")
    def _not_nothing(self) -> ToleranceSpec:
        if self.figures is not None and (self.relative or self.absolute):
            msg = "says figures, or relative and absolute, not both"
            raise ValueError(msg)
        if self.figures is None and self.relative == self.absolute == 0:
            msg = "of nothing is written `tolerance: exact`"
            raise ValueError(msg)
        return self


class _AskBase(Model):
    part: PartName = "answer"
    label: Text | None = None
    points: Annotated[Number, Field(gt=0, le=1000)] = 1.0
    tolerance: (
        Annotated[
            Annotated[ToleranceSpec, Tag("mapping")]
            | Annotated[Literal["exact"], Tag("word")]
            | Annotated[Literal["exact"], Tag("number")],
            Discriminator(kind_of),
        ]
        | None
    ) = None
    shuffle: bool = True
    proof: Expression | None = None
    formula: Expression | None = None
    partial: bool = False
    follow_through: Annotated[Number, Field(ge=0, le=1)] = 1.0

    @property
    def interaction(self) -> str:
        """The one question type that is named."""
        return next(name for name in REGISTRY if getattr(self, _field(name)) is not None)

    @property
    def key(self) -> Any:
        """What stands after the question type."""
        return getattr(self, _field(self.interaction))

    @model_validator(mode="after")
    def _one_interaction(self) -> _AskBase:
        named = [name for name in REGISTRY if getattr(self, _field(name)) is not None]
        if len(named) != 1:
            msg = f"names one question type: {', '.join(REGISTRY)}"
            raise ValueError(msg)
        return self


def _field(interaction: str) -> str:
    return interaction.replace("-", "_")


AskSpec: Any = create_model(  # type: ignore[call-overload] # the fields come from the registry
    "AskSpec",
    __base__=_AskBase,
    **{
        _field(name): (FORMS[row.form] | None, Field(default=None, alias=name))
        for name, row in REGISTRY.items()
    },
)
"""One part: exactly one question type of the registry with its key."""


class OwnMisconception(Model):
    """An author's own misconception, by the value that it would answer."""

    id: Id
    value: Expression
    says: Text
    part: str = "answer"


class AcceptSpec(Model):
    """A warning of ``check`` that the author has thought about."""

    warning: Literal["few-variants", "guessable", "size"]
    because: Line


class ItemSpec(Model):
    """An item file."""

    id: Id
    title: Line
    objectives: list[Id] = []
    level: Annotated[int, Field(ge=1, le=3)] = 1
    levels: dict[Literal["2", "3"], dict[str, Any]] | None = None
    sizes: Annotated[dict[ParameterName, Size], Field(max_length=8)] = {}
    given: Annotated[dict[ParameterName, Given], Field(max_length=100)] = {}
    let: Annotated[dict[ParameterName, Expression], Field(max_length=200)] = {}
    where: Annotated[list[Expression], Field(max_length=100)] = []
    stem: Text
    ask: Annotated[
        Annotated[AskSpec, Tag("mapping")]
        | Annotated[AskSpec, Tag("word")]
        | Annotated[AskSpec, Tag("number")]
        | Annotated[list[AskSpec], Field(min_length=1, max_length=20), Tag("list")],
        Discriminator(kind_of),
    ]
    misconceptions: Annotated[
        list[
            Annotated[
                Annotated[Id, Tag("word")]
                | Annotated[Id, Tag("number")]
                | Annotated[OwnMisconception, Tag("mapping")],
                Discriminator(kind_of),
            ]
        ],
        BeforeValidator(lambda value: [value] if value == "auto" else value),
    ] = []
    kinks: Literal["convention"] | None = None
    accept: list[AcceptSpec] = []
    hints: list[Text] = []
    explanation: Text | None = None
    steps: bool = True
    digits: Annotated[int, Field(ge=1, le=15)] = 4

    @model_validator(mode="after")
    def _levels_apart(self) -> ItemSpec:
        if self.levels is not None:
            if "level" in self.model_fields_set:
                msg = "item says level or levels, not both"
                raise ValueError(msg)
            if any(OWN & changes.keys() for changes in self.levels.values()):
                msg = f"item has a level that changes one of {', '.join(sorted(OWN))}"
                raise ValueError(msg)
        if base_id(self.id) != self.id and self.level == 1:
            msg = "item has an id that ends like that of a level"
            raise ValueError(msg)
        return self

    @property
    def asks(self) -> list[Any]:
        """The parts, also where only one is asked."""
        return self.ask if isinstance(self.ask, list) else [self.ask]

"""What may stand in an item file, as a pydantic model.

The models say what is allowed and nothing about what it means; `compiler` gives it meaning.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from quizsvc.content.fields import Expression, Id, Line, Model, ParameterName, Size, Text, kind_of
from quizsvc.content.given_spec import Given
from quizsvc.content.levels import OWN, base_id
from quizsvc.content.part_spec import AskSpec
from quizsvc.problems.misconceptions import MAL_RULES

Belief = Annotated[
    Id,
    WithJsonSchema(
        {
            "title": "named misconception",
            "anyOf": [
                {"const": name, "description": belief}
                for name, belief in [
                    ("auto", "all of the table that change the answer"),
                    *((rule.id, rule.belief) for rule in MAL_RULES.values()),
                ]
            ],
        }
    ),
]
"""A name of the table of misconceptions, or `auto`; the compiler says where there is none such."""


class OwnMisconception(Model, title="own misconception"):
    """An author's own misconception, by the value that it would answer."""

    id: Id
    """Its name in results."""
    value: Expression
    """What a learner who believes it would answer: an expression of the key's shape."""
    says: Text
    """What such a learner is told, with holes; not the key."""
    part: Annotated[str, Field(title="name")] = "answer"
    """Which part it answers, where there are several."""


class AcceptSpec(Model, title="warning"):
    """A warning of `check` that the author has thought about."""

    warning: Literal["few-variants", "guessable", "size"]
    """Fewer than 100 variants; a key that more than 10 % of the variants share; a key that may be
    larger than 10⁶ or smaller than 10⁻⁶."""
    because: Line
    """Why it may be so here."""


class ItemSpec(Model, title="item"):
    """One item, or family of items with drawn parameters."""

    id: Id
    """The file's name without `.yaml`: small letters, digits and hyphens."""
    title: Line
    """What the item is called, in Markdown."""
    objectives: list[Id] = []
    """Objectives of lessons that it practises."""
    level: Annotated[int, Field(ge=1, le=3)] = 1
    """How difficult it is; `levels` sets it."""
    levels: dict[Literal["2", "3"], dict[str, Any]] | None = None
    """Further levels of difficulty: what 2 and 3 change. In `sizes`, `given` and `let` name by
    name, elsewhere the whole field."""
    sizes: Annotated[dict[ParameterName, Size], Field(max_length=8)] = {}
    """Sizes with a name, for `vector: n`, `matrix: [n, k]`, `I(n)`, `zeros(n)`; what fits only
    because two of them are the same number is a fault."""
    given: Annotated[dict[ParameterName, Given], Field(max_length=100)] = {}
    """What is drawn or fixed."""
    let: Annotated[dict[ParameterName, Expression], Field(max_length=200)] = {}
    """Named values; each may use the names above it."""
    where: Annotated[list[Expression], Field(max_length=100)] = []
    """Conditions: a draw that breaks one is tried again, 4,096 times at most."""
    stem: Text
    """What is asked, with holes such as `{{x}}` and `{{= y}}`."""
    ask: Annotated[
        Annotated[AskSpec, Tag("mapping")]
        | Annotated[AskSpec, Tag("word")]
        | Annotated[AskSpec, Tag("number")]
        | Annotated[list[AskSpec], Field(min_length=1, max_length=20), Tag("list")],
        Discriminator(kind_of),
    ]
    """What the learner answers: one question type with its key, or a list of such parts."""
    misconceptions: Annotated[
        list[
            Annotated[
                Annotated[Belief, Tag("word")]
                | Annotated[Belief, Tag("number")]
                | Annotated[OwnMisconception, Tag("mapping")],
                Discriminator(kind_of),
            ]
        ],
        BeforeValidator(
            lambda value: [value] if value == "auto" else value,
            json_schema_input_type=list[Belief | OwnMisconception] | Literal["auto"],
        ),
    ] = []
    """Wrong beliefs whose answers are told from others: names from the table, `auto` for all that
    change the answer, and your own."""
    kinks: Literal["convention"] | None = None
    """The item is about a kink, such as ReLU at 0: its stem says what holds there, and draws may
    come as near as they like."""
    accept: list[AcceptSpec] = []
    """Warnings of `check` that you have thought about."""
    hints: list[Text] = []
    """Shown one by one, when the learner asks; with holes."""
    explanation: Text | None = None
    """Shown after an answer, whatever it was; with holes."""
    steps: bool = True
    """Whether the steps of the graph are shown as a worked solution; `false` where the
    `explanation` says it better."""
    digits: Annotated[int, Field(ge=1, le=15)] = 4
    """Significant digits of computed values in holes; parameters are shown exactly."""

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

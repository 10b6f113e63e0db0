"""What may stand in a part: one question type with its key, and how it is judged."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, create_model, model_validator

from quizsvc.content.fields import Expression, Model, Number, PartName, Text, kind_of
from quizsvc.content.keys import FORMS
from quizsvc.interactions import REGISTRY


class ToleranceSpec(Model, title="tolerance"):
    """How far from the key is still right; the larger bound counts."""

    relative: Annotated[Number, Field(ge=0, lt=1)] = 0.0
    """Times the size of the key: how far an entry may be from it."""
    absolute: Annotated[Number, Field(ge=0)] = 0.0
    """How far an entry may be from the key, whatever its size."""
    figures: Annotated[int, Field(ge=1, le=10)] | None = None
    """To how many significant figures an entry agrees with the key; instead of the other two."""

    @model_validator(mode="after")
    def _not_nothing(self) -> ToleranceSpec:
        if self.figures is not None and (self.relative or self.absolute):
            msg = "says figures, or relative and absolute, not both"
            raise ValueError(msg)
        if self.figures is None and self.relative == self.absolute == 0:
            msg = "of nothing is written `tolerance: exact`"
            raise ValueError(msg)
        return self


class _AskBase(Model, title="part"):
    part: PartName = "answer"
    """The part's name; of several, each has its own."""
    label: Text | None = None
    """Beside the field, without holes; the part's name if nothing is said."""
    points: Annotated[Number, Field(gt=0, le=1000)] = 1.0
    """Weight of the part."""
    tolerance: (
        Annotated[
            Annotated[ToleranceSpec, Tag("mapping")]
            | Annotated[Literal["exact"], Tag("word")]
            | Annotated[Literal["exact"], Tag("number")],
            Discriminator(kind_of),
        ]
        | None
    ) = None
    """What is near enough to the key: `{relative:, absolute:}`, `{figures:}` or `exact`. If nothing
    is said, an entry may be off by 0.005 of its size or by 0.0005, whichever is more. The learner
    reads it in words before answering; the right value, rounded too coarsely, is handed back and
    costs nothing."""
    shuffle: bool = True
    """Whether each variant shows its choices in an order of its own."""
    proof: Expression | None = None
    """The key by another way, for `check`; a key that is a derivative needs none."""
    formula: Expression | None = None
    """Of an `expression`: the key as a learner would type it, if not as it is written."""
    partial: bool = False
    """Whether each right entry of a vector or matrix counts by itself."""
    follow_through: Annotated[Number, Field(ge=0, le=1)] = 1.0
    """Share of its score that a response earns which is right from the learner's own, wrong, values
    of other parts; 0 turns that off."""

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
    __doc__="One part: exactly one question type with its key.",
    **{
        _field(name): (
            FORMS[row.form] | None,
            Field(default=None, alias=name, description=row.key),
        )
        for name, row in REGISTRY.items()
    },
)
"""One part: exactly one question type of the registry with its key."""

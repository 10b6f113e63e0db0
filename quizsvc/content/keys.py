"""What may stand after a question type: the forms in which authors write keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from quizsvc.content.fields import Expression, Id, Line, Model, ParameterName, Text


class ChoiceSpec(Model):
    """One choice."""

    id: Id
    text: Text
    says: Text | None = None
    key: bool = False


class GraphSpec(Model):
    """The blanks of a fill-in graph."""

    of: ParameterName
    gradients: list[ParameterName] = []
    values: list[ParameterName] = []

    @model_validator(mode="after")
    def _some_blank(self) -> GraphSpec:
        if not self.gradients and not self.values:
            msg = "needs a blank: list some gradients or values"
            raise ValueError(msg)
        return self


class StepSpec(Model):
    """One of the steps to put in order."""

    id: Id
    text: Text


class MistakenSpec(Model):
    """A wrong order that deserves its own feedback."""

    id: Id
    order: Annotated[list[Id], Field(min_length=2)]
    says: Text


class OrderSpec(Model):
    """The steps of an ordering, in the right order."""

    steps: Annotated[list[StepSpec], Field(min_length=3, max_length=12)]
    mistaken: list[MistakenSpec] = []


class PairSpec(Model):
    """A term and what belongs to it."""

    id: Id
    term: Text
    match: Text
    says: Text | None = None


class PairsSpec(Model):
    """The pairs of a matching, and matches that belong to none."""

    pairs: Annotated[list[PairSpec], Field(min_length=2, max_length=12)]
    distractors: Annotated[list[Text], Field(max_length=8)] = []


class WordSpec(Model):
    """A word with its other spellings."""

    word: Line
    also: list[Line] = []
    says: Text | None = None


class WordsSpec(Model):
    """The words that are asked for, and wrong ones that deserve feedback."""

    right: Annotated[list[WordSpec], Field(min_length=1, max_length=100)]
    wrong: list[WordSpec] = []


class LineSpec(Model):
    """One line of a derivation."""

    id: Id
    text: Text
    says: Text | None = None
    wrong: bool = False


class LinesSpec(Model):
    """A derivation with one slip, and the value that belongs in the wrong line."""

    lines: Annotated[list[LineSpec], Field(min_length=3, max_length=12)]
    value: Expression


FORMS: dict[str, Any] = {
    "expression": Expression,
    "formula": Expression,
    "choices": Annotated[list[ChoiceSpec], Field(min_length=2, max_length=20)],
    "graph": GraphSpec,
    "text": Text,
    "order": OrderSpec,
    "pairs": PairsSpec,
    "words": WordsSpec,
    "lines": LinesSpec,
}
"""Form of a question type, as the registry names it, to its type in the schema."""

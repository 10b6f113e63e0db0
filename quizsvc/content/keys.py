"""What may stand after a question type: the forms in which authors write keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from quizsvc.content.fields import Expression, Id, Line, Model, ParameterName, Text


class ChoiceSpec(Model, title="choice"):
    """What can be chosen."""

    id: Id
    """Its name in results."""
    text: Text
    """What the learner reads, with holes."""
    says: Text | None = None
    """What whoever chooses it is told, with holes; not the key."""
    key: bool = False
    """Whether it is right."""


class GraphSpec(Model, title="graph with blanks"):
    """The blanks of a fill-in graph: each becomes a part, called `gradient-x` or `value-p`."""

    of: ParameterName
    """The `let` at the end, a number. Write one operation for each `let`."""
    gradients: list[ParameterName] = []
    """Names whose gradient is a blank."""
    values: list[ParameterName] = []
    """Names whose value is a blank."""

    @model_validator(mode="after")
    def _some_blank(self) -> GraphSpec:
        if not self.gradients and not self.values:
            msg = "needs a blank: list some gradients or values"
            raise ValueError(msg)
        return self


class StepSpec(Model, title="step"):
    """What is to be put in order."""

    id: Id
    """Its name in results, and in `mistaken` orders."""
    text: Text
    """What the learner reads, with holes. Steps with one text may change places."""


class MistakenSpec(Model, title="mistaken order"):
    """A wrong order that deserves its own feedback."""

    id: Id
    """Its name in results."""
    order: Annotated[list[Id], Field(min_length=2)]
    """The ids of steps, as whoever errs puts them."""
    says: Text
    """What such a learner is told, with holes."""


class OrderSpec(Model, title="steps in order"):
    """The steps of an ordering; the learner gives each its number."""

    steps: Annotated[list[StepSpec], Field(min_length=3, max_length=12)]
    """In the right order."""
    mistaken: list[MistakenSpec] = []
    """Wrong orders with feedback of their own."""


class PairSpec(Model, title="pair"):
    """A term and what belongs to it."""

    id: Id
    """Its name in results."""
    term: Text
    """What stands on the page, with holes."""
    match: Text
    """What the learner is to choose for it, with holes."""
    says: Text | None = None
    """What whoever errs here is told, with holes."""


class PairsSpec(Model, title="terms with their matches"):
    """The pairs of a matching, and matches that belong to none. Each right pair counts."""

    pairs: Annotated[list[PairSpec], Field(min_length=2, max_length=12)]
    """The terms, each with its match."""
    distractors: Annotated[list[Text], Field(max_length=8)] = []
    """Matches that belong to none."""


class WordSpec(Model, title="word"):
    """A word with its other spellings."""

    word: Line
    """As it is shown. Case, spaces, product signs and subscripts do not matter."""
    also: list[Line] = []
    """Other spellings and words that count alike."""
    says: Text | None = None
    """What whoever types it is told, if it is wrong."""


class WordsSpec(Model, title="words"):
    """The words that are asked for; right ones less those that do not belong count."""

    right: Annotated[list[WordSpec], Field(min_length=1, max_length=100)]
    """All that belong, in any order."""
    wrong: list[WordSpec] = []
    """Wrong ones that deserve feedback."""


class LineSpec(Model, title="line of a derivation"):
    """One step of it, in order."""

    id: Id
    """Its name in results."""
    text: Text
    """What the learner reads, with holes."""
    says: Text | None = None
    """What whoever suspects it, though it is right, is told."""
    wrong: bool = False
    """Whether this is the one with the slip."""


class LinesSpec(Model, title="derivation with a slip"):
    """A derivation with one slip. The line counts half, its value the other half."""

    lines: Annotated[list[LineSpec], Field(min_length=3, max_length=12)]
    """From first to last, one of them `wrong`."""
    value: Expression
    """What belongs in the wrong line: a number or a vector."""


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

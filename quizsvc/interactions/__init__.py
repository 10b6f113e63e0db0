"""Question types: one module each, and this registry.

A type is parse, grade, samples (`quizsvc.model.Interaction`). Its row says in which form an
author writes its key, and makes the interaction of a part from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from quizsvc.interactions.expression import Expression
from quizsvc.interactions.factor import Factor
from quizsvc.interactions.find_error import FindError
from quizsvc.interactions.graph import GraphBlank
from quizsvc.interactions.matching import Matching
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.multiple_choice import MultipleChoice
from quizsvc.interactions.number import Number
from quizsvc.interactions.ordering import Ordering
from quizsvc.interactions.power_of_ten import PowerOfTen
from quizsvc.interactions.single_choice import SingleChoice
from quizsvc.interactions.vector import Vector
from quizsvc.interactions.words import Words
from quizsvc.interactions.written import Written
from quizsvc.problems.tolerance import DEFAULT, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quizsvc.expr.shapes import Shape
    from quizsvc.model import Interaction


@dataclass(frozen=True, slots=True)
class QuestionType:
    """One row of the registry."""

    form: Literal[
        "expression", "formula", "choices", "graph", "text", "order", "pairs", "words", "lines"
    ]
    """How its key is written in YAML."""
    make: Callable[..., Interaction]
    shapes: Callable[[Shape], bool] = lambda _: True
    """Which shapes a key may have, for those with a computed key."""
    wants: str = ""
    """The same in words."""
    tolerance: Tolerance = DEFAULT
    """What is right where the author says nothing."""
    absolute: bool = False
    """Whether its tolerance can only be absolute."""


REGISTRY: Mapping[str, QuestionType] = MappingProxyType(
    {
        "number": QuestionType("expression", Number, lambda s: s == (), "a number"),
        "vector": QuestionType("expression", Vector, lambda s: len(s) == 1, "a vector"),
        "matrix": QuestionType("expression", Matrix, lambda s: len(s) == 2, "a matrix"),
        "factor": QuestionType("expression", Factor, lambda s: s == (), "a number"),
        "power-of-ten": QuestionType(
            "expression",
            PowerOfTen,
            lambda s: s == (),
            "a number",
            tolerance=Tolerance(0.0, 0.05),
            absolute=True,
        ),
        "expression": QuestionType("formula", Expression),
        "graph": QuestionType("graph", GraphBlank),
        "single-choice": QuestionType("choices", SingleChoice),
        "multiple-choice": QuestionType("choices", MultipleChoice),
        "ordering": QuestionType("order", Ordering),
        "matching": QuestionType("pairs", Matching),
        "words": QuestionType("words", Words),
        "find-error": QuestionType("lines", FindError),
        "written": QuestionType("text", Written),
    }
)
"""Name in YAML to question type."""

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
    key: str
    """The same in an author's words."""
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
        "number": QuestionType("expression", "A number.", Number, lambda s: s == (), "a number"),
        "vector": QuestionType(
            "expression", "A vector.", Vector, lambda s: len(s) == 1, "a vector"
        ),
        "matrix": QuestionType(
            "expression",
            "A matrix. The learner has a grid of fields, or pastes a whole matrix.",
            Matrix,
            lambda s: len(s) == 2,
            "a matrix",
        ),
        "factor": QuestionType(
            "expression",
            "A number: how many times as large. The learner may add the word: `2.5 times`, `×2.5`, "
            "`by a factor of 2.5`.",
            Factor,
            lambda s: s == (),
            "a number",
        ),
        "power-of-ten": QuestionType(
            "expression",
            "The *exponent* of ten of a size that may be too large or small for a computer number. "
            "The learner types `10^301`, `2^1000` or `301 orders of magnitude`. Its tolerance is "
            "absolute, in powers of ten (0.05 if nothing is said).",
            PowerOfTen,
            lambda s: s == (),
            "a number",
            tolerance=Tolerance(0.0, 0.05),
            absolute=True,
        ),
        "expression": QuestionType(
            "formula",
            "A formula in the symbols. The learner types it in any equivalent form, which is "
            "compared at random points.",
            Expression,
        ),
        "graph": QuestionType(
            "graph",
            "The blanks of a picture that is drawn from the graph.",
            GraphBlank,
        ),
        "single-choice": QuestionType("choices", "Choices, one with `key: true`.", SingleChoice),
        "multiple-choice": QuestionType(
            "choices",
            "Choices, some with `key: true`. The score is right picks less wrong picks, as a share "
            "of the right ones, and never below 0.",
            MultipleChoice,
        ),
        "ordering": QuestionType(
            "order",
            "Steps to put in order. With `partial: true` each step that rightly follows another "
            "counts.",
            Ordering,
        ),
        "matching": QuestionType("pairs", "Terms to match. Each right pair counts.", Matching),
        "words": QuestionType("words", "Words to name, in any order.", Words),
        "find-error": QuestionType(
            "lines",
            "A derivation with a slip: which line is wrong, and what belongs there?",
            FindError,
        ),
        "written": QuestionType(
            "text",
            "A model answer. The learner compares and rates himself, and no score counts.",
            Written,
        ),
    }
)
"""Name in YAML to question type."""

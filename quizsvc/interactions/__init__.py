"""Question types: one module each, and this registry.

A type is parse, grade, samples (`quizsvc.model.Interaction`). Its row says in which form an
author writes its key, and makes the interaction of a part from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from quizsvc.interactions.expression import Expression
from quizsvc.interactions.graph import GraphBlank
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.multiple_choice import MultipleChoice
from quizsvc.interactions.number import Number
from quizsvc.interactions.single_choice import SingleChoice
from quizsvc.interactions.vector import Vector
from quizsvc.interactions.written import Written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quizsvc.expr.shapes import Shape
    from quizsvc.model import Interaction


@dataclass(frozen=True, slots=True)
class QuestionType:
    """One row of the registry."""

    form: Literal["expression", "formula", "choices", "graph", "text"]
    """How its key is written in YAML."""
    make: Callable[..., Interaction]
    shapes: Callable[[Shape], bool] = lambda _: True
    """Which shapes a key may have, for those with a computed key."""
    wants: str = ""
    """The same in words."""


REGISTRY: Mapping[str, QuestionType] = MappingProxyType(
    {
        "number": QuestionType("expression", Number, lambda s: s == (), "a number"),
        "vector": QuestionType("expression", Vector, lambda s: len(s) == 1, "a vector"),
        "matrix": QuestionType("expression", Matrix, lambda s: len(s) == 2, "a matrix"),
        "expression": QuestionType("formula", Expression),
        "graph": QuestionType("graph", GraphBlank),
        "single-choice": QuestionType("choices", SingleChoice),
        "multiple-choice": QuestionType("choices", MultipleChoice),
        "written": QuestionType("text", Written),
    }
)
"""Name in YAML to question type."""

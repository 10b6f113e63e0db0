"""The learner's guide is served, and what it says of typing is what the fields do."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.parser import parse
from quizsvc.interactions.factor import Factor
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.number import Number
from quizsvc.interactions.numeric import read_expression
from quizsvc.interactions.power_of_ten import PowerOfTen
from quizsvc.interactions.vector import Vector
from quizsvc.model import DrawnPart, Invalid, Part
from quizsvc.problems.tolerance import DEFAULT
from quizsvc.web import help as guide

if TYPE_CHECKING:
    from quizsvc.model import Interaction

    from .pages import Visitor

TEXT = (Path(guide.__file__).parent.parent / "guides" / "learner.md").read_text(encoding="utf-8")
FIELDS: dict[str, Interaction] = {
    "a number": Number((), DEFAULT),
    "a vector": Vector((2,), DEFAULT),
    "a matrix": Matrix((2, 2), DEFAULT),
    "a factor": Factor((), DEFAULT),
    "a power of ten": PowerOfTen((), DEFAULT),
}


def rows(head: str) -> list[list[str]]:
    """Return the cells of the table whose head begins so."""
    table = TEXT.partition(f"| {head} |")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in table.split("\n")[2:]
    ]


def typed(cell: str) -> list[str]:
    """Return what stands in backticks."""
    return re.findall("`([^`]+)`", cell)


@pytest.mark.parametrize(("field", "texts", "value"), rows("In a field for"))
def test_what_can_be_typed_is_read_as_the_guide_says(field: str, texts: str, value: str) -> None:
    interaction = FIELDS[field]
    part = DrawnPart(Part("answer", interaction, ""), json.loads(value))

    assert typed(texts)
    for text in typed(texts):
        found = interaction.parse(text, part)
        assert not isinstance(found, Invalid), text
        np.testing.assert_allclose(found, json.loads(value), rtol=1e-5, err_msg=text)


@pytest.mark.parametrize(("texts", "meaning"), rows("Type"))
def test_the_spellings_of_a_formula_are_read_alike(texts: str, meaning: str) -> None:
    assert meaning
    for text in typed(texts):
        builder = GraphBuilder(learner=True)
        for name, shape in {"W1": (3, 3), "W2": (3, 3), "a": (3,), "b": (3,), "x": (3,)}.items():
            builder.input(name, shape)
        builder.add_sized(parse(text, ["W1", "W2", "a", "b", "x"]), (3, 3))


@pytest.mark.parametrize(("refused", "why", "instead"), rows("Not read"))
def test_what_the_guide_says_is_not_read_is_not_and_what_it_offers_is(
    refused: str, why: str, instead: str
) -> None:
    assert why
    with pytest.raises(ExpressionError):
        read_expression(typed(refused)[0])
    read_expression(typed(instead)[0])


def test_the_guide_is_served_and_linked_from_what_is_typed(ann: Visitor) -> None:
    page = ann.get("/help").text

    assert "<h1>Help</h1>" in page
    assert '<h2 id="typing">' in page
    for item in ("double", "block", "picture", "lists"):
        assert 'href="/help#typing"' in ann.get(f"/practice/{item}/1").text
    assert "/help#typing" not in ann.get("/practice/pick-one/1").text

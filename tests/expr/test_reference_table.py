"""The reference's table of what is written and what it means: each example is run."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pytest

from quizsvc.autodiff import Program, evaluate, to_array
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.settings import shipped

REFERENCE = shipped("content").parent / "quizsvc/guides/reference.md"
SECTION = (
    REFERENCE.read_text(encoding="utf-8").partition("\n## The language\n")[2].partition("\n## ")[0]
)

VALUES: dict[str, Any] = {
    name: json.loads(value)
    for name, value in re.findall(r"`(\w+) = ([^`]+)`", SECTION.partition("\n|")[0])
}
ROWS = re.findall(r"^\| (?!written)(.+?) \| (.+?) \| (.+?) \|$", SECTION, re.MULTILINE)
EXAMPLE = re.compile(r"(learner )?`([^`]+)` → (?:`([^`]+)`|refused “([^”]+)”)")


def evaluate_as_learner(text: str, values: dict[str, Any]) -> Any:
    builder = GraphBuilder(learner=True)
    for name, value in values.items():
        builder.input(name, np.shape(value))
    node = builder.read(text)
    inputs = {name: to_array(value, np.shape(value)) for name, value in values.items()}
    return Program(builder.graph, [node]).run(inputs).value(node)


def test_the_table_is_found_and_every_row_has_examples_and_nothing_else() -> None:
    assert len(ROWS) >= 35
    for _written, _means, examples in ROWS:
        assert re.sub(r"[,\s]+", "", EXAMPLE.sub("", examples)) == "", examples
        assert EXAMPLE.search(examples)


@pytest.mark.parametrize(
    ("learner", "text", "value", "refusal"),
    [example for _written, _means, examples in ROWS for example in EXAMPLE.findall(examples)],
)
def test_each_example_means_what_the_reference_says(
    learner: str, text: str, value: str, refusal: str
) -> None:
    read = evaluate_as_learner if learner else evaluate
    if refusal:
        with pytest.raises(ExpressionError, match=re.escape(refusal)):
            read(text, VALUES)
        return
    expected = json.loads(value)
    found = read(text, VALUES)

    assert np.shape(found) == np.shape(expected)
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-12)

"""The author's reference cannot rot: its examples load, and it names all there is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quizsvc.autodiff import evaluate
from quizsvc.certify import certify_item
from quizsvc.content import load_bank
from quizsvc.content.given_spec import GivenSpec
from quizsvc.content.parameters import parameter
from quizsvc.expr.primitives import (
    CONSTRUCTORS,
    DERIVATIVES,
    FUNCTIONS,
    PRIMITIVES,
    SYNONYMS,
)
from quizsvc.interactions import REGISTRY
from quizsvc.problems import tolerance
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.settings import shipped

from . import reference_tables
from .expr.test_reference_table import VALUES

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = reference_tables.PATH.read_text(encoding="utf-8")

EXAMPLES = re.findall(
    r"```yaml (item|lesson|course|figure|assessment|claims)\n(.*?)```", REFERENCE, re.DOTALL
)


def test_every_example_loads_and_every_item_among_them_grades_its_samples(tmp_path: Path) -> None:
    texts = (shipped("content") / "misconceptions.yaml").read_text(encoding="utf-8")
    without_links = re.sub(r"^  see: .*\n", "", texts, flags=re.MULTILINE)
    (tmp_path / "misconceptions.yaml").write_text(without_links, encoding="utf-8")
    for kind, text in EXAMPLES:
        if kind == "claims":
            (tmp_path / "claims.yaml").write_text(text, encoding="utf-8")
            continue
        name = re.search(r"^id: (.+)$", text, re.MULTILINE)
        assert name is not None
        folder = tmp_path / f"{kind}s"
        folder.mkdir(exist_ok=True)
        (folder / f"{name[1]}.yaml").write_text(text, encoding="utf-8")
    bank = load_bank(tmp_path)

    assert bank.faults == []
    pages = len(bank.lessons) + len(bank.courses) + len(bank.figures) + len(bank.assessments)
    of_levels = 2  # one example makes two items more
    assert bank.claims is not None
    assert len(EXAMPLES) + of_levels == len(bank.items) + pages + 1
    for item in bank.items.values():
        assert certify_item(item, 5).faults == []


def test_every_table_of_fields_and_misconceptions_is_as_the_code_has_it() -> None:
    assert reference_tables.blocks(REFERENCE) == reference_tables.EXPECTED
    assert reference_tables.with_tables(REFERENCE) == REFERENCE, (
        "run: python -m tests.reference_tables"
    )


def test_every_named_misconception_has_its_text() -> None:
    texts = (shipped("content") / "misconceptions.yaml").read_text(encoding="utf-8")

    assert re.findall(r"^([a-z-]+):$", texts, re.MULTILINE) == list(MAL_RULES)


def test_the_words_on_tolerances_and_grids_are_the_defaults_of_the_code() -> None:
    """What is worked out when nothing is said stands in prose, not in the models."""
    default, exponent = tolerance.DEFAULT, REGISTRY["power-of-ten"].tolerance

    assert f"off by {default.relative} of its size or by {default.absolute}," in REFERENCE
    assert f"in powers of ten ({exponent.absolute} if nothing is said)" in REFERENCE
    assert "Of the decimal grid; 0.1 if nothing is said." in REFERENCE
    grid = parameter("r", GivenSpec(decimals=[0.0, 1.0]), {}).grid
    assert grid == (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


FUNCTION = re.compile(r"^\| `(\w+)\(([^`]*)\)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
_, _, AFTER = REFERENCE.partition("\n## The functions\n")


def test_every_function_stands_in_a_table_with_its_arguments_and_their_shapes() -> None:
    of_one = {"max": "largest", "min": "smallest"}
    told = set()
    for name, arguments, takes, _value, _examples in FUNCTION.findall(AFTER):
        count = len(arguments.split(", "))
        primitive = of_one.get(name, name) if count == 1 else name
        row = PRIMITIVES[SYNONYMS.get(primitive, primitive)]
        assert (row.arity, row.shape.__doc__) == (count, takes), name
        told.add(name)
    conditions = {name for name in FUNCTIONS if name in PRIMITIVES and PRIMITIVES[name].condition}

    assert told == FUNCTIONS - CONSTRUCTORS - DERIVATIVES - conditions
    for name in CONSTRUCTORS | DERIVATIVES | conditions:
        assert f"| `{name}(" in AFTER, name


@pytest.mark.parametrize(
    ("text", "value"),
    re.findall(r"`([^`]+)` → `([^`]+)`", AFTER),
)
def test_the_examples_of_the_functions_come_out_as_the_reference_says(
    text: str, value: str
) -> None:
    found = evaluate(text, VALUES)

    assert np.shape(found) == np.shape(json.loads(value))
    assert np.allclose(found, json.loads(value), rtol=1e-12, atol=1e-12)

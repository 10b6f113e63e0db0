"""A class of thirty with planted beliefs, and an assessment for it on the shipped items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.content import load_file
from quizsvc.model import Assessment, AssessmentEntry
from quizsvc.render.numbers import to_text
from quizsvc.render.templates import compile_template

from .classes import Class, misled, right
from .course import shipped_bank

if TYPE_CHECKING:
    from pathlib import Path

    from quizsvc.content import ItemBank
    from quizsvc.model import RawResponse, Variant
    from quizsvc.store.assignments import Assignment

    from .classes import Answer

SMALL = """
id: three-slopes
title: One of three slopes
objectives: [doubling]
given:
  j: {one_of: [0.25, -0.5, 0.75]}
  x: {one_of: [8]}
let:
  y: x + j * x
stem: A block computes $y = {{= y}}$ with $j = {{j}}$ and $x = {{x}}$. What is $y$?
ask:
  number: y
misconceptions:
  - {id: branch-alone, value: j * x, says: "This is the branch alone, without the skip connection."}
"""

SIGNS = """
id: choose-an-order
title: Which product
objectives: [doubling]
stem: Which product is the long path?
ask:
  single-choice:
    - {id: forward, text: "$J_1 J_2$", says: "The block met last stands on the left."}
    - {id: back, text: "$J_2 J_1$", key: true, says: "Right."}
    - {id: sum, text: "$J_1 + J_2$", says: "A path is a product."}
"""

ITEMS = ("block-jacobian", "two-block-gradient", "three-slopes", "choose-an-order")


def planted_bank(folder: Path) -> ItemBank:
    """Return the shipped bank with two more items, and an assessment of four."""
    bank = shipped_bank()
    items = dict(bank.items)
    for name, text in (("three-slopes", SMALL), ("choose-an-order", SIGNS)):
        path = folder / f"{name}.yaml"
        path.write_text(text.lstrip(), encoding="utf-8")
        items |= load_file(path).items
    chosen = Assessment(
        "planted",
        "Planted beliefs",
        compile_template("Answer all.", formula=str),
        tuple(AssessmentEntry((item,)) for item in ITEMS),
    )
    return replace(bank, items=items, assessments={**bank.assessments, "planted": chosen})


def of_the_branch(variant: Variant) -> RawResponse:
    """Answer with the slope of the branch at its input: a gradient that nobody asked for."""
    drawn = variant.parts[0]
    given = {name: np.asarray(value) for name, value in variant.parameters.items()}
    on = (given["W1"] @ given["x"] > 0).astype(float)
    return {drawn.name: to_text((on[:, None] * given["W1"]).tolist())}


def total_without_output(variant: Variant) -> RawResponse:
    """Give for the whole gradient that of the first block alone."""
    j1 = variant.parameters["j1"]
    return {**right(variant), "total": to_text(1 + j1)}


def guessing(text: str) -> Answer:
    """Type something into the last part alone."""
    return lambda variant: {**right(variant), variant.parts[-1].name: text}


def seat(assigned: Assignment, the_class: Class) -> None:
    """Let thirty learners sit: the first ones are good, those behind them err as is planted."""
    for number, member in enumerate(the_class.members):
        answers: dict[str, Answer] = dict.fromkeys(ITEMS, right)
        if 10 <= number < 18:
            answers["block-jacobian"] = misled("drop-skip")
        elif 18 <= number < 25:
            answers["block-jacobian"] = of_the_branch
        elif number >= 27:
            answers["block-jacobian"] = guessing("[[91, 17], [23, 57]]")
        if 12 <= number < 18:
            answers["two-block-gradient"] = misled("long-path-forgotten")
        elif 18 <= number < 24:
            answers["two-block-gradient"] = total_without_output
        elif number == 24:
            answers["two-block-gradient"] = guessing("1234.5")
        if number >= 20:
            answers["choose-an-order"] = lambda _: {"answer": "forward"}
        elif number == 5:
            answers["choose-an-order"] = lambda _: {"answer": "sum"}
        answers["three-slopes"] = _only_the_negative
        the_class.sit(member, assigned, *(answers[item] for item in ITEMS))


def _only_the_negative(variant: Variant) -> RawResponse:
    """Err in one variant only."""
    if variant.parameters["j"] < 0:
        return misled("branch-alone")(variant)
    return right(variant)

"""What somebody can send costs no more than its length: in patterns, in answers, in forms.

Costs are compared as ratios of CPU time, of a text and of one four times as long: what backtracks
takes at least sixteen times as long for it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from time import process_time
from typing import TYPE_CHECKING

import pytest

import quizsvc
from quizsvc.content import load_bank
from quizsvc.grading import MAX_RAW_LENGTH, grade
from quizsvc.variants import draw

from ..bank import write_bank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


LONG = 8_000
ENOUGH = 0.03
"""Seconds of CPU below which no ratio is worth a thought."""

SEEDS = (
    "a", "0", " ", "-", "=", ".", "1.", "1e", "a ", " a", "(", "[", "{", "}", "{{", "$", "\\", "/",
    ";", ";=", "; =", "\n", "\t ", "<", "<a", "|", "*", "_", ":", "::", "?", "#", "%", "'", '"',
    "&", "é", "𝐱", "a1", "a_", "-a", "A", "x,", "1,", "=-", "+-", "h1", "https://", "href=\"",
)  # fmt: skip


WAYS = {"sub": "search", "finditer": "search", "findall": "search", "split": "search"}
"""How a pattern is used to what that comes to: it is tried from every place of a text."""

LEFT_OUT = ("quizsvc.certify.", "quizsvc.cli", "quizsvc.render.maths")
"""What reads only what the service or its converter of formulas has made, of bounded length, or
what is typed at the command line."""


def patterns() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Yield what every pattern of the package is used for."""
    for info in pkgutil.walk_packages(quizsvc.__path__, "quizsvc."):
        if info.name.startswith(LEFT_OUT):
            continue
        module = importlib.import_module(info.name)
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            way = WAYS.get(node.func.attr, node.func.attr)
            if way not in ("search", "match", "fullmatch"):
                continue
            name = ast.unparse(node.func.value)
            pattern = vars(module).get(name)
            if name == "re" and node.args and isinstance(node.args[0], ast.Constant):
                pattern = re.compile(node.args[0].value)
            if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
                yield f"{info.name}:{node.lineno}", getattr(pattern, way)


def grows_too_fast(run: Callable[[str], object], seed: str) -> bool:
    """Tell whether a text of four times the length costs ten times as much, or more."""

    def cost(length: int) -> float:
        text = f"1{seed * (length // len(seed))})\x01"  # almost what was looked for
        began = process_time()
        run(text)
        return process_time() - began

    long = cost(LONG)
    if long < ENOUGH:
        return False
    short = min(cost(LONG // 4) for _ in range(3))
    return min(long, cost(LONG)) > 10 * short


def test_no_pattern_backtracks() -> None:
    found = dict(patterns())
    assert len(found) > 40
    slow = [
        (name, seed) for name, run in found.items() for seed in SEEDS if grows_too_fast(run, seed)
    ]
    assert slow == []


def test_a_pattern_that_backtracks_is_noticed() -> None:
    assert grows_too_fast(re.compile(r"\s+$").search, " ")


@pytest.fixture(scope="module")
def variants(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Callable[[str], object]]]:
    """What grades a text in every part of each item of the small bank."""
    bank = load_bank(write_bank(tmp_path_factory.mktemp("bank")))

    def grading(item_id: str) -> Callable[[str], object]:
        variant = draw(bank.items[item_id], 7)
        names = [drawn.name for drawn in variant.parts]
        return lambda text: grade(variant, dict.fromkeys(names, text))

    return [(item_id, grading(item_id)) for item_id in bank.items]


ANSWERS = (
    *SEEDS, "1+", "9^", "9**9", "sin(", "[[", "1;", "sqrt ", "-(", "1e999999", "x x ", "½",
    "1 1/2 ", "(1)", "[1 2; 3 4] ", "I ", "2n", "n'", "1/", "a->b ", "one ", "one\n", "plus ",
    "twice=",
)  # fmt: skip


def test_no_answer_costs_more_than_its_length(
    variants: list[tuple[str, Callable[[str], object]]],
) -> None:
    slow = [(item, seed) for item, run in variants for seed in ANSWERS if grows_too_fast(run, seed)]
    assert slow == []


def test_the_dearest_answer_is_one_of_bounded_cost(
    variants: list[tuple[str, Callable[[str], object]]],
) -> None:
    for item, run in variants:
        for text in (
            "9**9**9**9", "9^9^9^9^9", "1e999999", "1e-999999", "0." + "0" * 60_000 + "1",
            "9" * MAX_RAW_LENGTH, "factorial(10^9)", "[" + "1," * 30_000 + "1]",
            "zeros(10^9, 10^9)",
            "I(10^9)", "inv(ones(64,64))^99999999999", "(" * 30_000 + "1" + ")" * 30_000,
            "eigenvalues(ones(64, 64)^64)" + "+1" * 20_000,
        ):  # fmt: skip
            began = process_time()
            run(text)
            assert process_time() - began < 2, f"{item}: {text[:40]}, in seconds of CPU"

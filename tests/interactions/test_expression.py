"""Formulas: every equivalent form is right, near misses are not, and slips have names."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quizsvc import variants
from quizsvc.expr.nodes import Call, Name, Number, Span, Tree, children
from quizsvc.expr.parser import parse
from quizsvc.expr.text import tree_text
from quizsvc.grading import grade_part
from quizsvc.model import Echo, Invalid, PartOutcome, Unread

from ..course import shipped_bank

if TYPE_CHECKING:
    from collections.abc import Callable

    from quizsvc.model import DrawnPart

JACOBIAN = "I + W2 diag(1 - tanh(W1 x)^2) W1"
GRADIENT = "(I + J1)' (I + J2)' g"
HERE = Span(0, 1)


@cache
def part(item: str) -> DrawnPart:
    return variants.draw(shipped_bank().items[item], 0).parts[0]


def judge(item: str, formula: str) -> PartOutcome | Invalid:
    return grade_part(part(item), formula)


@pytest.mark.parametrize(
    "formula",
    [
        JACOBIAN,
        "W2 diag(tanh'(W1 x)) W1 + I(3)",
        "I + W2 diag(ones(2) - tanh(W1 x) .* tanh(W1 x)) W1",
        "I + W₂ diag(1 − tanh(W₁ x)²) W₁", "(W1' diag(1 - tanh(W1 x)^2) W2')ᵀ + I",
        "I + W2W1 - W2 diag(tanh(W1 x) .* tanh(W1 x)) W1",
    ],
)  # fmt: skip
def test_equivalent_formulas_are_right(formula: str) -> None:
    judged = judge("jacobian-formula", formula)

    assert isinstance(judged, PartOutcome), judged
    assert judged.score == 1


@pytest.mark.parametrize(
    ("item", "formula", "misconception"),
    [
        ("jacobian-formula", "W2 diag(1 - tanh(W1 x)^2) W1", "drop-skip"),
        ("jacobian-formula", "I", "skip-only"),
        ("jacobian-formula", "I + W2 W1", "ignore-activation"),
        ("jacobian-formula", "I + W2 diag(tanh(W1 x)) W1", "value-for-slope"),
        ("jacobian-formula", "I + W2 diag(1 - tanh(tanh(W1 x))^2) W1", "derivative-at-output"),
        ("gradient-formula", "(I + J2)' (I + J1)' g", "reversed-product"),
        ("gradient-formula", "(I + J2) (I + J1) g", "missing-transpose"),
        ("gradient-formula", "J1' J2' g", "plain-network"),
        ("gradient-formula", "((I + J1)' .* (I + J2)') g", "elementwise-product"),
        ("gradient-formula", "(I + J1) (I + J2)' g", "missing-transpose"),
        ("gradient-formula", "(I + J1)' (I + J2)' g + 0.001 g", None),
    ],
)
def test_slips_are_told_apart_by_name(item: str, formula: str, misconception: str | None) -> None:
    judged = judge(item, formula)

    assert isinstance(judged, PartOutcome), judged
    assert (judged.score, judged.misconception) == (0, misconception)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("I + W1 diag(1 - tanh(W1 x)^2) W2", "3 columns meet 2 rows"),
        ("W1 x", "A 3 × 3 matrix is asked for; this is a vector of 2."),
        ("I + W3", "“W3” is not known here"), ("jacobian(y, x)", "not for answers"),
        ("y + 1", "“y” is not known here"), ("I + log(0 x) x'", "no finite real value"),
    ],
)  # fmt: skip
def test_what_has_another_shape_or_no_value_is_handed_back(formula: str, message: str) -> None:
    judged = judge("jacobian-formula", formula)

    assert isinstance(judged, Invalid)
    assert message in judged.messages["answer"]


def test_a_formula_is_echoed_in_maths_with_its_shape() -> None:
    interaction = part("jacobian-formula").part.interaction

    assert interaction.echo("I + W2W1") == Echo("I + W_{2} W_{1}", "a 3 × 3 matrix")
    assert interaction.echo("I + ") == Unread("Something is missing after “+”.", 2, 1)
    assert interaction.echo("W1 x") == Echo(
        "W_{1} x", "A 3 × 3 matrix is asked for; this is a vector of 2."
    )
    domain = interaction.echo("I + log(0 x) x'")
    assert isinstance(domain, Unread)
    assert domain.start == 4


# --- random rewrites ----------------------------------------------------------------------------


def call(function: str, *arguments: Tree) -> Call:
    return Call(function, arguments, HERE)


def is_call(tree: Tree, function: str) -> bool:
    return isinstance(tree, Call) and tree.function == function


def regroup(tree: Tree) -> Tree:
    """(A B) C = A (B C), and the same for sums."""
    for function in ("*", "+"):
        if is_call(tree, function) and is_call(children(tree)[0], function):
            (first, second), last = children(children(tree)[0]), children(tree)[1]
            return call(function, first, call(function, second, last))
    return tree


def swap_addends(tree: Tree) -> Tree:
    return call("+", *reversed(children(tree))) if is_call(tree, "+") else tree


def distribute_left(tree: Tree) -> Tree:
    """A (B + C) = A B + A C."""
    if is_call(tree, "*") and is_call(children(tree)[1], "+"):
        factor, (first, second) = children(tree)[0], children(children(tree)[1])
        return call("+", call("*", factor, first), call("*", factor, second))
    return tree


def distribute_right(tree: Tree) -> Tree:
    """(A + B) C = A C + B C."""
    if is_call(tree, "*") and is_call(children(tree)[0], "+"):
        (first, second), factor = children(children(tree)[0]), children(tree)[1]
        return call("+", call("*", first, factor), call("*", second, factor))
    return tree


def transpose_twice(tree: Tree) -> Tree:
    return tree if isinstance(tree, Number) else call("transpose", call("transpose", tree))


def transpose_product(tree: Tree) -> Tree:
    """(A B)ᵀ = Bᵀ Aᵀ, and (A + B)ᵀ = Aᵀ + Bᵀ."""
    if not is_call(tree, "transpose"):
        return tree
    (inner,) = children(tree)
    if is_call(inner, "*"):
        return call("*", *(call("transpose", each) for each in reversed(children(inner))))
    if is_call(inner, "+"):
        return call("+", *(call("transpose", each) for each in children(inner)))
    return tree


def halves(tree: Tree) -> Tree:
    """A = A/2 + A/2."""
    half = call("/", tree, Number(2.0, HERE))
    return tree if isinstance(tree, Number) else call("+", half, half)


LONGEST = 400
"""Characters of a rewritten formula; what is much longer is refused for its cost."""

REWRITES: list[Callable[[Tree], Tree]] = [
    regroup, swap_addends, distribute_left, distribute_right, transpose_twice, transpose_product,
    halves,
]  # fmt: skip


def places(tree: Tree, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Return the places of all sub-trees that are matrices or vectors: none within a function."""
    found = [path]
    if isinstance(tree, Call) and tree.function in ("+", "*", "transpose"):
        for number, child in enumerate(tree.arguments):
            found += places(child, (*path, number))
    return found


def rewritten(tree: Tree, path: tuple[int, ...], rewrite: Callable[[Tree], Tree]) -> Tree:
    if not path:
        return rewrite(tree)
    assert isinstance(tree, Call)
    arguments = list(tree.arguments)
    arguments[path[0]] = rewritten(arguments[path[0]], path[1:], rewrite)
    return call(tree.function, *arguments)


@st.composite
def equivalents(draw: st.DrawFn, formula: str) -> Tree:
    tree = sized(parse(formula))
    for _ in range(draw(st.integers(1, 6))):
        path = draw(st.sampled_from(places(tree)))
        longer = rewritten(tree, path, draw(st.sampled_from(REWRITES)))
        if len(tree_text(longer)) <= LONGEST:
            tree = longer
    return tree


def sized(tree: Tree) -> Tree:
    """Give every identity its size, which a rewrite could take away."""
    if isinstance(tree, Name) and tree.name == "I":
        return call("I", Number(3.0, HERE))
    if isinstance(tree, Call):
        return Call(tree.function, tuple(sized(a) for a in tree.arguments), HERE, tree.derivative)
    return tree


@given(equivalents(JACOBIAN))
def test_any_rewriting_of_a_matrix_formula_is_right(tree: Tree) -> None:
    judged = judge("jacobian-formula", tree_text(tree))

    assert isinstance(judged, PartOutcome), (tree_text(tree), judged)
    assert judged.score == 1


@given(equivalents(GRADIENT))
def test_any_rewriting_of_a_vector_formula_is_right(tree: Tree) -> None:
    judged = judge("gradient-formula", tree_text(tree))

    assert isinstance(judged, PartOutcome), (tree_text(tree), judged)
    assert judged.score == 1


@given(equivalents(GRADIENT), st.sampled_from(["J1", "J2", "J1'", "J2 J1"]))
def test_a_near_miss_of_any_rewriting_is_wrong(tree: Tree, extra: str) -> None:
    judged = judge("gradient-formula", f"{tree_text(tree)} + 0.01 {extra} g")

    assert isinstance(judged, PartOutcome), judged
    assert judged.score == 0

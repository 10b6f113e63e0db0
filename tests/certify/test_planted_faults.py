"""Each kind of fault, planted by hand, is caught with its line; so is each warning."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quizsvc.autodiff import rules
from quizsvc.certify import certify_bank
from quizsvc.content import load_bank
from quizsvc.expr.primitives import PRIMITIVES, Rule

if TYPE_CHECKING:
    from pathlib import Path

ITEM = """\
id: probe
title: A probe
given:
  x: {vector: 2, integers: [-3, 3], exclude: [0]}
  W: {matrix: [2, 2], integers: [-2, 2], exclude: [0]}
let:
  a: W * x
  y: x + tanh(a / 4)
where:
  - all(abs(a) >= 1)
stem: Let $y = {{= y}}$, $a = {{= a}}$, $W = {{W}}$ and $x = {{x}}$. Find $J$.
ask:
  matrix: jacobian(y, x)
  tolerance: {absolute: 0.01}
misconceptions: [drop-skip]
"""

CHOICES = """\
id: probe
title: A probe
given:
  p: {one_of: [2, 3]}
stem: Which is $p$ for $p = {{p}}$?
ask:
  single-choice:
    - {id: right, text: "{{p}}", key: true}
    - {id: other, text: "{{5 - p}}"}
    - {id: same, text: "{{2 + 0 * p}}"}
"""

TEXTS = """\
drop-skip: {title: Forgotten, says: The skip is missing.}
ignore-activation: {title: Ignored, says: The slope is missing.}
"""


def check(root: Path, item: str, seeds: int = 30) -> tuple[list[str], list[str]]:
    """Return the faults and the warnings of one item, without the directory's name."""
    (root / "items").mkdir(exist_ok=True)
    (root / "items" / "probe.yaml").write_text(item, encoding="utf-8")
    (root / "misconceptions.yaml").write_text(TEXTS, encoding="utf-8")
    bank = load_bank(root)
    faults, warnings = list(bank.faults), []
    for _, found, warned in certify_bank(bank, seeds):
        faults.extend(found)
        warnings.extend(warned)
    return (
        [str(fault).rpartition("items/")[2] for fault in faults],
        [str(warning).rpartition("items/")[2] for warning in warnings],
    )


def test_the_probe_itself_is_certified(tmp_path: Path) -> None:
    assert check(tmp_path, ITEM) == ([], [])


def test_a_wrong_derivative_rule_is_caught_at_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Rule(lambda g, y, x: g * (1 - y))  # noqa: ARG005 - tanh' is 1 - y²
    row = replace(PRIMITIVES["tanh"], rules=(wrong,))
    monkeypatch.setattr(rules, "PRIMITIVES", {**PRIMITIVES, "tanh": row})

    (fault,), _ = check(tmp_path, ITEM)

    assert fault.startswith("probe.yaml:13:11: At seed 0 the key of part answer is [[")
    assert "but the second evaluator gives [[" in fault


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        # An impossible condition, and one that hardly any draw meets.
        ("all(abs(a) >= 1)", "all(abs(a) >= 99)", "probe.yaml:10:3: At seed 0 no candidate meets"),
        ("all(abs(a) >= 1)", "all(a == 4)", "probe.yaml:10:3: Only "),
        # A kink in every draw, and one that is reached only now and then.
        ("tanh(a / 4)", "relu(a - a)", "probe.yaml:13:3: At seed 0 no candidate meets"),
        # A misconception that answers the key.
        ("[drop-skip]", "[drop-skip, ignore-activation]", None),
        ("tanh(a / 4)", "relu(a + 99)", "probe.yaml:15:29: “ignore-activation” answers the key"),
        # A proof that proves something else.
        ("  tolerance", "  proof: jacobian(a, x)\n  tolerance", "probe.yaml:13:11: At seed 0 the"),
        # What the learner reads is not what was drawn, or is not there.
        ("$W = {{W}}$", "$W = {{W | 1 digit}}$", None),
        ("$W = {{W}}$ and ", "", "probe.yaml:11:7: “W” is drawn and a key rests on it, but"),
    ],
)
def test_a_planted_fault_is_named_at_its_line(
    tmp_path: Path, was: str, becomes: str, fault: str | None
) -> None:
    item = ITEM
    if "ignore-activation" in str(fault):
        item = item.replace("[drop-skip]", "[drop-skip, ignore-activation]")
    assert was in item
    faults, _ = check(tmp_path, item.replace(was, becomes))

    if fault is None:
        assert faults == []
    else:
        assert faults
        assert faults[0].startswith(fault)


def test_a_rounded_parameter_in_the_stem_is_caught(tmp_path: Path) -> None:
    item = ITEM.replace("integers: [-3, 3], exclude: [0]", "decimals: [0.25, 2.75], step: 0.25")
    assert check(tmp_path, item) == ([], [])

    (fault,), _ = check(tmp_path, item.replace("{{x}}", "{{x | 1 decimal}}"))

    assert fault.startswith("probe.yaml:11:7: At seed ")
    assert "the stem shows \\begin{bmatrix}" in fault


def test_two_choices_that_look_the_same_are_never_drawn_together(tmp_path: Path) -> None:
    faults, _ = check(tmp_path, CHOICES)
    assert faults[0].startswith("probe.yaml:7:3: At seed 0 no candidate meets all conditions")
    assert "two choices look the same" in faults[0]

    faults, _ = check(tmp_path, CHOICES.replace("{{2 + 0 * p}}", "{{5 - p}}"))
    assert faults == ["probe.yaml:10:25: This choice looks the same as “other”."]


def test_warnings_are_given_until_the_author_accepts_them(tmp_path: Path) -> None:
    item = """\
id: probe
title: A probe
given:
  p: {integers: [2, 9]}
stem: What is $p^2$ for $p = {{p}}$?
ask:
  number: p^2
"""
    faults, warnings = check(tmp_path, item)
    assert faults == []
    assert [w.split(": ", 1)[1][:30] for w in warnings] == [
        "There are only 8 variants: lea",
        "In 16 % of the variants the wh",
        "The key of answer is unproven:",
    ]
    accepted = item + (
        "  proof: p * p\n"
        "accept:\n"
        "  - {warning: few-variants, because: Squares are few.}\n"
        "  - {warning: guessable, because: They are to be known by heart.}\n"
    )
    assert check(tmp_path, accepted) == ([], [])


def test_an_item_about_a_kink_states_its_convention_and_is_proven_all_the_same(
    tmp_path: Path,
) -> None:
    item = """\
id: probe
title: A probe
given:
  x: {one_of: [-1, 0, 1]}
  c: {integers: [2, 90]}
let:
  f: c * relu(x)
stem: Let $f = {{= f}}$ with $c = {{c}}$. Find $f'(x)$ at $x = {{x}}$.
ask:
  number: grad(f, x)
"""
    (fault,), _ = check(tmp_path, item.replace("[-1, 0, 1]", "[0]"))
    assert "a kink that the gradient passes is nearer than 0.01" in fault

    about = item + "kinks: convention\n"
    (fault,), _ = check(tmp_path, about)
    assert fault == (
        "probe.yaml:11:8: An item about a kink says in its stem what holds there, as in σ'(0) = 0."
    )
    stated = about.replace("Find", "We take $\\operatorname{ReLU}'(0) = 0$. Find")
    assert check(tmp_path, stated, seeds=200) == (
        [],
        ["probe.yaml:10:3: In 76 % of the variants the whole key is 0."],
    )


def test_sizes_that_only_happen_to_be_equal_are_told_apart(tmp_path: Path) -> None:
    item = ITEM.replace("given:", "sizes: {n: 2, k: 2}\ngiven:")
    item = item.replace("vector: 2", "vector: n").replace("[2, 2]", "[n, n]")
    assert check(tmp_path, item) == ([], [])

    faults, _ = check(tmp_path, item.replace("[n, n]", "[k, n]"))

    assert faults == ["probe.yaml:9:6: A vector of n and a vector of k cannot be added."]


LARGE = """\
id: probe
title: A large probe
given:
  x: {vector: 2, integers: [1, 3]}
  A: {matrix: [64, 64], decimals: [1, 2], step: 0.0001}
stem: Double $x = {{x}}$, whatever $A = {{A}}$ is.
ask:
  vector: 2 * x
"""


def test_a_matrix_in_the_stem_that_is_too_large_to_be_shown_is_a_fault(tmp_path: Path) -> None:
    faults, _ = check(tmp_path, LARGE, 2)

    assert "probe.yaml:6:7: {{A}} is a 64 × 64 matrix: too large to be shown." in faults

"""Partial credit, follow-through, recognised values and nudges: what a response earns and hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quizsvc import variants
from quizsvc.content import load_bank
from quizsvc.grading import grade
from quizsvc.model import Invalid, Outcome

if TYPE_CHECKING:
    from pathlib import Path

    from quizsvc.model import Variant

CHAIN = """\
id: chain
title: A chain
given:
  p: 3
  q: -2
  r: 5
let:
  u: p * q
  s: u + r
  f: s * u
stem: $u = {{= u}}$, $s = {{= s}}$, $f = {{= f}}$ for $p = {{p}}$, $q = {{q}}$, $r = {{r}}$.
ask:
  - {part: u, number: u, tolerance: exact}
  - {part: s, number: s, tolerance: exact}
  - {part: at-u, number: "grad(f, u)", tolerance: exact}
  - {part: at-p, number: "grad(f, p)", tolerance: exact}
  - {part: half, number: "1000 + s", follow_through: 0.5}
"""
# u = -6, s = -1, f = 6; ∂f/∂u = s + u = -7; ∂f/∂p = -7 q = 14.
RIGHT = {"u": "-6", "s": "-1", "at-u": "-7", "at-p": "14", "half": "999"}

BLOCK = """\
id: block
title: A block
given:
  x: [1, -2]
  W: [[1, 2], [3, 1]]
  U: [[1, 1], [0, 2]]
let:
  a: W * x
  h: relu(a)
  y: x + U * h
stem: $a = {{= a}}$, $h = {{= h}}$, $y = {{= y}}$, $W = {{W}}$, $U = {{U}}$, $x = {{x}}$.
ask:
  - {part: hidden, vector: h, tolerance: exact}
  - {part: value, vector: y, tolerance: exact, partial: true}
  - {part: slope, matrix: "jacobian(y, x)", tolerance: exact}
misconceptions: [drop-skip, ignore-activation]
"""
# a = (-3, 1), h = (0, 1), y = (2, 0); J = [[3, 1], [6, 2]], so I + J = [[4, 1], [6, 3]].
BLOCK_RIGHT = {"hidden": "[0, 1]", "value": "[2, 0]", "slope": "[[4, 1], [6, 3]]"}

TEXTS = """\
drop-skip: {title: Forgotten, says: The skip is missing.}
ignore-activation: {title: Ignored, says: The slope is missing.}
"""


def variant(root: Path, text: str) -> Variant:
    (root / "items").mkdir()
    name = text.split("\n", 1)[0].removeprefix("id: ")
    (root / "items" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (root / "misconceptions.yaml").write_text(TEXTS, encoding="utf-8")
    bank = load_bank(root)
    assert bank.faults == []
    return variants.draw(bank.items[name], 0)


def graded(drawn: Variant, right: dict[str, str], **wrong: str) -> Outcome:
    outcome = grade(drawn, right | {name.replace("_", "-"): text for name, text in wrong.items()})
    assert isinstance(outcome, Outcome), outcome
    return outcome


def scores(outcome: Outcome) -> dict[str, Any]:
    return {name: part.score for name, part in outcome.parts.items()}


def test_a_later_part_is_right_from_an_earlier_wrong_value(tmp_path: Path) -> None:
    # With u = 6: s = 11, ∂f/∂u = s + u = 17 and ∂f/∂p = 17 q = -34, by the same edges.
    outcome = graded(
        variant(tmp_path, CHAIN), RIGHT, u="6", s="11", at_u="17", at_p="-34", half="1011"
    )

    assert scores(outcome) == {"u": 0, "s": 1, "at-u": 1, "at-p": 1, "half": 0.5}
    assert [name for name, part in outcome.parts.items() if part.followed] == [
        "s", "at-u", "at-p", "half",
    ]  # fmt: skip
    assert "Right from your earlier value" in outcome.parts["at-p"].message


def test_a_wrong_gradient_is_followed_through_its_node(tmp_path: Path) -> None:
    outcome = graded(variant(tmp_path, CHAIN), RIGHT, at_u="4", at_p="-8")

    assert scores(outcome) == {"u": 1, "s": 1, "at-u": 0, "at-p": 1, "half": 1}


def test_what_follows_from_nothing_is_wrong_and_what_is_right_stays_right(tmp_path: Path) -> None:
    outcome = graded(variant(tmp_path, CHAIN), RIGHT, u="6", at_p="123")

    assert scores(outcome) == {"u": 0, "s": 1, "at-u": 1, "at-p": 0, "half": 1}


@pytest.mark.parametrize(
    ("hidden", "value", "follows"),
    [("[2, 1]", "[4, 0]", True), ("[0, 0]", "[1, -2]", False)],
)
def test_a_value_that_leaves_nothing_to_compute_is_not_followed(
    tmp_path: Path, hidden: str, value: str, follows: bool
) -> None:
    outcome = graded(variant(tmp_path, BLOCK), BLOCK_RIGHT, hidden=hidden, value=value)

    assert outcome.parts["value"].followed is follows


def test_each_entry_counts_where_the_author_says_so(tmp_path: Path) -> None:
    outcome = graded(
        variant(tmp_path, BLOCK), BLOCK_RIGHT, value="[2, 7]", slope="[[4, 1], [6, 9]]"
    )

    assert scores(outcome) == {"hidden": 1, "value": 0.5, "slope": 0}
    assert outcome.score == pytest.approx((1 + 0.5 + 0) / 3)


def test_a_misconception_is_named_in_one_part_also_where_it_explains_most_entries(
    tmp_path: Path,
) -> None:
    drawn = variant(tmp_path, BLOCK)

    whole = graded(drawn, BLOCK_RIGHT, slope="[[3, 1], [6, 2]]")
    assert whole.misconception == whole.parts["slope"].misconception == "drop-skip"
    assert whole.parts["slope"].message == "The skip is missing."
    in_numbers = whole.parts["slope"].in_numbers  # apart, since the key is in it
    assert r"it gives $\begin{bmatrix}3 & 1 \\ 6 & 2\end{bmatrix}$" in in_numbers
    assert r"$\begin{bmatrix}4 & 1 \\ 6 & 3\end{bmatrix}$ comes out" in in_numbers

    partly = graded(drawn, BLOCK_RIGHT, slope="[[3, 7], [6, 2]]")
    assert partly.misconception == "drop-skip"
    assert "2 of the others are as if" in partly.parts["slope"].message

    one = graded(drawn, BLOCK_RIGHT, slope="[[3, 1], [6, 3]]")
    assert one.misconception is None


def test_another_value_of_the_graph_is_recognised(tmp_path: Path) -> None:
    drawn = variant(tmp_path, CHAIN)

    # -6 is both u and ∂f/∂s, 5 is given, and 0 and ±1 could be anything.
    assert graded(drawn, RIGHT, at_p="-7").parts["at-p"].message == (
        "This is $\\partial f/\\partial u$, not $\\partial f/\\partial p$."
    )
    assert graded(drawn, RIGHT, at_u="6").parts["at-u"].message == (
        "This is $f$, not $\\partial f/\\partial u$."
    )
    for unclear in ("-6", "5", "-1", "0", "123"):
        assert not graded(drawn, RIGHT, at_p=unclear).parts["at-p"].recognised


ROUNDED = """\
id: rounded
title: Rounded
stem: What is $e$, and what is a third?
ask:
  - {part: e, number: e, tolerance: {figures: 4}, proof: exp(1)}
  - {part: third, number: 1/3, tolerance: exact, proof: 3^-1}
  - {part: near, number: 2000/3, tolerance: {absolute: 0.01}, proof: 2000 * 3^-1}
"""


@pytest.mark.parametrize(
    ("part", "typed", "kind"),
    [
        ("e", "2.718", "right"), ("e", "2.7182818", "right"), ("e", "2.719", "wrong"),
        ("e", "2.72", "nudged"), ("e", "2.7", "nudged"), ("e", "3", "wrong"),
        ("third", "1/3", "right"), ("third", "0.333", "nudged"), ("third", "0.34", "wrong"),
        ("near", "666.67", "right"), ("near", "667", "nudged"), ("near", "666", "wrong"),
    ],
)  # fmt: skip
def test_a_right_value_that_is_too_coarse_is_handed_back_and_costs_nothing(
    tmp_path: Path, part: str, typed: str, kind: str
) -> None:
    right = {"e": "2.71828", "third": "1/3", "near": "666.667"}
    judged = grade(variant(tmp_path, ROUNDED), {**right, part: typed})

    if kind == "nudged":
        assert isinstance(judged, Invalid)
        assert "Nothing was counted." in judged.messages[part]
    else:
        assert isinstance(judged, Outcome)
        assert judged.parts[part].score == (kind == "right")


def test_outcomes_of_an_older_version_are_still_read(tmp_path: Path) -> None:
    stored = graded(variant(tmp_path, CHAIN), RIGHT).as_json()
    for part in stored["parts"].values():
        del part["followed"], part["recognised"]

    assert Outcome.from_json(stored).parts["u"].followed is False


def test_at_a_deadline_what_cannot_be_read_scores_0_and_says_why(tmp_path: Path) -> None:
    chain = variant(tmp_path, CHAIN)
    raw = {**RIGHT, "u": "-6 +", "s": ""}
    refused = grade(chain, raw, blank_is_zero=True)
    judged = grade(chain, raw, blank_is_zero=True, unread_is_zero=True)

    assert isinstance(refused, Invalid)
    assert isinstance(judged, Outcome)
    assert {name: part.score for name, part in judged.parts.items()} == {
        "u": 0, "s": 0, "at-u": 1, "at-p": 1, "half": 1,
    }  # fmt: skip
    assert judged.parts["u"].message == refused.messages["u"]
    assert judged.parts["s"].message == "Nothing was answered here."
    assert judged.score == 0.6

"""Orders, pairs, words, factors, powers of ten and slips: what is read, and what it earns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.interactions.factor import Factor
from quizsvc.interactions.find_error import FindError, Line
from quizsvc.interactions.matching import Matching, Option, Pair
from quizsvc.interactions.number import Number
from quizsvc.interactions.ordering import MistakenOrder, OrderedStep, Ordering
from quizsvc.interactions.power_of_ten import PowerOfTen
from quizsvc.interactions.words import Word, Words
from quizsvc.model import DrawnPart, Interaction, Invalid, Part, Predicted
from quizsvc.problems.tolerance import EXACT, Tolerance
from quizsvc.render.templates import compile_template

if TYPE_CHECKING:
    from quizsvc.model import PartOutcome, Template


def text(source: str) -> Template:
    return compile_template(source, formula=str)


def drawn(interaction: Interaction, *predicted: Predicted, computed: Any = None) -> DrawnPart:
    part = Part("answer", interaction, "")
    order = tuple(range(interaction.shuffles))
    return DrawnPart(part, interaction.key(computed, {}), predicted, order)


def judged(part: DrawnPart, raw: str) -> PartOutcome:
    response = part.part.interaction.parse(raw, part)
    assert not isinstance(response, Invalid), response
    return part.part.interaction.grade(response, part)


def refused(part: DrawnPart, raw: str) -> str:
    found = part.part.interaction.parse(raw, part)
    assert isinstance(found, Invalid)
    return found.messages["answer"]


LAYERS = Ordering(
    tuple(
        OrderedStep(name, text(words))
        for name, words in [
            ("relu-1", "ReLU"), ("conv-1", "convolve"), ("relu-2", "ReLU"), ("conv-2", "convolve"),
            ("add", "add"),
        ]
    ),
    (
        MistakenOrder(
            "post", ("conv-1", "relu-1", "conv-2", "add", "relu-2"), text("That is after the sum.")
        ),
    ),
    partial=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        ("relu-1 conv-1 relu-2 conv-2 add", 1),
        ("relu-1=1 conv-1=2 relu-2=3 conv-2=4 add=5", 1),
        ("relu-2, conv-1, relu-1, conv-2, add", 1),  # what looks alike may change places
        ("relu-1 conv-1 relu-2 add conv-2", 0.5),  # the first, and two of four neighbours
        ("add relu-1 conv-1 relu-2 conv-2", 0.5),  # three of four, but neither end
        ("add conv-2 relu-1 conv-1 relu-2", 1 / 3),
    ],
)
def test_an_order_counts_by_who_follows_whom(raw: str, score: float) -> None:
    assert judged(drawn(LAYERS), raw).score == pytest.approx(score)


def test_a_mistaken_order_is_named_and_its_lookalikes_too() -> None:
    found = judged(drawn(LAYERS), "conv-2 relu-2 conv-1 add relu-1")

    assert found.misconception == "post"
    assert found.message == "That is after the sum."


@pytest.mark.parametrize(
    ("raw", "phrase"),
    [
        ("relu-1=1 conv-1=2", "3 of the 5 have no place yet"),
        ("relu-1=1 conv-1=1 relu-2=3 conv-2=4 add=5", "Place 1 is given twice"),
        ("relu-1=1 conv-1=9 relu-2=3 conv-2=4 add=5", "Places are 1 to 5"),
        ("relu-1 conv-1 relu-2 conv-2 pool", "There is no step pool"),
    ],
)
def test_half_an_order_is_handed_back(raw: str, phrase: str) -> None:
    assert phrase in refused(drawn(LAYERS), raw)


PAIRS = Matching(
    (
        Pair("skip", text("skip connection"), "o1", text("It goes past.")),
        Pair("branch", text("branch"), "o2"),
        Pair("bus", text("bus"), "o1"),
    ),
    (Option("o1", text("the identity")), Option("o2", text("$F$")), Option("o3", text("the loss"))),
)


def test_each_right_pair_counts_and_a_wrong_one_is_explained() -> None:
    part = drawn(PAIRS)

    assert judged(part, "skip=o1 branch=o2 bus=o1").score == 1
    found = judged(part, "skip=o3 branch=o2 bus=o1")
    assert found.score == pytest.approx(2 / 3)
    assert found.message.endswith("> skip connection\n\nIt goes past.")
    assert "1 of the 3 have no match yet" in refused(part, "skip=o1 bus=o2")
    assert "There is no o9" in refused(part, "skip=o9 branch=o2 bus=o1")
    assert PAIRS.response_in_words("skip=o3 branch=o2 bus=o1", part).startswith(
        "- skip connection: the loss"
    )


PATHS = Words(
    (Word("I", ("III", "identity")), Word("J1", ("IJ1",)), Word("J2 J1", ("J1 J2",))),
    (Word("J1 + J2", ("J1+J2",), text("Paths multiply.")),),
)


@pytest.mark.parametrize(
    ("raw", "score"),
    [
        ("I, J1, J2J1", 1), ("j₁·j₂; J_1\nidentity", 1), ("$J_2 J_1$, IJ1, III", 1),
        ("1. I\n2) J1\n• J2\\cdot J1", 1), ("I J1 J2J1", 1), ("[I, J1, J_2 J_1]", 1),
        ("J1, J1, J1", 1 / 3), ("J1 + J2", 0), ("I, J1", 2 / 3), ("I, J1, J2J1, J3", 2 / 3),
        ("J3, J4", 0),
    ],
)  # fmt: skip
def test_words_count_in_any_order_and_spelling_less_those_that_do_not_belong(
    raw: str, score: float
) -> None:
    assert judged(drawn(PATHS), raw).score == pytest.approx(score)


def test_what_does_not_belong_is_named_as_it_was_typed() -> None:
    assert "`J_3 J_1`" in judged(drawn(PATHS), "I, J_3 J_1").message


def test_a_word_that_a_slip_gives_is_explained() -> None:
    assert judged(drawn(PATHS), "I, J1 + J2").message.endswith("Paths multiply.")
    assert "no word" in refused(drawn(PATHS), " , ; ")


FACTOR = Factor((), Tolerance(0.01, 0))


@pytest.mark.parametrize(
    "raw",
    ["2.5", "2.5 times", "×2.5", "x 2.5", "2.5x", "2.5-fold", "by a factor of 2.5", "5/2",
     "2.5 times as large", "250 %", "2.5×", "factor of 2.5", "2.5 times bigger"],
)  # fmt: skip
def test_a_factor_may_carry_its_words(raw: str) -> None:
    assert judged(drawn(FACTOR, computed=2.5), raw).score == 1


def test_words_for_a_smaller_size_are_asked_back() -> None:
    for raw in ("3 times smaller", "3 times as small", "three times less"):
        assert "1/3 times" in refused(drawn(FACTOR, computed=1 / 3), raw)


@pytest.mark.parametrize("raw", ["times", "x", "2.5 apples", "1,5 times"])
def test_what_is_no_factor_is_handed_back(raw: str) -> None:
    assert refused(drawn(FACTOR, computed=2.5), raw)


POWER = PowerOfTen((), Tolerance(0, 0.05))


@pytest.mark.parametrize(
    ("raw", "exponent"),
    [
        ("10^301", 301), ("2^1000", 301.03), ("1.07·10^301", 301.03), ("1e301", 301),
        ("301 orders of magnitude", 301), ("0.1^5000", -5000), ("1e-5000", -5000),
        ("1/10^400", -400), ("3 × 10⁻⁵⁰⁰", -499.52), ("1000", 3), ("10^-4.58 times", -4.58),
        ("(1/2)^(10)", -3.01), ("25 %", -0.602), ("1/1e170", -170), ("10^1.5e2", 150),
        ("2^4.28e2", 128.84), ("1e3^40", 120), ("10^{12.5}", 12.5),
    ],
)  # fmt: skip
def test_a_size_beyond_every_float_is_read_as_its_power_of_ten(raw: str, exponent: float) -> None:
    assert POWER.parse(raw, drawn(POWER, computed=0.0)) == pytest.approx(exponent, abs=0.01)


@pytest.mark.parametrize("raw", ["0", "-10^3", "10^", "2^[1, 2]", "x", "many orders of magnitude"])
def test_what_is_no_positive_size_is_handed_back(raw: str) -> None:
    assert refused(drawn(POWER, computed=1.0), raw)


def test_an_exponent_where_the_power_belongs_is_handed_back() -> None:
    assert "10^(128.84)" in refused(drawn(POWER, computed=128.84), "128.84")
    assert "10^(−170)" in refused(drawn(POWER, computed=-170.0), "−170")
    assert POWER.parse("128.84", drawn(POWER, computed=5.0)) == pytest.approx(2.11, abs=0.01)


SLIP = FindError(
    (
        Line("first", text("$2 + 2 = 4$"), text("Two and two are four."), wrong=False),
        Line("second", text("$2 \\cdot 3 = 5$"), None, wrong=True),
        Line("third", text("$5 - 1 = 4$"), None, wrong=False),
    ),
    Number((), EXACT),
)


def test_the_line_counts_half_and_its_value_the_other_half() -> None:
    part = drawn(SLIP, Predicted("added", "answer", 5.0, "You added."), computed=6.0)

    assert judged(part, "second: 6").score == 1
    assert judged(part, "second: 7").score == 0.5
    added = judged(part, "second: 5")
    assert (added.score, added.misconception) == (0.5, "added")
    assert judged(part, "first: 6").message == "Two and two are four."
    assert judged(part, "third: 6").score == 0
    assert "Give the value" in refused(part, "second:")
    assert "Choose the line" in refused(part, ": 6")
    assert refused(part, "second: 1,5")


def test_the_fields_of_a_slip_come_back_as_they_were() -> None:
    raw = SLIP.read_form({"answer": ["second"], "answer.value": [" 1 1/2 "]}, "answer")

    assert raw == "second: 1 1/2"
    assert SLIP.filled(raw) == {"second": "second", "value": "1 1/2"}
    assert SLIP.read_form({"answer": [], "answer.value": [" "]}, "answer") == ""

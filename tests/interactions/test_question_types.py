"""What a tired learner types into each kind of field, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest

from quizsvc.interactions.choices import Choice
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.multiple_choice import MultipleChoice
from quizsvc.interactions.number import Number
from quizsvc.interactions.vector import Vector
from quizsvc.interactions.written import Written
from quizsvc.model import DrawnPart, Interaction, Invalid, Part, Predicted
from quizsvc.problems.tolerance import DEFAULT
from quizsvc.render.templates import compile_template

NUMBER, VECTOR, MATRIX = Number((), DEFAULT), Vector((2,), DEFAULT), Matrix((2, 2), DEFAULT)


def drawn(interaction: Interaction, key: Any, *predicted: Predicted) -> DrawnPart:
    return DrawnPart(Part("answer", interaction, ""), key, predicted)


@pytest.mark.parametrize(
    ("interaction", "raw", "value"),
    [
        (NUMBER, " -7/2 ", -3.5), (NUMBER, "−3", -3), (NUMBER, "1.2×10^-3", 0.0012),
        (NUMBER, "25%", 0.25), (NUMBER, "2^3", 8), (NUMBER, "sqrt(4)", 2),
        (VECTOR, "[1,2]", [1, 2]), (VECTOR, "1, 2", [1, 2]), (VECTOR, "1 2", [1, 2]),
        (VECTOR, "(1; 2)".replace(";", ","), [1, 2]), (VECTOR, "1\n2", [1, 2]),
        (MATRIX, "[[1, 2], [3, 4]]", [[1, 2], [3, 4]]), (MATRIX, "1 2\n3 4", [[1, 2], [3, 4]]),
        (MATRIX, "1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]), (MATRIX, "1\t1/2\n3\t2 - 1",
         [[1, 0.5], [3, 1]]), (MATRIX, "1, 2; 3, 4", [[1, 2], [3, 4]]),
    ],
)  # fmt: skip
def test_honest_spellings_are_read(interaction: Interaction, raw: str, value: Any) -> None:
    assert interaction.parse(raw, drawn(interaction, value)) == value


@pytest.mark.parametrize(
    ("interaction", "raw", "phrase"),
    [
        (NUMBER, "1,5", "1.5"), (NUMBER, "1 1/2", "mixed"), (NUMBER, "x", "not known"),
        (NUMBER, "[1, 2]", "A number is asked for"), (NUMBER, "jacobian(y, x)", "not for answers"),
        (NUMBER, "nan", "computed with"), (NUMBER, "9^9^9", "finite"),
        (NUMBER, "1 < 2", "not for answers"),
        (VECTOR, "1,5", "one decimal or two entries"), (VECTOR, "1 2 3", "vector of 3"),
        (MATRIX, "1\t\n3\t4", "Row 1, column 2 is empty"),
        (MATRIX, "1\tx\n3\t4", "Row 1, column 2: “x”"), (MATRIX, "1\t2\t3\n4\t5\t6", "2 × 2"),
        (MATRIX, "[1 2; 3]", "equally long"), (MATRIX, "7", "A 2 × 2 matrix is asked for"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_invalid_and_says_why(
    interaction: Interaction, raw: str, phrase: str
) -> None:
    found = interaction.parse(raw, drawn(interaction, 0))

    assert isinstance(found, Invalid)
    assert phrase in found.messages["answer"]


def test_a_response_near_a_misconceptions_answer_names_it() -> None:
    belief = Predicted("drop-skip", "answer", [[3, 1], [6, 2]], "The skip was forgotten.")
    part = drawn(MATRIX, [[4, 1], [6, 3]], belief)

    assert MATRIX.grade([[4.01, 1], [6, 3]], part).score == 1
    assert MATRIX.grade([[3, 1.001], [6, 2]], part).misconception == "drop-skip"
    assert MATRIX.grade([[4, 1], [6, 9]], part).message == "3 of 4 entries are right."


def test_the_fields_of_a_grid_are_one_text_and_a_paste_goes_before_them() -> None:
    posted = {"answer.0.0": ["1"], "answer.0.1": [" 2 "], "answer.1.0": ["3"], "answer.1.1": ["4"]}

    assert MATRIX.read_form(posted, "answer") == "1\t2\n3\t4"
    assert MATRIX.read_form({**posted, "answer": ["[5 6; 7 8]"]}, "answer") == "[5 6; 7 8]"
    assert MATRIX.read_form({key: [""] for key in posted}, "answer") == ""


@pytest.mark.parametrize(
    ("raw", "score"), [("a b", 1), ("a", 0.5), ("a, c", 0), ("a b c", 0.5), ("c d", 0)]
)
def test_right_picks_less_wrong_picks_and_never_below_zero(raw: str, score: float) -> None:
    text = compile_template("A choice.", formula=str)
    choices = tuple(Choice(name, text, None, name in "ab") for name in "abcd")
    interaction = MultipleChoice(choices, shuffled=True)
    part = drawn(interaction, ["a", "b"])

    assert interaction.grade(interaction.parse(raw, part), part).score == score


def test_what_is_said_of_several_choices_stands_below_each() -> None:
    choices = tuple(
        Choice(name, compile_template(f"Choice {name}.", formula=str), says, key=name == "a")
        for name, says in [
            ("a", None),
            ("b", compile_template("Not b.", formula=str)),
            ("c", compile_template("Nor c.", formula=str)),
        ]
    )
    interaction = MultipleChoice(choices, shuffled=True)
    part = drawn(interaction, ["a"])

    assert interaction.grade(["b", "c"], part).message.endswith(
        "> Choice b.\n\nNot b.\n\n> Choice c.\n\nNor c."
    )


def test_no_machine_scores_a_written_answer() -> None:
    interaction = Written(compile_template("A model answer.", formula=str))
    part = drawn(interaction, "A model answer.")

    assert interaction.grade("Anything", part).score is None
    assert isinstance(interaction.parse("x" * 20_001, part), Invalid)

"""How each typed field reads a text back while it is typed, and what is handed back for free."""

from __future__ import annotations

from typing import Any

import pytest

from quizsvc.grading import grade_part
from quizsvc.interactions.factor import Factor
from quizsvc.interactions.find_error import FindError, Line
from quizsvc.interactions.graph import GraphBlank
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.number import Number
from quizsvc.interactions.power_of_ten import PowerOfTen
from quizsvc.interactions.single_choice import SingleChoice
from quizsvc.interactions.vector import Vector
from quizsvc.interactions.words import Word, Words
from quizsvc.model import DrawnPart, Echo, Interaction, Invalid, Part, Predicted, Unread
from quizsvc.problems.tolerance import DEFAULT, EXACT, Tolerance
from quizsvc.render.templates import compile_template

NUMBER, VECTOR, MATRIX = Number((), DEFAULT), Vector((2,), DEFAULT), Matrix((2, 2), DEFAULT)
ROW, COLUMN, WIDE = Matrix((1, 2), DEFAULT), Matrix((2, 1), DEFAULT), Matrix((2, 3), DEFAULT)
FACTOR, POWER = Factor((), DEFAULT), PowerOfTen((), Tolerance(0.0, 0.05))
TEXT = compile_template("A line.", formula=str)
SLIP = FindError((Line("one", TEXT, None, wrong=True),), NUMBER)


def drawn(interaction: Interaction, key: Any, *predicted: Predicted) -> DrawnPart:
    return DrawnPart(Part("answer", interaction, ""), key, predicted)


def marked(text: str, found: object) -> str:
    """Return a text with angle brackets around what is not understood."""
    assert isinstance(found, Unread)
    assert found.start is not None
    end = found.start + found.length
    return f"{text[: found.start]}‹{text[found.start : end]}›{text[end:]}"


@pytest.mark.parametrize(
    ("interaction", "text", "words"),
    [
        (NUMBER, " 7/3", "a number"), (GraphBlank((), DEFAULT), "7/3", "a number"),
        (VECTOR, "1, 2", "a vector of 2"), (VECTOR, "1\t2", "a vector of 2"),
        (VECTOR, "1 2 3", "A vector of 2 is asked for; this is a vector of 3."),
        (MATRIX, "1\t2\n3\t4", "a 2 × 2 matrix"), (MATRIX, "[1 2; 3 4]", "a 2 × 2 matrix"),
        (MATRIX, "\t2\n\t", "a 2 × 2 matrix, 1 of 4 entries"),
        (MATRIX, "1 2 3\n4 5 6", "A 2 × 2 matrix is asked for; this is a 2 × 3 matrix."),
        (COLUMN, "1\n", "a 2 × 1 matrix, 1 of 2 entries"), (COLUMN, "\n1", "1 of 2 entries"),
        (FACTOR, "by a factor of 2.5", "a number"), (POWER, "0.9^100", ""),
        (SLIP, "7/3", "a number"),
        (Words((Word("skip"),)), "a, b", "2 entries: “a”, “b”"),
    ],
)  # fmt: skip
def test_what_is_read_is_told_with_its_shape(
    interaction: Interaction, text: str, words: str
) -> None:
    found = interaction.echo(text)

    assert isinstance(found, Echo)
    assert words in found.words


@pytest.mark.parametrize(
    ("interaction", "text", "place"),
    [
        (NUMBER, "  2 +", "  2 ‹+›"), (NUMBER, "2 ) 3", "2 ‹)› 3"), (NUMBER, "1,5", "1‹,›5"),
        (NUMBER, "1 + 1/0", "1 + ‹1/0›"), (NUMBER, "2 + foo", "2 + ‹foo›"),
        (NUMBER, "sin(30°)", "sin(30‹°›)"),
        (VECTOR, " 1, x ", " 1, ‹x› "), (VECTOR, "1, (2 ", "1, (2‹› "),
        (VECTOR, "1,5", "1‹,›5"), (VECTOR, "1\tx", "1\t‹x›"),
        (MATRIX, "1\t2\n3\t4 )", "1\t2\n3\t4 ‹)›"), (MATRIX, "1 2\n3 x", "1 2\n3 ‹x›"),
        (MATRIX, "1 2\n3 1,5", "1 2\n3 1‹,›5"), (MATRIX, "1 2; 3 y", "1 2; 3 ‹y›"),
        (MATRIX, "1\t[1 2]\n3\t4", "1\t‹[1 2]›\n3\t4"),
        (FACTOR, " ×2 + times", " ×2 ‹+› times"), (FACTOR, "3 times less", "3 times ‹less›"),
        (POWER, "1e5 * 1e-4 )", "1e5 * 1e-4 ‹)›"), (POWER, "-3e5", "‹-3e5›"),
        (POWER, "x orders of magnitude", "‹x› orders of magnitude"),
        (SLIP, "2 )", "2 ‹)›"),
    ],
)  # fmt: skip
def test_what_is_not_understood_has_its_place_in_what_was_typed(
    interaction: Interaction, text: str, place: str
) -> None:
    assert marked(text, interaction.echo(text)) == place


def test_a_preview_of_cells_shows_them_as_they_were_written() -> None:
    found = MATRIX.echo("1/2\t√2\n-3\t")

    assert isinstance(found, Echo)
    assert found.latex.count(r"\frac{1}{2}") == found.latex.count(r"\sqrt{2}") == 1
    assert found.latex.count(r"\Box") == 1


def test_uneven_rows_are_named() -> None:
    assert MATRIX.echo("1 2\n3") == Unread("Row 2 has 1 entry, but row 1 has 2.")


def test_a_preview_of_words_is_the_same_for_right_ones_and_others() -> None:
    interaction = Words((Word("skip connection"), Word("plain")))

    told = [interaction.echo(text) for text in ("skip connection", "strange connection")]

    assert [each.words.partition(":")[2] for each in told] == [
        " commas or new lines separate several."
    ] * 2


def test_what_is_chosen_has_no_preview() -> None:
    assert SingleChoice((), shuffled=False).echo("one") is None


@pytest.mark.parametrize(
    "interaction", [NUMBER, VECTOR, MATRIX, FACTOR, POWER, SLIP, GraphBlank((), DEFAULT)]
)
def test_every_symbol_of_a_palette_is_part_of_the_language(interaction: Interaction) -> None:
    for symbol in interaction.symbols:
        text = {"()": "(1)", "[]": "[1]", ",": "[1, 1]", "%": "1%", "×": "1×1"}.get(symbol)
        text = text or (symbol[:-1] + "1)" if symbol.endswith("()") else f"{symbol}1")
        readable = text if symbol in ("−", "π", "e") or text[0] not in "/^·" else f"1{text}"
        found = NUMBER.echo(readable.replace("π1", "π").replace("e1", "e"))
        assert isinstance(found, Echo), symbol


@pytest.mark.parametrize(
    ("interaction", "key", "raw", "phrase"),
    [
        (Number((), EXACT), 1 / 3, "0.33", "The exact one is asked for"),
        (Number((), EXACT), 11 / 9, "1.22222222", "The exact one is asked for"),
        (Number((), Tolerance(0, 0, figures=4)), 0.12345, "0.123", "rounded too coarsely"),
        (VECTOR, [1, 2], "[[1, 2]]", "write [1, 2] for a column"),
        (VECTOR, [1, 2], "[1, 2]'", "write [1, 2] for a column"),
        (ROW, [[1, 2]], "[1, 2]", "write [[1, 2]] for a row"),
        (COLUMN, [[1], [2]], "[1, 2]", "Write [[1], [2]]"),
        (WIDE, [[1, 2, 3], [4, 5, 6]], "[[1, 4], [2, 5], [3, 6]]", "changed places"),
        (NUMBER, 40, "40%", "leave the sign % out"),
        (NUMBER, 40, "40 %", "40 % is read as 0.4"),
        (NUMBER, 0.5, "sin(30°)", "radians"),
        (VECTOR, [1, 5], "1,5", "one decimal or two entries"),
        (VECTOR, [1, 5], "1, (5", "A bracket is never closed"),
        (POWER, -5, "-5", "Is this the exponent?"),
        (SLIP, {"line": "one", "value": 40}, "one: 40%", "leave the sign % out"),
    ],
)
def test_a_right_answer_in_another_form_is_handed_back_free_of_charge(
    interaction: Interaction, key: Any, raw: str, phrase: str
) -> None:
    found = grade_part(drawn(interaction, key), raw)

    assert isinstance(found, Invalid)
    assert phrase in found.messages["answer"]


@pytest.mark.parametrize(
    ("interaction", "key", "raw", "score"),
    [
        (VECTOR, [1, 2], "1, 2", 1), (VECTOR, [1, 2], "[[1], [2]]", 1), (NUMBER, 0.4, "40%", 1),
        (NUMBER, 40, "0.4", 0), (NUMBER, 0.4, "40", 0), (NUMBER, 3, "7%", 0),
        (Number((), EXACT), 1 / 3, "0.34", 0),
    ],
)  # fmt: skip
def test_what_is_right_or_wrong_is_judged_as_ever(
    interaction: Interaction, key: Any, raw: str, score: float
) -> None:
    found = grade_part(drawn(interaction, key), raw)

    assert not isinstance(found, Invalid)
    assert found.score == score


def test_a_per_cent_that_a_misconception_gives_is_named_and_not_handed_back() -> None:
    part = drawn(NUMBER, 40, Predicted("share", "answer", 0.4, "That is the share."))
    found = grade_part(part, "40%")

    assert not isinstance(found, Invalid)
    assert found.misconception == "share"

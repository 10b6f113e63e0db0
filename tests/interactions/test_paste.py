"""What a spreadsheet, a text or a page puts on the clipboard, pasted into one field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizsvc.autodiff import evaluate
from quizsvc.interactions.matrix import Matrix
from quizsvc.interactions.numeric import read_expression
from quizsvc.interactions.paste import MAX_PASTE
from quizsvc.interactions.vector import Vector
from quizsvc.model import DrawnPart, Interaction, Invalid, Part
from quizsvc.problems.tolerance import DEFAULT

VECTOR, MATRIX, COLUMN = Vector((3,), DEFAULT), Matrix((2, 2), DEFAULT), Matrix((2, 1), DEFAULT)


def parsed(interaction: Interaction, raw: str) -> Any:
    return interaction.parse(raw, DrawnPart(Part("answer", interaction, ""), 0, ()))


@pytest.mark.parametrize(
    ("interaction", "raw", "value"),
    [
        (MATRIX, "1\t2\n3\t4", [[1, 2], [3, 4]]),
        (MATRIX, "1\t2\r\n3\t4\r\n", [[1, 2], [3, 4]]),
        (MATRIX, "1\t2\r3\t4\r", [[1, 2], [3, 4]]),
        (MATRIX, "\n 1\t2 \n3\t4\n\n", [[1, 2], [3, 4]]),
        (MATRIX, "−1\t1/2\n1.2×10^-3\t50%", [[-1, 0.5], [0.0012, 0.5]]),
        (MATRIX, "1 2\r\n3 -4\r\n", [[1, 2], [3, -4]]),
        (MATRIX, "1,5\n2,6", [[1, 5], [2, 6]]),  # a comma-separated file
        (MATRIX, "1, 5\n2, 6", [[1, 5], [2, 6]]),
        (MATRIX, "1 2;\n3 4;", [[1, 2], [3, 4]]),
        (MATRIX, "[1 2\r\n3 4]\r\n", [[1, 2], [3, 4]]),
        (COLUMN, "1\n2\n", [[1], [2]]),
        (VECTOR, "1\n-2\n3", [1, -2, 3]),
        (VECTOR, "1\r\n-2\r\n3\r\n", [1, -2, 3]),
        (VECTOR, "1\t-2\t3\r\n", [1, -2, 3]),
        (VECTOR, "1/2\t2 - 1\t√4", [0.5, 1, 2]),
        (VECTOR, "[1,\n 2,\n 3]\n", [1, 2, 3]),
    ],
)
def test_a_paste_is_read(interaction: Interaction, raw: str, value: Any) -> None:
    assert parsed(interaction, raw) == value


@pytest.mark.parametrize(
    ("interaction", "raw", "phrase"),
    [
        (MATRIX, "1\t2\n3\t1,5", "Row 2, column 2: Is 1,5 meant as 1.5"),
        (MATRIX, "1\t1,000\n3\t4", "Row 1, column 2: Is 1,000 the whole number"),
        (MATRIX, "1 2\n3 1,5", "Row 2, column 2: Is 1,5 meant as 1.5"),
        (COLUMN, "1\n1,5", "Row 2, column 1: Is 1,5 meant as 1.5"),
        (VECTOR, "1\n1,5\n2", "Row 2, column 1: Is 1,5 meant as 1.5"),
        (VECTOR, "1\t2\t1,5", "Row 1, column 3: Is 1,5 meant as 1.5"),
        (MATRIX, "1\t\n3\t4\n", "Row 1, column 2 is empty"),
        (MATRIX, "\t2\n3\t4", "Row 1, column 1 is empty"),
        (MATRIX, "1\t2\n3", "2 rows of up to 2 entries"),
        (MATRIX, "1 2\n3 4 5", "Row 2 has 3 entries"),
        (MATRIX, "1 2\n3 +", "Row 2: Something is missing"),
        (MATRIX, "1\t[1 2]\n3\t4", "Row 1, column 2: a number is asked for"),
        (MATRIX, "1 2\n[3 4] [5 6]", "Row 2 is a 2 × 2 matrix"),
        (VECTOR, "1\t2\n3\t4", "in one row or one column; this has 2 by 2 cells"),
        (MATRIX, ",\n;", "This has 0 rows"),
        (MATRIX, "1 2\n" * 5000, "This has 5,000 rows"),
        (VECTOR, "1\n2", "this has 2 by 1 cells"),
        (MATRIX, "1\t2\n" * MAX_PASTE, "at most 65,536"),
        (VECTOR, "1\n" * MAX_PASTE, "at most 65,536"),
    ],
)
def test_what_cannot_be_read_in_a_paste_is_named_by_row_and_column(
    interaction: Interaction, raw: str, phrase: str
) -> None:
    found = parsed(interaction, raw)

    assert isinstance(found, Invalid)
    assert phrase in found.messages["answer"]


@pytest.mark.parametrize("between", ["\t", " "])
def test_the_largest_matrix_is_pasted_at_full_precision(between: str) -> None:
    large = Matrix((64, 64), DEFAULT)
    rows = [[f"{(r - c) / 7:.10f}" for c in range(64)] for r in range(64)]
    text = "\r\n".join(between.join(row) for row in rows) + "\r\n"

    assert len(text) > 50_000
    assert parsed(large, text) == [[float(cell) for cell in row] for row in rows]


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.from_regex(r"-?[0-9]{1,32}(\.[0-9]{0,32})?", fullmatch=True))
def test_a_plain_number_is_read_as_the_language_reads_it(text: str) -> None:
    assert read_expression(text) == (evaluate(text), ())

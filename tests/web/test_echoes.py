"""What is typed is read back at once: in maths, with its shape, and without a judgement."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc import grading
from quizsvc.web import echoes, security

if TYPE_CHECKING:
    from .pages import Visitor


def echo(visitor: Visitor, item: str, part: str, text: str, status: int = 200) -> dict[str, Any]:
    service = visitor.service
    mark = service.mark(service.bank.items[item].revision) if status == 200 else "none"
    response = visitor.client.get(f"/echo/{item}/{mark}/{part}", query_string={"text": text})
    assert response.status_code == status
    return response.json or {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3/4", "a number"), ("[1, 2]", "a vector of 2"), ("2 + ", "Something is missing"),
        ("1,5", "Is 1,5 meant as 1.5"), ("", ""), ("   ", ""),
        ("1" * 3000, "Too long to preview: 3,000 characters"),
        ("<script>", "is not expected here"), ("jacobian(y, x)", "not for answers"),
    ],
)  # fmt: skip
def test_a_text_is_read_back_with_its_shape_or_its_fault(
    ann: Visitor, text: str, words: str
) -> None:
    assert words in echo(ann, "double", "answer", text)["words"]


def test_the_echo_is_maths_and_never_markup(ann: Visitor) -> None:
    found = echo(ann, "double", "answer", "sqrt(2)/3")

    assert found["html"].startswith("<math>")
    assert "<msqrt>" in found["html"]


def test_the_echo_tells_nothing_of_right_or_wrong(ann: Visitor) -> None:
    ann.get("/practice/double/1")
    key = ann.variant("double").key["answer"]

    right, wrong = (echo(ann, "double", "answer", f"{value:g}") for value in (key, key + 1))

    assert right["words"] == wrong["words"] == "a number"


def test_a_pasted_matrix_is_read_back(ann: Visitor) -> None:
    for text in ("1\t2\n3\t4", "1 2\n3 4", "[[1, 2], [3, 4]]"):
        found = echo(ann, "block", "answer", text)
        assert found["words"] == "a 2 × 2 matrix"
        assert found["html"].count("<mtd>") == 4
    assert "this is a row of 2" in echo(ann, "block", "answer", "1\t2")["words"]


@pytest.mark.parametrize(
    ("item", "part", "text"),
    [
        ("double", "answer", "7/3"), ("block", "answer", "1\t\n\t"), ("picture", "value-p", "2"),
        ("lists", "names", "a, b"), ("lists", "slip", "7"), ("lists", "ratio", "2 times"),
        ("lists", "size", "10^5"),
    ],
)  # fmt: skip
def test_every_typed_field_is_read_back(ann: Visitor, item: str, part: str, text: str) -> None:
    page = ann.get(f"/practice/{item}/1").text

    assert f"/{part}" in "".join(re.findall('data-echo="([^"]+)"', page))
    found = echo(ann, item, part, text)
    assert found["html"] or found["words"]
    assert found["start"] is None


def test_the_place_of_what_is_not_understood_counts_in_the_learners_text(ann: Visitor) -> None:
    found = echo(ann, "double", "answer", "  2 + x")

    assert (found["start"], found["length"], found["html"]) == (6, 1, "")
    assert echo(ann, "lists", "slip", "(2")["start"] == 0


def test_the_script_knows_the_bounds_of_the_server() -> None:
    script = (Path(echoes.__file__).parent / "static" / "answering.js").read_text(encoding="utf-8")
    bounds = dict(re.findall(r"const ([A-Z_]+) = ([0-9]+(?: \* 1024)?);", script))

    assert bounds["LONGEST"] == str(echoes.LONGEST)
    assert bounds["LONGEST_ANSWER"] == str(grading.MAX_RAW_LENGTH)
    assert bounds["LARGEST_FORM"] == f"{security.LARGEST_FORM // 1024} * 1024"


def test_what_is_chosen_or_told_is_not_echoed(ann: Visitor) -> None:
    nothing = {"html": "", "words": "", "start": None, "length": 0}
    assert echo(ann, "pick-one", "answer", "two") == nothing


def test_an_unknown_part_item_or_revision_is_not_found(ann: Visitor) -> None:
    mark = ann.service.mark(ann.service.bank.items["double"].revision)
    for url in (
        f"/echo/double/{mark}/other",
        f"/echo/none/{mark}/answer",
        "/echo/double/none/answer",
    ):
        assert ann.client.get(url, query_string={"text": "1"}).status_code == 404

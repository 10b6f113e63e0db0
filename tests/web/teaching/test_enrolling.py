"""A class list: read generously, shown first, applied whole; links for new accounts."""

from __future__ import annotations

import csv
import re
from io import BytesIO, StringIO
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import audit, people, sections
from quizsvc.web.teaching import class_list
from quizsvc.web.teaching.class_list import UnreadableError

from ..pages import Visitor, words_of
from .posting import post

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from ...classes import Class

PREVIEW = "Show what would happen"


def shown(visitor: Visitor, taught: Class, text: str, status: int = 200) -> TestResponse:
    page = visitor.get(f"/sections/{taught.section.id}/enrol")
    return visitor.press(page, PREVIEW, {"text": text}, status)


def names_in(taught: Class) -> list[str]:
    return [each.name for each in sections.members(taught.service.db, taught.section.id, "learner")]


@pytest.mark.parametrize(
    "text",
    [
        "name,register_id\nAnn Lee,s1\nBen,s2\n",
        "\ufeffName;Register ID\r\nAnn Lee;s1\r\n\r\n;\r\nBen;s2",
        "REGISTER-ID\tname\ns1\t Ann  Lee \ns2\tBen",
        '"name","register_id"\n"Ann Lee",s1\nBen,"s2"',
        "name,register_id,\nAnn Lee,s1,\nBen,s2,",
    ],
)
def test_a_list_is_read_however_a_spreadsheet_writes_it(text: str) -> None:
    found = class_list.read(text)
    assert found.wrong == ()
    assert [(line.name, line.register_id) for line in found.lines] == [
        ("Ann Lee", "s1"),
        ("Ben", "s2"),
    ]


def test_a_name_alone_is_enough() -> None:
    (line,) = class_list.read("Name\nAnn").lines
    assert (line.number, line.register_id) == (2, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The list is empty."),
        ("name\n\n", "nobody follows"),
        ("name,email\nAnn,a@b", "The column “email” cannot be taken."),
        ("Ann,s1\nBen,s2", "The first line must name the columns; it says “Ann”, “s1”."),
        ("name,Name\nAnn,Ann", "A column stands twice"),
        ('name\nAnn\n"Ben\nCleo', "From line 3 on the list cannot be read."),
        ("name\n" + "Ann\n" * 10_001, "more than 10,000 lines"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_with_the_reason(text: str, said: str) -> None:
    with pytest.raises(UnreadableError, match=re.escape(said)):
        class_list.read(text)


def test_each_wrong_line_is_named_with_its_number_and_what_is_wrong() -> None:
    found = class_list.read(
        "name,register_id\n"
        ",s1\n"  # 2
        "Ann,s2\n"
        "Lee, Ann,s3\n"  # 4
        '"Two\nlines",s4\n'
        "ann,s5\n"  # 7
        f"{'x' * 81},s6\n"
        "Ben,s7\n"
        "Cleo,s7\n"  # 10
    )
    assert {each.number: each.problem for each in found.wrong} == {
        2: "The name is missing.",
        3: "The name stands in lines 3 and 7.",
        4: "It has more cells than the first line. A name with a comma stands in quotes.",
        7: "The name stands in lines 3 and 7.",
        8: "The name has 81 characters; that is too long.",
        9: "The register number stands in lines 9 and 10.",
        10: "The register number stands in lines 9 and 10.",
    }
    assert [line.name for line in found.lines] == ["Two lines"]


def test_nothing_is_written_before_the_list_was_shown_and_confirmed(
    taught: Class, instructor: Visitor
) -> None:
    people.add(taught.service.db, "Ben")
    page = shown(instructor, taught, "name;register_id\nBen;s1\nCleo;s2\nlearner 01;s9")
    words = words_of(page)
    assert "3 lines, all in order. Nothing has been written yet." in words
    assert "Get a new account: 1" in words
    assert "Come in with their account: 1" in words
    assert "Are in already: 1" in words
    assert len(names_in(taught)) == 3

    for _ in range(2):  # sent twice, it is done once
        done = instructor.press(page, "Enrol them", status=303)
    assert names_in(taught) == ["Ben", "Cleo", *(f"Learner 0{n}" for n in (1, 2, 3))]
    entries = audit.of_section(taught.service.db, taught.section.id)
    assert [(each.action, each.name) for each in entries] == [("enrolled", "Prof. Skip")]
    page = instructor.follow(done)
    assert "2 enrolled, 1 of them with a new account, 1 had been in the section before." in (
        words_of(page)
    )


def test_wrong_lines_are_shown_beside_what_was_typed_and_nobody_is_enrolled(
    taught: Class, instructor: Visitor
) -> None:
    people.add(taught.service.db, "Prof. Else", role="instructor")
    typed = f"name\nBen\nProf. Skip\nProf. Else\n{'y' * 41}\n\u202eCleo"
    page = shown(instructor, taught, typed, 422)
    words = words_of(page)
    assert "4 lines are wrong, so nobody was enrolled." in words
    assert "Prof. Skip teaches this section." in words
    assert "Prof. Else has the account of an instructor." in words
    assert "A name has at most 40 characters; this one has 41." in words
    assert "a character that is not shown (U+202E)" in words
    assert "Ben\nProf. Skip" in page.text
    assert len(names_in(taught)) == 3


def test_a_file_counts_and_its_encoding_is_told(taught: Class, instructor: Visitor) -> None:
    address = f"/sections/{taught.section.id}/enrol"
    sent = post(
        instructor, address, 200, text="", file=(BytesIO("name\nJosé".encode("cp1252")), "a.csv")
    )
    assert "The file is not UTF-8." in sent.text
    assert "José" in sent.text
    sent = post(instructor, address, 200, file=(BytesIO("name\nJosé".encode("utf-16")), "a.csv"))
    assert "not UTF-8" not in sent.text
    assert "José" in sent.text
    sent = post(instructor, address, 422, file=(BytesIO(b"\x89PNG\x81\x8d\x00"), "a.png"))
    assert "This file is no text." in sent.text


def test_a_list_that_is_far_too_large_is_refused_unread(taught: Class, instructor: Visitor) -> None:
    class Never(BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("it was read")

    sent = instructor.client.post(
        f"/sections/{taught.section.id}/enrol",
        input_stream=Never(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "100000000"},
    )
    assert sent.status_code == 413
    assert "At most 2,048 kB can be sent" in sent.text


def test_somebody_who_signs_up_meanwhile_makes_it_be_shown_once_more(
    taught: Class, instructor: Visitor
) -> None:
    page = shown(instructor, taught, "name\nBen\nCleo")
    people.add(taught.service.db, "Ben")
    page = instructor.press(page, "Enrol them", status=409)
    assert "Something has changed since you looked" in page.text
    assert "Come in with their account: 1" in words_of(page)
    assert len(names_in(taught)) == 3
    instructor.press(page, "Enrol them", status=303)
    assert len(names_in(taught)) == 5


def test_links_of_new_accounts_are_handed_out_as_a_file_that_runs_no_formula(
    taught: Class, instructor: Visitor, bob: Visitor
) -> None:
    page = shown(instructor, taught, "name,register_id\n=1+2,@s1\nCleo,s2")
    page = instructor.follow(instructor.press(page, "Enrol them", status=303))
    assert "2 learners of this section cannot sign in yet" in words_of(page)
    file = instructor.press(page, "Make the links and download them")
    assert file.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(StringIO(file.text.removeprefix("\ufeff"))))
    assert rows[0] == ["name", "register_id", "link"]
    assert [row[:2] for row in rows[1:]] == [["'=1+2", "'@s1"], ["Cleo", "s2"]]
    page = bob.get(rows[2][2].removeprefix("http://localhost"))
    bob.send(page, {"new_password": "tree house by the lake"})
    newest, *_ = audit.of_section(taught.service.db, taught.section.id)
    assert (newest.action, newest.detail) == ("data exported", {"accounts": 2})
    page = instructor.get(f"/sections/{taught.section.id}/enrol/links")
    assert "1 learner of this section cannot sign in yet" in words_of(page)

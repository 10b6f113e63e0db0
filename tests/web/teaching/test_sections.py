"""Sections as instructors see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.store import assignments, people, sections

from ..pages import Visitor, words_of
from ..signing import signed_in_as
from .posting import post

if TYPE_CHECKING:
    from flask import Flask

    from ...classes import Class


@pytest.fixture
def admin(app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), "Root", "admin")


def test_an_instructor_makes_a_section_once_however_often_the_form_is_sent(
    colleague: Visitor,
) -> None:
    page = colleague.get("/sections")
    first = colleague.press(page, "Make the section", {"name": "Group B"}, 303)
    second = colleague.press(page, "Make the section", {"name": "Group B"}, 303)
    assert first.location == second.location
    assert colleague.get("/sections").text.count("Group B") == 1
    assert "Group B" in colleague.follow(first).text


@pytest.mark.parametrize("name", ["  ", "x" * 121])
def test_a_section_without_a_proper_name_is_not_made(colleague: Visitor, name: str) -> None:
    page = colleague.press(colleague.get("/sections"), "Make the section", {"name": name}, 422)
    assert "There is a problem" in page.text
    assert "You teach no section yet." in page.text


def test_a_section_is_seen_by_its_own_instructors_and_by_admins(
    taught: Class, instructor: Visitor, colleague: Visitor, learner: Visitor, admin: Visitor
) -> None:
    address = f"/sections/{taught.section.id}"
    assert taught.name in instructor.get("/sections").text
    assert taught.name in admin.get("/sections").text
    assert taught.name not in colleague.get("/sections").text
    assert "Learner 01" in admin.get(address).text
    colleague.get(address, 404)
    learner.get(address, 403)
    assert "/sign-in" in Visitor(admin.app).get(address, 303).location


@pytest.mark.parametrize(
    "action", ["name", "close", "reopen", "code", "instructors", "enrol", "enrol/apply"]
)
def test_nobody_else_changes_a_section(taught: Class, colleague: Visitor, action: str) -> None:
    post(colleague, f"/sections/{taught.section.id}/{action}", 404)


def test_the_code_is_shown_with_its_link_and_renewed(taught: Class, instructor: Visitor) -> None:
    address = f"/sections/{taught.section.id}"
    code = taught.section.join_code
    page = instructor.get(address)
    assert f"/join?code={code[:4]}-{code[4:]}" in page.text
    page = instructor.follow(instructor.press(page, "Make a new code", status=303))
    assert f"{code[:4]}-{code[4:]}" not in page.text
    assert "has a new join code" in page.text


def test_a_section_is_closed_and_reopened(
    taught: Class, instructor: Visitor, learner: Visitor
) -> None:
    taught.assign("final")
    address = f"/sections/{taught.section.id}"
    page = instructor.follow(
        instructor.press(instructor.get(address), "Close the section", status=303)
    )
    assert "nobody can join it" in page.text
    assert "The quiz" not in words_of(learner.get("/assignments"))
    page = instructor.follow(instructor.press(page, "Reopen", status=303))
    assert "Make a new code" in page.text
    assert "The quiz" in words_of(learner.get("/assignments"))


def test_another_instructor_is_added_by_the_name_of_the_account(
    taught: Class, instructor: Visitor, colleague: Visitor
) -> None:
    address = f"/sections/{taught.section.id}"

    def add(name: str, status: int = 422) -> str:
        page = instructor.press(
            instructor.get(address), "Add the instructor", {"account": name}, status
        )
        return page.text

    assert "There is no account named Nobody." in add("Nobody")
    assert "Learner 01 has the account of a learner." in add("Learner 01")
    add("prof. else", 303)
    assert taught.name in colleague.get("/sections").text
    colleague.get(address)


def test_a_member_is_removed_and_the_last_instructor_is_not(
    taught: Class, instructor: Visitor
) -> None:
    address = f"/sections/{taught.section.id}"
    page = instructor.get(address)
    page = instructor.follow(instructor.press(page, "Remove", status=303))
    assert "Learner 01 is no longer in this section" in page.text
    assert sections.size(taught.service.db, taught.section.id) == 2
    sent = post(instructor, f"{address}/members/{taught.instructor.learner}/remove", 409)
    assert "is the only instructor" in sent.text


def test_a_section_with_many_learners_is_read_page_by_page(
    taught: Class, instructor: Visitor
) -> None:
    db = taught.service.db
    with db.writing() as session:
        made = people.add_all_in(session, [f"Many {n:03}" for n in range(100)], now=db.now())
        for each in made:
            sections.add_member(session, taught.section.id, each, "learner", db.now())
    first = instructor.get(f"/sections/{taught.section.id}")
    assert "103 learners, page 1" in first.text
    second = instructor.get(f"/sections/{taught.section.id}?page=2")
    assert "Many 099" in second.text
    assert "Many 000" not in second.text


def test_the_section_names_an_assignment_whose_quiz_has_gone(
    taught: Class, instructor: Visitor
) -> None:
    assignments.make(taught.service.db, taught.section.id, "vanished", "Old quiz")
    page = instructor.get(f"/sections/{taught.section.id}")
    assert "its quiz “vanished” is missing or out of order" in page.text

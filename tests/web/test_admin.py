from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.store import drafts, people, sittings
from quizsvc.web import starting

from ..classes import Class
from .pages import Visitor, words_of
from .signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from quizsvc.store.people import Role


@pytest.fixture
def admin(app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), "Ada", "admin")


def said(visitor: Visitor) -> str:
    return " ".join(words_of(visitor.get("/admin")).split())


@pytest.mark.parametrize("role", ["learner", "instructor"])
def test_the_page_is_for_admins(ann: Visitor, role: Role) -> None:
    somebody = signed_in_as(ann, "Somebody", role)
    assert "This page is for admins" in somebody.get("/admin", 403).text
    assert 'href="/admin"' not in somebody.get("/").text


def test_a_guest_is_asked_to_sign_in(ann: Visitor) -> None:
    assert ann.get("/admin", 303).location == "/sign-in?next=/admin"


def test_an_admin_finds_the_page_and_the_ones_it_leads_to(admin: Visitor) -> None:
    assert 'href="/admin"' in admin.get("/").text
    page = admin.get("/admin").text
    for path in ("/admin", "/people", "/sections", "/records", "/content", "/help/admin"):
        assert f'href="{path}"' in page
        admin.get(path)


def test_a_service_that_just_began_says_how_it_is(admin: Visitor) -> None:
    words = said(admin)
    assert "in 1 process" in words
    assert "journal WAL, synchronous FULL" in words
    assert "0 learners, 0 instructors, 1 admin with an account" in words
    assert "No section is open" in words
    assert "1 fault" in words  # of the bank's broken item
    assert "1, this page among them; 0 waiting" in words


def test_what_goes_on_is_counted(admin: Visitor) -> None:
    taught = Class(admin.service)
    assignment = taught.assign("final")
    member = taught.members[0]
    sitting = taught.begin(member, assignment)
    words = said(admin)
    assert "0 are open; 0 end within the next hour" in words  # it has no time limit
    assert f"{taught.name} 3 learners, {taught.instructor.name}" in words
    drafts.save_draft(admin.service.db, sitting.id, 1, {"answer": "1"}, 0)
    quiz = admin.service.bank.assessments["final"]
    new = starting.drawn(admin.service, member.learner, quiz, "0f" * 16)
    sittings.start(admin.service.db, new)
    admin.answer("double", "7")
    assert "1 sent or saved an answer in the last five minutes" in said(admin)


def test_the_newest_records_are_shown(admin: Visitor) -> None:
    bob = people.add(admin.service.db, "Bob Sentinel")
    page = admin.get(f"/people/{bob.learner}")
    admin.press(page, "Make a link")
    assert "Link made: Bob Sentinel" in said(admin)


def test_looking_writes_nothing(admin: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        pytest.fail("the page writes")

    monkeypatch.setattr(admin.service.db, "writing", refuse)
    said(admin)

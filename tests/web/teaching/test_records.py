"""Records: what was looked at, taken away or changed, and who may read that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.store import audit

from ..pages import Visitor, words_of
from ..signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from ...classes import Class


def noted(taught: Class, subjects: list[str], section: str | None) -> None:
    db = taught.service.db
    with db.writing() as session:
        for subject in subjects:
            audit.note(
                session,
                "key viewed",
                subject,
                now=db.now(),
                account=taught.instructor.learner,
                section=section,
                revision="5e" * 16,
                token="0d" * 16,
                after={"time_limit": 30.0, "access_code": None, "shuffled": True},
            )


def test_a_long_record_has_pages_and_the_newest_come_first(
    taught: Class, instructor: Visitor
) -> None:
    noted(taught, [f"entry {n:03}" for n in range(audit.PAGE + 1)], taught.section.id)
    page = instructor.get(f"/sections/{taught.section.id}/records")
    said = words_of(page)
    assert said.index("entry 100") < said.index("entry 099") < said.index("entry 001")
    assert "entry 000" not in said
    assert "revision: 5e5e5e5e; after: time limit 30, shuffled yes<" in page.text
    oldest = audit.of_section(taught.service.db, taught.section.id, limit=1000)[-2].id
    older = instructor.get(f"/sections/{taught.section.id}/records?before={oldest}")
    assert "entry 000" in words_of(older)
    assert "entry 001" not in words_of(older)


def test_an_admin_reads_all_of_it_and_an_instructor_his_sections(
    app: Flask, taught: Class, instructor: Visitor, colleague: Visitor, learner: Visitor
) -> None:
    noted(taught, ["in the section"], taught.section.id)
    noted(taught, ["elsewhere"], None)
    admin = signed_in_as(Visitor(app), "Root", "admin")
    said = words_of(admin.get("/records"))
    assert "in the section" in said
    assert taught.section.name in said
    assert "elsewhere" in said
    assert "elsewhere" not in words_of(admin.get(f"/sections/{taught.section.id}/records"))
    assert "/records" in admin.get("/people").text
    for stranger, status in ((instructor, 403), (colleague, 403), (learner, 403)):
        stranger.get("/records", status)
    colleague.get(f"/sections/{taught.section.id}/records", 404)
    learner.get(f"/sections/{taught.section.id}/records", 403)


def test_a_key_that_is_seen_by_a_code_is_in_the_record(
    app: Flask, ann: Visitor, instructor: Visitor
) -> None:
    ann.press(ann.get("/practice/double/1"), "Get a code for this variant")
    with ann.service.db.reading() as session:
        code = session.connection().exec_driver_sql("SELECT code FROM shared_variant").scalar_one()
    instructor.get(f"/variants/{code}")
    (entry,) = audit.of_all(ann.service.db)
    assert (entry.action, entry.name, entry.section) == ("key viewed", "Prof. Skip", None)
    assert entry.detail["item"] == "double"
    assert Visitor(app).get("/records", 303).location.startswith("/sign-in")

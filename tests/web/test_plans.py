"""Pages of a large installation read by index, on PostgreSQL too.

On SQLite each statement of all tests of pages is looked at: see `conftest.py`.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from quizsvc.model import Rules
from quizsvc.store.tables import Draft
from quizsvc.web import create_app

from ..classes import Class, right
from ..crowd import crowd
from ..plans import Watch
from .pages import Visitor, forms_of
from .signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

    from quizsvc.content import ItemBank
    from quizsvc.settings import Settings
    from quizsvc.store.people import Role

pytestmark = pytest.mark.postgres

LEARNERS = 200
ENDS = {"/sign-out", "/account/delete"}
"""Not sent: whoever does so is signed out."""


@pytest.fixture
def pages_url(postgres_url: str) -> str:
    return postgres_url


class Known:
    """What the addresses of pages name, of a section with three learners."""

    def __init__(self, taught: Class) -> None:
        assignment = taught.assign("final", Rules(sittings=9))
        sat = taught.sit(taught.members[0], assignment, right)
        taught.sit(taught.members[1], assignment, right)
        self.names: dict[str, object] = {
            "section_id": taught.section.id,
            "assignment_id": assignment.id,
            "assessment_id": "final",
            "sitting_id": sat.id,
            "attempt_id": sat.attempts[1].id,
            "learner": taught.members[1].learner,
            "item": "double",
            "item_id": "double",
            "lesson_id": "counting",
            "name": "learners",
        }

    def address(self, rule: Rule) -> str:
        """Fill a rule in; what is not known is the number 1."""
        return re.sub(
            r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(self.names.get(found[1], 1)), rule.rule
        )


def visit(visitor: Visitor, known: Known) -> None:
    """Open every page there is, and send its forms as they come."""
    for rule in visitor.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        page = visitor.client.get(known.address(rule))
        page.close()
        for form in forms_of(page) if page.mimetype == "text/html" else []:
            address = form.action or page.request.path
            if "csrf_token" in form.fields and address not in ENDS:
                visitor.client.post(address, data=form.fields)


def test_every_page_there_is_finds_its_rows_by_an_index_on_postgresql(app: Flask) -> None:
    taught = Class(Visitor(app).service)
    known = Known(taught)
    crowd(taught.service.db, LEARNERS, practised=4)
    with taught.service.db.writing() as session:
        session.execute(text("ANALYZE"))
    watch = Watch("postgresql")
    watch.begin()
    visitors: dict[str, Role] = {
        taught.members[0].name: "learner",
        taught.instructor.name: "instructor",
        "Ada": "admin",
    }
    for name, role in visitors.items():
        visit(signed_in_as(Visitor(app), name, role), known)
    watch.end()
    assert len(watch.seen) > 100, "different statements"
    assert not watch.faults, "\n\n".join(watch.faults)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_page_that_reads_a_whole_table_is_found_out(
    kind: str, request: pytest.FixtureRequest, bank: ItemBank, settings: Settings, watch: Watch
) -> None:
    """So that nothing was found means something."""
    of_all_tests = watch
    url = request.getfixturevalue(f"{kind}_url")
    app = create_app(replace(settings, database_url=url), bank=bank)
    db = Visitor(app).service.db
    watch = Watch(db.dialect)
    watch.begin()
    with app.test_request_context("/"), db.reading() as session:
        session.execute(select(Draft.position).where(Draft.sitting_id == "of one"))
        assert not watch.faults
        session.execute(select(Draft.position).where(Draft.counter == 1))
    watch.end()
    db.dispose()
    of_all_tests.faults.clear()
    assert [fault.partition(":")[0] for fault in watch.faults] == [
        "GET lessons.home reads all of draft"
    ]

"""Pages of a large installation read by index, on PostgreSQL too.

On SQLite each statement of all tests of pages is looked at: see `conftest.py`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from quizsvc.model import Rules

from ..classes import Class, right
from ..crowd import crowd
from ..plans import Watch
from .pages import Visitor, forms_of
from .signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

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

"""Every page of instructors: none is open to a colleague, a learner or a guest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import adjusting, audit
from quizsvc.store.adjusting import Deciding

from ...classes import Class, right
from ..pages import Visitor, forms_of
from ..signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.routing import Rule

TEACHING = {
    "sections", "assigning", "gradebook", "responses", "deciding", "analysis", "regrading",
    "records", "contents",
}  # fmt: skip


class Places:
    """The addresses of a section that is not the visitor's."""

    def __init__(self, taught: Class) -> None:
        assignment = taught.assign("final")
        sitting = taught.sit(taught.members[0], assignment, right)
        deciding = Deciding(account=taught.instructor.learner, reason="so", subject="it")
        dropped = adjusting.drop(taught.service.db, assignment.id, "double", deciding)
        self.known = {
            "section_id": taught.section.id,
            "assignment_id": assignment.id,
            "sitting_id": sitting.id,
            "learner": taught.members[0].learner,
            "position": 1,
            "item": "pick-one",
            "item_id": "pick-one",
            "adjustment_id": dropped.id,
        }

    def of(self, rule: Rule) -> str:
        """Return the address of a rule; what is not known here is the number 1."""
        path: str = rule.rule
        for name in rule.arguments:
            path = re.sub(rf"<([a-z]+:)?{name}>", str(self.known.get(name, 1)), path)
        return path


def rules(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in TEACHING
        for method in sorted((rule.methods or set()) & {"GET", "POST"})
    ]


def named(rule: Rule) -> bool:
    """Tell whether an address names something of a section."""
    return bool(rule.arguments & {"section_id", "assignment_id", "sitting_id"})


def status(visitor: Visitor, method: str, path: str) -> int:
    """Ask as a browser would, with the token of its own forms."""
    if method == "GET":
        return visitor.client.get(path).status_code
    token = forms_of(visitor.get("/reviews"))[0].fields["csrf_token"][0]
    return visitor.client.post(path, data={"csrf_token": token}).status_code


def test_no_page_of_a_section_is_open_to_a_colleague(
    app: Flask, taught: Class, colleague: Visitor
) -> None:
    places = Places(taught)
    found = {
        f"{method} {rule.endpoint}": status(colleague, method, places.of(rule))
        for method, rule in rules(app)
        if named(rule)
    }
    assert len(found) >= 15
    assert set(found.values()) == {404}, found


def test_no_page_of_teaching_is_open_to_a_learner_or_a_guest(
    app: Flask, taught: Class, learner: Visitor, bob: Visitor
) -> None:
    places = Places(taught)
    for method, rule in rules(app):
        path = places.of(rule)
        assert status(learner, method, path) in {403, 404}, f"{method} {path}"
        if method == "POST":
            assert status(bob, method, path) == 403, path
        else:
            asked = bob.client.get(path)
            assert asked.status_code == 303, path
            assert asked.location.startswith("/sign-in?next="), path


def test_an_admin_opens_every_section(app: Flask, taught: Class) -> None:
    places = Places(taught)
    admin = signed_in_as(Visitor(app), "Ada", "admin")
    mine = {"gradebook", "responses", "deciding"}
    for method, rule in rules(app):
        if method == "GET" and rule.endpoint.partition(".")[0] in mine:
            assert status(admin, method, places.of(rule)) == 200, rule.endpoint


@pytest.mark.parametrize("endpoint", ["gradebook.csv_file", "responses.response"])
def test_nothing_is_written_for_whoever_may_not_look(
    taught: Class, colleague: Visitor, app: Flask, endpoint: str
) -> None:
    places = Places(taught)
    before = len(audit.of_section(taught.service.db, taught.section.id))
    rule = next(each for each in app.url_map.iter_rules() if each.endpoint == endpoint)
    assert status(colleague, "GET", places.of(rule)) == 404
    assert len(audit.of_section(taught.service.db, taught.section.id)) == before

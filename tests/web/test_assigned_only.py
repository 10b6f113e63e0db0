"""A quiz that is sat by assignment alone, and its questions, which are kept for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quizsvc.model import Rules
from quizsvc.store import sittings
from quizsvc.web import starting

from ..classes import Class, right
from .pages import Visitor
from .signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask

FIXED, DRAWN = "pick-one", "double"


@pytest.fixture
def taught(ann: Visitor) -> Class:
    return Class(ann.service)


@pytest.fixture
def learner(taught: Class, app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), taught.members[0].name, "learner")


@pytest.fixture
def _kept(ann: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the quiz be sat by assignment alone."""
    assessments = ann.service.bank.assessments
    monkeypatch.setitem(assessments, "final", replace(assessments["final"], assigned_only=True))


@pytest.mark.usefixtures("_kept")
def test_it_is_neither_listed_nor_started_without_an_assignment(ann: Visitor) -> None:
    assert "/assessments/drawn" in ann.get("/").text
    assert "/assessments/final" not in ann.get("/").text
    assert "/assessments/final" not in ann.get("/lessons/numbers").text
    page = ann.get("/assessments/final")
    assert "where your instructor has assigned it" in page.text
    assert "Start the quiz" not in page.text


@pytest.mark.usefixtures("_kept")
def test_a_page_from_before_starts_nothing(ann: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    assessments = ann.service.bank.assessments
    kept = assessments["final"]
    with monkeypatch.context() as before:
        before.setitem(assessments, "final", replace(kept, assigned_only=False))
        page = ann.get("/assessments/final")
    refused = ann.press(page, "Start the quiz", status=409)
    assert "where your instructor has assigned it" in refused.text


@pytest.mark.usefixtures("_kept")
def test_its_fixed_questions_are_kept_out_of_practice_until_results_are_shown(
    taught: Class, learner: Visitor, ann: Visitor
) -> None:
    for visitor in (ann, learner):
        refused = visitor.get(f"/practice/{FIXED}/1", 403)
        assert "This is a question of a quiz" in refused.text
        visitor.get(f"/practice/{DRAWN}/1")  # its numbers are others there
    taught.sit(taught.members[0], taught.assign("final", Rules()), right)
    learner.get(f"/practice/{FIXED}/1")
    ann.get(f"/practice/{FIXED}/1", 403)


@pytest.mark.usefixtures("_kept")
def test_results_that_are_held_back_keep_the_questions_too(taught: Class, learner: Visitor) -> None:
    db = taught.service.db
    closes = db.now().replace(year=2030)
    rules = Rules(closes_at=closes, feedback="closing")
    taught.sit(taught.members[0], taught.assign("final", rules), right)
    learner.get(f"/practice/{FIXED}/1", 403)


@pytest.mark.usefixtures("_kept")
def test_instructors_practise_what_they_assign(taught: Class, app: Flask) -> None:
    instructor = signed_in_as(Visitor(app), taught.instructor.name, "instructor")
    instructor.get(f"/practice/{FIXED}/1")


def test_a_quiz_that_is_shuffled_has_another_order_in_some_sitting(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = ann.service
    chosen = replace(service.bank.assessments["final"], shuffle=True)
    monkeypatch.setitem(service.bank.assessments, "final", chosen)
    orders = set()
    for number in range(8):
        token = f"{number:032x}"
        begun = starting.start(service, "5e" * 16, "final", token, service.db.now())
        found = sittings.find(service.db, begun.id)
        assert found is not None
        orders.add(tuple(pinned.item for pinned in found.items))
    assert len(orders) > 1
    assert {frozenset(order) for order in orders} == {frozenset({DRAWN, FIXED, "say-why"})}

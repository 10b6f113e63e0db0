"""Questions of an assignment, which no other quiz gives away before its results are out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc.model import Rules
from quizsvc.store import sittings, submitting
from quizsvc.web import sitting_service, starting
from quizsvc.web.keeping import KeptQuestionError

from ..classes import Class, right
from .pages import Visitor
from .signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting

REASON = "asks a question of “The exam”, whose results are not out yet"


@pytest.fixture
def taught(ann: Visitor) -> Class:
    return Class(ann.service)


@pytest.fixture
def learner(taught: Class, app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), taught.members[0].name, "learner")


@pytest.fixture
def exam(taught: Class) -> Assignment:
    closes = taught.service.db.now() + timedelta(days=1)
    return taught.assign("exam", Rules(closes_at=closes, feedback="closing", sittings=None))


def sit_public(taught: Class, token: str = "a" * 32) -> Sitting:
    service, learner = taught.service, taught.members[0].learner
    return starting.start(service, learner, "final", token, service.db.now())


def test_no_other_quiz_with_a_fixed_question_begins_while_results_are_to_come(
    taught: Class, learner: Visitor, exam: Assignment, ann: Visitor
) -> None:
    intro = learner.get("/assessments/final")
    taught.begin(taught.members[0], exam)
    refused = learner.press(intro, "Start the quiz", status=409)
    assert REASON in refused.text
    taught.sit(taught.members[0], exam, right)
    learner.press(intro, "Start the quiz", status=409)
    other = taught.assign("exam")
    page = learner.get(f"/assignments/{other.id}")
    assert REASON in learner.press(page, "Start the quiz", status=409).text
    ann.press(ann.get("/assessments/final"), "Start the quiz", status=303)  # nobody else waits
    service, me = taught.service, taught.members[0].learner
    starting.start_assigned(service, me, exam, "d" * 32, service.db.now())  # its own go on


def test_a_quiz_whose_questions_are_drawn_begins_at_any_time(
    taught: Class, exam: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught.begin(taught.members[0], exam)
    assessments = taught.service.bank.assessments
    drawn = tuple(each for each in assessments["final"].entries if each.pool == ("double",))
    monkeypatch.setitem(assessments, "final", replace(assessments["final"], entries=drawn))
    sit_public(taught)


def test_it_begins_once_results_are_out(taught: Class) -> None:
    shown = taught.assign("exam", Rules())
    begun = taught.begin(taught.members[0], shown)
    with pytest.raises(KeptQuestionError):
        sit_public(taught)
    submitting.submit(taught.service.db, begun.id, [])
    sit_public(taught)


def test_what_an_instructor_tries_keeps_nothing(taught: Class, exam: Assignment) -> None:
    service, db = taught.service, taught.service.db
    starting.start_assigned(
        service, taught.instructor.learner, exam, "b" * 32, db.now(), trial=True
    )
    starting.start(service, taught.instructor.learner, "final", "c" * 32, db.now())


def test_results_of_a_quiz_that_began_before_wait(
    taught: Class, learner: Visitor, exam: Assignment
) -> None:
    service, db = taught.service, taught.service.db
    public = sit_public(taught)
    answers = {each.position: right(service.restored(each)) for each in public.items}
    public = sitting_service.submit(service, taught.type(public, answers), db.now())
    attempt = public.attempts[1].id
    assert "2 of 3 points" not in learner.get("/assessments/final").text
    assert "3 of 3 points" in learner.get(f"/sittings/{public.id}/review").text
    taught.begin(taught.members[0], exam)
    review = learner.get(f"/sittings/{public.id}/review")
    assert REASON in review.text
    assert "points" not in review.text
    assert learner.get(f"/attempts/{attempt}", 303).location == f"/sittings/{public.id}/review"
    paper = learner.get(f"/sittings/{public.id}/paper?solution=yes").text
    assert "Two is even." not in paper
    for address in ("/history", "/assessments/final"):
        assert "3 of 3 points" not in learner.get(address).text
        assert "no results yet" in learner.get(address).text
    data = json.loads(learner.get("/progress/data.json").text)
    assert [each["outcome"] for each in data["attempts"]] == [None] * 3
    assert data["sittings"][0]["points"] is None
    assert "Two is even." not in learner.get("/progress/data.csv").text
    (mine,) = [each for each in sittings.of_learner(db, public.learner) if each.assignment]
    submitting.submit(db, mine.id, [])
    assert REASON in learner.get(f"/sittings/{public.id}/review").text  # held back till closing


def test_an_answer_that_is_checked_at_once_shows_nothing_of_a_kept_question(
    taught: Class, learner: Visitor, exam: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessments = taught.service.bank.assessments
    monkeypatch.setitem(assessments, "final", replace(assessments["final"], feedback="answer"))
    public = sit_public(taught)
    taught.begin(taught.members[0], exam)
    page = learner.get(f"/sittings/{public.id}/2")
    checked = learner.follow(
        learner.press(page, "Check", {"answer": "three", "go": "check"}, status=303)
    )
    assert REASON in checked.text
    assert "Three is odd." not in checked.text

"""Questions that are kept stay kept, whatever becomes of the files they came from."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

import pytest

from quizsvc.model import GRACE, Rules
from quizsvc.store import assignments, kept
from quizsvc.web import create_app

from ..bank import EXAM
from ..classes import Class, right
from .pages import Visitor, forms_of
from .signing import signed_in_as
from .test_reloading import look

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from quizsvc.settings import Settings
    from quizsvc.store.assignments import Assignment
    from quizsvc.web.reloading import Reloading

    from .conftest import Clock

FIXED = "pick-one"
DRAWN_NOW = """
id: pick-one
title: Choose one
given:
  n: {integers: [1, 9000]}
stem: What is {{n}} and one?
ask:
  number: n + 1
"""


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Flask:
    """An application whose content is read from its folder."""
    return create_app(settings, clock=clock)


@pytest.fixture
def watching(app: Flask) -> Reloading:
    return cast("Reloading", app.extensions["quizsvc.reloading"])


@pytest.fixture
def taught(ann: Visitor) -> Class:
    return Class(ann.service)


@pytest.fixture
def learner(taught: Class, app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), taught.members[0].name, "learner")


def rules(clock: Clock) -> Rules:
    return Rules(closes_at=clock.now + timedelta(hours=9), feedback="closing")


def send_old(visitor: Visitor, fields: dict[str, list[str]], end: str, **typed: str) -> int:
    """Send what a form of practice held, to one of its addresses, in the learner's name."""
    csrf = forms_of(visitor.get("/"))[-1].fields["csrf_token"]
    data = {**fields, "csrf_token": csrf, **typed}
    return visitor.client.post(f"/practice/{FIXED}/1{end}", data=data).status_code


@pytest.mark.parametrize("becomes", ["gone", "drawn"])
def test_a_form_from_before_opens_no_key_of_a_running_exam_whose_file_has_changed(
    taught: Class, learner: Visitor, watching: Reloading, content: Path, clock: Clock, becomes: str
) -> None:
    fields = forms_of(learner.get(f"/practice/{FIXED}/1"))[0].fields
    tried = learner.client.post(
        f"/practice/{FIXED}/1", data={**fields, "answer": "three"}
    ).location.partition("attempt=")[2]
    mark = fields["revision"][0]
    assert f"/practice/{FIXED}/2" in learner.get("/practice/pick-one", 302).location
    taught.begin(taught.members[0], taught.assign("exam", rules(clock)))
    file = content / "items" / f"{FIXED}.yaml"
    if becomes == "gone":
        file.unlink()
    else:
        file.write_text(DRAWN_NOW)
    assert look(watching)
    for end in ("", "/hint", "/solution", "/code"):
        assert send_old(learner, fields, end, answer="two", token="b" * 32) == 403, end
    for query in ("", f"?solution={mark}", f"?attempt={tried}"):
        learner.get(f"/practice/{FIXED}/1{query}", 403)
    refused = learner.get(f"/attempts/{tried}", 403)
    assert "This is a question of a quiz" in refused.text
    assert "pick-one" not in learner.get("/next?for=objective:doubling", 302).location


def test_a_key_that_was_opened_before_the_exam_is_not_shown_in_it(
    taught: Class, learner: Visitor, clock: Clock
) -> None:
    attempt = learner.answer(FIXED, "two").request.args["attempt"]
    assert "Two is even." in learner.get(f"/attempts/{attempt}").text
    taught.sit(taught.members[0], taught.assign("exam", rules(clock)), right)
    assert "Two is even." not in learner.get(f"/attempts/{attempt}", 403).text
    clock.now += timedelta(hours=10)
    learner.get(f"/attempts/{attempt}")


@pytest.fixture
def exam(content: Path, watching: Reloading, taught: Class, clock: Clock) -> Assignment:
    """An exam that is sat by assignment alone."""
    (content / "assessments" / "final.yaml").unlink()
    (content / "assessments" / "exam.yaml").write_text(f"{EXAM}assigned_only: true\n")
    assert look(watching)
    service = watching._service
    asked = service.bank.assessments["exam"].kept
    return assignments.make(
        service.db, taught.section.id, "exam", "The exam", rules(clock), kept=asked
    )


def test_an_exam_whose_file_is_taken_away_keeps_its_questions_until_it_is_over(
    learner: Visitor, exam: Assignment, watching: Reloading, settings: Settings, clock: Clock
) -> None:
    (settings.content / "assessments" / "exam.yaml").unlink()
    assert look(watching)
    ann, restarted = Visitor(learner.app), Visitor(create_app(settings, clock=clock))
    for visitor in (ann, learner, restarted):
        visitor.get(f"/practice/{FIXED}/1", 403)
        visitor.get("/practice/double/1")  # its numbers are others there
    assert exam.rules.closes_at
    clock.now = exam.rules.closes_at + GRACE
    for visitor in (ann, learner, restarted):
        visitor.get(f"/practice/{FIXED}/1")


def test_a_question_that_an_exam_no_longer_asks_is_kept_while_it_runs(
    ann: Visitor, taught: Class, exam: Assignment, watching: Reloading, content: Path
) -> None:
    file = content / "assessments" / "exam.yaml"
    file.write_text(file.read_text().replace("pick-one", "pick-some"))
    assert look(watching)
    for item in (FIXED, "pick-some"):
        ann.get(f"/practice/{item}/1", 403)
    file.unlink()
    assert look(watching)
    for item in (FIXED, "pick-some"):
        ann.get(f"/practice/{item}/1", 403)
    assignments.remove(ann.service.db, exam.id, by=taught.instructor.learner)
    ann.get(f"/practice/{FIXED}/1")


def test_an_exam_that_is_opened_to_everybody_keeps_nothing(
    ann: Visitor, exam: Assignment, watching: Reloading, content: Path
) -> None:
    ann.get(f"/practice/{FIXED}/1", 403)
    (content / "assessments" / "exam.yaml").write_text(EXAM)
    assert look(watching)
    ann.get(f"/practice/{FIXED}/1")
    assert exam.assessment not in kept.by_assignments(ann.service.db, ann.service.db.now())


def test_whoever_has_seen_his_results_practises_though_the_file_went(
    taught: Class, learner: Visitor, exam: Assignment, watching: Reloading, content: Path
) -> None:
    taught.service = watching._service
    db = taught.service.db
    open_now = assignments.change(db, exam.id, "The exam", Rules(), exam.counter, by=None)
    taught.sit(taught.members[0], open_now, right)
    (content / "assessments" / "exam.yaml").unlink()
    assert look(watching)
    learner.get(f"/practice/{FIXED}/1")
    Visitor(learner.app).get(f"/practice/{FIXED}/1", 403)

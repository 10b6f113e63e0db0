"""Assignments as instructors make and change them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.model import Rules
from quizsvc.store import assignments, audit
from quizsvc.store import sittings as store_of_sittings

from ..pages import Visitor, words_of
from .posting import post

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from quizsvc.store.assignments import Assignment

    from ...classes import Class

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def form(visitor: Visitor, taught: Class, assessment: str = "final") -> TestResponse:
    return visitor.get(f"/sections/{taught.section.id}/assignments/new?assessment={assessment}")


def only(taught: Class) -> Assignment:
    (found,) = assignments.of_section(taught.service.db, taught.section.id)
    return found


def test_every_quiz_of_the_bank_can_be_chosen(taught: Class, instructor: Visitor) -> None:
    page = instructor.get(f"/sections/{taught.section.id}/assignments/new")
    assert "The quiz" in page.text
    assert "The drawn test" in page.text
    instructor.get(f"/sections/{taught.section.id}/assignments/new?assessment=nothing", 404)


def test_a_quiz_is_assigned_once_on_the_terms_that_were_typed(
    taught: Class, instructor: Visitor
) -> None:
    page = form(instructor, taught)
    typed = {
        "title": "Week 3",
        "opens_at": "2026-03-02T08:00",
        "closes_at": "2026-03-02 12:00",  # as a browser without such a field sends it
        "late_until": "2026-03-02T13:30+01:00",
        "late_share": "50",
        "time_limit": "22,5",
        "sittings": "2",
        "counts": "average",
        "feedback": "closing",
        "late_drafts": "discard",
        "shuffled": "y",
        "access_code": " lake ",
    }
    for _ in range(2):
        instructor.press(page, "Assign", typed, 303)
    made = only(taught)
    assert made.title == "Week 3"
    assert made.rules == Rules(
        opens_at=NOON - timedelta(hours=4),
        closes_at=NOON,
        late_until=NOON + timedelta(minutes=30),
        late_share=0.5,
        time_limit=22.5,
        sittings=2,
        counts="average",
        feedback="closing",
        late_drafts="discard",
        shuffled=True,
        access_code="lake",
    )
    (entry,) = audit.of_section(taught.service.db, taught.section.id)
    assert (entry.action, entry.subject, entry.name) == (
        "assignment changed",
        "Week 3",
        "Prof. Skip",
    )
    page = instructor.get(f"/assignments/{made.id}/edit")
    instructor.press(page, "Save the changes", status=303)
    assert only(taught) == made  # what is not touched stays as it is


def test_what_is_not_shown_is_not_kept(taught: Class, instructor: Visitor) -> None:
    typed = {"title": "Week\0 \u200b3\n", "access_code": "\0la\u00adke", "time_limit": "1.5"}
    instructor.press(form(instructor, taught), "Assign", typed, 303)
    made = only(taught)
    assert (made.title, made.rules.access_code, made.rules.time_limit) == ("Week 3", "lake", 1.5)
    page = instructor.press(form(instructor, taught), "Assign", {"title": "\0\u200b"}, 422)
    assert "Please type a title." in page.text


def test_a_quiz_that_is_open_to_everybody_is_pointed_out(
    taught: Class, instructor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "the same there: with their keys. For an exam, set <code>assigned_only: true</code>"
    assert said in form(instructor, taught).text
    choice = f"/sections/{taught.section.id}/assignments/new"
    assert "open to everybody" in instructor.get(choice).text
    made, assessments = taught.assign("final"), taught.service.bank.assessments
    assert said in instructor.get(f"/assignments/{made.id}/edit").text
    monkeypatch.setitem(assessments, "final", replace(assessments["final"], assigned_only=True))
    assert said not in form(instructor, taught).text


def test_blank_fields_leave_everything_open(taught: Class, instructor: Visitor) -> None:
    page = form(instructor, taught)
    instructor.press(page, "Assign", {"sittings": ""}, 303)
    assert only(taught).rules == Rules(sittings=None)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"title": " "}, "Please type a title."),
        (
            {"opens_at": "2026-03-03T12:00", "closes_at": "2026-03-02T12:00"},
            "It would close before it opens.",
        ),
        ({"closes_at": "2026-02-28T12:00"}, "This moment has passed already."),
        ({"closes_at": "soon"}, "Please give a date with a time"),
        ({"opens_at": "0001-01-01T00:00"}, "Please give a year from 2000 to 2100."),
        ({"closes_at": "9999-12-31T23:59"}, "Please give a year from 2000 to 2100."),
        ({"late_until": "2026-03-02T12:00"}, "Without a closing time nothing is late."),
        (
            {"closes_at": "2026-03-02T12:00", "late_until": "2026-03-02T12:00"},
            "This must be later than the closing time.",
        ),
        ({"late_share": "50"}, "Please say until when late work is taken"),
        ({"late_share": "101"}, "Please type a number from 0 to 100."),
        ({"time_limit": "0"}, "Please type a number from 0.1 to 100000."),
        ({"time_limit": "ten"}, "Please type a number from 0.1 to 100000."),
        ({"time_limit": "1_0"}, "Please type a number from 0.1 to 100000."),
        ({"time_limit": "٣"}, "Please type a number from 0.1 to 100000."),
        ({"time_limit": "1e2"}, "Please type a number from 0.1 to 100000."),
        ({"time_limit": "9" * 400}, "Please type a number from 0.1 to 100000."),
        ({"sittings": "1.5"}, "Please type a whole number from 1 to 1000."),
        ({"feedback": "closing"}, "It would never be over."),
        ({"feedback": "never"}, "Please choose one of these."),
        ({"late_drafts": "discard"}, "The time is never up here."),
        ({"access_code": "x" * 81}, "Please use at most 80 characters."),
    ],
)
def test_terms_that_contradict_each_other_are_refused_at_their_field(
    taught: Class, instructor: Visitor, typed: dict[str, Any], said: str
) -> None:
    page = instructor.press(form(instructor, taught), "Assign", typed, 422)
    assert page.text.count(said) == 2  # in the summary and at the field
    for name, value in typed.items():
        if name not in ("feedback", "late_drafts"):
            assert f'value="{value.strip()}"' in page.text
    assert assignments.of_section(taught.service.db, taught.section.id) == ()


def test_a_form_from_before_a_change_is_refused_with_both_versions(
    taught: Class, instructor: Visitor
) -> None:
    made = taught.assign("final", Rules(time_limit=30))
    address = f"/assignments/{made.id}/edit"
    first, second = instructor.get(address), instructor.get(address)
    instructor.press(first, "Save the changes", {"time_limit": "40"}, 303)
    page = instructor.press(second, "Save the changes", {"time_limit": "20"}, 409)
    assert "This assignment was changed meanwhile" in page.text
    assert "40 minutes" in words_of(page)
    assert "20 minutes" in words_of(page)
    assert only(taught).rules.time_limit == 40


def test_a_closing_time_in_the_past_ends_an_assignment_now(
    taught: Class, instructor: Visitor
) -> None:
    made = taught.assign("final")
    page = instructor.get(f"/assignments/{made.id}/edit")
    instructor.press(page, "Save the changes", {"closes_at": "2026-02-01T12:00"}, 303)
    assert only(taught).rules.closes_at == datetime(2026, 2, 1, 12, tzinfo=UTC)


def test_a_time_that_would_end_what_is_open_is_asked_back_first(
    taught: Class, instructor: Visitor
) -> None:
    made = taught.assign("final", Rules(time_limit=30))
    sittings = [taught.begin(member, made) for member in taught.members[:2]]
    page = instructor.get(f"/assignments/{made.id}/edit")
    typed = {"closes_at": "2026-02-01T12:00"}
    asked = instructor.press(page, "Save the changes", typed, 422)
    assert asked.text.count("2 quizzes that are open now would be handed in at once.") == 2
    assert 'value="2026-02-01T12:00"' in asked.text
    assert only(taught) == made
    instructor.press(asked, "Save the changes", status=422)  # without the tick nothing goes on
    taught.begin(taught.members[2], made)
    asked = instructor.press(asked, "Save the changes", {"ending": "2"}, 422)
    assert "3 quizzes that are open now" in asked.text
    instructor.press(asked, "Save the changes", {"ending": "3"}, 303)
    found = store_of_sittings.find(taught.service.db, sittings[0].id)
    assert found is not None
    assert found.deadline_at is not None
    assert found.deadline_at >= found.started_at
    for mistyped in ("-1", "many"):
        instructor.press(page, "Save the changes", {"ending": mistyped}, 400)


def test_an_assignment_is_deleted_until_somebody_has_begun_it(
    taught: Class, instructor: Visitor
) -> None:
    made = taught.assign("final")
    address = f"/assignments/{made.id}/edit"
    before = instructor.get(address)
    sitting = taught.begin(taught.members[0], made)
    refused = instructor.press(before, "Delete the assignment", status=409)
    assert refused.text.count("It cannot be deleted: it has been begun") == 2
    assert "Delete the assignment" not in refused.text
    assert store_of_sittings.find(taught.service.db, sitting.id) == sitting
    other = assignments.make(taught.service.db, taught.section.id, "final", "Other")
    page = instructor.press(
        instructor.get(f"/assignments/{other.id}/edit"), "Delete the assignment", status=303
    )
    assert "“Other” is deleted." in instructor.follow(page).text
    assert only(taught) == made
    instructor.get(f"/assignments/{other.id}/edit", 404)


def test_an_assignment_whose_quiz_has_gone_can_still_be_changed(
    taught: Class, instructor: Visitor
) -> None:
    made = assignments.make(taught.service.db, taught.section.id, "vanished", "Old quiz")
    page = instructor.get(f"/assignments/{made.id}/edit")
    assert "is missing from the content, or out of order" in page.text
    instructor.press(page, "Save the changes", {"title": "Older quiz"}, 303)
    assert only(taught).title == "Older quiz"


def test_nobody_else_makes_or_changes_an_assignment(
    taught: Class, colleague: Visitor, learner: Visitor
) -> None:
    made = taught.assign("final")
    for address in (
        f"/sections/{taught.section.id}/assignments/new",
        f"/assignments/{made.id}/edit",
    ):
        colleague.get(address, 404)
        post(colleague, address, 404)
        learner.get(address, 403)
        post(learner, address, 403)
    post(colleague, f"/assignments/{made.id}/delete", 404)
    post(learner, f"/assignments/{made.id}/delete", 403)

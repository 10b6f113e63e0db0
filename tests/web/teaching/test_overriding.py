"""Overrides as instructors make them, and what they come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from quizsvc.model import Exemption, Rules
from quizsvc.store import assignments, audit, given, people, sittings, tables

from ..pages import Visitor, words_of
from .posting import post

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from quizsvc.store.assignments import Assignment

    from ...classes import Class

RULES = Rules(
    opens_at=datetime(2026, 3, 1, 8, 0, tzinfo=UTC),
    closes_at=datetime(2026, 3, 3, 12, 0, tzinfo=UTC),
    time_limit=30,
)


@pytest.fixture
def assignment(taught: Class) -> Assignment:
    return taught.assign("exam", RULES)


def address_of(taught: Class, assignment: Assignment) -> str:
    return f"/assignments/{assignment.id}/overrides/{taught.members[0].learner}"


def save(visitor: Visitor, address: str, status: int = 303, **typed: str) -> TestResponse:
    return send(visitor, visitor.get(address), status, **typed)


def send(visitor: Visitor, page: TestResponse, status: int, **typed: str) -> TestResponse:
    typed.setdefault("reason", "as agreed")
    return visitor.press(page, "Save the override", typed, status)


def exemption(taught: Class, assignment: Assignment) -> Exemption | None:
    made = assignments.overrides(taught.service.db, assignment.id)
    found = made.get(taught.members[0].learner)
    return found.exemption if found else None


def test_the_page_says_what_comes_out_before_and_after(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    people.set_time_factor(taught.service.db, taught.members[0].learner, 1.5)
    address = address_of(taught, assignment)
    words = words_of(instructor.get(address))
    assert "30 × 1.5 = 45 minutes" in words
    assert "A factor typed here takes its place" in words
    page = instructor.follow(save(instructor, address, time_factor="2"))
    assert "Time: 30 × 2 = 60 minutes; before: 30 × 1.5 = 45 minutes." in words_of(page)
    assert "Learner 01" in words_of(page)
    page = instructor.follow(
        instructor.press(instructor.get(address), "Take the override back", status=303)
    )
    assert "Learner 01 has the terms that everybody has." in words_of(page)
    assert exemption(taught, assignment) is None
    actions = [each.action for each in audit.of_section(taught.service.db, taught.section.id)]
    assert actions == ["override changed"] * 2


def test_extra_minutes_hold_in_the_sitting_that_goes_on(
    taught: Class, instructor: Visitor, assignment: Assignment, learner: Visitor
) -> None:
    page = learner.get(f"/assignments/{assignment.id}")
    begun = learner.press(page, "Start the quiz", status=303)
    sitting_id = begun.location.split("/")[-2]
    page = instructor.follow(save(instructor, address_of(taught, assignment), extra_minutes="10"))
    assert "The sitting that has begun ends at" in words_of(page)
    sitting = sittings.find(taught.service.db, sitting_id)
    assert sitting is not None
    assert sitting.deadline_at == sitting.started_at + timedelta(minutes=40)


def test_more_time_that_comes_too_late_is_not_told_as_a_success(
    taught: Class, instructor: Visitor, assignment: Assignment, learner: Visitor
) -> None:
    task, address = f"/assignments/{assignment.id}", address_of(taught, assignment)
    begun = learner.press(learner.get(task), "Start the quiz", status=303)
    sitting_id = begun.location.split("/")[-2]
    learner.press(learner.get(f"/sittings/{sitting_id}/submit"), "Hand in", status=303)
    sitting = sittings.find(taught.service.db, sitting_id)
    assert sitting is not None
    assert sitting.submitted_at is not None
    page = words_of(instructor.follow(save(instructor, address, extra_minutes="5")))
    assert (
        f"was handed in at {sitting.submitted_at:%H:%M:%S} UTC already, so this gives no more "
        "time: give another sitting to go on." in page
    )
    assert "holds at once." not in page
    assert "from the moment you start" not in words_of(learner.get(task))

    page = words_of(instructor.follow(save(instructor, address, sittings="2")))
    assert "The override of Learner 01 holds at once." in page
    assert "30 + 5 = 35 minutes, from the moment you start" in words_of(learner.get(task))


def test_more_time_for_what_the_clock_has_ended_and_nobody_has_looked_at_is_told_as_too_late(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    sitting = taught.begin(taught.members[0], assignment)
    deadline = taught.service.db.now() - timedelta(minutes=20)
    row = tables.Sitting
    with taught.service.db.writing() as session:
        started = deadline - timedelta(minutes=30)
        new = {"deadline_at": deadline, "started_at": started}
        session.execute(update(row).where(row.id == sitting.id).values(new))
    address = address_of(taught, assignment)
    page = words_of(instructor.follow(save(instructor, address, extra_minutes="1")))
    assert f"was handed in at {deadline + timedelta(minutes=1):%H:%M:%S} UTC already" in page
    page = words_of(instructor.follow(save(instructor, address, extra_minutes="600")))
    assert "The sitting that has begun ends at" in page


def test_what_would_end_the_learners_open_sitting_is_asked_back_first(
    taught: Class, instructor: Visitor
) -> None:
    db = taught.service.db
    closes = db.now() - timedelta(hours=1)
    late = taught.assign("final", Rules(closes_at=closes))
    address = address_of(taught, late)
    later = f"{closes + timedelta(days=1):%Y-%m-%dT%H:%M}"
    save(instructor, address, closes_at=later)
    taught.begin(taught.members[0], late)
    earlier = f"{closes + timedelta(minutes=20):%Y-%m-%dT%H:%M}"
    page = save(instructor, address, 422, closes_at=earlier)
    assert page.text.count("1 quiz that is open now would be handed in at once.") == 2
    found = exemption(taught, late)
    assert found is not None
    assert found.closes_at is not None
    assert f"{found.closes_at:%Y-%m-%dT%H:%M}" == later
    page = instructor.press(instructor.get(address), "Take the override back", status=422)
    assert page.text.count("1 quiz that is open now would be handed in at once.") == 2
    instructor.press(page, "Take the override back", {"ending": "1"}, 303)
    assert exemption(taught, late) is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Please say what is to be different."),
        ({"time_factor": "1.5", "extra_minutes": "10"}, "a factor or minutes, not both"),
        ({"time_factor": "0.5"}, "Please type a number from 1 to 4."),
        ({"extra_minutes": "-5"}, "Please type a number from 0.1 to 100000."),
        ({"closes_at": "2026-03-02T12:00"}, "It closes for everybody on 3 Mar 2026, 12:00 UTC."),
        (
            {"opens_at": "2026-03-04T07:00"},
            "It would close on 3 Mar 2026, 12:00 UTC, before",
        ),
        ({"sittings": "1"}, "Everybody has 1."),
        ({"extra_minutes": "5", "reason": " "}, "Please give a reason"),
        ({"extra_minutes": "5", "reason": "x" * 401}, "Please use at most 400 characters."),
    ],
)
def test_terms_that_contradict_others_are_refused_at_their_field(
    taught: Class, instructor: Visitor, assignment: Assignment, typed: dict[str, str], said: str
) -> None:
    page = save(instructor, address_of(taught, assignment), 422, **typed)
    assert page.text.count(said) == 2
    assert exemption(taught, assignment) is None


def test_what_the_assignment_leaves_free_cannot_be_given(
    taught: Class, instructor: Visitor
) -> None:
    free = taught.assign("final", Rules(sittings=None))
    page = save(
        instructor, address_of(taught, free), 422,
        extra_minutes="5", sittings="3", closes_at="2026-03-02T12:00",
    )  # fmt: skip
    assert "It never closes for anybody." in page.text
    assert "This assignment has no time limit that could be longer." in page.text
    assert "Everybody may begin any number of sittings." in page.text


def test_an_opening_time_may_be_earlier_than_for_everybody(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    save(instructor, address_of(taught, assignment), opens_at="2026-02-28T12:00")
    found = exemption(taught, assignment)
    assert found is not None
    assert found.opens_at == datetime(2026, 2, 28, 12, tzinfo=UTC)


def test_terms_that_become_more_generous_leave_nobody_behind(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    save(instructor, address_of(taught, assignment), closes_at="2026-03-04T12:00", sittings="2")
    page = instructor.get(f"/assignments/{assignment.id}/edit")
    typed = {"closes_at": "2026-03-09T12:00", "sittings": "3"}
    instructor.press(page, "Save the changes", typed, 303)
    found = given.find(taught.service.db, assignment.id, taught.members[0].learner)
    assert found is not None
    assert found.allowed.closes_at == datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert found.allowed.sittings == 3


def test_of_two_instructors_the_second_sees_what_the_first_has_stored(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    address = address_of(taught, assignment)
    stale = instructor.get(address)
    save(instructor, address, extra_minutes="10")
    page = send(instructor, stale, 409, extra_minutes="20")
    assert "This override was changed meanwhile" in page.text
    assert "Minutes more: 10" in words_of(page).replace("  ", " ")
    found = exemption(taught, assignment)
    assert found is not None
    assert found.extra_minutes == 10


def test_a_reason_keeps_its_lines_and_nothing_that_is_not_shown(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    reason = "Dyslexia,\r\nas certi\u00adfied\0"
    save(instructor, address_of(taught, assignment), extra_minutes="1,5", reason=reason)
    (made,) = assignments.overrides(taught.service.db, assignment.id).values()
    assert (made.reason, made.exemption.extra_minutes) == ("Dyslexia,\nas certified", 1.5)


def test_learners_are_found_by_name(instructor: Visitor, assignment: Assignment) -> None:
    address = f"/assignments/{assignment.id}/overrides"
    page = instructor.get(f"{address}?q=02")
    assert "Learner 02" in page.text
    assert "Learner 03" not in page.text
    assert "No other learner’s name holds “nobody”." in instructor.get(f"{address}?q=nobody").text


def test_overrides_are_for_learners_of_the_section_and_seen_by_its_instructors(
    taught: Class, instructor: Visitor, colleague: Visitor, learner: Visitor, assignment: Assignment
) -> None:
    address = f"/assignments/{assignment.id}/overrides"
    instructor.get(f"{address}/{taught.instructor.learner}", 404)
    instructor.get(f"{address}/nobody", 404)
    for each in (address, address_of(taught, assignment)):
        colleague.get(each, 404)
        learner.get(each, 403)
    post(colleague, address_of(taught, assignment), 404)
    post(colleague, address_of(taught, assignment) + "/remove", 404)

"""What is assigned to a learner: joining, what is to do, sittings on the assignment's terms."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc.model import Exemption, Rules
from quizsvc.store import assignments, members, overrides, sections, sittings
from quizsvc.store.overrides import NewOverride

from ..classes import Class
from .pages import Visitor, forms_of, words_of
from .signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **stretch: float) -> None:
        self.now += timedelta(**stretch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def taught(ann: Visitor) -> Class:
    return Class(ann.service)


@pytest.fixture
def learner(taught: Class, app: Flask) -> Visitor:
    """The first learner of the section, signed in."""
    return signed_in_as(Visitor(app), taught.members[0].name, "learner")


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody with an account who is in no section."""
    return signed_in_as(Visitor(app), "Stranger", "learner")


@pytest.fixture
def instructor(taught: Class, app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), taught.instructor.name, "instructor")


def page_of(visitor: Visitor, assignment: Assignment) -> TestResponse:
    return visitor.get(f"/assignments/{assignment.id}")


def start(visitor: Visitor, assignment: Assignment, status: int = 303, **typed: str) -> Sitting:
    page = page_of(visitor, assignment)
    button = next(
        each for form in forms_of(page) for each in form.buttons if each.startswith("Start")
    )
    begun = visitor.press(page, button, typed, status)
    found = sittings.find(visitor.service.db, begun.location.split("/")[-2])
    assert found is not None
    return found


def hand_in(visitor: Visitor, sitting: Sitting) -> TestResponse:
    page = visitor.get(f"/sittings/{sitting.id}/submit")
    return visitor.follow(visitor.press(page, "Hand in", status=303))


def said_on(page: TestResponse) -> str:
    return " ".join(words_of(page).split())


def join(visitor: Visitor, code: str, status: int = 303) -> TestResponse:
    return visitor.press(visitor.get("/join"), "Join", {"code": code}, status)


# Joining


def test_a_learner_joins_by_the_link_and_one_press(taught: Class, stranger: Visitor) -> None:
    code = taught.section.join_code
    page = stranger.get(f"/join?code={code[:4]}-{code[4:]}")
    assert sections.size(taught.service.db, taught.section.id) == 3  # looking joins nothing
    page = stranger.follow(stranger.press(page, "Join", status=303))
    assert f"You are in {taught.name} now." in page.text
    page = stranger.follow(join(stranger, code.lower()))
    assert f"You are in {taught.name} already." in page.text
    assert sections.size(taught.service.db, taught.section.id) == 4


def test_codes_are_read_generously_and_what_no_section_has_is_refused(
    taught: Class, stranger: Visitor
) -> None:
    assert "Please type the code." in join(stranger, " ", 422).text
    page = join(stranger, "0000-0000", 422)
    assert "There is no section with this code." in page.text
    assert 'value="0000-0000"' in page.text
    mistaken = taught.section.join_code.replace("0", "o").replace("1", "l")
    join(stranger, f" {mistaken[:3]} {mistaken[3:].lower()} ")


def test_nobody_finds_a_code_by_trying(taught: Class, stranger: Visitor) -> None:
    for _ in range(20):
        join(stranger, "0000-0000", 422)
    page = join(stranger, taught.section.join_code, 429)
    assert "There were too many tries." in page.text


def test_right_codes_are_not_counted_as_tries(taught: Class, stranger: Visitor) -> None:
    for _ in range(25):
        join(stranger, taught.section.join_code)


def test_a_guest_is_led_through_signing_up_and_back(taught: Class, bob: Visitor) -> None:
    address = f"/join?code={taught.section.join_code}"
    sign_in = bob.follow(bob.get(address, 303))
    href = sign_in.text.split('href="/sign-up?')[1].split('"')[0].replace("&amp;", "&")
    page = bob.follow(bob.send(bob.get(f"/sign-up?{href}"), {"name": "Bob"}))
    done = bob.send(page, {"new_password": "tree house by the lake"})
    assert done.location == address
    bob.press(bob.follow(done), "Join", status=303)
    assert sections.size(taught.service.db, taught.section.id) == 4


def test_a_closed_section_takes_nobody_in(taught: Class, stranger: Visitor) -> None:
    sections.close(taught.service.db, taught.section.id)
    assert "is closed: nobody can join" in join(stranger, taught.section.join_code, 409).text


def test_an_instructor_is_told_that_he_teaches_it(taught: Class, instructor: Visitor) -> None:
    page = instructor.follow(join(instructor, taught.section.join_code))
    assert f"You teach {taught.name}." in page.text


# What is to do


def test_the_home_page_names_what_is_to_do_soonest_first(taught: Class, learner: Visitor) -> None:
    for title, rules in {
        "No end": Rules(),
        "Later": Rules(closes_at=START + 2 * HOUR),
        "Sooner": Rules(closes_at=START + HOUR),
        "Coming": Rules(opens_at=START + HOUR),
        "Over": Rules(closes_at=START - HOUR),
        "Late": Rules(closes_at=START - HOUR, late_until=START + HOUR / 2, late_share=0.5),
    }.items():
        assignments.make(taught.service.db, taught.section.id, "exam", title, rules)
    words = words_of(learner.get("/"))
    places = [words.index(title) for title in ("Late", "Sooner", "Later", "No end", "Coming")]
    assert places == sorted(places)
    assert "taken until" in words
    assert "Over" not in words
    assert "Over" in words_of(learner.get("/assignments"))


def test_what_is_handed_in_is_past_and_what_goes_on_is_named(
    taught: Class, learner: Visitor
) -> None:
    assignment = taught.assign("exam")
    sitting = start(learner, assignment)
    assert "begun" in words_of(learner.get("/assignments"))
    hand_in(learner, sitting)
    words = words_of(learner.get("/assignments"))
    assert words.index("Past") < words.index("handed in")


def test_who_is_in_no_section_is_shown_the_way(stranger: Visitor, bob: Visitor) -> None:
    assert "You are in no section yet." in stranger.get("/assignments").text
    assert 'href="/join"' in bob.get("/").text


# The page of an assignment


def test_the_terms_are_those_that_hold_for_the_learner(taught: Class, learner: Visitor) -> None:
    rules = Rules(
        closes_at=START + HOUR,
        late_until=START + 2 * HOUR,
        late_share=0.5,
        time_limit=30,
        sittings=2,
        counts="average",
        feedback="closing",
    )
    assignment = taught.assign("exam", rules)
    new = NewOverride(exemption=Exemption(extra_minutes=15), reason="as agreed", counter=0)
    overrides.put(
        taught.service.db, assignment.id, taught.members[0].learner, new,
        by=taught.instructor.learner,
    )  # fmt: skip
    words = said_on(page_of(learner, assignment))
    for said in (
        "Time: 30 + 15 = 45 minutes",
        "Hand it in until 1 Mar 2026, 13:00 UTC",
        "Late work is taken until 1 Mar 2026, 14:00 UTC : late work keeps 50 % of its points.",
        "You can begin it 2 times. The average of all counts.",
        "The results are shown when it is over for everybody.",
    ):
        assert said in words
    assert "as agreed" not in words


def test_it_is_nobody_elses_business(
    taught: Class, learner: Visitor, stranger: Visitor, bob: Visitor
) -> None:
    assignment = taught.assign("exam")
    page = page_of(learner, assignment)
    stranger.get(f"/assignments/{assignment.id}", 404)
    assert stranger.client.post(f"/assignments/{assignment.id}").status_code in (400, 404)
    assert "/sign-in" in bob.get(f"/assignments/{assignment.id}", 303).location
    members.remove_member(
        taught.service.db, taught.section, taught.members[0].learner, by=taught.instructor.learner
    )
    learner.press(page, "Start the quiz", status=404)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (Rules(opens_at=START + HOUR), "You can begin from 1 Mar 2026, 13:00 UTC on."),
        (Rules(closes_at=START - HOUR), "This quiz closed 1 Mar 2026, 11:00 UTC"),
    ],
)
def test_outside_its_dates_it_says_so_and_nothing_begins(
    taught: Class, learner: Visitor, rules: Rules, said: str
) -> None:
    assignment = taught.assign("exam")
    stale = page_of(learner, assignment)
    assignments.change(
        taught.service.db, assignment.id, "Test", rules, 0, by=taught.instructor.learner
    )
    page = learner.press(stale, "Start the quiz", status=409)
    assert said in said_on(page)
    assert "Start the quiz" not in page.text


def test_a_start_takes_effect_once_and_no_sitting_is_left_afterwards(
    taught: Class, learner: Visitor
) -> None:
    assignment = taught.assign("exam")
    page = page_of(learner, assignment)
    first = learner.press(page, "Start the quiz", status=303)
    assert learner.press(page, "Start the quiz", status=303).location == first.location
    assert "Start" not in words_of(page_of(learner, assignment))
    learner.get(first.location)
    hand_in(learner, sittings.of_learner(taught.service.db, taught.members[0].learner)[0])
    page = page_of(learner, assignment)
    assert "and no sitting is left" in page.text
    assert "1st sitting" in words_of(page)


def test_an_access_code_is_asked_for_and_compared_as_it_is_heard(
    taught: Class, learner: Visitor
) -> None:
    assignment = taught.assign("exam", Rules(access_code="Blue Lake"))
    page = page_of(learner, assignment)

    def try_with(code: str, status: int) -> TestResponse:
        return learner.press(page, "Start the quiz", {"access_code": code}, status)

    assert "Please type the access code" in try_with("", 422).text
    assert "This is not the access code." in try_with("green lake", 422).text
    try_with("bluelake", 303)
    other = taught.assign("exam", Rules(access_code="Blue Lake"))
    page = page_of(learner, other)
    for _ in range(10):
        try_with("guess", 422)
    assert "too many tries" in try_with("blue lake", 429).text


def test_late_work_is_taken_and_told_to_be_late(
    taught: Class, learner: Visitor, clock: Clock
) -> None:
    rules = Rules(closes_at=START + HOUR, late_until=START + 2 * HOUR, late_share=0.5)
    assignment = taught.assign("exam", rules)
    sitting = start(learner, assignment)
    assert "late" not in words_of(learner.get(f"/sittings/{sitting.id}"))
    clock.advance(minutes=90)
    said = "so what you hand in now is late: late work keeps 50 % of its points."
    for address in (
        f"/sittings/{sitting.id}", f"/sittings/{sitting.id}/submit", f"/assignments/{assignment.id}"
    ):  # fmt: skip
        assert said in said_on(learner.get(address))
    page = hand_in(learner, sitting)
    assert "Handed in late : late work keeps 50 % of its points." in said_on(page)
    assert f'href="/assignments/{assignment.id}"' in page.text


def test_results_wait_until_the_last_learner_may_hand_in_no_more(
    taught: Class, learner: Visitor, clock: Clock
) -> None:
    assignment = taught.assign("exam", Rules(closes_at=START + HOUR, feedback="closing"))
    sitting = start(learner, assignment)
    page = hand_in(learner, sitting)
    assert "Results are shown after 1 Mar 2026, 13:00 UTC" in said_on(page)
    new = NewOverride(exemption=Exemption(closes_at=START + 3 * HOUR), reason="ill", counter=0)
    overrides.put(
        taught.service.db, assignment.id, taught.members[1].learner, new,
        by=taught.instructor.learner,
    )  # fmt: skip
    clock.advance(hours=2)
    review = f"/sittings/{sitting.id}/review"
    assert "Results are shown after 1 Mar 2026, 15:00 UTC" in said_on(learner.get(review))
    clock.advance(hours=1, seconds=11)
    assert "Right answer" in learner.get(review).text
    assert "points" in words_of(page_of(learner, assignment))


def test_an_instructor_tries_it_and_nothing_of_it_counts(
    taught: Class, instructor: Visitor
) -> None:
    rules = Rules(opens_at=START + HOUR, access_code="lake")
    assignment = taught.assign("exam", rules)
    said = "You are trying this as its instructor: nothing of it counts."
    assert said in page_of(instructor, assignment).text
    for _ in range(2):
        sitting = start(instructor, assignment)
        assert said in instructor.get(f"/sittings/{sitting.id}").text
    hand_in(instructor, sitting)
    assert said in instructor.get(f"/sittings/{sitting.id}/review").text


def test_a_quiz_that_has_gone_begins_no_more_and_what_has_begun_goes_on(
    taught: Class, learner: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = taught.assign("exam")
    sitting = start(learner, assignment)
    monkeypatch.delitem(taught.service.bank.assessments, "exam")
    page = page_of(learner, assignment)
    assert "This quiz is out of order" in page.text
    assert f"/sittings/{sitting.id}" in page.text
    hand_in(learner, sitting)


def test_a_quiz_with_a_question_missing_begins_for_nobody(
    taught: Class, learner: Visitor, instructor: Visitor
) -> None:
    page = page_of(learner, taught.assign("exam"))
    assignment = taught.assign("final")  # asks what is out of order
    said = said_on(page_of(learner, assignment))
    assert "This quiz is not complete at the moment" in said
    assert "Please tell your instructor." in said
    assert "“broken”" not in said
    assert "Start the quiz" not in said
    (fields,) = [each.fields for each in forms_of(page) if "token" in each.fields]
    data = {name: fields[name][0] for name in ("csrf_token", "token")}
    refused = learner.client.post(f"/assignments/{assignment.id}", data=data)
    assert refused.status_code == 409
    assert "This quiz is not complete at the moment" in refused.text
    assert sittings.of_learner(taught.service.db, taught.members[0].learner) == ()
    for address in (f"/sections/{taught.section.id}", f"/assignments/{assignment.id}/edit"):
        words = said_on(instructor.get(address))
        assert "“broken” is missing from the content" in words
        assert "nobody can begin" in words
    assert "“broken”" in said_on(page_of(instructor, assignment))


def test_the_learners_own_data_hold_the_sections_and_overrides(
    taught: Class, learner: Visitor
) -> None:
    assignment = taught.assign("exam", Rules(time_limit=30))
    new = NewOverride(exemption=Exemption(extra_minutes=15), reason="as agreed", counter=0)
    overrides.put(
        taught.service.db, assignment.id, taught.members[0].learner, new,
        by=taught.instructor.learner,
    )  # fmt: skip
    data = json.loads(learner.get("/progress/data.json").text)
    (section,) = data["sections"]
    assert (section["section"], section["register_id"]) == (taught.name, "s0001")
    (override,) = data["overrides"]
    assert (override["extra_minutes"], override["reason"]) == (15, "as agreed")

"""How sections and assignments look, to who teaches and to who learns."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from quizsvc.model import Exemption, Rules
from quizsvc.store import assignments, members, overrides, people, sections
from quizsvc.store.overrides import NewOverride

from .states_of_sittings import TIMED
from .tour import QUIZ, Tour, shows

if TYPE_CHECKING:
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sections import Section

WIDE_NAME = "W" * 40
CODE = "Blue lake"


def _section(tour: Tour) -> Section:
    """Sign up as an instructor who teaches a section with two learners."""
    tour.sign_up(WIDE_NAME, role="instructor")
    return _class(tour, tour.learner)


def _class(tour: Tour, instructor: str) -> Section:
    db = tour.stage.db
    section = sections.make(db, "Residual networks, group B", instructor)
    for name in (WIDE_NAME, "Ann"):
        account = people.add(db, people.propose(db, name))
        people.set_time_factor(db, account.learner, 1.5)
        members.join(db, section.id, account.learner)
    return section


def _assigned(tour: Tour, section: Section, assessment: str = TIMED) -> Assignment:
    """Assign a quiz with all that its terms can say."""
    now = tour.stage.now
    rules = Rules(
        opens_at=now - timedelta(days=1),
        closes_at=now - timedelta(hours=1),
        late_until=now + timedelta(days=1),
        late_share=0.5,
        time_limit=30,
        sittings=2,
        feedback="closing",
        access_code=CODE,
    )
    title = tour.stage.service.bank.assessments[assessment].title
    return assignments.make(tour.stage.db, section.id, assessment, title, rules)


def _learner(tour: Tour) -> Assignment:
    """Sign up as a learner of a section in which a quiz is assigned."""
    teacher = people.add(tour.stage.db, people.propose(tour.stage.db, "Skip"), role="instructor")
    section = _class(tour, teacher.learner)
    tour.sign_up("Ben")
    members.join(tour.stage.db, section.id, tour.learner)
    return _assigned(tour, section)


@shows("teaching/sections.html", "sections, with one that is closed, and a new one without a name")
def _sections(tour: Tour) -> None:
    sections.close(tour.stage.db, _section(tour).id)
    sections.make(tour.stage.db, WIDE_NAME, tour.learner)
    tour.open("/sections")
    tour.press("Make the section")


@shows("teaching/section.html", "a section with learners and assignments")
def _a_section(tour: Tour) -> None:
    section = _section(tour)
    _assigned(tour, section)
    _assigned(tour, section, QUIZ)
    tour.open(f"/sections/{section.id}")


@shows("teaching/enrol.html", "a class list with wrong lines")
def _enrol(tour: Tour) -> None:
    section = _section(tour)
    tour.open(f"/sections/{section.id}/enrol")
    lines = ["name,register_id", ",s1", f"{WIDE_NAME}X,s2", "Cleo,s3", "cleo,s4"]
    tour.page.get_by_label("Class list").fill("\n".join(lines))
    tour.press("Show what would happen")


@shows("teaching/enrol-preview.html", "a class list before it is enrolled")
def _preview(tour: Tour) -> None:
    section = _section(tour)
    tour.open(f"/sections/{section.id}/enrol")
    inside = sections.members(tour.stage.db, section.id, "learner")[0].name
    tour.page.get_by_label("Class list").fill(f"name,register_id\n{inside},s1\nCleo,s2")
    tour.press("Show what would happen")


@shows("teaching/enrol-links.html", "links for learners without a password")
def _links(tour: Tour) -> None:
    tour.open(f"/sections/{_section(tour).id}/enrol/links")


@shows("teaching/assignment-choice.html", "quizzes that can be assigned")
def _choice(tour: Tour) -> None:
    tour.open(f"/sections/{_section(tour).id}/assignments/new")


@shows("teaching/assignment.html", "an assignment that would close before it opens")
def _assignment(tour: Tour) -> None:
    tour.open(f"/sections/{_section(tour).id}/assignments/new?assessment={TIMED}")
    tour.page.get_by_label("Opens (UTC)").fill("2026-03-09T08:00")
    tour.page.get_by_label("Closes (UTC)").fill("2026-03-08T08:00")
    tour.page.get_by_label("once it is over for everybody").check()
    tour.press("Assign")


@shows("teaching/overrides.html", "overrides, one of them made")
def _overrides(tour: Tour) -> None:
    section = _section(tour)
    assignment = _assigned(tour, section)
    learner = sections.members(tour.stage.db, section.id, "learner")[1].learner
    exemption = Exemption(
        extra_minutes=10, closes_at=tour.stage.now + timedelta(days=2), sittings=3
    )
    new = NewOverride(exemption=exemption, reason="As agreed with the office.", counter=0)
    overrides.put(tour.stage.db, assignment.id, learner, new, by=tour.learner)
    tour.open(f"/assignments/{assignment.id}/overrides")


@shows("teaching/override.html", "an override with a factor and minutes at once")
def _override(tour: Tour) -> None:
    section = _section(tour)
    assignment = _assigned(tour, section)
    learner = sections.members(tour.stage.db, section.id, "learner")[1].learner
    tour.open(f"/assignments/{assignment.id}/overrides/{learner}")
    tour.page.get_by_label("Time limit times").fill("1.5")
    tour.page.get_by_label("Or minutes more").fill("10")
    tour.press("Save the override")


@shows("assigned/join.html", "joining by a code that no section has")
def _join(tour: Tour) -> None:
    tour.sign_up("Ben")
    tour.open("/join?code=0000-0000")
    tour.press("Join")
    tour.page.locator("[data-problems]").wait_for()


@shows("assigned/list.html", "a learner’s assignments")
def _list(tour: Tour) -> None:
    _learner(tour)
    tour.open("/assignments")


@shows("assigned/assignment.html", "a late assignment, with a wrong access code")
def _late(tour: Tour) -> None:
    tour.open(f"/assignments/{_learner(tour).id}")
    tour.page.get_by_label("Access code").fill("green lake")
    tour.press("Start the quiz")
    tour.page.locator("[data-problems]").wait_for()


@shows("assigned/assignment.html", "an assignment that its instructor tries")
def _trial(tour: Tour) -> None:
    tour.open(f"/assignments/{_assigned(tour, _section(tour)).id}")


@shows("home.html", "home, with assignments")
def _home(tour: Tour) -> None:
    _learner(tour)
    tour.open("/")


@shows("overview.html", "a quiz that would be handed in late")
def _late_sitting(tour: Tour) -> None:
    tour.open(f"/assignments/{_learner(tour).id}")
    tour.page.get_by_label("Access code").fill(CODE)
    tour.press("Start the quiz")
    tour.page.wait_for_url("**/sittings/*/1")
    tour.open(tour.page.url.removeprefix(tour.stage.url).rpartition("/")[0])

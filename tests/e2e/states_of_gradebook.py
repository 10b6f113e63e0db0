"""How the gradebook and what hangs on it look: a class that has sat two quizzes, not all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from quizsvc.model import Rules
from quizsvc.store import adjusting, judgements, people, sections
from quizsvc.store.adjusting import Deciding

from ..classes import Class, account, blank, right
from .states_of_sittings import TIMED
from .tour import QUIZ, Tour, shows

if TYPE_CHECKING:
    from quizsvc.model import RawResponse, Variant
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting

SHORT = "warm-up"


@dataclass(frozen=True)
class Sat:
    """A class, its first assignment, and a sitting in which something was misunderstood."""

    taught: Class
    assignment: Assignment
    sitting: Sitting

    def decide(self, item: str) -> None:
        """Take an item out, and set the score of the first place of the sitting twice."""
        db, account = self.taught.service.db, self.taught.instructor.learner
        deciding = Deciding(account=account, reason="The key was wrong.", subject="a test")
        first = self.sitting.items[0]
        adjusting.drop(db, self.assignment.id, item, deciding)
        for score in (0.25, 0.5):
            adjusting.set_score(db, self.sitting, first, score, deciding)
        adjusting.give_full_marks(db, self.assignment.id, first.item, first.parameters, deciding)
        (dropped, *_) = adjusting.of_assignment(db, self.assignment.id)
        adjusting.undo(db, self.assignment.id, dropped.id, account, "a test")


def mistaken(variant: Variant) -> RawResponse:
    """Answer as the first misconception of each part would, and rightly where there is none."""
    raw = dict(right(variant))
    for drawn in variant.parts:
        for sample in drawn.part.interaction.samples(drawn):
            if sample.kind == "misconception":
                raw[drawn.name] = sample.raw
                break
    return raw


def sat(tour: Tour) -> Sat:
    """Sign an admin in, and let a class sit quizzes: late, in progress, not at all."""
    tour.sign_up("W" * 40, role="admin")
    service = tour.stage.service
    taught = Class(service, learners=5)
    long_name = account(service.db, "W" * 34)
    with service.db.writing() as session:
        sections.add_member(
            session, taught.section.id, long_name.learner, "learner", service.db.now(), "s" * 40
        )
    closes = tour.stage.now - timedelta(minutes=5)
    late = Rules(closes_at=closes, late_until=closes + timedelta(days=9), late_share=0.8)
    quiz, short = taught.assign(QUIZ, Rules(sittings=2)), taught.assign(SHORT, late)
    sitting = taught.sit(taught.members[0], quiz, right, mistaken, blank, right)
    for number, member in enumerate(taught.members[:3]):
        taught.sit(member, quiz, *[right] * number, mistaken, blank, right)
        taught.sit(member, short, right)
    taught.begin(taught.members[2], quiz)
    taught.begin(taught.members[3], short)
    taught.sit(long_name, quiz, right)
    return Sat(taught, quiz, sitting)


@shows("teaching/gradebook.html", "a gradebook, with a name of wide letters")
def _gradebook(tour: Tour) -> None:
    section = sat(tour).taught.section
    tour.open(f"/sections/{section.id}/gradebook")
    tour.page.get_by_role("link", name="sort by mark").first.click()
    tour.page.wait_for_url("**sort=*")


@shows("teaching/learner.html", "what one learner has sat")
def _learner(tour: Tour) -> None:
    state = sat(tour)
    tour.open(f"/assignments/{state.assignment.id}/learners/{state.sitting.learner}")


@shows("teaching/sitting.html", "a sitting to be marked")
def _sitting(tour: Tour) -> None:
    state = sat(tour)
    state.decide(state.sitting.items[1].item)
    tour.open(f"/sittings/{state.sitting.id}/marking")


@shows("teaching/response.html", "a response that a misconception explains, judged twice")
def _response(tour: Tour) -> None:
    taught = sat(tour).taught
    sitting = taught.sit(taught.members[0], taught.assign(TIMED), mistaken)
    attempt = sitting.attempts[1]
    assert attempt.outcome is not None
    judgements.add(tour.stage.db, attempt.id, attempt.outcome, "regraded")
    tour.open(f"/sittings/{sitting.id}/marking/1")


@shows("teaching/decisions.html", "decisions about points")
def _decisions(tour: Tour) -> None:
    state = sat(tour)
    state.decide(state.sitting.items[1].item)
    tour.open(f"/assignments/{state.assignment.id}/decisions")


@shows("teaching/decide.html", "points by hand, without a reason")
def _decide(tour: Tour) -> None:
    state = sat(tour)
    tour.open(f"/sittings/{state.sitting.id}/marking/1/score")
    tour.page.get_by_label("Points").fill("0.5")
    tour.press("Set the points")


@shows("teaching/decide.html", "taking a question out, with what changes")
def _drop(tour: Tour) -> None:
    state = sat(tour)
    item = state.sitting.items[0].item
    tour.open(f"/assignments/{state.assignment.id}/items/{item}/drop")
    tour.page.get_by_text("Whose").click()


@shows("review.html", "a review of which an instructor has changed points")
def _review(tour: Tour) -> None:
    tour.sign_up("W" * 40)
    me = people.find(tour.stage.db, tour.learner)
    assert me is not None
    taught = Class(tour.stage.service, learners=1)
    quiz = taught.assign(QUIZ)
    state = Sat(taught, quiz, taught.sit(me, quiz, right, mistaken, blank))
    state.decide(state.sitting.items[0].item)
    tour.open(f"/sittings/{state.sitting.id}/review")


@shows("assigned/assignment.html", "an assignment with a mark of several late sittings")
def _own_mark(tour: Tour) -> None:
    tour.sign_up("Ann")
    me = people.find(tour.stage.db, tour.learner)
    assert me is not None
    taught = Class(tour.stage.service, learners=1)
    with tour.stage.db.writing() as session:
        sections.add_member(
            session, taught.section.id, me.learner, "learner", tour.stage.now, "s" * 40
        )
    closes = tour.stage.now - timedelta(minutes=5)
    rules = Rules(
        closes_at=closes, late_until=closes + timedelta(days=9), late_share=0.5, sittings=3
    )
    quiz = taught.assign(QUIZ, rules)
    taught.sit(me, quiz, mistaken)
    taught.sit(me, quiz, mistaken, right)
    tour.open(f"/assignments/{quiz.id}")

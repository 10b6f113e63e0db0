"""How regrades and records look: a question of which some answers were judged otherwise."""

from __future__ import annotations

from dataclasses import replace

from quizsvc.model import Outcome
from quizsvc.store import judged_places, judgements

from ..classes import Class, misled, right
from .tour import QUIZ, Tour, shows

ITEM = "twin-block-jacobian"


def misjudged(tour: Tour) -> str:
    """Sign an admin in; return an assignment of which answers were judged the wrong way."""
    tour.sign_up("W" * 40, role="admin")
    taught = Class(tour.stage.service, learners=4)
    assignment = taught.assign(QUIZ)
    for number, member in enumerate(taught.members):
        taught.sit(member, assignment, right if number % 2 else misled("drop-skip"))
    db = tour.stage.db
    for place in judged_places.places(db, assignment.id, ITEM):
        assert place.attempt is not None
        assert place.attempt.outcome is not None
        stored = Outcome.from_json(place.attempt.outcome)
        parts = {
            name: replace(part, score=1 - (part.score or 0), message="Judged by a wrong key.")
            for name, part in stored.parts.items()
        }
        turned = Outcome(1 - (stored.score or 0), parts, None, "Judged by a wrong key.")
        judgements.add(db, place.attempt.id, turned.as_json(), "regraded")
    return assignment.id


def regraded(tour: Tour) -> None:
    """Apply the regrade."""
    tour.open(f"/assignments/{misjudged(tour)}/regrade/{ITEM}")
    tour.page.get_by_label("Why").fill("The key was wrong")
    tour.press("Apply the regrade")
    tour.page.wait_for_url("**/regrade")


@shows("teaching/regrade.html", "a regrade, of which nobody has said why")
def _regrade(tour: Tour) -> None:
    tour.open(f"/assignments/{misjudged(tour)}/regrade/{ITEM}?policy=exact")
    tour.press("Apply the regrade")


@shows("teaching/regrades.html", "the regrades of an assignment")
def _regrades(tour: Tour) -> None:
    regraded(tour)


@shows("teaching/records.html", "the records of a section")
def _records(tour: Tour) -> None:
    regraded(tour)
    tour.page.get_by_role("link", name="Residual networks, 2026").click()
    tour.page.get_by_role("link", name="Records").click()

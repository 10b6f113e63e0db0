"""Everything that is kept of the learner, to take with him: as JSON, and as CSV."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from quizsvc.store import export, preferences, sittings
from quizsvc.web import keeping, spreadsheets
from quizsvc.web import sitting_service as rules
from quizsvc.web.current import known_learner, service
from quizsvc.web.service import OutOfOrderError
from quizsvc.web.standing import standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from flask import Response

    from quizsvc.learning.standing import Standing
    from quizsvc.store.export import Rows
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.service import Service

blueprint = Blueprint("downloads", __name__)

FORMAT = "quizsvc learner data, version 1"

FIELDS = {
    "account": "Your name and role, if you have signed up; null for a guest.",
    "preferences": "How many reviews a day at most, and the chance of still knowing a thing at "
    "which it comes back.",
    "attempts": "Each answer as you sent it (raw_response: part to text), with the outcome in "
    "force (score from 0 to 1, feedback, the misconception it was recognised as), your own "
    "ratings of written parts, and the help taken before it. The outcome is null until it is "
    "released.",
    "sittings": "Each quiz that you began; its points are null until its results are released, "
    "and where no points are counted.",
    "drafts": "What you have typed in a quiz and not handed in, or not in time.",
    "aids": "The hints and worked solutions that you had shown, by item and number of the variant.",
    "sections": "The classes that you are in, and how the school's register calls you there.",
    "overrides": "Where other terms of an assignment hold for you, and the reason that was given.",
    "decisions": "Scores that an instructor set by hand in a quiz of yours whose results are "
    "released, and the reason that was given.",
    "codes": "The codes that you asked for, to show a problem to a teacher.",
    "sign_ins": "Where you are signed in: since when, and when it was last used.",
    "links": "One-time links to your account that nobody has used yet.",
    "records": "What instructors and admins did that concerns you, and what you did as one.",
    "reviews": "When each kind of problem comes back, and how each meeting was rated "
    "(Again, Hard, Good). Worked out from your answers, not kept.",
    "times": "All times are in UTC, as in ISO 8601.",
}
"""What the parts of the JSON are."""

COLUMNS = (
    "attempt", "at", "item", "variant_number", "quiz", "position", "part", "response", "status",
    "score", "misconception", "feedback", "self_rating", "hints_before", "solution_shown_before",
)  # fmt: skip


@blueprint.get("/progress/data.json")
def json_file() -> Response:
    """Hand out all of it."""
    state = standing()
    data = everything(service(), known_learner() or "", state.now)
    return _file(spreadsheets.as_json({**data, "reviews": _reviews(state)}), state, "json")


@blueprint.get("/progress/data.csv")
def csv_file() -> Response:
    """Hand out the answers, a row for each part."""
    state = standing()
    kept = _kept(service(), known_learner() or "", state.now)
    titles = {row["id"]: row["title"] for row in kept["sittings"]}
    rows = [part for attempt in kept["attempts"] for part in _parts(attempt, titles)]
    text = spreadsheets.table(COLUMNS, ([row[column] for column in COLUMNS] for row in rows))
    return _file(text, state, "csv")


def everything(service: Service, learner: str, now: datetime) -> dict[str, Any]:
    """Return all that is kept of a learner, for JSON."""
    found = _kept(service, learner, now)
    return {
        "format": FORMAT,
        "made_at": now,
        "fields": FIELDS,
        **found,
        "account": next(iter(found["account"]), None),
        "preferences": asdict(preferences.find(service.db, learner)),
        "sittings": _with_points(service, learner, found["sittings"]),
    }


def _kept(service: Service, learner: str, now: datetime) -> dict[str, Rows]:
    """Return what is kept, without what an assignment keeps until its results are out."""
    found = export.of_learner(service.db, learner, now)
    export.withhold(found, keeping.waiting(service, learner, now))
    return found


def _parts(attempt: dict[str, Any], titles: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield a row for each part that was answered or judged."""
    judged = attempt["outcome"]["parts"] if attempt["outcome"] else {}
    ratings = {row["part"]: row["rating"] for row in attempt["self_ratings"]}
    for name in dict.fromkeys([*attempt["raw_response"], *judged]):
        part = judged.get(name, {})
        yield {
            **attempt,
            "attempt": attempt["id"],
            "quiz": titles.get(attempt["sitting"]),
            "part": name,
            "response": attempt["raw_response"].get(name),
            "status": part.get("status", "not judged, or not released"),
            "score": part.get("score"),
            "misconception": part.get("misconception"),
            "feedback": part.get("message"),
            "self_rating": ratings.get(name),
        }


def _with_points(service: Service, learner: str, rows: Rows) -> Rows:
    """Add the points, of a sitting whose results are released."""
    found = {each.id: each for each in sittings.of_learner(service.db, learner)}
    return [
        {**row, "points": _points(service, found[row["id"]]) if row["released"] else None}
        for row in rows
    ]


def _points(service: Service, sitting: Sitting) -> dict[str, float] | None:
    with suppress(OutOfOrderError):  # of an item that this version cannot read: the rest matters
        total = rules.total_of(service, sitting)
        if total and total.possible:
            return {"earned": total.earned, "possible": total.possible}
    return None


def _reviews(state: Standing) -> Rows:
    return [
        {
            "family": plan.family,
            "due": plan.due,
            "reviews": [{"at": each.at, "rating": each.rating.name} for each in plan.reviews],
        }
        for plan in state.schedules.values()
    ]


def _file(text: str, state: Standing, ending: str) -> Response:
    return spreadsheets.download(text, f"quizsvc-{state.today:%Y-%m-%d}.{ending}")

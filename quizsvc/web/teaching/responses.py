"""One sitting as the instructor sees it: each response, why it was judged so, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from quizsvc.render.spoken import spoken
from quizsvc.store import people
from quizsvc.web import scoring, showing
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching import answers, decided, exports, marking
from quizsvc.web.teaching.rights import assignment_taught, note, sitting_taught
from quizsvc.web.texts import inline, plain, points

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.results.marks import PlaceMark
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.scoring import Result
    from quizsvc.web.showing import Answer, Mark

blueprint = Blueprint("responses", __name__)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One place of a sitting in a list."""

    position: int
    title: Markup
    answers: list[Answer]
    mark: Mark
    """How it was judged."""
    points: str
    origin: str
    """Where the points come from, in words."""


@blueprint.get("/assignments/<assignment_id>/learners/<learner>")
@require_role("instructor", "admin")
def learner(assignment_id: str, learner: str) -> ResponseReturnValue:
    """List a learner's sittings of an assignment, and say which of them make the mark."""
    assigned = assignment_taught(assignment_id)
    members = marking.learners_of(service(), assigned.section)
    member = next((each for each in members if each.learner == learner), None)
    if member is None:
        raise UnknownError(learner)
    marking.settle(service(), assigned.section, arrived_at())
    mark = marking.ledger(service(), assigned.assignment, learner).marks().get(learner)
    return render_template(
        "teaching/learner.html",
        assigned=assigned,
        member=member,
        mark=mark or marking.NO_MARK,
        percent=showing.percent,
    )


@blueprint.get("/sittings/<sitting_id>/marking")
@require_role("instructor", "admin")
def sitting(sitting_id: str) -> ResponseReturnValue:
    """List the places of a sitting with what was answered and what it came to."""
    assigned, found = sitting_taught(sitting_id)
    results = scoring.results(service(), found)
    return render_template(
        "teaching/sitting.html",
        assigned=assigned,
        sitting=found,
        name=name_of(found.learner),
        total=scoring.total(service(), found, results) if found.submitted_at else None,
        rows=[_place_row(found, each) for each in results],
    )


@blueprint.get("/sittings/<sitting_id>/marking/<int:position>")
@require_role("instructor", "admin")
def response(sitting_id: str, position: int) -> ResponseReturnValue:
    """Show one response with its variant, its key, how and why it was judged; the audit says so."""
    assigned, found = sitting_taught(sitting_id)
    result = result_at(found, position)
    name = name_of(found.learner)
    view = answers.response(found, result)
    note(
        "key viewed",
        f"{spoken(answers.title(result.pinned))}, as answered by {name} in {plain(found.title)}",
        assigned.section,
        learner=found.learner,
        item=result.pinned.item,
        assignment=assigned.assignment.id,
        sitting=found.id,
        position=position,
    )
    return render_template(
        "teaching/response.html",
        assigned=assigned,
        sitting=found,
        name=name,
        result=result,
        points=points_of(result.mark),
        origin=exports.ORIGINS[result.mark.origin],
        response=view,
        places=[pinned.position for pinned in found.items],
        percent=showing.percent,
    )


@blueprint.get("/assignments/<assignment_id>/decisions")
@require_role("instructor", "admin")
def decisions(assignment_id: str) -> ResponseReturnValue:
    """List what an assignment asks, and the decisions about its points, the newest first."""
    assigned = assignment_taught(assignment_id)
    book = marking.ledger(service(), assigned.assignment)
    return render_template(
        "teaching/decisions.html",
        assigned=assigned,
        items=decided.item_rows(service(), assigned, book),
        waiting=decided.waiting(service(), assigned, book),
        decisions=decided.rows(service(), assigned),
    )


def name_of(learner: str) -> str:
    """Return what a learner is called."""
    account = people.find(service().db, learner)
    return account.name if account else decided.NOBODY


def result_at(sitting: Sitting, position: int) -> Result:
    """Return what became of one place.

    Raises
    ------
    UnknownError
        There is no such place.
    """
    found = next((each for each in sitting.items if each.position == position), None)
    if found is None:
        raise UnknownError(f"{sitting.id}/{position}")
    return scoring.result(service(), sitting, found)


def points_of(mark: PlaceMark) -> str:
    """Return the points of a place in words, a dash where it does not count."""
    return "–" if mark.points is None else f"{points(mark.points)} of {points(mark.place.points)}"


def _place_row(sitting: Sitting, result: Result) -> PlaceRow:
    raw = answers.raw_of(sitting, result.pinned)
    mark = showing.result(
        result.variant, result.attempt, result.outcome, opened=False, discarded=raw
    ).mark
    handed_in = sitting.submitted_at is not None
    return PlaceRow(
        result.pinned.position,
        inline(result.variant.item.title),
        showing.answers(result.variant, raw),
        mark if handed_in or result.attempt else showing.Mark("Not handed in yet", "quiet"),
        points_of(result.mark) if handed_in else "–",
        exports.ORIGINS[result.mark.origin] if handed_in else "",
    )

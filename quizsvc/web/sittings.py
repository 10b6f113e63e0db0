"""The quiz as a whole: its start, the overview, handing in, the review, a copy on paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from quizsvc.content import pick
from quizsvc.store.drafts import DraftOvertakenError
from quizsvc.web import asking, giving, scoring, showing, starting
from quizsvc.web import sitting_service as rules
from quizsvc.web.arrival import arrived_at, time_left
from quizsvc.web.current import current_learner, known_learner, new_token, service
from quizsvc.web.forms import RATINGS, OnceForm
from quizsvc.web.places import places
from quizsvc.web.texts import template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.sittings import Sitting

blueprint = Blueprint("sittings", __name__)


@blueprint.get("/assessments/<assessment_id>")
def intro(assessment_id: str) -> ResponseReturnValue:
    """Say what the quiz is, list the learner's earlier sittings, offer a start."""
    return _intro_page(assessment_id)


def _intro_page(assessment_id: str) -> str:
    assessment = starting.assessment(service(), assessment_id)
    learner = known_learner()
    all_of_it = rules.of_learner(service(), learner, arrived_at(), assessment_id) if learner else ()
    mine = [sitting for sitting in all_of_it if sitting.assignment is None]
    items = service().bank.items
    return render_template(
        "assessment.html",
        assessment=assessment,
        limit=starting.time_limit(service(), learner, assessment),
        closed=starting.has_closed(assessment, arrived_at()),
        instructions=template(assessment.instructions, {}),
        questions=len(pick(assessment.entries, items, 0)),
        broken=assessment.missing(items),
        begun=[sitting for sitting in mine if sitting.submitted_at is None],
        sittings=[
            (sitting, rules.total_of(service(), sitting))
            for sitting in mine
            if sitting.submitted_at
        ],
        form=OnceForm(formdata=None, token=new_token()),
    )


@blueprint.post("/assessments/<assessment_id>")
def start(assessment_id: str) -> ResponseReturnValue:
    """Start a sitting and lead to its first question."""
    form = OnceForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        sitting = starting.start(
            service(), current_learner(), assessment_id, form.token.data, arrived_at()
        )
    except starting.AssessmentClosedError:
        return _intro_page(assessment_id), 409
    return redirect(url_for("drafts.question", sitting_id=sitting.id, position=1), code=303)


@blueprint.get("/sittings/<sitting_id>")
def overview(sitting_id: str) -> ResponseReturnValue:
    """List the questions with what is answered."""
    sitting = _own(sitting_id)
    if sitting.submitted_at:
        return _to(".review", sitting)
    return render_template(
        "overview.html",
        sitting=sitting,
        places=places(service(), sitting),
        left=time_left(sitting),
        assigned=giving.remark(service(), sitting, arrived_at()),
    )


@blueprint.get("/sittings/<sitting_id>/submit")
def check(sitting_id: str) -> ResponseReturnValue:
    """Show every answer once more before handing in, and name what is missing."""
    sitting = _own(sitting_id)
    return _to(".review", sitting) if sitting.submitted_at else _check_page(sitting)


@blueprint.post("/sittings/<sitting_id>/submit")
def submit(sitting_id: str) -> ResponseReturnValue:
    """Hand in."""
    sitting = _own(sitting_id)
    try:
        rules.submit(service(), sitting, arrived_at())
    except rules.CannotBeReadError:
        return _check_page(sitting), 422
    except DraftOvertakenError:
        return _check_page(_own(sitting_id), overtaken=True), 409
    return _to(".review", sitting)


@blueprint.get("/sittings/<sitting_id>/review")
def review(sitting_id: str) -> ResponseReturnValue:
    """Show the score by question, with feedback and worked solutions, once they may be shown."""
    sitting = _own(sitting_id)
    if not sitting.submitted_at:
        return _to(".overview", sitting)
    if not rules.released(sitting, arrived_at()):
        return waiting_page(sitting)
    results = scoring.results(service(), sitting)
    return render_template(
        "review.html",
        sitting=sitting,
        total=scoring.total(service(), sitting, results),
        objectives=scoring.by_objective(service(), results),
        ratings=RATINGS,
        assigned=giving.remark(service(), sitting, arrived_at()),
        results=[
            (
                each,
                showing.result(
                    each.variant,
                    each.attempt,
                    each.outcome,
                    scope=str(each.pinned.position),
                    discarded=rules.typed(sitting, each.pinned.position),
                ),
            )
            for each in results
        ],
    )


@blueprint.get("/sittings/<sitting_id>/paper")
def paper(sitting_id: str) -> ResponseReturnValue:
    """Show all questions on one page, to be printed; with solutions only once they are out."""
    sitting = _own(sitting_id)
    out = sitting.submitted_at is not None and rules.released(sitting, arrived_at())
    solved = out and request.args.get("solution") == "yes"
    variants = [(pinned, service().restored(pinned)) for pinned in sitting.items]
    return render_template(
        "paper.html",
        sitting=sitting,
        out=out,
        solved=solved,
        taken_out=scoring.taken_out(service(), sitting),
        questions=[
            (
                pinned,
                asking.item(variant, {}, scope=f"{pinned.position}-"),
                showing.result(variant, None, None, scope=str(pinned.position)) if solved else None,
            )
            for pinned, variant in variants
        ],
    )


def _own(sitting_id: str) -> Sitting:
    return rules.find(service(), known_learner(), sitting_id, arrived_at())


def _to(endpoint: str, sitting: Sitting) -> ResponseReturnValue:
    return redirect(url_for(endpoint, sitting_id=sitting.id), code=303)


def waiting_page(sitting: Sitting) -> str:
    """Say from when on the results of a sitting are shown."""
    return render_template(
        "waiting.html",
        sitting=sitting,
        titles=[(each.position, service().restored(each).item.title) for each in sitting.items],
        assigned=giving.remark(service(), sitting, arrived_at()),
    )


def _check_page(sitting: Sitting, *, overtaken: bool = False) -> str:
    standing = places(service(), sitting)
    return render_template(
        "submit.html",
        sitting=sitting,
        overtaken=overtaken,
        unread=[place for place in standing if place.invalid],
        blank=[place for place in standing if place.status in ("not answered", "partly answered")],
        flagged=[place for place in standing if place.flagged],
        answers=[(place, showing.answers(place.variant, place.raw)) for place in standing],
        left=time_left(sitting),
        assigned=giving.remark(service(), sitting, arrived_at()),
    )

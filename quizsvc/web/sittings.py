"""The quiz: its start, one page for each question, handing in, the review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from quizsvc.content import pick
from quizsvc.errors import SittingClosedError
from quizsvc.store import sittings as store
from quizsvc.store.sittings import DraftOvertakenError
from quizsvc.web import asking, showing
from quizsvc.web import sitting_service as rules
from quizsvc.web.current import current_learner, known_learner, new_token, service
from quizsvc.web.forms import RATINGS, DraftForm, OnceForm, read_response
from quizsvc.web.texts import template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.model import Invalid, RawResponse
    from quizsvc.store.sittings import Sitting

blueprint = Blueprint("sittings", __name__)


@blueprint.get("/assessments/<assessment_id>")
def intro(assessment_id: str) -> ResponseReturnValue:
    """Say what the quiz is, list the learner's earlier sittings, offer a start."""
    assessment = rules.assessment(service(), assessment_id)
    learner = known_learner()
    mine = store.of_learner(service().db, learner, assessment_id) if learner else ()
    items = service().bank.items
    return render_template(
        "assessment.html",
        assessment=assessment,
        instructions=template(assessment.instructions, {}),
        questions=len(pick(assessment.entries, items, 0)),
        broken=[
            item
            for entry in assessment.entries
            for item in entry.pool
            if len(entry.pool) == 1 and item not in items
        ],
        sittings=[(sitting, rules.total_of(service(), sitting)) for sitting in mine],
        form=OnceForm(formdata=None, token=new_token()),
    )


@blueprint.post("/assessments/<assessment_id>")
def start(assessment_id: str) -> ResponseReturnValue:
    """Start a sitting and lead to its first question."""
    form = OnceForm()
    if not form.validate_on_submit():
        abort(400)
    sitting = rules.start(service(), current_learner(), assessment_id, form.token.data)
    return _to_question(sitting, 1)


@blueprint.get("/sittings/<sitting_id>")
def overview(sitting_id: str) -> ResponseReturnValue:
    """List the questions with what is answered."""
    sitting = _own(sitting_id)
    if sitting.submitted_at:
        return _to(".review", sitting)
    return render_template(
        "overview.html", sitting=sitting, places=rules.places(service(), sitting)
    )


@blueprint.get("/sittings/<sitting_id>/<int:position>")
def question(sitting_id: str, position: int) -> ResponseReturnValue:
    """Ask one question, with the answer as it was last saved."""
    sitting = _own(sitting_id)
    if sitting.submitted_at:
        return _to(".review", sitting)
    place = rules.place(service(), sitting, position)
    return _question_page(sitting, place, DraftForm(formdata=None, counter=place.counter))


@blueprint.post("/sittings/<sitting_id>/<int:position>")
def save(sitting_id: str, position: int) -> ResponseReturnValue:
    """Keep an answer as a draft and go where the pressed button leads."""
    sitting = _own(sitting_id)
    place = rules.place(service(), sitting, position)
    form = DraftForm()
    if not form.validate_on_submit():
        abort(400)
    raw, contradictions = read_response(place.variant, request.form)
    if contradictions:
        return _question_page(sitting, place, form, raw, contradictions), 422
    try:
        store.save_draft(service().db, sitting.id, position, raw, form.counter.data)
    except DraftOvertakenError as overtaken:
        stored = overtaken.stored.raw_response if overtaken.stored else {}
        onward = url_for(".question", sitting_id=sitting.id, position=position)
        title = "This question was answered in another tab meanwhile"
        return _conflict(title, stored, raw, onward), 409
    except SittingClosedError:
        attempt = _own(sitting_id).attempts.get(position)
        stored = attempt.raw_response if attempt else {}
        onward = url_for(".review", sitting_id=sitting.id)
        return _conflict("This quiz was already handed in", stored, raw, onward), 409
    return _onward(_own(sitting_id), position, request.form.get("go", ""))


def _onward(sitting: Sitting, position: int, go: str) -> ResponseReturnValue:
    """Lead on; but forward only from what can be read, so that a slip is seen where it was made."""
    unread = rules.place(service(), sitting, position).invalid is not None
    last = len(sitting.items)
    if go in {str(number) for number in range(1, last + 1)}:
        return _to_question(sitting, int(go))
    if go == "overview" or (go == "next" and position == last and not unread):
        return _to(".overview", sitting)
    step = {"previous": -1, "next": 0 if unread else 1}.get(go, 0)
    return _to_question(sitting, max(1, position + step))


@blueprint.get("/sittings/<sitting_id>/submit")
def check(sitting_id: str) -> ResponseReturnValue:
    """Ask once more before handing in, naming what is not answered."""
    sitting = _own(sitting_id)
    return _to(".review", sitting) if sitting.submitted_at else _check_page(sitting)


@blueprint.post("/sittings/<sitting_id>/submit")
def submit(sitting_id: str) -> ResponseReturnValue:
    """Hand in."""
    sitting = _own(sitting_id)
    try:
        rules.submit(service(), sitting)
    except rules.CannotBeReadError:
        return _check_page(sitting), 422
    except DraftOvertakenError:
        return _check_page(_own(sitting_id), overtaken=True), 409
    return _to(".review", sitting)


@blueprint.get("/sittings/<sitting_id>/review")
def review(sitting_id: str) -> ResponseReturnValue:
    """Show the score by question, with feedback and worked solutions."""
    sitting = _own(sitting_id)
    if not sitting.submitted_at:
        return _to(".overview", sitting)
    results = rules.results(service(), sitting)
    return render_template(
        "review.html",
        sitting=sitting,
        total=rules.total(results),
        objectives=rules.by_objective(service(), results),
        ratings=RATINGS,
        results=[
            (
                each,
                showing.result(
                    each.variant, each.attempt, each.outcome, scope=str(each.pinned.position)
                ),
            )
            for each in results
        ],
    )


def _own(sitting_id: str) -> Sitting:
    return rules.find(service(), known_learner(), sitting_id)


def _to(endpoint: str, sitting: Sitting) -> ResponseReturnValue:
    return redirect(url_for(endpoint, sitting_id=sitting.id), code=303)


def _to_question(sitting: Sitting, position: int) -> ResponseReturnValue:
    return redirect(url_for(".question", sitting_id=sitting.id, position=position), code=303)


def _question_page(
    sitting: Sitting,
    place: rules.Place,
    form: DraftForm,
    raw: RawResponse | None = None,
    invalid: Invalid | None = None,
) -> str:
    view = asking.item(place.variant, place.raw if raw is None else raw, invalid or place.invalid)
    return render_template(
        "question.html",
        sitting=sitting,
        place=place,
        view=view,
        problems=view.problems,
        form=form,
        last=len(sitting.items),
    )


def _check_page(sitting: Sitting, *, overtaken: bool = False) -> str:
    places = rules.places(service(), sitting)
    return render_template(
        "submit.html",
        sitting=sitting,
        overtaken=overtaken,
        unread=[place for place in places if place.invalid],
        blank=[place for place in places if place.status in ("not answered", "partly answered")],
    )


def _conflict(title: str, stored: RawResponse, sent: RawResponse, onward: str) -> str:
    return render_template(
        "conflict.html",
        title=title,
        text="What you sent now was not stored. Both answers are below, to compare and copy.",
        stored=stored,
        sent=sent,
        onward=onward,
        onward_text="Go on with the stored answer",
    )

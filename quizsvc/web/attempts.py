"""What the learner has answered: the list, and each attempt with its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, url_for

from quizsvc.store import attempts as log
from quizsvc.web import sitting_service as rules
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import known_learner, service
from quizsvc.web.forms import RatingForm
from quizsvc.web.rows import history_rows
from quizsvc.web.trying import result_page

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("attempts", __name__)

_LONGEST_HISTORY = 500


@blueprint.get("/history")
def history() -> ResponseReturnValue:
    """List the learner's attempts, the newest first."""
    learner = known_learner()
    mine = log.history(service().db, learner, limit=_LONGEST_HISTORY) if learner else ()
    quizzes = rules.of_learner(service(), learner, arrived_at()) if learner else ()
    return render_template(
        "history.html",
        recent=history_rows(mine, service().bank.items),
        sittings=[(sitting, rules.total_of(service(), sitting)) for sitting in quizzes],
    )


@blueprint.get("/attempts/<attempt_id>")
def show(attempt_id: str) -> ResponseReturnValue:
    """Show one attempt with its result, once its quiz does."""
    attempt = service().attempt(known_learner(), attempt_id)
    if attempt.sitting and rules.held_back(service(), [attempt], arrived_at()):
        return redirect(url_for("sittings.review", sitting_id=attempt.sitting), code=303)
    return result_page(attempt)


@blueprint.post("/attempts/<attempt_id>/grade")
def grade(attempt_id: str) -> ResponseReturnValue:
    """Grade what could not be graded when it was recorded."""
    service().grade_later(service().attempt(known_learner(), attempt_id))
    return redirect(url_for(".show", attempt_id=attempt_id), code=303)


@blueprint.post("/attempts/<attempt_id>/rating")
def rate(attempt_id: str) -> ResponseReturnValue:
    """Keep the learner's own rating of a written part."""
    attempt = service().attempt(known_learner(), attempt_id)
    form = RatingForm()
    if not form.validate_on_submit():
        abort(400)
    service().rate(attempt, form.part.data, float(form.rating.data))
    if attempt.sitting:
        place = url_for("drafts.question", sitting_id=attempt.sitting, position=attempt.position)
        return redirect(place, code=303)
    return redirect(url_for(".show", attempt_id=attempt_id), code=303)

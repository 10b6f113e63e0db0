"""Practice of one item: meet a variant, answer, learn why, meet another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from quizsvc.model import Invalid
from quizsvc.web import asking
from quizsvc.web.attempts import result_page
from quizsvc.web.current import current_learner, known_learner, new_token, service
from quizsvc.web.forms import AnswerForm, read_response
from quizsvc.web.service import UnknownError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.model import RawResponse, Variant

blueprint = Blueprint("practice", __name__, url_prefix="/practice")

_LAST_NUMBER = 999_999


@blueprint.get("/<item_id>")
def start(item_id: str) -> ResponseReturnValue:
    """Lead to a variant that the learner has not answered yet."""
    item = service().item(item_id)
    learner = known_learner()
    number = service().next_number(learner, item) if learner else 1
    return redirect(url_for(".show", item_id=item_id, number=number))


@blueprint.get(f"/<item_id>/<int(min=1, max={_LAST_NUMBER}):number>")
def show(item_id: str, number: int) -> ResponseReturnValue:
    """Ask the learner's nth variant, or show what became of an attempt at it."""
    if attempt_id := request.args.get("attempt"):
        attempt = service().attempt(known_learner(), attempt_id)
        if (attempt.item, attempt.variant_number) != (item_id, number):
            raise UnknownError(attempt_id)
        return result_page(attempt)
    variant = service().variant(service().item(item_id), current_learner(), number)
    form = AnswerForm(formdata=None, token=new_token(), revision=variant.item.revision)
    return _page(variant, number, form)


@blueprint.post(f"/<item_id>/<int(min=1, max={_LAST_NUMBER}):number>")
def answer(item_id: str, number: int) -> ResponseReturnValue:
    """Check an answer to the revision that the learner saw, and keep it."""
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    item = service().item_at(item_id, form.revision.data)
    variant = service().variant(item, current_learner(), number)
    raw, contradictions = read_response(variant, request.form)
    judged = contradictions or service().answer(
        variant, raw, learner=current_learner(), number=number, token=form.token.data
    )
    if isinstance(judged, Invalid):
        return _page(variant, number, form, raw, judged), 422
    return redirect(url_for(".show", item_id=item_id, number=number, attempt=judged.id), code=303)


def _page(
    variant: Variant,
    number: int,
    form: AnswerForm,
    raw: RawResponse | None = None,
    invalid: Invalid | None = None,
) -> str:
    view = asking.item(variant, raw or {}, invalid)
    return render_template(
        "practice.html",
        view=view,
        problems=view.problems,
        form=form,
        number=number,
        lesson=service().lesson_of(variant.item.id),
        levels=service().bank.levels(variant.item.id),
    )

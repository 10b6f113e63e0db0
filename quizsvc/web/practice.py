"""Practice of one item: meet a variant, get help, answer, learn why, meet another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, request, url_for

from quizsvc.model import Invalid
from quizsvc.web import helping, trying
from quizsvc.web.current import current_learner, known_learner, service
from quizsvc.web.service import UnknownError
from quizsvc.web.standing import refuse_key, refuse_withheld
from quizsvc.web.trying import Tried, goal

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.attempts import StoredAttempt

blueprint = Blueprint("practice", __name__, url_prefix="/practice")

_LAST_NUMBER = 999_999
_VARIANT = f"/<item_id>/<int(min=1, max={_LAST_NUMBER}):number>"


@blueprint.before_request
def _withhold() -> None:
    """Keep what would give away a question of a quiz that the learner has begun."""
    refuse_withheld((request.view_args or {}).get("item_id", ""))


@blueprint.get("/<item_id>")
def start(item_id: str) -> ResponseReturnValue:
    """Lead to a variant that the learner has not met yet."""
    item = service().item(item_id)
    learner = known_learner()
    number = service().next_number(learner, item) if learner else 1
    return redirect(url_for(".show", item_id=item_id, number=number, **goal()))


@blueprint.get(_VARIANT)
def show(item_id: str, number: int) -> ResponseReturnValue:
    """Ask the learner's nth variant, or show what became of it.

    ``attempt`` names an attempt at it; ``solution`` marks the revision whose solution is shown,
    once it was asked for.
    """
    attempt = _attempt(item_id, number)
    if attempt is not None:
        return trying.result_page(attempt)
    learner = current_learner()
    asked = request.args.get("solution")
    if asked and helping.standing(service(), learner, item_id, number).open:
        item = service().item_marked(item_id, asked)
        refuse_key(item)
        variant = service().variant(item, learner, number)
        return trying.solution_page(variant, learner, number)
    variant = service().variant(service().item(item_id), learner, number)
    return trying.asked_page(Tried(variant, learner, number, trying.ticket(variant.item.revision)))


@blueprint.post(_VARIANT)
def answer(item_id: str, number: int) -> ResponseReturnValue:
    """Check an answer to the revision that the learner saw, and keep it."""
    sent = trying.sent(item_id, number)
    judged = sent.invalid or service().answer(
        sent.variant, sent.raw, learner=sent.learner, number=number, token=sent.ticket.token
    )
    if isinstance(judged, Invalid):
        return trying.asked_page(replace(sent, invalid=judged)), 422
    place = url_for(".show", item_id=item_id, number=number, attempt=judged.id, **goal())
    return redirect(place, code=303)


@blueprint.post(f"{_VARIANT}/hint")
def hint(item_id: str, number: int) -> ResponseReturnValue:
    """Show as many hints as are wanted, beside what was typed so far."""
    sent = trying.sent(item_id, number)
    helping.hint(service(), sent.variant, sent.learner, number, trying.hints_wanted())
    return trying.asked_page(replace(sent, invalid=None, attempt=_attempt(item_id, number)))


@blueprint.get(f"{_VARIANT}/<any(hint, solution, code):_asked>")
def back(item_id: str, number: int, _asked: str) -> ResponseReturnValue:
    """Lead from the address that a page with help has to the variant, with the help it took."""
    return redirect(url_for(".show", item_id=item_id, number=number, **goal()))


@blueprint.post(f"{_VARIANT}/solution")
def solution(item_id: str, number: int) -> ResponseReturnValue:
    """Open the solution, and show it with the attempt that was in sight."""
    sent = trying.sent(item_id, number)
    attempt = _attempt(item_id, number)
    helping.solve(service(), item_id, sent.learner, number)
    shown = {"attempt": attempt.id} if attempt else {"solution": sent.ticket.revision}
    place = url_for(".show", item_id=item_id, number=number, **{**shown, **goal()})
    return redirect(place, code=303)


@blueprint.post(f"{_VARIANT}/code")
def code(item_id: str, number: int) -> ResponseReturnValue:
    """Give a code for the variant, on the page on which it was asked for."""
    sent = trying.sent(item_id, number)
    made = helping.code(service(), sent.variant, sent.learner, number)
    opened = helping.standing(service(), sent.learner, item_id, number).open
    attempt = _attempt(item_id, number)
    if opened and attempt is not None:
        return trying.result_page(attempt, code=made)
    if opened and "solution" in request.args:
        return trying.solution_page(sent.variant, sent.learner, number, code=made)
    return trying.asked_page(replace(sent, invalid=None, attempt=attempt, code=made))


def _attempt(item_id: str, number: int) -> StoredAttempt | None:
    """Return the attempt that an address names, if it names one: the learner's, at this variant."""
    attempt_id = request.args.get("attempt")
    if not attempt_id:
        return None
    attempt = service().attempt(known_learner(), attempt_id)
    if (attempt.item, attempt.variant_number) != (item_id, number):
        raise UnknownError(attempt_id)
    return attempt

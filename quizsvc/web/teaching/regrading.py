"""Regrades: who would change by how much and why, apply, undo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField
from wtforms.validators import AnyOf, InputRequired, Optional

from quizsvc.store import judged_places, regrades
from quizsvc.store.regrades import LaterRegradeError, RegradeOvertakenError
from quizsvc.web.account_forms import problems_of
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import new_token, require_role, service
from quizsvc.web.forms import OnceForm
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching import effects, marking
from quizsvc.web.teaching import regrade_service as rules
from quizsvc.web.teaching.fields import line_field
from quizsvc.web.teaching.rights import assignment_taught, me, note

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.model import Item
    from quizsvc.store.regrades import Policy
    from quizsvc.web.teaching.regrade_service import Preview
    from quizsvc.web.teaching.rights import Assigned

blueprint = Blueprint("regrading", __name__)

POLICIES: dict[Policy, str] = {
    "never-lower": "Nobody loses points",
    "exact": "Exactly what each response earns now, up or down",
}
"""The choice of an instructor, in words."""


@dataclass(frozen=True, slots=True)
class Used:
    """An item of an assignment, and by which forms of it responses are judged."""

    id: str
    title: str
    places: int
    outdated: int
    """Places judged by another form than the item has now."""
    there: bool
    """Whether the content still has it, in order."""


class PolicyForm(FlaskForm):  # type: ignore[misc]
    """Which regrade to look at."""

    class Meta:
        """It changes nothing, and stands in the address."""

        csrf = False

    policy = StringField(default="never-lower", validators=[Optional(), AnyOf(list(POLICIES))])


class RegradeForm(OnceForm):
    """A regrade as it was looked at, and why it is made."""

    revision = HiddenField(validators=[InputRequired()])
    policy = HiddenField(validators=[InputRequired(), AnyOf(list(POLICIES))])
    digest = HiddenField(validators=[InputRequired()])
    reason = line_field("Why", 400, "Please say why, for the record.")


@blueprint.get("/assignments/<assignment_id>/regrade")
@require_role("instructor", "admin")
def choose(assignment_id: str) -> ResponseReturnValue:
    """List the items of an assignment, those that were mended since first, and past regrades."""
    return _choice(_settled(assignment_id))


@blueprint.get("/assignments/<assignment_id>/regrade/<item_id>")
@require_role("instructor", "admin")
def preview(assignment_id: str, item_id: str) -> ResponseReturnValue:
    """Show what a regrade would change."""
    assigned = _settled(assignment_id)
    item = _served(assigned, item_id)
    if item is None:
        return _choice(assigned), 409
    form = PolicyForm(request.args)
    policy: Policy = form.policy.data if form.validate() and form.policy.data else "never-lower"
    made = rules.preview(service(), assigned.assignment, item, policy)
    subject = f"{assigned.assignment.title}: {item.id}, preview of a regrade"
    note("key viewed", subject, assigned.section, item=item.id, revision=item.revision)
    return _preview_page(assigned, made, _blank(made))


@blueprint.post("/assignments/<assignment_id>/regrade/<item_id>")
@require_role("instructor", "admin")
def apply(assignment_id: str, item_id: str) -> ResponseReturnValue:
    """Apply the regrade that was shown, if it still is the same."""
    assigned, form = assignment_taught(assignment_id), RegradeForm()
    if not form.validate_on_submit() and set(form.errors) - {"reason"}:
        return redirect(url_for(".preview", assignment_id=assignment_id, item_id=item_id), code=303)
    item = service().item_at(item_id, form.revision.data)
    policy: Policy = form.policy.data
    try:
        shown = rules.shown_again(service(), assigned.assignment, item, policy, form.digest.data)
        if form.errors or not shown.needed:
            return _preview_page(assigned, shown, form), 422
        regrade = rules.apply(
            service(),
            assigned.assignment,
            shown,
            token=form.token.data,
            reason=form.reason.data,
            by=me().learner,
        )
    except RegradeOvertakenError:
        return _overtaken(assigned, item, policy, form)
    flash(f"Regraded: {_responses(regrade.changed)} judged anew.")
    return redirect(url_for(".choose", assignment_id=assignment_id), code=303)


@blueprint.post("/assignments/<assignment_id>/regrades/<int:regrade_id>/undo")
@require_role("instructor", "admin")
def undo(assignment_id: str, regrade_id: int) -> ResponseReturnValue:
    """Put in force again what was before a regrade."""
    assigned = assignment_taught(assignment_id)
    found = regrades.find(service().db, regrade_id)
    if found is None or found.assignment != assigned.assignment.id:
        raise UnknownError(str(regrade_id))
    try:
        undone = regrades.undo(service().db, regrade_id, assigned.assignment, me().learner)
    except LaterRegradeError:
        flash("A later regrade of the same question is in force. Please undo that one first.")
    else:
        flash(f"Undone: {_responses(undone.changed)} judged as before.")
    return redirect(url_for(".choose", assignment_id=assignment_id), code=303)


def _settled(assignment_id: str) -> Assigned:
    """Return an assignment after handing in whatever is overdue: that is regraded too."""
    assigned = assignment_taught(assignment_id)
    marking.settle(service(), assigned.section, arrived_at())
    return assigned


def _served(assigned: Assigned, item_id: str) -> Item | None:
    """Return the item as it is now; None where its file is gone or out of order."""
    if item_id not in judged_places.revisions_used(service().db, assigned.assignment.id):
        raise UnknownError(item_id)
    return service().bank.items.get(item_id)


def _overtaken(
    assigned: Assigned, item: Item, policy: Policy, form: RegradeForm
) -> ResponseReturnValue:
    """Show the regrade again as it would be now, or what the same form has made already."""
    for regrade in regrades.of_assignment(service().db, assigned.assignment.id):
        if regrade.token == form.token.data:
            return redirect(url_for(".choose", assignment_id=assigned.assignment.id), code=303)
    made = rules.preview(service(), assigned.assignment, item, policy)
    again = _blank(made, reason=form.reason.data)
    return _preview_page(assigned, made, again, overtaken=True), 409


def _blank(made: Preview, reason: str = "") -> RegradeForm:
    return RegradeForm(
        formdata=None,
        token=new_token(),
        revision=made.item.revision,
        policy=made.policy,
        digest=made.digest,
        reason=reason,
    )


def _responses(count: int) -> str:
    return "1 response is" if count == 1 else f"{count} responses are"


def _preview_page(
    assigned: Assigned, made: Preview, form: RegradeForm, *, overtaken: bool = False
) -> str:
    return render_template(
        "teaching/regrade.html",
        assigned=assigned,
        preview=made,
        effect=effects.view(assigned, rules.effect(service(), assigned.assignment, made)),
        policies=POLICIES,
        form=form,
        problems=problems_of(form),
        overtaken=overtaken,
    )


def _choice(assigned: Assigned) -> str:
    used = judged_places.revisions_used(service().db, assigned.assignment.id)
    return render_template(
        "teaching/regrades.html",
        assigned=assigned,
        items=sorted(
            (_used(item, revisions) for item, revisions in used.items()),
            key=lambda each: not each.outdated,
        ),
        regrades=regrades.of_assignment(service().db, assigned.assignment.id),
        policies=POLICIES,
    )


def _used(item_id: str, revisions: dict[str, int]) -> Used:
    item = service().bank.items.get(item_id)
    places = sum(revisions.values())
    present = revisions.get(item.revision, 0) if item else places
    return Used(
        item_id, item.title if item else item_id, places, places - present, item is not None
    )

"""Points by decision: an item out for all, full marks for a variant, a score by hand; and undo."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from quizsvc.model import Adjustment
from quizsvc.render.spoken import spoken
from quizsvc.results.marks import InForce
from quizsvc.store import adjusting, gradebook, sections
from quizsvc.store.adjusting import Deciding
from quizsvc.web import scoring
from quizsvc.web.account_forms import problems_of
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching import answers, decided, effects, marking, responses
from quizsvc.web.teaching.decision_forms import ReasonForm, ScoreForm
from quizsvc.web.teaching.rights import assignment_taught, me, sitting_taught
from quizsvc.web.texts import inline, plain, points

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.model import AdjustmentKind
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.scoring import Result
    from quizsvc.web.teaching.rights import Assigned

blueprint = Blueprint("deciding", __name__)

_NOT_YET = "What is not handed in has no points to be set. Please wait until it is."
_TRIAL = "This is a sitting of somebody who teaches the section. Nothing of it counts."


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that is about to be made: its words, and where its page leads back to."""

    title: Markup
    text: str
    button: str
    back: str
    needless: str = ""
    """Why there is nothing to decide; empty where there is."""
    remark: str = ""
    """Where it changes less than one expects, and why; empty where it does not."""


@blueprint.route("/assignments/<assignment_id>/items/<item>/drop", methods=["GET", "POST"])
@require_role("instructor", "admin")
def drop(assignment_id: str, item: str) -> ResponseReturnValue:
    """Take an item out for all, once it was shown whom that changes."""
    assigned = assignment_taught(assignment_id)
    asked = gradebook.items(service().db, assignment_id)
    if item not in asked:
        raise UnknownError(item)
    title = inline(answers.title_of(item, asked[item]))
    new = _proposed(assigned, "drop", item)
    proposal = Proposal(
        Markup("Take “{}” out").format(title),
        "It then counts for nobody: neither in what was earned nor in what could be. Learners read "
        "that it was taken out.",
        "Take it out for everybody",
        url_for("responses.decisions", assignment_id=assignment_id),
        "This question is out already." if _holds(assigned, new) else "",
    )
    form = ReasonForm()
    if not form.validate_on_submit():
        return _page(assigned, proposal, form, new)
    deciding = _deciding(form, f"{spoken(title)}, in {plain(assigned.assignment.title)}")
    adjusting.drop(service().db, assignment_id, item, deciding)
    flash(Markup("“{}” is taken out for everybody.").format(title))
    return redirect(proposal.back, code=303)


@blueprint.route(
    "/sittings/<sitting_id>/marking/<int:position>/full-marks", methods=["GET", "POST"]
)
@require_role("instructor", "admin")
def full_marks(sitting_id: str, position: int) -> ResponseReturnValue:
    """Give full marks wherever an assignment asks what is asked here."""
    assigned, sitting, result = _place(sitting_id, position)
    pinned, title = result.pinned, answers.title(result.pinned)
    new = _proposed(assigned, "full-marks", pinned.item, parameters=pinned.parameters)
    proposal = Proposal(
        Markup("Full marks for “{}”").format(title),
        "Whoever met this question with these very numbers gets all its points, answered or not. "
        "With other numbers nothing changes.",
        "Give full marks",
        _to_response(sitting, position),
        "Full marks are given for this already." if _holds(assigned, new) else "",
    )
    form = ReasonForm()
    first = _goes_first(assigned, new)
    if not form.validate_on_submit():
        return _page(assigned, replace(proposal, remark=first), form, new)
    deciding = _deciding(form, f"{spoken(title)}, in {plain(assigned.assignment.title)}")
    adjusting.give_full_marks(
        service().db, assigned.assignment.id, pinned.item, pinned.parameters, deciding
    )
    given = Markup("Full marks are given for this variant of “{}”. {}").format(title, first)
    flash(given.rstrip())
    return redirect(proposal.back, code=303)


@blueprint.route("/sittings/<sitting_id>/marking/<int:position>/score", methods=["GET", "POST"])
@require_role("instructor", "admin")
def score(sitting_id: str, position: int) -> ResponseReturnValue:
    """Set the score of one place by hand; on demand show first whom that changes."""
    assigned, sitting, result = _place(sitting_id, position)
    if sitting.submitted_at is None:
        return render_template("error.html", title="Not handed in yet", text=_NOT_YET), 409
    if sections.role_in(service().db, assigned.section.id, sitting.learner) == "instructor":
        return render_template("error.html", title="A trial has no points", text=_TRIAL), 409
    pinned, title = result.pinned, answers.title(result.pinned)
    name = responses.name_of(sitting.learner)
    given = "" if result.points is None else points(result.points)
    form = ScoreForm(most=pinned.points, data={"points": given})
    proposal = Proposal(
        Markup("Points of {} for “{}”").format(name, title),
        f"From 0 to {points(pinned.points)}. They take the place of what the grading gave, for "
        f"this learner only, who reads the reason.{_for_blank(assigned, result)}",
        "Set the points",
        _to_response(sitting, position),
    )
    valid = form.validate_on_submit()
    if not valid or request.form.get("go") == "preview":
        new = None
        if form.score is not None:
            where = {"sitting": sitting.id, "position": position}
            new = _proposed(assigned, "score", pinned.item, score=form.score, **where)
        return _page(assigned, proposal, form, new)
    subject = f"{spoken(title)}, as answered by {name} in {plain(assigned.assignment.title)}"
    adjusting.set_score(service().db, sitting, pinned, form.score or 0.0, _deciding(form, subject))
    flash(f"{name} now has {form.read} of {points(pinned.points)} points here.")
    return redirect(proposal.back, code=303)


@blueprint.post("/sittings/<sitting_id>/marking/<int:position>/grade")
@require_role("instructor", "admin")
def grade(sitting_id: str, position: int) -> ResponseReturnValue:
    """Grade what could not be graded when it was handed in."""
    _, sitting, result = _place(sitting_id, position)
    if result.attempt is not None:
        service().grade_later(result.attempt)
    return redirect(_to_response(sitting, position), code=303)


@blueprint.post("/assignments/<assignment_id>/decisions/<int:adjustment_id>/undo")
@require_role("instructor", "admin")
def undo(assignment_id: str, adjustment_id: int) -> ResponseReturnValue:
    """Undo a decision; what holds then is what would hold if it had never been made."""
    assigned = assignment_taught(assignment_id)
    made = adjusting.decisions(service().db, assignment_id)
    found = next((each for each in made if each.adjustment.id == adjustment_id), None)
    if found is None:
        raise UnknownError(str(adjustment_id))
    subject = decided.subject(service(), assigned, found)
    if adjusting.undo(service().db, assignment_id, adjustment_id, me().learner, subject):
        flash("The decision is undone.")
    else:
        flash("The decision was undone already.")
    return redirect(url_for("responses.decisions", assignment_id=assignment_id), code=303)


def _for_blank(assigned: Assigned, result: Result) -> str:
    """Say what the first points for a written answer mean for those who left it blank."""
    made = adjusting.of_assignment(service().db, assigned.assignment.id)
    if scoring.by_machine(result.variant) or result.pinned.item in InForce(made).read:
        return ""
    return (
        " As soon as one answer to this question has points, those who left it blank have 0 of it."
    )


def _place(sitting_id: str, position: int) -> tuple[Assigned, Sitting, Result]:
    assigned, sitting = sitting_taught(sitting_id)
    return assigned, sitting, responses.result_at(sitting, position)


def _to_response(sitting: Sitting, position: int) -> str:
    return url_for("responses.response", sitting_id=sitting.id, position=position)


def _deciding(form: ReasonForm, subject: str) -> Deciding:
    return Deciding(account=me().learner, reason=form.reason.data, subject=subject)


def _proposed(assigned: Assigned, kind: AdjustmentKind, item: str, **what: Any) -> Adjustment:
    """Return a decision as it would be: the newest of all."""
    return Adjustment(
        id=sys.maxsize,
        assignment=assigned.assignment.id,
        kind=kind,
        item=item,
        reason="",
        made_by=me().learner,
        made_at=arrived_at(),
        **what,
    )


def _holds(assigned: Assigned, new: Adjustment) -> bool:
    """Tell whether the same is in force already."""
    made = adjusting.of_assignment(service().db, assigned.assignment.id)
    return any(
        (each.kind, each.item, each.parameters) == (new.kind, new.item, new.parameters)
        for each in made
        if each.undone_at is None
    )


def _goes_first(assigned: Assigned, new: Adjustment) -> str:
    """Say which of the answers that full marks are about have their points by other decisions."""
    found = marking.ledger(service(), assigned.assignment).marks().values()
    origins = [
        each.origin
        for mark in found
        for sitting in mark.sittings
        for each in sitting.places
        if (each.place.item, each.place.parameters) == (new.item, new.parameters)
    ]
    if "dropped" in origins:
        return "The question is taken out for everybody, which goes first: no points change."
    by_hand = origins.count("set")
    if not by_hand:
        return ""
    have = "answer has" if by_hand == 1 else "answers have"
    return f"{by_hand} {have} points set by hand, which go first."


def _page(
    assigned: Assigned, proposal: Proposal, form: ReasonForm, new: Adjustment | None
) -> ResponseReturnValue:
    effect = None
    if new is not None and not proposal.needless:
        effect = marking.effect_of(marking.ledger(service(), assigned.assignment), [new])
    page = render_template(
        "teaching/decide.html",
        assigned=assigned,
        proposal=proposal,
        form=form,
        problems=problems_of(form),
        effect=effect and effects.view(assigned, effect),
    )
    return page, 422 if form.errors else 200

"""Overrides: other terms of an assignment for single learners, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from quizsvc.model import Exemption, in_time
from quizsvc.store import given, overrides, people, sections, sittings
from quizsvc.store.overrides import NewOverride, OverrideOvertakenError
from quizsvc.store.settling import EndsSittingsError
from quizsvc.web import terms
from quizsvc.web.account_forms import Problem, problems_of
from quizsvc.web.arrival import arrived_at, time_of_day
from quizsvc.web.current import require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching.fields import would_end
from quizsvc.web.teaching.override_forms import OverrideForm, TakeBackForm, as_stored
from quizsvc.web.teaching.rights import assignment_taught, me
from quizsvc.web.texts import moment, points

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.store.assignments import Assignment, Override
    from quizsvc.store.given import Given
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.teaching.rights import Assigned

blueprint = Blueprint("overriding", __name__, url_prefix="/assignments/<assignment_id>/overrides")

LISTED = 50
"""Learners that a search lists."""


@dataclass(frozen=True, slots=True)
class Holds:
    """What holds for a learner of the section."""

    learner: str
    name: str
    given: Given
    override: Override | None
    time: str


@blueprint.get("")
@require_role("instructor", "admin")
def show(assignment_id: str) -> ResponseReturnValue:
    """List the overrides, and lead to a learner whom ``q`` names."""
    assigned = assignment_taught(assignment_id)
    db, text = service().db, request.args.get("q", "").strip()[:80]
    made = overrides.of_learners(db, assigned.assignment.id)
    learners = sections.members(db, assigned.section.id, "learner", text=text, limit=LISTED + 1)
    everybody = sections.members(db, assigned.section.id, "learner") if made else ()
    return render_template(
        "teaching/overrides.html",
        section=assigned.section,
        assignment=assigned.assignment,
        made=[_holds(assigned, each.learner) for each in everybody if each.learner in made],
        learners=[each for each in learners[:LISTED] if each.learner not in made],
        more=len(learners) > LISTED,
        text=text,
        changes=_changes,
    )


@blueprint.get("/<learner>")
@require_role("instructor", "admin")
def edit(assignment_id: str, learner: str) -> ResponseReturnValue:
    """Ask for other terms for a learner."""
    assigned = assignment_taught(assignment_id)
    holds = _holds(assigned, learner)
    return _page(assigned, holds, _form(holds, formdata=None, **as_stored(holds.override)))


@blueprint.post("/<learner>")
@require_role("instructor", "admin")
def put(assignment_id: str, learner: str) -> ResponseReturnValue:
    """Let other terms hold for a learner, at once and also in a sitting that has begun."""
    assigned = assignment_taught(assignment_id)
    holds = _holds(assigned, learner)
    form = _form(holds)
    if not form.validate_on_submit():
        if form.counter.errors or form.ending.errors:
            abort(400)
        return _page(assigned, holds, form, *problems_of(form)), 422
    new = NewOverride(exemption=form.exemption, reason=form.reason.data, counter=form.counter.data)
    try:
        return _store(assigned, holds, new, form.ending.data)
    except EndsSittingsError as ends:
        problem = Problem("ending", would_end(ends.count))
        return _page(assigned, holds, form, problem, ending=ends.count), 422


@blueprint.post("/<learner>/remove")
@require_role("instructor", "admin")
def take_back(assignment_id: str, learner: str) -> ResponseReturnValue:
    """Let the assignment's own terms hold again."""
    assigned = assignment_taught(assignment_id)
    form = TakeBackForm()
    if not form.validate_on_submit():
        abort(400)
    new = NewOverride(exemption=Exemption(), reason="", counter=form.counter.data)
    holds = _holds(assigned, learner)
    try:
        return _store(assigned, holds, new, form.ending.data)
    except EndsSittingsError as ends:
        stored = _form(holds, formdata=None, **as_stored(holds.override))
        problem = Problem("ending", would_end(ends.count))
        return _page(assigned, holds, stored, problem, ending=ends.count, taking=True), 422


def _store(
    assigned: Assigned, before: Holds, new: NewOverride, may_end: int
) -> ResponseReturnValue:
    """Store it and tell what comes out, or show what another page has stored meanwhile.

    Raises
    ------
    EndsSittingsError
    """
    assignment, db = assigned.assignment, service().db
    try:
        overrides.put(db, assignment.id, before.learner, new, by=me().learner, may_end=may_end)
    except OverrideOvertakenError as overtaken:
        return _overtaken(assignment, before, overtaken.stored, new), 409
    after = _holds(assigned, before.learner)
    too_late = _too_late(after) if new.exemption != Exemption() else ""
    flash(too_late or _in_force(before, after, new))
    return redirect(url_for(".show", assignment_id=assignment.id), code=303)


def _in_force(before: Holds, after: Holds, new: NewOverride) -> str:
    said = [f"{after.name} has the terms that everybody has."]
    if new.exemption != Exemption():
        said = [f"The override of {after.name} holds at once."]
    if before.time != after.time:
        said.append(f"Time: {after.time}; before: {before.time}.")
    running = _running(after.given.assignment, after.learner)
    if running:
        said.append(running)
    return " ".join(said)


def _too_late(holds: Holds) -> str:
    """Say that all was handed in and nothing can begin; empty if the learner goes on, or may."""
    given, now = holds.given, arrived_at()
    refusal = given.allowed.refusal(now, given.begun)
    begun = _begun(given.assignment, holds.learner)
    handed_in = [
        each.submitted_at or each.deadline_at
        for each in begun
        if each.submitted_at or not in_time(each.deadline_at, now)
    ]
    last = max((each for each in handed_in if each), default=None)
    can_begin = not given.closed and refusal not in ("over", "none left")
    if can_begin or last is None or len(handed_in) < len(begun):
        return ""
    most = given.allowed.sittings
    missing = ["another sitting"] if most is not None and given.begun >= most else []
    missing += ["a later closing time"] if refusal == "over" else []
    onward = "this section is closed" if given.closed else f"give {' and '.join(missing)} to go on"
    return (
        f"The override of {holds.name} is stored. What {holds.name} began was handed in at "
        f"{time_of_day(last, now)} already, so this gives no more time: {onward}."
    )


def _running(assignment: Assignment, learner: str) -> str:
    """Say until when the learner's sitting goes on, if one has begun."""
    for sitting in _begun(assignment, learner):
        if sitting.submitted_at is None:
            if sitting.deadline_at is None:
                return "The sitting that has begun has no deadline."
            return f"The sitting that has begun ends at {sitting.deadline_at:%H:%M:%S} UTC."
    return ""


def _begun(assignment: Assignment, learner: str) -> list[Sitting]:
    mine = sittings.of_learner(service().db, learner, assignment.assessment)
    return [each for each in mine if each.assignment == assignment.id]


def _holds(assigned: Assigned, learner: str) -> Holds:
    """Return what holds for a learner of the section.

    Raises
    ------
    UnknownError
        He is not one.
    """
    db, assignment = service().db, assigned.assignment
    person = sections.member(db, assigned.section.id, learner)
    found = given.find(db, assignment.id, learner)
    if person is None or found is None:
        raise UnknownError(learner)
    return Holds(
        learner=person.learner,
        name=person.name,
        given=found,
        override=overrides.find(db, assignment.id, learner),
        time=terms.time_limit(assignment.rules, found.exemption, found.time_factor),
    )


def _form(holds: Holds, **named: object) -> OverrideForm:
    return OverrideForm(rules=holds.given.assignment.rules, begun=holds.given.begun, **named)


def _page(
    assigned: Assigned,
    holds: Holds,
    form: OverrideForm,
    *problems: Problem,
    ending: int = 0,
    taking: bool = False,
) -> str:
    rules = assigned.assignment.rules
    made = holds.override
    in_force = made is not None and made.exemption != Exemption()
    return render_template(
        "teaching/override.html",
        section=assigned.section,
        assignment=assigned.assignment,
        rules=rules,
        everybody=terms.time_limit(rules, None, 1.0),
        by_account=terms.time_limit(rules, None, holds.given.time_factor),
        holds=holds,
        running=_running(assigned.assignment, holds.learner),
        maker=people.find(service().db, made.made_by) if made and in_force else None,
        made=made if in_force else None,
        form=form,
        taking_back=TakeBackForm(formdata=None, counter=made.counter if made else 0),
        problems=problems,
        ending=ending,
        taking=taking,
        now=arrived_at(),
    )


def _changes(exemption: Exemption) -> dict[str, str | Markup]:
    """Return in words where an exemption departs from the rules."""
    said = {
        "Opens": exemption.opens_at and moment(exemption.opens_at),
        "Closes": exemption.closes_at and moment(exemption.closes_at),
        "Time limit times": exemption.time_factor and points(exemption.time_factor),
        "Minutes more": exemption.extra_minutes and points(exemption.extra_minutes),
        "Sittings in all": exemption.sittings and str(exemption.sittings),
    }
    return {name: words for name, words in said.items() if words}


def _overtaken(
    assignment: Assignment, holds: Holds, stored: Override | None, new: NewOverride
) -> str:
    return render_template(
        "conflict.html",
        title="This override was changed meanwhile",
        text=f"Somebody has changed the override of {holds.name} since you opened the page. "
        "What you sent was not stored.",
        stored=_both(stored.exemption, stored.reason) if stored else {},
        sent=_both(new.exemption, new.reason),
        onward=url_for(".edit", assignment_id=assignment.id, learner=holds.learner),
        onward_text="Go on from what is stored",
    )


def _both(exemption: Exemption, reason: str) -> dict[str, str | Markup]:
    return {**_changes(exemption), "Reason": reason}

"""Assignments: an assessment of the bank given to a section, on terms that can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from quizsvc.store import assignments as store
from quizsvc.store.assignments import AssignmentBegunError, AssignmentOvertakenError, MadeBy
from quizsvc.store.settling import EndsSittingsError
from quizsvc.web import starting
from quizsvc.web.account_forms import Problem, problems_of
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import new_token, require_role, service
from quizsvc.web.teaching.assignment_forms import AssignmentForm, as_stored, defaults, in_words
from quizsvc.web.teaching.fields import would_end
from quizsvc.web.teaching.rights import assignment_taught, me, section_taught

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sections import Section
    from quizsvc.web.teaching.rights import Assigned

blueprint = Blueprint("assigning", __name__)


_BEGUN = (
    "It cannot be deleted: it has been begun, and what was answered and decided is kept. "
    "To let nobody begin it any more, give it a closing time."
)


@blueprint.get("/sections/<section_id>/assignments/new")
@require_role("instructor", "admin")
def new(section_id: str) -> ResponseReturnValue:
    """Ask which assessment to assign, or, once ``assessment`` names it, on what terms."""
    section = section_taught(section_id)
    if "assessment" not in request.args:
        assessments = service().bank.assessments.values()
        return render_template(
            "teaching/assignment-choice.html",
            section=section,
            assessments=sorted(assessments, key=lambda each: each.title.casefold()),
        )
    chosen = starting.assessment(service(), request.args["assessment"])
    form = AssignmentForm(formdata=None, token=new_token(), **defaults(chosen))
    return _new_page(section, form)


@blueprint.post("/sections/<section_id>/assignments/new")
@require_role("instructor", "admin")
def make(section_id: str) -> ResponseReturnValue:
    """Assign it."""
    section, form = section_taught(section_id), AssignmentForm(now=arrived_at())
    chosen = starting.assessment(service(), form.assessment.data or "")
    if not form.validate_on_submit():
        return _new_page(section, form, *_problems(form)), 422
    made = store.make(
        service().db,
        section.id,
        chosen.id,
        form.title.data,
        form.rules,
        kept=chosen.kept,
        form=MadeBy(me().learner, form.token.data),
    )
    flash(f"“{made.title}” is assigned.")
    return _to(section)


@blueprint.get("/assignments/<assignment_id>/edit")
@require_role("instructor", "admin")
def edit(assignment_id: str) -> ResponseReturnValue:
    """Ask for other terms of an assignment."""
    assigned = assignment_taught(assignment_id)
    form = AssignmentForm(formdata=None, token=new_token(), **as_stored(assigned.assignment))
    return _edit_page(assigned, form)


@blueprint.post("/assignments/<assignment_id>/edit")
@require_role("instructor", "admin")
def change(assignment_id: str) -> ResponseReturnValue:
    """Change the terms, at once and also in sittings that have begun."""
    assigned, form = assignment_taught(assignment_id), AssignmentForm()
    if not form.validate_on_submit():
        return _edit_page(assigned, form, *_problems(form)), 422
    try:
        store.change(
            service().db,
            assigned.assignment.id,
            form.title.data,
            form.rules,
            form.counter.data,
            by=me().learner,
            may_end=form.ending.data,
        )
    except AssignmentOvertakenError as overtaken:
        return _overtaken(overtaken.stored, form), 409
    except EndsSittingsError as ends:
        problem = Problem("ending", would_end(ends.count))
        return _edit_page(assigned, form, problem, ending=ends.count), 422
    flash(f"“{form.title.data}” is changed. It holds at once, also for quizzes that have begun.")
    return _to(assigned.section)


@blueprint.post("/assignments/<assignment_id>/delete")
@require_role("instructor", "admin")
def remove(assignment_id: str) -> ResponseReturnValue:
    """Delete an assignment that nobody has begun."""
    assigned = assignment_taught(assignment_id)
    assignment = assigned.assignment
    try:
        store.remove(service().db, assignment.id, by=me().learner)
    except AssignmentBegunError:
        form = AssignmentForm(formdata=None, token=new_token(), **as_stored(assignment))
        return _edit_page(assigned, form, Problem("delete", _BEGUN)), 409
    flash(f"“{assignment.title}” is deleted.")
    return _to(assigned.section)


def _problems(form: AssignmentForm) -> list[Problem]:
    """Return what a person can mend; the rest was not typed."""
    if form.token.errors or form.counter.errors or form.ending.errors:
        abort(400)
    return problems_of(form)


def _to(section: Section) -> ResponseReturnValue:
    return redirect(url_for("sections.show", section_id=section.id), code=303)


def _new_page(section: Section, form: AssignmentForm, *problems: Problem) -> str:
    return render_template(
        "teaching/assignment.html",
        section=section,
        chosen=starting.assessment(service(), form.assessment.data),
        assignment=None,
        bank=service().bank,
        ending=0,
        form=form,
        problems=problems,
        now=arrived_at(),
    )


def _edit_page(
    assigned: Assigned, form: AssignmentForm, *problems: Problem, ending: int = 0
) -> str:
    assignment = assigned.assignment
    return render_template(
        "teaching/assignment.html",
        section=assigned.section,
        chosen=service().bank.assessments.get(assignment.assessment),
        assignment=assignment,
        bank=service().bank,
        ending=ending,
        begun=not store.can_be_removed(service().db, assignment.id),
        refused=_BEGUN,
        form=form,
        problems=problems,
        now=arrived_at(),
    )


def _overtaken(stored: Assignment, form: AssignmentForm) -> str:
    """Name what stands and what was sent, where they differ."""
    stands, sent = in_words(stored.title, stored.rules), in_words(form.title.data, form.rules)
    differ = [name for name in stands if stands[name] != sent[name]]
    return render_template(
        "conflict.html",
        title="This assignment was changed meanwhile",
        text="Somebody has changed it since you opened the page, perhaps in another tab. "
        "What you sent was not stored. This is where the two differ:",
        stored={name: stands[name] for name in differ},
        sent={name: sent[name] for name in differ},
        onward=url_for(".edit", assignment_id=stored.id),
        onward_text="Go on from what is stored",
    )

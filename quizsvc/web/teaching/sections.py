"""Sections: making them, their code, and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from quizsvc.errors import TokenReusedError
from quizsvc.store import assignments, members, overrides, people, sections
from quizsvc.store.members import LastInstructorError
from quizsvc.web import helping
from quizsvc.web.account_forms import Problem, problems_of
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import new_token, require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching.rights import me, section_taught, taught
from quizsvc.web.teaching.section_forms import InstructorForm, RenameForm, SectionForm

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.sections import Section

blueprint = Blueprint("sections", __name__)

PAGE = 100
"""Learners that are listed at once."""
_MOST_PAGES = 10_000


@blueprint.get("/sections")
@require_role("instructor", "admin")
def mine() -> ResponseReturnValue:
    """List the sections of whoever is signed in; an admin's are all."""
    return _list_page(SectionForm(formdata=None, token=new_token()))


@blueprint.post("/sections")
@require_role("instructor", "admin")
def make() -> ResponseReturnValue:
    """Make a section."""
    form = SectionForm()
    if not form.validate_on_submit():
        if form.token.errors:
            abort(400)
        return _list_page(form, *problems_of(form)), 422
    try:
        made = sections.make(service().db, form.name.data, me().learner, token=form.token.data)
    except TokenReusedError:
        abort(400)
    return _to(made)


@blueprint.get("/sections/<section_id>")
@require_role("instructor", "admin")
def show(section_id: str) -> ResponseReturnValue:
    """Show a section: its code, its assignments, its members."""
    return _page(section_taught(section_id))


@blueprint.post("/sections/<section_id>/name")
@require_role("instructor", "admin")
def rename(section_id: str) -> ResponseReturnValue:
    """Give a section another name."""
    section, form = section_taught(section_id), RenameForm()
    if not form.validate_on_submit():
        return _page(section, *problems_of(form), renaming=form), 422
    sections.rename(service().db, section.id, form.name.data)
    flash("The section has its new name.")
    return _to(section)


@blueprint.post("/sections/<section_id>/close")
@require_role("instructor", "admin")
def close(section_id: str) -> ResponseReturnValue:
    """Let a section be over."""
    section = section_taught(section_id)
    sections.close(service().db, section.id)
    flash("The section is closed. Everything in it is kept, and you can reopen it here.")
    return _to(section)


@blueprint.post("/sections/<section_id>/reopen")
@require_role("instructor", "admin")
def reopen(section_id: str) -> ResponseReturnValue:
    """Let a section go on."""
    section = section_taught(section_id)
    sections.reopen(service().db, section.id)
    flash("The section is open again.")
    return _to(section)


@blueprint.post("/sections/<section_id>/code")
@require_role("instructor", "admin")
def renew_code(section_id: str) -> ResponseReturnValue:
    """Make another join code."""
    section = section_taught(section_id)
    sections.renew_join_code(service().db, section.id)
    flash("The section has a new join code. With the one before nobody can join any more.")
    return _to(section)


@blueprint.post("/sections/<section_id>/instructors")
@require_role("instructor", "admin")
def add_instructor(section_id: str) -> ResponseReturnValue:
    """Let somebody else teach a section too."""
    section, form = section_taught(section_id), InstructorForm()
    if not form.validate_on_submit():
        return _page(section, *problems_of(form), adding=form), 422
    account = people.by_name(service().db, form.account.data)
    problem = ""
    if account is None:
        problem = f"There is no account named {form.account.data}."
    elif account.role == "learner":
        problem = (
            f"{account.name} has the account of a learner. "
            "An admin can make it an instructor’s, on the page of people."
        )
    elif sections.role_in(service().db, section.id, account.learner) == "learner":
        problem = f"{account.name} learns in this section. Please remove that membership first."
    if problem or account is None:
        return _page(section, Problem("account", problem), adding=form), 422
    if members.add_instructor(
        service().db, section, account.learner, account.name, by=me().learner
    ):
        flash(f"{account.name} teaches this section now.")
    else:
        flash(f"{account.name} teaches this section already.")
    return _to(section)


@blueprint.post("/sections/<section_id>/members/<learner>/remove")
@require_role("instructor", "admin")
def remove(section_id: str, learner: str) -> ResponseReturnValue:
    """Take somebody out of a section."""
    section = section_taught(section_id)
    member = sections.member(service().db, section.id, learner)
    if member is None:
        raise UnknownError(learner)
    try:
        members.remove_member(service().db, section, member.learner, by=me().learner)
    except LastInstructorError:
        only = f"{member.name} is the only instructor. Please add another one first."
        return _page(section, Problem("account", only)), 409
    if member.role == "learner":
        flash(
            f"{member.name} is no longer in this section. All answers are kept; "
            "whoever comes back finds them again."
        )
    else:
        flash(f"{member.name} does not teach this section any more.")
    if member.learner == me().learner and me().role != "admin":
        return redirect(url_for(".mine"), code=303)
    return _to(section)


def _to(section: Section) -> ResponseReturnValue:
    return redirect(url_for(".show", section_id=section.id), code=303)


def _list_page(form: SectionForm, *problems: Problem) -> str:
    found = sections.every(service().db) if me().role == "admin" else taught()
    return render_template(
        "teaching/sections.html",
        sections=[(each, sections.size(service().db, each.id)) for each in found],
        form=form,
        problems=problems,
        is_admin=me().role == "admin",
    )


def _page(
    section: Section,
    *problems: Problem,
    renaming: RenameForm | None = None,
    adding: InstructorForm | None = None,
) -> str:
    db = service().db
    page = max(1, min(request.args.get("page", 1, int), _MOST_PAGES))
    start = (page - 1) * PAGE
    learners = sections.members(db, section.id, "learner", offset=start, limit=PAGE + 1)
    code = helping.in_groups(section.join_code)
    given = assignments.of_section(db, section.id)
    return render_template(
        "teaching/section.html",
        section=section,
        problems=problems,
        code=code,
        link=url_for("assigned.ask", code=code, _external=True),
        learners=learners[:PAGE],
        more=len(learners) > PAGE,
        page=page,
        size=sections.size(db, section.id),
        instructors=sections.members(db, section.id, "instructor"),
        assignments=[(each, len(overrides.of_learners(db, each.id))) for each in given],
        bank=service().bank,
        now=arrived_at(),
        renaming=renaming or RenameForm(formdata=None, name=section.name),
        adding=adding or InstructorForm(formdata=None),
    )

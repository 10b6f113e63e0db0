"""Assignments as a learner meets them: joining a section, what is to do, the start of a sitting."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField

from quizsvc.content import pick
from quizsvc.store import limits, members, names, sections
from quizsvc.store.given import CannotBeginError, GoneError
from quizsvc.web import giving, helping, signing_in, starting, terms
from quizsvc.web import sitting_service as rules
from quizsvc.web.account_forms import Problem
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import current_account, new_token, require_role, service
from quizsvc.web.forms import OnceForm
from quizsvc.web.own_marks import own_mark
from quizsvc.web.service import UnknownError
from quizsvc.web.signing_in import TooOftenError, too_often
from quizsvc.web.texts import template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.people import Account
    from quizsvc.store.sections import Section
    from quizsvc.web.giving import Mine

blueprint = Blueprint("assigned", __name__)

_LONGEST_CODE = 80


class JoinForm(FlaskForm):  # type: ignore[misc]
    """The code of a section."""

    code = StringField("Join code")


class StartForm(OnceForm):
    """The start of a sitting, with the code that was told in the room."""

    access_code = StringField("Access code")


@blueprint.get("/join")
@require_role()
def ask() -> ResponseReturnValue:
    """Ask for a join code; a link may bring it along, and one press remains."""
    code = request.args.get("code", "")[:_LONGEST_CODE]
    return _join_page(JoinForm(formdata=None, code=code))


@blueprint.post("/join")
@require_role()
def join() -> ResponseReturnValue:
    """Join the section of a code."""
    form, mine = JoinForm(), _account()
    typed = helping.read_code((form.code.data or "")[:_LONGEST_CODE])
    if not typed:
        return _join_page(form, Problem("code", "Please type the code.")), 422
    try:
        section = _section_of(typed, mine)
    except TooOftenError as error:
        return too_often(_join_page(form, Problem("code", error.words)), error)
    if section is None:
        wrong = "There is no section with this code. Please compare it with what you were given."
        return _join_page(form, Problem("code", wrong)), 422
    role = sections.role_in(service().db, section.id, mine.learner)
    if role == "instructor":
        flash(f"You teach {section.name}.")
        return redirect(url_for("sections.show", section_id=section.id), code=303)
    if role is None and section.closed_at is not None:
        closed = f"{section.name} is closed: nobody can join it any more."
        return _join_page(form, Problem("code", closed)), 409
    if members.join(service().db, section.id, mine.learner):
        flash(f"You are in {section.name} now.")
    else:
        flash(f"You are in {section.name} already.")
    return redirect(url_for(".mine"), code=303)


@blueprint.get("/assignments")
@require_role()
def mine() -> ResponseReturnValue:
    """List what is assigned to the learner: to do, coming, past."""
    learner = _account().learner
    rules.of_learner(service(), learner, arrived_at())  # hands in what has run out of time
    return render_template(
        "assigned/list.html",
        tasks=giving.tasks(service(), learner, arrived_at()),
        sections=[
            each
            for each in sections.of_member(service().db, learner, "learner")
            if each.closed_at is None
        ],
    )


@blueprint.get("/assignments/<assignment_id>")
@require_role()
def show(assignment_id: str) -> ResponseReturnValue:
    """Say what is asked, what holds for whoever looks, and offer a start."""
    return _page(assignment_id, StartForm(formdata=None, token=new_token()))


@blueprint.post("/assignments/<assignment_id>")
@require_role()
def start(assignment_id: str) -> ResponseReturnValue:
    """Start a sitting and lead to its first question."""
    found, form = _found(assignment_id), StartForm()
    if not form.validate_on_submit():
        abort(400)
    learner = _account().learner
    try:
        problem = _access_problem(found, form.access_code.data or "")
    except TooOftenError as error:
        return too_often(_page(assignment_id, form, Problem("access_code", error.words)), error)
    if problem:
        return _page(assignment_id, form, Problem("access_code", problem)), 422
    rules.of_learner(service(), learner, arrived_at(), found.assignment.assessment)
    try:
        sitting = starting.start_assigned(
            service(),
            learner,
            found.assignment,
            form.token.data,
            arrived_at(),
            trial=found.trial,
        )
    except (CannotBeginError, starting.IncompleteError):
        return _page(assignment_id, form), 409
    except GoneError as error:
        raise UnknownError(assignment_id) from error
    return redirect(url_for("drafts.question", sitting_id=sitting.id, position=1), code=303)


def _account() -> Account:
    """Return who is signed in, on a page that `require_role` has opened."""
    return cast("Account", current_account())


def _found(assignment_id: str) -> Mine:
    found = giving.find(service(), _account(), assignment_id)
    if found is None:
        raise UnknownError(assignment_id)
    return found


def _section_of(typed: str, account: Account) -> Section | None:
    """Return the section of a code; tries of codes that there are not are limited.

    Raises
    ------
    TooOftenError
    """
    tried = [
        signing_in.of(limits.JOINS_OF_ACCOUNT, account.learner),
        signing_in.from_here(limits.JOINS_FROM_ADDRESS),
    ]
    signing_in.refuse_too_often(*tried)
    section = sections.by_join_code(service().db, typed)
    if section is not None:
        limits.take_back(service().db, tried)
    return section


def _access_problem(found: Mine, typed: str) -> str:
    """Say what is wrong with an access code; empty if it opens, or none is asked for.

    Raises
    ------
    TooOftenError
    """
    asked = found.assignment.rules.access_code
    if found.trial or asked is None:
        return ""
    if not typed.strip():
        return "Please type the access code: your instructor tells it."
    tried = signing_in.of(
        limits.ACCESS_CODES_OF_ACCOUNT, f"{found.assignment.id} {_account().learner}"
    )
    signing_in.refuse_too_often(tried)
    if not hmac.compare_digest(_as_compared(typed), _as_compared(asked)):
        return "This is not the access code. Please compare it with what you were told."
    limits.clear(service().db, [tried])
    return ""


def _as_compared(code: str) -> bytes:
    """Return a code without what is misheard or not shown: case, spaces and the like."""
    return "".join(names.shown(code).split()).casefold().encode()


def _join_page(form: JoinForm, *problems: Problem) -> str:
    return render_template("assigned/join.html", form=form, problems=problems)


def _page(assignment_id: str, form: StartForm, *problems: Problem) -> str:
    account, now = _account(), arrived_at()
    assessment_id = _found(assignment_id).assignment.assessment
    all_of_it = rules.of_learner(service(), account.learner, now, assessment_id)
    sittings = [sitting for sitting in all_of_it if sitting.assignment == assignment_id]
    found = _found(assignment_id)  # once more: what has run out of time is handed in by now
    assessment, items = service().bank.assessments.get(assessment_id), service().bank.items
    given, terms_of = found.given, found.assignment.rules
    exemption = given.exemption if given else None
    refusal = given.allowed.refusal(now, given.begun) if given else None
    return render_template(
        "assigned/assignment.html",
        mine=found,
        assignment=found.assignment,
        rules=terms_of,
        may=found.allowed,
        assessment=assessment,
        missing=assessment.missing(items) if assessment else (),
        instructions=template(assessment.instructions, {}) if assessment else "",
        questions=len(pick(assessment.entries, items, 0)) if assessment else 0,
        time=terms.time_limit(terms_of, exemption, account.time_factor),
        cost=terms.late_share(terms_of),
        now=now,
        late=given is not None and given.allowed.is_late(now),
        refusal="over" if given and found.closed and refusal is None else refusal,
        begun=[sitting for sitting in sittings if sitting.submitted_at is None],
        sittings=[
            (len(sittings) - place, sitting, rules.total_of(service(), sitting))
            for place, sitting in enumerate(sittings)
            if sitting.submitted_at
        ],
        own=own_mark(service(), found.assignment, account.learner, sittings, now),
        form=form,
        problems=problems,
    )

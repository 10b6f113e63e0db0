"""People: whom there are accounts of; one-time links, roles and extra time for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from quizsvc.store import erasing, links, people, vouching
from quizsvc.store.people import LastAdminError
from quizsvc.web import downloads, spreadsheets
from quizsvc.web.account_forms import EraseForm, Problem, RoleForm, TimeForm, problems_of
from quizsvc.web.current import require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching.rights import me, note

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.people import Account

blueprint = Blueprint("people", __name__)

_NOT_YOURS = (
    "Only an admin can change this account: it is not a learner’s, or the learner has not come to "
    "your sections alone."
)
_MOST_PAGES = 100_000


@blueprint.get("/people")
@require_role("instructor", "admin")
def search() -> ResponseReturnValue:
    """List the accounts, or those whose names hold what ``q`` says; to instructors, their own."""
    text = request.args.get("q", "").strip()
    page = max(1, min(request.args.get("page", 1, int), _MOST_PAGES))
    start = (page - 1) * people.PAGE
    found = _searched(text[:80], offset=start, limit=people.PAGE + 1)
    return render_template(
        "people.html",
        found=found[: people.PAGE],
        text=text,
        page=page,
        more=len(found) > people.PAGE,
        may_change=_may_change,
        is_admin=_is_admin(),
    )


@blueprint.get("/people/<learner>")
@require_role("instructor", "admin")
def show(learner: str) -> ResponseReturnValue:
    """Show an account with what can be done for it."""
    return _page(_found(learner))


@blueprint.post("/people/<learner>/link")
@require_role("instructor", "admin")
def make_link(learner: str) -> ResponseReturnValue:
    """Make a one-time link and show it, this once."""
    person = _found(learner)
    if not _may_change(person):
        return _refusal()
    token = links.make(service().db, person.learner)
    note("link made", person.name, None)
    link = url_for("links.show", token=token, _external=True)
    page = render_template("one-time-link.html", person=person, link=link)
    return page, {"Cache-Control": "no-store"}


@blueprint.post("/people/<learner>/time")
@require_role("instructor", "admin")
def set_time(learner: str) -> ResponseReturnValue:
    """Multiply somebody's time limits."""
    person, form = _found(learner), TimeForm()
    if not _may_change(person):
        return _refusal()
    if not form.validate_on_submit():
        return _page(person, *problems_of(form), time=form), 422
    people.set_time_factor(service().db, person.learner, form.factor)
    note("time factor changed", person.name, None, before=person.time_factor, after=form.factor)
    flash(f"From now on, time limits of {person.name} are multiplied by {form.factor:g}.")
    return _to(person)


@blueprint.post("/people/<learner>/role")
@require_role("admin")
def set_role(learner: str) -> ResponseReturnValue:
    """Give somebody another role."""
    person, form = _found(learner), RoleForm()
    if not form.validate_on_submit():
        return _page(person, Problem("role-0", "Please choose a role.")), 422
    try:
        people.set_role(service().db, person.learner, form.role.data)
    except LastAdminError:
        only = f"{person.name} is the only admin. Please make somebody else an admin first."
        return _page(person, Problem("role-0", only)), 409
    note("role changed", person.name, None, before=person.role, after=form.role.data)
    flash(f"{person.name} is now {_with_article(form.role.data)}.")
    return _to(person)


@blueprint.get("/people/<learner>/data.json")
@require_role("admin")
def data(learner: str) -> ResponseReturnValue:
    """Hand out all that is kept of somebody, for him to have."""
    person, now = _found(learner), service().db.now()
    text = spreadsheets.as_json(downloads.everything(service(), person.learner, now))
    note("data exported", f"All that is kept of: {person.name}", None, learner=person.learner)
    named = spreadsheets.in_file_name(person.name) or person.learner[:8]
    return spreadsheets.download(text, f"quizsvc-{named}-{now:%Y-%m-%d}.json")


@blueprint.get("/people/<learner>/erase")
@require_role("admin")
def ask_erase(learner: str) -> ResponseReturnValue:
    """Say what goes with somebody and what stays."""
    return _erase_page(_found(learner), EraseForm(formdata=None))


@blueprint.post("/people/<learner>/erase")
@require_role("admin")
def erase(learner: str) -> ResponseReturnValue:
    """Erase somebody whose name was typed."""
    person = _found(learner)
    form = EraseForm(of=person.name)
    if not form.validate_on_submit():
        return _erase_page(person, form, *problems_of(form)), 422
    try:
        erasing.erase(service().db, person.learner, by=me().learner)
    except LastAdminError:
        only = f"{person.name} is the only admin. Please make somebody else an admin first."
        return _erase_page(person, form, Problem("name", only)), 409
    flash("The account is erased. What was answered counts on, without a name.")
    return redirect(url_for(".search"), code=303)


def _searched(text: str, *, offset: int, limit: int) -> list[Account]:
    db = service().db
    if _is_admin():
        return people.search(db, text, offset=offset, limit=limit)
    return vouching.learners_of(db, me().learner, text, offset=offset, limit=limit)


def _found(learner: str) -> Account:
    """Return somebody's account; to instructors only of those in their sections.

    Raises
    ------
    UnknownError
    """
    person = people.find(service().db, learner)
    if person is None or not (_is_admin() or vouching.sees(service().db, me().learner, learner)):
        raise UnknownError(learner)
    return person


def _may_change(person: Account) -> bool:
    """Tell whether whoever is signed in may make links and grant time."""
    return _is_admin() or vouching.vouches(service().db, me().learner, person.learner)


def _is_admin() -> bool:
    return me().role == "admin"


def _with_article(role: str) -> str:
    return f"a {role}" if role == "learner" else f"an {role}"


def _refusal() -> ResponseReturnValue:
    return render_template("error.html", title="This is for admins", text=_NOT_YOURS), 403


def _to(person: Account) -> ResponseReturnValue:
    return redirect(url_for(".show", learner=person.learner), code=303)


def _erase_page(person: Account, form: EraseForm, *problems: Problem) -> str:
    return render_template("erase.html", person=person, form=form, problems=problems)


def _page(person: Account, *problems: Problem, time: TimeForm | None = None) -> str:
    return render_template(
        "person.html",
        person=person,
        time=time or TimeForm(formdata=None, time_factor=f"{person.time_factor:g}"),
        problems=problems,
        may_change=_may_change(person),
        is_admin=_is_admin(),
    )

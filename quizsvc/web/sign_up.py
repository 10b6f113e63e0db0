"""Signing up: first a name, then a password; what the guest of this browser did comes along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from quizsvc.store import limits, passwords, people
from quizsvc.store.people import NameTakenError
from quizsvc.web import signing_in
from quizsvc.web.account_forms import NameForm, NewPasswordForm, Problem, problems_of
from quizsvc.web.current import GUEST, current_account, current_learner, known_guest, service
from quizsvc.web.signing_in import TooOftenError, too_often

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.people import Account

blueprint = Blueprint("sign_up", __name__)

_PROPOSED = "sign_up"
"""The cookie's entry with the name that somebody chose and the one that he is to sign in with."""
_ONWARD = "sign_up_onward"
"""The cookie's entry with the page that asked for an account."""


@blueprint.get("/sign-up")
def ask() -> ResponseReturnValue:
    """Ask what somebody wants to be called."""
    if current_account():
        return redirect(url_for("accounts.account"), code=303)
    session.pop(_ONWARD, None)
    if onward := signing_in.own_path(request.args.get("next")):
        session[_ONWARD] = onward
    return _name_page(NameForm(formdata=None))


@blueprint.post("/sign-up")
def propose() -> ResponseReturnValue:
    """Propose a name to sign in with: the chosen one and a number.

    Everybody gets a number, so that nobody learns by signing up who else has an account.
    """
    if current_account():
        return redirect(url_for("accounts.account"), code=303)
    form = NameForm()
    if not form.validate_on_submit():
        return _name_page(form, *problems_of(form)), 422
    try:
        signing_in.refuse_too_often(signing_in.from_here(limits.PROPOSALS_FROM_ADDRESS))
    except TooOftenError as error:
        return too_often(_name_page(form, Problem("name", error.words)), error)
    current_learner()  # whose answers the account will take over, though the form be sent twice
    session[_PROPOSED] = form.name.data, people.propose(service().db, form.name.data)
    return redirect(url_for(".choose_password"), code=303)


@blueprint.get("/sign-up/password")
def choose_password() -> ResponseReturnValue:
    """Show the name to sign in with, and ask for a password."""
    if _PROPOSED not in session:
        return redirect(url_for(".ask"), code=303)
    return _password_page(NewPasswordForm(formdata=None))


@blueprint.post("/sign-up/password")
def make() -> ResponseReturnValue:
    """Make the account, with all that the guest of this browser did, and sign in."""
    if current_account():
        return redirect(url_for("accounts.account"), code=303)
    if _PROPOSED not in session:
        return redirect(url_for(".ask"), code=303)
    name, proposed = session[_PROPOSED]
    form = NewPasswordForm(for_names=(name, proposed))
    if request.form.get("sign_in_name") != proposed:
        return _password_page(form, _renamed(proposed)), 409
    if not form.validate_on_submit():
        return _password_page(form, *problems_of(form)), 422
    try:
        signing_in.refuse_too_often(signing_in.from_here(limits.SIGN_UPS_FROM_ADDRESS))
    except TooOftenError as error:
        return too_often(_password_page(form, Problem("new_password", error.words)), error)
    account = _account(proposed, form.new_password.data)
    if account is None:
        session[_PROPOSED] = name, people.propose(service().db, name)
        return _password_page(form, _renamed(session[_PROPOSED][1])), 409
    onward = session.get(_ONWARD)
    signing_in.enter(account)
    flash(
        f"You are signed up. To sign in elsewhere, use the name {account.name}, with its number, "
        "and your password."
    )
    return redirect(onward or url_for("accounts.account"), code=303)


def _account(name: str, password: str) -> Account | None:
    """Make an account, or return the one that the same form, sent twice, has just made."""
    db = service().db
    password_hash = passwords.make_hash(password)
    try:
        return people.add(db, name, guest=known_guest(), password_hash=password_hash)
    except NameTakenError:
        made, kept = people.credentials(db, name) or (None, None)
        is_same = made is not None and made.learner == session.get(GUEST)
        return made if is_same and passwords.match(kept, password) else None


def _renamed(name: str) -> Problem:
    message = f"Your name to sign in is now {name}. Please type your password once more."
    return Problem("new_password", message)


def _name_page(form: NameForm, *problems: Problem) -> str:
    return render_template(
        "accounts/sign-up.html", form=form, problems=problems, onward=session.get(_ONWARD)
    )


def _password_page(form: NewPasswordForm, *problems: Problem) -> str:
    chosen, name = session[_PROPOSED]
    return render_template(
        "accounts/choose-password.html", form=form, problems=problems, chosen=chosen, name=name
    )

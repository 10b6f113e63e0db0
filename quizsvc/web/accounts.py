"""Signing in and out, and the page of one's own account: the password, other browsers, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Blueprint, flash, redirect, render_template, request, session, url_for

from quizsvc.errors import StoreError
from quizsvc.store import erasing, passwords, people, signins
from quizsvc.store.people import LastAdminError
from quizsvc.web import signing_in, sitting_service
from quizsvc.web.account_forms import (
    ChangePasswordForm,
    PasswordForm,
    Problem,
    SignInForm,
    problems_of,
)
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import SIGN_IN, current_account, known_guest, require_role, service
from quizsvc.web.signing_in import TooOftenError, too_often

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.people import Account

blueprint = Blueprint("accounts", __name__)

SIGNED_OUT = "signed-out"
"""Told with a message after which nothing typed is left on the device for the next person."""

NOT_RIGHT = "Name or password is not right."


@blueprint.app_template_global()
def signed_in() -> Account | None:
    """Return the account for the frame of a page, which also frames "the database is away"."""
    try:
        return current_account()
    except StoreError:
        return None


@blueprint.app_template_global()
def owner() -> str | None:
    """Return whose account a page is for, empty for a guest; None while that cannot be told."""
    account = signed_in()
    if account is not None:
        return account.learner
    return None if SIGN_IN in session else ""


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    onward = signing_in.own_path(request.args.get("next"))
    if current_account():
        return _onward(onward)
    return _sign_in_page(SignInForm(formdata=None, next=onward))


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Sign in, if name and password are right."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _sign_in_page(form, *problems_of(form)), 422
    try:
        account = signing_in.check(form.name.data, form.password.data)
    except TooOftenError as error:
        return too_often(_sign_in_page(form, Problem("name", error.words)), error)
    if account is None:
        return _sign_in_page(form, Problem("name", NOT_RIGHT)), 422
    signing_in.enter(account)
    return _onward(signing_in.own_path(form.next.data))


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Sign this browser out."""
    signing_in.leave()
    flash("You are signed out.", SIGNED_OUT)
    return redirect(url_for("lessons.home"), code=303)


@blueprint.get("/account")
@require_role()
def account() -> ResponseReturnValue:
    """Show the learner's account."""
    return _account_page(ChangePasswordForm(formdata=None))


@blueprint.post("/account/password")
@require_role()
def change_password() -> ResponseReturnValue:
    """Change the password, and sign out all other browsers."""
    mine = _mine()
    form = ChangePasswordForm(for_names=mine.names)
    if not form.validate_on_submit():
        return _account_page(form, *problems_of(form)), 422
    try:
        right = signing_in.check(mine.name, form.password.data)
    except TooOftenError as error:
        return too_often(_account_page(form, Problem("password", error.words)), error)
    if right is None:
        return _account_page(form, Problem("password", "The present password is not right.")), 422
    people.set_password(service().db, mine.learner, passwords.make_hash(form.new_password.data))
    signing_in.enter(mine)
    signins.end_others(service().db, mine.learner, session[SIGN_IN])
    flash("Your password is changed. You are signed out of all other browsers.")
    return _to_account()


@blueprint.post("/account/others")
@require_role()
def leave_others() -> ResponseReturnValue:
    """Sign out all other browsers."""
    signins.end_others(service().db, _mine().learner, session[SIGN_IN])
    flash("You are signed out of all other browsers.")
    return _to_account()


@blueprint.get("/account/delete")
@require_role()
def ask_delete() -> ResponseReturnValue:
    """Say what is deleted with an account and what stays."""
    return _delete_page(PasswordForm(formdata=None))


@blueprint.post("/account/delete")
@require_role()
def delete() -> ResponseReturnValue:
    """Delete the account."""
    mine, form = _mine(), PasswordForm()
    if not form.validate_on_submit():
        return _delete_page(form, *problems_of(form)), 422
    try:
        right = signing_in.check(mine.name, form.password.data)
    except TooOftenError as error:
        return too_often(_delete_page(form, Problem("password", error.words)), error)
    if right is None:
        return _delete_page(form, Problem("password", "The password is not right.")), 422
    try:
        erasing.erase(service().db, mine.learner, by=mine.learner)
    except LastAdminError:
        only = "You are the only admin. Please make somebody else an admin first."
        return _delete_page(form, Problem("password", only)), 409
    signing_in.leave()
    flash("Your account is deleted.", SIGNED_OUT)
    return redirect(url_for("lessons.home"), code=303)


def _mine() -> Account:
    return cast("Account", current_account())


def _onward(path: str | None) -> ResponseReturnValue:
    return redirect(path or url_for("lessons.home"), code=303)


def _to_account() -> ResponseReturnValue:
    return redirect(url_for(".account"), code=303)


def _sign_in_page(form: SignInForm, *problems: Problem) -> str:
    guest = known_guest()
    begun = sitting_service.of_learner(service(), guest, arrived_at()) if guest else ()
    return render_template(
        "accounts/sign-in.html",
        form=form,
        problems=problems,
        begun=[sitting for sitting in begun if sitting.submitted_at is None],
    )


def _account_page(form: ChangePasswordForm, *problems: Problem) -> str:
    mine = _mine()
    browsers = signins.count(service().db, mine.learner)
    return render_template(
        "accounts/account.html", account=mine, browsers=browsers, form=form, problems=problems
    )


def _delete_page(form: PasswordForm, *problems: Problem) -> str:
    return render_template("accounts/delete.html", account=_mine(), form=form, problems=problems)

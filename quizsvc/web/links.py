"""One-time links: how to get one, and what opening it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for

from quizsvc.store import limits, links, passwords
from quizsvc.store.people import NameTakenError
from quizsvc.web import signing_in
from quizsvc.web.account_forms import FirstAdminForm, LinkForm, Problem, problems_of
from quizsvc.web.current import known_guest, service
from quizsvc.web.signing_in import TooOftenError, too_often

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.links import Link
    from quizsvc.store.people import Account

blueprint = Blueprint("links", __name__)


@blueprint.get("/forgotten")
def forgotten() -> ResponseReturnValue:
    """Say what to do about a forgotten password."""
    return render_template("accounts/forgotten.html")


@blueprint.get("/link")
def show() -> ResponseReturnValue:
    """Ask for a password, and for the first admin's name too; the link is not used by that.

    Programs that look at links in messages before a person does must not use them up.
    """
    token = request.args.get("token", "")
    link = links.find(service().db, token)
    return _gone() if link is None else _page(link, _form(link, formdata=None, token=token))


@blueprint.post("/link")
def use() -> ResponseReturnValue:
    """Use the link: set the password, sign out all browsers, sign in here."""
    link = links.find(service().db, request.form.get("token", ""))
    if link is None:
        return _refuse()
    form = _form(link)
    if not form.validate_on_submit():
        return _page(link, form, *problems_of(form)), 422
    try:
        account = _done(link, form)
    except NameTakenError:
        taken = "There is an account of this name already. Please choose another."
        return _page(link, form, Problem("name", taken)), 422
    if account is None:  # the link was used between the two looks
        return _gone()
    signing_in.enter(account)
    flash(f"Your password is set, and you are signed in as {account.name}.")
    return redirect(url_for("accounts.account"), code=303)


def _form(link: Link, **values: object) -> LinkForm:
    if link.account is None:
        typed = request.form.get("name", "")
        return FirstAdminForm(for_names=(typed,), **values)
    return LinkForm(for_names=link.account.names, **values)


def _done(link: Link, form: LinkForm) -> Account | None:
    db, token = service().db, form.token.data
    password_hash = passwords.make_hash(form.new_password.data)
    if link.account is not None:
        return links.set_password(db, token, password_hash)
    name = form["name"].data
    return links.make_admin(db, token, name, guest=known_guest(), password_hash=password_hash)


def _page(link: Link, form: LinkForm, *problems: Problem) -> str:
    return render_template("accounts/link.html", account=link.account, form=form, problems=problems)


def _refuse() -> ResponseReturnValue:
    """Say that there is no such link, as often as an address may try."""
    try:
        signing_in.refuse_too_often(signing_in.from_here(limits.LINKS_FROM_ADDRESS))
    except TooOftenError as error:
        return too_often(
            render_template("error.html", title="Please wait", text=error.words), error
        )
    return _gone()


def _gone() -> ResponseReturnValue:
    return render_template(
        "error.html",
        title="This link does not work",
        text="It may have been used, or replaced by a newer one, or be older than 24 hours. "
        "Please ask for another.",
    ), 404

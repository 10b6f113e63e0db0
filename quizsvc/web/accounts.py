"""Accounts: sign up, sign in, sign out, the password, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password."""
    return render_template("accounts/sign-in.html")


@blueprint.get("/account")
def account() -> ResponseReturnValue:
    """Show the learner's account."""
    return render_template("accounts/account.html")

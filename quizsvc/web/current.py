"""What a request stands in: the service behind it and the learner before it.

A guest is a random id in the signed cookie. It is made at the first visit that needs one; a row in
the store follows with the first submission, so that looking around leaves no trace. Whoever is
signed in has a token beside it, and is the account's learner as long as the store knows the token.
"""

from __future__ import annotations

import time
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, cast
from uuid import uuid4

from flask import current_app, flash, g, redirect, render_template, request, session, url_for

from quizsvc.errors import QuizsvcError, StoreError
from quizsvc.store import learners, signins
from quizsvc.store.people import ROLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from quizsvc.store.people import Account, Role
    from quizsvc.web.service import Service

    Given = ParamSpec("Given")

EXTENSION = "quizsvc"

GUEST = "learner"
"""The cookie's entry with the id of a guest."""
SIGN_IN = "sign_in"
"""The cookie's entry with the token of a sign-in."""

_CSRF = "csrf_token"
"""The cookie's entry by which Flask-WTF knows the forms of this browser."""

_RENEWED = "renewed"
"""The cookie's entry with the week in which it was sent last."""
_WEEK = 7 * 24 * 3600

_NEEDS_NONE = frozenset(
    {"accounts.enter", "accounts.leave", "sign_up.propose", "sign_up.make", "links.use"}
)
"""What sends a form and is the same to whoever is signed in."""

_LEFT_ALONE = frozenset({None, "static", "echoes.read"})
"""What no learner stands behind."""


class SignInEndedError(QuizsvcError):
    """A form came from a page of somebody who is not signed in any more."""


def service() -> Service:
    """Return the application's service: a request keeps the one, and the content, it began with."""
    if "service" not in g:
        g.service = current_app.extensions[EXTENSION]
    return cast("Service", g.service)


def current_account() -> Account | None:
    """Return the account of whoever is signed in; asked of the store once for each request.

    That a browser is still in use is noted when it sends something, so that a page that is only
    looked at writes nothing.
    """
    if "account" not in g:
        g.account = None  # and so it stays, should the store be out of reach
        token, sends = session.get(SIGN_IN), request.method == "POST"
        g.account = signins.account(service().db, token, note=sends) if token else None
    return cast("Account | None", g.account)


def watch_sign_ins(app: Flask) -> None:
    """Let a browser whose sign-in has ended elsewhere be a guest's, forms and all.

    The numbers of a variant are drawn for a learner: an answer to the account's must not be taken
    for a guest's answer to other numbers.
    """
    app.before_request(_end_sign_in)
    app.before_request(renew)


def renew() -> None:
    """Let a cookie that is in use last: it is sent anew in each week of the calendar."""
    week = int(time.time()) // _WEEK
    if session.permanent and session.get(_RENEWED) != week:
        session[_RENEWED] = week


def _end_sign_in() -> None:
    if SIGN_IN not in session or request.endpoint in _LEFT_ALONE:
        return
    try:
        account = current_account()
    except StoreError:
        del g.account  # whoever needs to know will ask again, and say so
        return
    if account is not None:
        return
    del session[SIGN_IN]
    if request.method == "POST" and request.endpoint in _NEEDS_NONE:
        return
    session.pop(_CSRF, None)
    if request.method == "POST":
        raise SignInEndedError
    flash("You are not signed in any more: your sign-in in this browser was ended or is too old.")


def known_learner() -> str | None:
    """Return the learner behind this request: the account's, else the cookie's guest, if any."""
    account = current_account()
    return account.learner if account else known_guest()


def current_learner() -> str:
    """Return the learner behind this request, or a new guest that the response's cookie carries."""
    learner = known_learner()
    if learner is None:
        session[GUEST] = g.guest = learner = new_token()
        session.permanent = True
    return learner


def known_guest() -> str | None:
    """Return the guest in the cookie, unless an account has taken him over meanwhile."""
    if "guest" not in g:
        guest = session.get(GUEST)
        g.guest = None if guest and learners.is_claimed(service().db, guest) else guest
    return cast("str | None", g.guest)


def require_role(
    *roles: Role,
) -> Callable[[Callable[Given, ResponseReturnValue]], Callable[Given, ResponseReturnValue]]:
    """Let only accounts of some roles open a page, or of any; ask others to sign in first."""

    def guard(view: Callable[Given, ResponseReturnValue]) -> Callable[Given, ResponseReturnValue]:
        @wraps(view)
        def guarded(*given: Given.args, **named: Given.kwargs) -> ResponseReturnValue:
            account = current_account()
            if account is not None and account.role in (roles or ROLES):
                return view(*given, **named)
            if account is None and request.method in ("GET", "HEAD"):
                onward = request.full_path.rstrip("?")
                return redirect(url_for("accounts.sign_in", next=onward), code=303)
            return _refusal(account, roles), 403

        return guarded

    return guard


def _refusal(account: Account | None, roles: tuple[Role, ...]) -> str:
    if account is None:
        title = "Please sign in first"
        text = "This browser is not signed in, or not any more. Nothing was changed."
    else:
        title = f"This page is for {' and '.join(f'{role}s' for role in roles)}"
        text = "If it should be open to you, ask an admin to give you that role."
    return render_template("error.html", title=title, text=text)


def new_token() -> str:
    """Return a random id, as a form carries one to take effect only once."""
    return uuid4().hex

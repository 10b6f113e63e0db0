"""Signing in and out: names and passwords checked within limits, tokens that change each time."""

from __future__ import annotations

import hmac
from ipaddress import IPv6Network
from typing import TYPE_CHECKING

from flask import current_app, g, make_response, request, session

from quizsvc.errors import QuizsvcError
from quizsvc.store import limits, names, passwords, people, signins
from quizsvc.web import metrics
from quizsvc.web.current import GUEST, SIGN_IN, new_token, service

if TYPE_CHECKING:
    from datetime import timedelta

    from flask import Response

    from quizsvc.store.limits import Counter, Limit
    from quizsvc.store.people import Account

_DEVICE = "device"
"""The cookie's entry with a random id of this browser."""
_KNOWN = "known"
"""The cookie's entry with marks of the accounts that have signed in here."""
_MOST_KNOWN = 20
"""A cookie is small; of a browser that a class shares the latest are remembered."""

_LONGEST_NAME = 80
"""No name is longer, so whatever follows makes no difference."""


class TooOftenError(QuizsvcError):
    """Something was tried too often."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"to be tried again in {wait}")
        self.seconds = max(1, round(wait.total_seconds()))

    @property
    def words(self) -> str:
        """What to say about it."""
        minutes = -(-self.seconds // 60)
        return f"There were too many tries. Please wait {minutes} minute{'s'[: minutes > 1]}."


def check(name: str, password: str) -> Account | None:
    """Return the account of a name, if the password is right.

    Tries are counted for the name, so that nobody can guess on, and for the address. A browser in
    which the account has signed in before has a counter of its own instead: nobody can lock a
    learner out from elsewhere. See "device cookies" of OWASP.

    Raises
    ------
    TooOftenError, NotSavedError
    """
    db, name = service().db, name[:_LONGEST_NAME]
    tried = _tries(name)
    refuse_too_often(*tried)
    account, password_hash = people.credentials(db, name) or (None, None)
    if not passwords.match(password_hash, password) or account is None or password_hash is None:
        metrics.current().count("sign_in_failures")
        return None
    of_name, *of_address = tried
    limits.clear(db, [of_name])
    limits.take_back(db, of_address)
    if passwords.is_outdated(password_hash):
        people.set_password(db, account.learner, passwords.make_hash(password))
    return account


def refuse_too_often(*tried: Counter) -> None:
    """Count a try.

    Raises
    ------
    TooOftenError
        It is one too many.
    """
    wait = limits.count(service().db, tried)
    if wait is not None:
        raise TooOftenError(wait)


def too_often(page: str, error: TooOftenError) -> Response:
    """Return a page that asks to wait."""
    response = make_response(page, 429)
    response.headers["Retry-After"] = str(error.seconds)
    return response


def of(limit: Limit, subject: str) -> Counter:
    """Return the counter of a limit for somebody or something."""
    return limit, _mark(subject)


def from_here(limit: Limit) -> Counter:
    """Return the counter of a limit for the address that the request came from."""
    return limit, _mark(_network(request.remote_addr or ""))


def enter(account: Account) -> None:
    """Sign this browser in, with a cookie that has nothing in common with the one before.

    Only the guest stays, so that he is found again after signing out, unless the account has just
    taken him over; and what the browser is known by.
    """
    kept = {name: session[name] for name in (GUEST, _DEVICE, _KNOWN) if name in session}
    if kept.get(GUEST) == account.learner:
        del kept[GUEST]
    token = signins.begin(service().db, account.learner, instead_of=session.get(SIGN_IN))
    known = [mark for mark in kept.get(_KNOWN, ()) if mark != _account_mark(account.name)]
    session.clear()
    session.update({_DEVICE: new_token(), **kept, SIGN_IN: token})
    session[_KNOWN] = [_account_mark(account.name), *known][:_MOST_KNOWN]
    session.permanent = True
    g.pop("account", None)


def leave() -> None:
    """Sign this browser out; it may have been so from elsewhere already."""
    if token := session.get(SIGN_IN):
        signins.end(service().db, token)
    kept = {name: session[name] for name in (GUEST, _DEVICE, _KNOWN) if name in session}
    session.clear()
    session.update(kept)
    session.permanent = True
    g.pop("account", None)


def own_path(text: str | None) -> str | None:
    """Return a path of ours, or None for what would lead elsewhere.

    Browsers read a backslash as a slash, and leave tabs and line ends out.
    """
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return None
    return text if text.isprintable() else None


def _network(address: str) -> str:
    """Return what one visitor has of addresses: of the newer kind a whole network of them."""
    try:
        network = IPv6Network((address, 64), strict=False)
    except ValueError:
        return address
    return str(network)


def _tries(name: str) -> list[Counter]:
    key = names.name_key(name)
    if _account_mark(name) in session.get(_KNOWN, ()):
        return [(limits.SIGN_INS_OF_NAME, _mark(f"{key} {session.get(_DEVICE)}"))]
    return [(limits.SIGN_INS_OF_NAME, _mark(key)), from_here(limits.SIGN_INS_FROM_ADDRESS)]


def _account_mark(name: str) -> str:
    return _mark(f"known {names.name_key(name)}")[:16]


def _mark(subject: str) -> str:
    """Return a keyed hash, from which nobody without the secret finds a name or an address."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, b"quizsvc limits " + subject.encode(), "sha256").hexdigest()[:40]

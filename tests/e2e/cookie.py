"""What the service keeps in a browser's cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from quizsvc.store import signins

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from quizsvc.store import Database


def entries_in(context: BrowserContext, secret: str) -> dict[str, Any]:
    """Return what the cookie of a browser says."""
    app = Flask("reader")
    app.secret_key = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    cookie = next(each for each in context.cookies() if each.get("name") == "quizsvc")
    entries: dict[str, Any] = serializer.loads(cookie.get("value", ""))
    return entries


def guest_in(context: BrowserContext, secret: str) -> str:
    """Return the learner id of the guest in a browser."""
    return str(entries_in(context, secret)["learner"])


def learner_in(context: BrowserContext, secret: str, db: Database) -> str:
    """Return the learner id behind a browser: whoever is signed in, else the guest."""
    token = entries_in(context, secret).get("sign_in")
    account = signins.account(db, token) if token else None
    return account.learner if account else guest_in(context, secret)

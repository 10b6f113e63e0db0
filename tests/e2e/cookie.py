"""What the service keeps in a browser's cookie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext


def guest_in(context: BrowserContext, secret: str) -> str:
    """Return the learner id of the guest in a browser."""
    app = Flask("reader")
    app.secret_key = secret
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    cookie = next(each for each in context.cookies() if each.get("name") == "quizsvc")
    return str(serializer.loads(cookie.get("value", ""))["learner"])

"""What every response says to the browser: load nothing from elsewhere, run nothing inline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from flask import Flask, Response

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        *(f"{kind}-src 'self'" for kind in ("script", "style", "font", "img", "connect")),
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}

LARGEST_FORM = 256 * 1024
"""Bytes of a posted form; a matrix of 64 by 64 numbers fits."""


def protect(app: Flask) -> None:
    """Set the headers, the bound on forms, the CSRF check and the cookie's attributes."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_NAME="quizsvc",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # The addresses of static files change with the files.
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        # A guest is found again by the cookie alone.
        PERMANENT_SESSION_LIFETIME=2 * 365 * 24 * 3600,
        # It is sent anew once a week (`current.renew`): to sign it for each page is costly.
        SESSION_REFRESH_EACH_REQUEST=False,
        # The token lives as long as the cookie: a quiz left open overnight can still be sent.
        WTF_CSRF_TIME_LIMIT=None,
    )
    CSRFProtect(app)
    app.after_request(_set_headers)


def trust_proxies(app: Flask, number: int) -> None:
    """Take a visitor's address and scheme from the headers that so many proxies have set."""
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number)  # type: ignore[method-assign]


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    # Pages are one learner's own; "no-cache" still lets the back button keep what was typed.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response

"""What every request must meet and every response says: who we are, how we are reached, what runs.

Nothing is loaded from elsewhere and nothing runs inline. The service answers to its own names only,
and over plain HTTP to its own machine only.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Response, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask

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
    # What a window or page of another site may hold of ours: nothing.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

STRICT_TRANSPORT = "max-age=31536000"
"""A browser that came by HTTPS once asks for nothing else for a year; what other names of the
same domain do is not ours to say."""

LARGEST_FORM = 256 * 1024
"""Bytes of a posted form; a matrix of 64 by 64 numbers fits."""

COOKIE = "quizsvc"
"""The cookie's name over plain HTTP."""
HTTPS_COOKIE = f"__Host-{COOKIE}"
"""Its name over HTTPS: browsers take it from this host alone, for the whole site, with Secure."""

_PROBES = frozenset({"/healthz", "/readyz"})
"""What watches over the service asks these by address, and learns nothing of anybody from them."""

_UNKNOWN_NAME = (
    "This service does not go by the name in that address.\n\n"
    "If you run it: list its names in QUIZSVC_HOSTS.\n"
)
_PLAIN_HTTP = (
    "This service is reached by HTTPS only. Please write https:// in front of its address.\n\n"
    "If you run it: let a proxy in front speak HTTPS and say so in X-Forwarded-Proto, and count "
    "it in QUIZSVC_PROXIES.\n"
)


class _Cookie(SecureCookieSessionInterface):
    """The signed cookie, named and sent as the connection deserves, whatever was configured."""

    def get_cookie_name(self, app: Flask) -> str:
        """Return the cookie's name; over HTTPS the other one is not even read."""
        return HTTPS_COOKIE if self.get_cookie_secure(app) else COOKIE

    def get_cookie_secure(self, app: Flask) -> bool:
        """Tell whether the cookie is sent over HTTPS only."""
        return super().get_cookie_secure(app) or request.is_secure


def admit(app: Flask, hosts: Collection[str]) -> None:
    """Refuse requests for other names, and those that came over plain HTTP from other machines.

    Said in plain text: a page would have a frame of links, each of which is refused too.
    """

    def refuse() -> Response | None:
        if request.path in _PROBES:
            return None
        if name_in(request.host) not in hosts:
            return Response(_UNKNOWN_NAME, 400, mimetype="text/plain")
        if not request.is_secure and not _is_own_machine(request.remote_addr):
            return Response(_PLAIN_HTTP, 403, mimetype="text/plain")
        return None

    app.before_request(refuse)


def protect(app: Flask) -> None:
    """Set the headers, the bound on forms, the CSRF check and the cookie's attributes."""
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=5000,
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
        # Some networks strip the Referer, and nobody else can set a cookie named __Host-.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = _Cookie()
    # Else an address with two slashes is led on by one that names the host.
    app.url_map.merge_slashes = False
    CSRFProtect(app)
    app.after_request(_set_headers)


def name_in(host: str) -> str:
    """Return the name in a Host header, without its port; empty if there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:  # a bracket that does not close
        return ""


def trust_proxies(app: Flask, number: int) -> None:
    """Take a visitor's address and scheme from the headers that so many proxies have set.

    Never the host: a proxy passes on the one that was asked for, and `admit` knows our names.
    """
    if number:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=number, x_proto=number)  # type: ignore[method-assign]


def _is_own_machine(address: str | None) -> bool:
    """Tell whether a request came from this machine; through a Unix socket it has no address."""
    try:
        return not address or ip_address(address).is_loopback
    except ValueError:
        return False


def _set_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
    # Pages are one learner's own; "no-cache" still lets the back button keep what was typed.
    response.headers.setdefault("Cache-Control", "private, no-cache")
    return response

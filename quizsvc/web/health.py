"""What machines ask of the service: does it run, can it serve, how is it doing.

These addresses stand before the application: no cookie, no learner, no name of a host and no line
in the log has to do with them.
"""

from __future__ import annotations

import hmac
import time
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, cast

from prometheus_client.core import GaugeMetricFamily

from quizsvc.store import Database, state
from quizsvc.web import metrics
from quizsvc.web.current import EXTENSION
from quizsvc.web.security import HEADERS, name_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIEnvironment

    from flask import Flask

    from quizsvc.settings import Settings
    from quizsvc.web.service import Service

PATIENCE = 1.0
"""Seconds to wait for the database before it counts as away, and for which a finding holds."""

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
"""What proxies add: behind one on this machine every request seems to come from here."""


class Health:
    """Answers ``/healthz``, ``/readyz`` and ``/metrics``; all else is the application's."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._next = app.wsgi_app
        self._answers = {
            "/healthz": lambda _environ: ("200 OK", b"ok\n"),
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }
        self._lock = Lock()
        self._looked: tuple[float, list[str]] = (float("-inf"), [])

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._answers.get(environ.get("PATH_INFO", ""))
        if answer is None:
            return self._next(environ, start_response)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            status, body = "405 Method Not Allowed", b"only GET\n"
        else:
            status, body = answer(environ)
        headers = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            *HEADERS.items(),
        ]
        start_response(status, headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]

    def _ready(self, _environ: WSGIEnvironment) -> tuple[str, bytes]:
        """Say what is missing, a word a line; asking often costs no more than asking once."""
        with self._lock:
            at, missing = self._looked
            if time.monotonic() - at >= PATIENCE:
                missing = self._missing()
                self._looked = (time.monotonic(), missing)
        if missing:
            return "503 Service Unavailable", "".join(f"{each}\n" for each in missing).encode()
        return "200 OK", b"ready\n"

    def _missing(self) -> list[str]:
        # Connections of its own: those of the pages may all be waiting for the same lock.
        service = self._service
        db = Database(service.db.url, clock=service.db.now, patience=PATIENCE)
        try:
            missing = state.missing(db)
        finally:
            db.dispose()
        return missing if service.bank.items else [*missing, "content"]

    def _metrics(self, environ: WSGIEnvironment) -> tuple[str, bytes]:
        if not self._may_read(environ):
            return "404 Not Found", b"There is nothing here.\n"
        faults = GaugeMetricFamily(
            "quizsvc_content_faults", "Faults of the content as it is served."
        )
        faults.add_metric([], len(self._service.bank.faults))
        more = [faults]
        backlog = connections_not_accepted(environ.get("SERVER_PORT", ""))
        if backlog is not None:
            family = GaugeMetricFamily(
                "quizsvc_connections_not_accepted", "Connections that no process has taken yet."
            )
            family.add_metric([], backlog)
            more.append(family)
        return "200 OK", metrics.current().exposed(more)

    def _may_read(self, environ: WSGIEnvironment) -> bool:
        """Tell whether somebody has the token, or stands at this machine and at no other."""
        token = self._settings.metrics_token
        given = environ.get("HTTP_AUTHORIZATION", "")
        if token and hmac.compare_digest(given.encode("latin-1"), f"Bearer {token}".encode()):
            return True
        proxied = self._settings.proxies > 0 or self._settings.secure_cookies
        if proxied or any(name in environ for name in _FORWARDED):
            return False
        # A page of another site may have led a browser of this machine here, by a name of its own.
        named = name_in(environ.get("HTTP_HOST", ""))
        return named in self._settings.hosts and _is_loopback(environ.get("REMOTE_ADDR", ""))

    @property
    def _service(self) -> Service:
        return cast("Service", self._app.extensions[EXTENSION])


def watch_health(app: Flask, settings: Settings) -> None:
    """Put the addresses before all that the application does, with the headers as they came."""
    app.wsgi_app = Health(app, settings)  # type: ignore[method-assign]


def connections_not_accepted(port: str) -> int | None:
    """Return how many connections to a port wait in the kernel; None where it does not tell."""
    found = None
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, status, queues, *_ = line.split()
            if status == "0A" and port.isdigit() and int(local.rpartition(":")[2], 16) == int(port):
                found = (found or 0) + int(queues.partition(":")[2], 16)
    return found


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a socket that is a file has none
        return False

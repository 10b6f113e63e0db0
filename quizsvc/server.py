"""The service as one command: its folder, its secret, and gunicorn around the application."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import secrets
import socket
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from gunicorn.app.base import BaseApplication

from quizsvc import logs
from quizsvc.errors import SettingsError, StoreError
from quizsvc.hosting import options
from quizsvc.settings import http_url, read_secret
from quizsvc.store import Database, links, people, state
from quizsvc.web import create_app, metrics

if TYPE_CHECKING:
    from pathlib import Path
    from wsgiref.types import WSGIApplication

    from quizsvc.settings import Settings

logger = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds to wait for a port that somebody else has."""


def serve(settings: Settings) -> None:
    """Prepare all that is missing, print the URL and serve until a signal ends it.

    Raises
    ------
    SettingsError
        The port cannot be listened on, or the folder `var` cannot be written.
    ContentError
        There is nothing to serve.
    """
    settings = with_secret(settings)
    listener = listen(settings.host, settings.port)
    app = hosted_app(settings)
    url = http_url(*listener.getsockname()[:2])
    lines = [f"quizsvc is at {url} (Ctrl-C stops it)", *invitation(settings, url)]
    greeting = "\n".join(logs.as_line(line, settings.log_format) for line in lines)
    _Server(app, settings, listener, greeting).run()


def hosted_app(settings: Settings) -> WSGIApplication:
    """Return the application of a process that serves: it logs, and counts together with others."""
    logs.configure(settings.log_level, settings.log_format)
    with contextlib.suppress(SettingsError):  # each process counts alone then, and says so
        settings.make_var()
    metrics.share(settings.var / "metrics", settings.workers)
    return create_app(settings)


def invitation(settings: Settings, url: str) -> list[str]:
    """Return the line that leads to the link that makes the first admin, unless there is one.

    A link that an earlier start has made is void from now on. Where nobody looks at a terminal,
    what is printed ends up in a log, which others may read: there the link goes into a file.
    """
    kept = settings.var / "first-admin-link"
    db = Database(settings.database_url, clock=lambda: datetime.now(UTC))
    try:
        kept.unlink(missing_ok=True)
        if "schema" in state.missing(db):
            raise StoreError("the tables of the database could not be made")  # noqa: TRY301
        if people.has_admin(db):
            return []
        link = f"{_public(settings, url)}link?token={links.make_for_admin(db)}"
        if not sys.stdout.isatty():
            _write_once(kept, f"{link}\n")
            return [f"Make yourself the admin (once, within 24 hours): the link is in {kept}"]
    except (StoreError, OSError) as error:  # pages can be read meanwhile; the next start asks again
        logger.warning("no link for an admin: %s", error)
        return []
    finally:
        db.dispose()
    return [f"Make yourself the admin (once, within 24 hours): {link}"]


def _public(settings: Settings, url: str) -> str:
    """Return the address by which browsers reach the service: behind a proxy, the proxy's."""
    if not (settings.proxies or settings.secure_cookies):
        return url
    name = settings.hosts[0]
    return f"https://[{name}]/" if ":" in name else f"https://{name}/"


def with_secret(settings: Settings) -> Settings:
    """Return the settings with a secret: the given one, else that of `var`, made at first use."""
    if settings.secret:
        return settings
    path = settings.var / "secret"
    settings.make_var()
    try:
        _make_once(path)
        secret = _kept_secret(path)
    except OSError as error:
        raise SettingsError(f"QUIZSVC_VAR: {error.strerror}: {error.filename}") from error
    if not settings.database_url.startswith("sqlite"):
        logger.warning(
            "QUIZSVC_SECRET is not given: this server uses its own, in %s. Several servers on one "
            "database must be given the same, or each signs the other's learners out.",
            path,
        )
    return replace(settings, secret=secret)


def _kept_secret(path: Path) -> str:
    """Return the secret in a file that nobody but its owner can read."""
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"QUIZSVC_VAR: others can read the secret; run: chmod 600 {path}")
    try:
        return read_secret(path.read_text(encoding="ascii").strip())
    except ValueError as error:  # cut short, or written by hand
        raise SettingsError(f"QUIZSVC_VAR: {path}: {error}") from error


def _make_once(path: Path) -> None:
    """Write a fresh secret to `path`, readable by its owner only, unless one is there.

    It is written beside and linked into place, so that another process that starts at the same
    time reads either nothing or all of it, and both end up with the same.
    """
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    _write_once(draft, secrets.token_hex(32))
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _write_once(path: Path, text: str) -> None:
    """Write a new file that only its owner can read."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def listen(host: str, port: int, patience: float = PATIENCE) -> socket.socket:
    """Bind the address now, since gunicorn would only log the failure.

    Where the service was killed, its workers give the port back once they have noticed.
    """
    deadline = time.monotonic() + patience
    said = False
    while True:
        try:
            return socket.create_server((host, port), family=_family(host), backlog=2048)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() >= deadline:
                raise SettingsError(
                    f"QUIZSVC_HOST, QUIZSVC_PORT: cannot listen on {host}, port {port}: "
                    f"{os.strerror(error.errno or 0)}"
                ) from error
        if not said:
            logger.warning("port %s is taken: waiting up to %g seconds for it", port, patience)
            said = True
        time.sleep(0.05)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn, told everything by our settings and nothing by files or its own variables."""

    def __init__(
        self, app: WSGIApplication, settings: Settings, listener: socket.socket, greeting: str
    ) -> None:
        self.app = app
        self.settings = settings
        self.bind = f"fd://{listener.detach()}"  # once: a reload reads the options again
        self.greeting = greeting
        super().__init__()

    def load_config(self) -> None:
        own = options(self.settings) | {
            "bind": self.bind,
            # Said when signals are heeded, so that nothing stands between the sentence and Ctrl-C.
            "when_ready": lambda _: click.echo(self.greeting),
        }
        for name, value in own.items():
            if name in self.cfg.settings:  # an older gunicorn knows fewer
                self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        # Loaded before the fork: content is checked once and its memory is shared.
        return self.app

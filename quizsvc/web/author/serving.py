"""The preview as a server on this machine alone."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING

from werkzeug.serving import WSGIRequestHandler, make_server

from quizsvc.errors import SettingsError
from quizsvc.settings import http_url
from quizsvc.web.author import HOST, create_author_app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIRST_PORT = 8001
_PORTS = 50
"""How many are tried from there on."""


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request: pages ask several times a second whether something is new."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def serve(root: Path, port: int | None, greet: Callable[[str], None]) -> None:
    """Show a content directory until Ctrl-C, and say where once somebody can look.

    Raises
    ------
    SettingsError
        The port, or each of those that are tried when none is given, is taken.
    """
    with _listener(port) as listener:
        taken = listener.getsockname()[1]
        app = create_author_app(root)
        server = make_server(
            HOST, taken, app, threaded=True, request_handler=_Quiet, fd=listener.fileno()
        )
        server.daemon_threads = True  # type: ignore[attr-defined]  # Ctrl-C waits for no page
        greet(f"{http_url(HOST, taken)}author/")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()


def _listener(port: int | None) -> socket.socket:
    ports = range(FIRST_PORT, FIRST_PORT + _PORTS) if port is None else [port]
    for each in ports:
        try:
            return socket.create_server((HOST, each))
        except OSError as error:
            why = os.strerror(error.errno or 0)
    raise SettingsError(f"--port: cannot listen on {HOST}, port {each}: {why}")

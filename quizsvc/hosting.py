"""gunicorn as the service wants it, for ``quizsvc run`` and ``gunicorn wsgi:app`` alike."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger
from gunicorn.http.errors import NoMoreData
from gunicorn.http.parser import RequestParser
from gunicorn.http.unreader import SocketUnreader
from gunicorn.workers.gthread import ThreadWorker

from quizsvc import logs
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from gunicorn.config import Config
    from gunicorn.workers.gthread import TConn

GRACE = 30
"""Seconds that a stop leaves to requests that are being answered."""

PARTING = 2.0
"""Seconds for which a visitor may still send something after the answer, before it is cut off."""


def options(settings: Settings) -> dict[str, Any]:
    """Return what gunicorn is told."""
    memory = Path("/dev/shm")  # noqa: S108 - a heartbeat must never wait for a disk
    return {
        "bind": f"{_bracketed(settings.host)}:{settings.port}",
        "worker_class": Worker,
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_tmp_dir": str(memory) if os.access(memory, os.W_OK) else None,
        # It came with gunicorn 25.1; before, there is nothing to switch off.
        "control_socket_disable": True,
        "graceful_timeout": GRACE,
        "timeout": 60,
        "keepalive": 5,
        "limit_request_line": 4094,
        "limit_request_fields": 64,
        "limit_request_field_size": 8190,
        # Whose headers are believed is QUIZSVC_PROXIES alone to say.
        "forwarded_allow_ips": "",
        # The service writes its own line for each request, which holds no address and no id.
        "accesslog": None,
        "logger_class": Log,
        "loglevel": settings.log_level,
        "proc_name": "quizsvc",
    }


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


_OF_REQUESTS = {
    "Invalid request": "A request that could not be read was refused.",
    "Error handling request": "A request failed outside the application.",
    "Ignored premature client disconnection": "A request did not arrive whole.",
}
"""What is said instead of lines that begin so: they hold an address, or what was sent."""


class Log(Logger):  # type: ignore[misc]
    """gunicorn's own lines, in the form of the service's, without what visitors have sent."""

    def setup(self, cfg: Config) -> None:
        """Give its handlers our formatter."""
        super().setup(cfg)
        lines = logs.formatter(Settings.from_environment(os.environ).log_format)
        for handler in self.error_log.handlers:
            handler.setFormatter(lines)

    def debug(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Log a line, though not what a request held."""
        super().debug(*_discreet(msg, *args), **kwargs)

    def warning(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Log a line, though not what a request held."""
        super().warning(*_discreet(msg, *args), **kwargs)

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        """Log a line, though not what a request held."""
        super().exception(*_discreet(msg, *args), **kwargs)


def _discreet(msg: object, *args: object) -> tuple[object, ...]:
    for beginning, instead in _OF_REQUESTS.items():
        if str(msg).startswith(beginning):
            return (instead,)
    return (msg, *args)


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker that counts what waits for its threads, and that refuses whoever comes too late."""

    def is_parent_alive(self) -> bool:
        """Stop as if told to when the master is gone.

        gunicorn lets such a worker end too, but without telling its visitors: as long as they
        stay it would keep the port, and answer nobody who comes.
        """
        if super().is_parent_alive():
            return True
        self.alive = False
        return False

    def set_accept_enabled(self, enabled: bool) -> None:
        """Close the door when stopping: who comes then is refused, not kept waiting for nobody."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()

    def get_thread_pool(self) -> ThreadPoolExecutor:
        """Return threads that are counted for."""
        return _Counted(max_workers=self.cfg.threads)

    patience = 15.0
    """Seconds in which a request must have arrived, headers and body together."""

    def handle(self, conn: TConn) -> Any:
        """Serve a connection, and give no thread away to somebody who keeps it waiting."""
        if conn.parser is None and not self.cfg.is_ssl:
            conn.parser = RequestParser(self.cfg, conn.sock, conn.client)
            conn.parser.unreader = _Timely(conn.sock)
        if conn.parser is not None and isinstance(conn.parser.unreader, _Timely):
            conn.parser.unreader.until = monotonic() + self.patience
        goes_on = super().handle(conn)
        if goes_on is False:
            _part(conn.sock)
        return goes_on


class _Timely(SocketUnreader):  # type: ignore[misc]
    """What a visitor sends, until a moment, however little at a time it comes.

    Afterwards what has arrived already is still taken: it may be the service that was slow.
    """

    until = 0.0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """Return what comes next.

        Raises
        ------
        NoMoreData
            Nothing came in time: as if the visitor had gone.
        """
        before = self.sock.gettimeout()
        left = max(0.0, self.until - monotonic())
        self.sock.settimeout(left if before is None else min(before, left))
        try:
            return bytes(super().chunk(size_hint))
        except (TimeoutError, BlockingIOError):
            raise NoMoreData from None
        finally:
            self.sock.settimeout(before)


def _part(sock: socket.socket) -> None:
    """Let a visitor read the answer to its end.

    gunicorn does this too, but in the one loop that takes up all connections, which then stands
    still for as long as somebody does not hang up. After this it finds nothing to wait for.
    """
    end = monotonic() + PARTING
    with suppress(OSError):
        sock.shutdown(socket.SHUT_WR)
        while (left := end - monotonic()) > 0:
            sock.settimeout(left)
            if not sock.recv(65536):
                break
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RD)


class _Counted(ThreadPoolExecutor):
    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Count a connection as waiting until a thread takes it."""
        _waits(1)
        return super().submit(_taken_up, fn, *args, **kwargs)


def _taken_up(handle: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    _waits(-1)
    return handle(*args, **kwargs)


def _waits(more: int) -> None:
    from quizsvc.web import metrics  # noqa: PLC0415 - in the worker: gunicorn's master loads no pages

    with suppress(OSError):
        metrics.current().waiting.inc(more)

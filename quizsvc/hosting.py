"""gunicorn as the service wants it, for ``quizsvc run`` and ``gunicorn wsgi:app`` alike."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gunicorn.glogging import Logger
from gunicorn.workers.gthread import ThreadWorker

from quizsvc import logs
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from gunicorn.config import Config

GRACE = 30
"""Seconds that a stop leaves to requests that are being answered."""


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


class Log(Logger):  # type: ignore[misc]
    """gunicorn's own lines, in the form of the service's."""

    def setup(self, cfg: Config) -> None:
        """Give its handlers our formatter."""
        super().setup(cfg)
        lines = logs.formatter(Settings.from_environment(os.environ).log_format)
        for handler in self.error_log.handlers:
            handler.setFormatter(lines)


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

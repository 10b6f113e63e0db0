"""Logs: lines for people, or one JSON object a line for machines.

What has gone wrong goes to standard error, a line for each request to standard output. Neither
holds an address, a query, an answer or a name: a log of the service is not a log of its learners.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from typing import TextIO

ACCESS = "quizsvc.access"
"""The logger of a line for each request."""

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty where there is none."""


def configure(level: str, format: str) -> None:  # noqa: A002 - as the setting is called
    """Set up the log of this process: once, before anything is served."""
    lines = formatter(format)
    root = logging.getLogger()
    root.handlers[:] = [_handler(sys.stderr, lines)]
    logging.captureWarnings(capture=True)
    logging.getLogger("quizsvc").setLevel(level.upper())
    access = logging.getLogger(ACCESS)
    access.handlers[:] = [_handler(sys.stdout, lines if format == "json" else _Bare())]
    access.propagate = False


def formatter(format: str) -> logging.Formatter:  # noqa: A002
    """Return what makes a line of a record."""
    return _Json() if format == "json" else _Text()


def as_line(message: str, format: str) -> str:  # noqa: A002
    """Return something that is said to whoever has started the service, as a line of its log."""
    if format == "text":
        return message
    return _Json().format(
        logging.LogRecord("quizsvc.server", logging.INFO, "", 0, message, None, None)
    )


def _handler(stream: TextIO, lines: logging.Formatter) -> logging.Handler:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(lines)
    return handler


class _Text(logging.Formatter):
    """A line with the id of the request at its end, by which a learner can name it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own
        """Put the id after the message, before a traceback."""
        line, reference = super().formatMessage(record), request_id.get()
        return f"{line} [{reference}]" if reference else line


class _Bare(_Text):
    """A line for a request: what collects them notes the time."""

    def __init__(self) -> None:
        logging.Formatter.__init__(self, "%(message)s")


class _Json(JsonFormatter):
    """An object with the same fields first in each line, and others that a record brings along."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            json_ensure_ascii=False,
        )

    def add_fields(
        self,
        log_data: dict[str, object],
        record: logging.LogRecord,
        message_dict: dict[str, object],
    ) -> None:
        """Begin with the time, and name the request."""
        at = datetime.fromtimestamp(record.created, UTC)
        log_data["time"] = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        super().add_fields(log_data, record, message_dict)
        if reference := request_id.get():
            log_data["request_id"] = reference

"""Each request has an id, a line in the log, and a share in the figures.

The id stands in every line that the request logs, in a header of the response, and on the pages
that say what went wrong: what a learner reads out leads to the traceback.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from functools import cache
from typing import TYPE_CHECKING, Any

from flask import g, request

from quizsvc import logs
from quizsvc.web import metrics

if TYPE_CHECKING:
    from flask import Flask, Response

HEADER = "X-Request-ID"

_SANE = re.compile(r"[A-Za-z0-9_-]{1,64}")

_CONVERTER = re.compile(r"<[^<>:]*:")

_access = logging.getLogger(logs.ACCESS)
logger = logging.getLogger(__name__)


def trace(app: Flask, proxies: int) -> None:
    """Follow every request: before anything else happens to it, and after all.

    Parameters
    ----------
    proxies : int
        With none in front, anybody could choose the id that is logged: then none is taken over.
    """

    def begin() -> None:
        g.began = time.perf_counter()
        given = request.headers.get(HEADER, "") if proxies else ""
        logs.request_id.set(given if _SANE.fullmatch(given) else secrets.token_hex(8))
        metrics.current().begin()

    app.before_request(begin)
    app.after_request(_note)
    app.teardown_request(_end)
    app.log_exception = _log_exception  # type: ignore[method-assign]
    app.jinja_env.globals["reference"] = logs.request_id.get


def route() -> str:
    """Return the pattern of the address that was asked for: the address itself may hold ids."""
    return _pattern(request.url_rule.rule) if request.url_rule else "-"


@cache
def _pattern(rule: str) -> str:
    """Return a rule with the names of what varies, without what may stand there."""
    return _CONVERTER.sub("<", rule)


def _note(response: Response) -> Response:
    if "began" not in g:
        return response
    seconds = time.perf_counter() - g.began
    response.headers[HEADER] = logs.request_id.get()
    not_saved = bool(g.get("not_saved"))
    metrics.current().note(request, response.status_code, seconds, not_saved=not_saved)
    if _access.isEnabledFor(logging.INFO):
        ms = round(seconds * 1000)
        told = {"method": request.method, "route": route(), "status": response.status_code}
        line = f"{request.method} {route()} {response.status_code} {ms} ms"
        _access.info(line, extra=told | {"endpoint": request.endpoint, "ms": ms})
    return response


def _end(_error: BaseException | None) -> None:
    if "began" in g:
        metrics.current().end()
        logs.request_id.set("")


def _log_exception(exc_info: Any) -> None:
    logger.error("%s %s failed", request.method, route(), exc_info=exc_info)

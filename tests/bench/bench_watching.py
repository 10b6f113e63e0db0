"""What counting and logging cost: CPU microseconds a request, of this process.

Run ``python -m tests.bench.bench_watching``.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from quizsvc import logs
from quizsvc.settings import Settings
from quizsvc.web import create_app, metrics

from ..bank import write_bank

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

ROUNDS, PER_ROUND = 15, 200


def cost(call: Callable[[], object]) -> float:
    """Return the median over rounds of microseconds of CPU time a call."""
    call()
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(PER_ROUND):
            call()
        found.append((time.process_time() - began) / PER_ROUND * 1e6)
    return statistics.median(found)


def page(app: Flask, path: str) -> Callable[[], object]:
    """Return what fetches a page as the server does, without a browser's cookie."""
    return lambda: app.test_client().get(path)


def hooks(app: Flask) -> Callable[[], object]:
    """Return what happens at the beginning and the end of each request, and nothing else."""
    begin, end = app.before_request_funcs[None][0], app.teardown_request_funcs[None][0]
    note = next(each for each in app.after_request_funcs[None] if each.__name__ == "_note")
    response = app.response_class("")
    with app.test_request_context("/practice/double/1") as context:
        context.push()

        def run() -> None:
            begin()
            note(response)
            end(None)

        run()
        return run


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        own = {
            "VAR": folder,
            "SECRET": "of the bench, and long enough for it",
            "LOG_LEVEL": "error",
        }
        own["CONTENT"] = str(write_bank(Path(folder) / "content"))
        settings = Settings.from_environment({f"QUIZSVC_{k}": v for k, v in own.items()})
        metrics.share(Path(folder) / "metrics", 2)
        app = create_app(replace(settings, content_reload=0))
        access = logging.getLogger(logs.ACCESS)
        rows = {
            "a practice page": cost(page(app, "/practice/double/1")),
            "/healthz": cost(page(app, "/healthz")),
            "/readyz": cost(page(app, "/readyz")),
            "/metrics": cost(page(app, "/metrics")),
            "counting, shared by processes, and the id": cost(hooks(app)),
        }
        handler = logging.StreamHandler(StringIO())
        access.addHandler(handler)
        access.propagate = False
        access.setLevel(logging.INFO)
        for form in ("text", "json"):
            handler.setFormatter(logs.formatter(form))
            rows[f"the same with a line of {form}"] = cost(hooks(app))
    for name, microseconds in rows.items():
        print(f"{name:45} {microseconds:8.1f} µs")


if __name__ == "__main__":
    main()

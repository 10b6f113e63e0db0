"""Figures for Prometheus, added up over the processes of the service.

Labels are page groups, methods and classes of status, of which there are few: nothing of a
learner, an answer or an address. Counting never stands in the way of what is counted.
"""

from __future__ import annotations

import logging
import os
import time
from contextlib import suppress
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from quizsvc.web.load import BUCKETS, SIZE, LastMinute, added_up
from quizsvc.web.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from flask import Request
    from prometheus_client import Metric

    from quizsvc.web.load import Load

    Given = ParamSpec("Given")
    Result = TypeVar("Result")

logger = logging.getLogger(__name__)

_SIZES = {"counter": 64 * 1024, "histogram": 256 * 1024, "gauge_livesum": 64 * 1024}
"""Bytes of each process's files: three times what all page groups take."""

_GRADING = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1.0)

_EVENTS = {
    "not_saved": "Requests that were refused since the database could not be used.",
    "deadline_closings": "Sittings that were handed in by the clock.",
    "sign_in_failures": "Names and passwords that did not fit.",
}

_METHODS = frozenset({"GET", "HEAD", "POST"})


class Metrics:
    """What is counted.

    Parameters
    ----------
    slots : Slots | None
        By which processes count together; None for this process alone.
    """

    def __init__(self, slots: Slots | None = None) -> None:
        if slots is None:
            values.ValueClass = values.MutexValue
        else:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(slots.folder)
            values.ValueClass = values.MultiProcessValue(slots.number)  # type: ignore[no-untyped-call]
        self._slots = slots
        self._alone = own = CollectorRegistry()
        self._ring: tuple[int, LastMinute] = (-1, LastMinute())
        self._requests = Counter(
            "quizsvc_requests",
            "Requests that were answered.",
            ["group", "method", "status"],
            registry=own,
        )
        self._seconds = Histogram(
            "quizsvc_request_seconds",
            "How long answering took.",
            ["group"],
            buckets=BUCKETS,
            registry=own,
        )
        self._in_progress = _gauge("requests_in_progress", "Requests that are being answered.", own)
        self.waiting = _gauge(
            "connections_waiting", "Connections that wait for a free thread.", own
        )
        self.grading = Histogram(
            "quizsvc_grading_seconds",
            "How long grading a response took.",
            buckets=_GRADING,
            registry=own,
        )
        self._autosave = Counter(
            "quizsvc_autosave_failures",
            "Saves by script that were not stored.",
            ["status"],
            registry=own,
        )
        self._events = {
            name: Counter(f"quizsvc_{name}", meaning, registry=own)
            for name, meaning in _EVENTS.items()
        }

    def begin(self) -> None:
        """Count a request that has come."""
        with suppress(OSError):
            self._in_progress.inc()

    def note(self, request: Request, status: int, seconds: float, *, not_saved: bool) -> None:
        """Count a request that is answered."""
        group = (request.endpoint or "none").partition(".")[0]
        method = request.method if request.method in _METHODS else "other"
        with suppress(OSError):  # no room for another process's files
            self._requests.labels(group, method, f"{status // 100}xx").inc()
            self._seconds.labels(group).observe(seconds)
            if not_saved:
                self._events["not_saved"].inc()
            if status >= 400 and request.endpoint == "drafts.save" and _by_script(request):
                self._autosave.labels(str(status)).inc()
            self._own_ring().note(seconds, not_saved=not_saved)

    def end(self) -> None:
        """Count a request that is over."""
        with suppress(OSError):
            self._in_progress.dec()

    def count(self, event: str) -> None:
        """Count one of `_EVENTS`."""
        with suppress(OSError):
            self._events[event].inc()

    def last_minute(self) -> Load:
        """Return the load of the last minute."""
        if self._slots is None:
            return added_up([self._ring[1].cells], time.time())
        rings = [memoryview(each.read_bytes()).cast("Q") for each in self._slots.files("load")]
        return added_up(rings, time.time())

    @property
    def processes(self) -> int:
        """How many processes answer requests."""
        return self._slots.workers if self._slots else 1

    def now(self) -> tuple[int, int]:
        """Return how many requests are being answered, and how many wait for a thread."""
        sums = {
            sample.name: int(sample.value)
            for metric in self._collected()
            for sample in metric.samples
            if metric.type == "gauge"
        }
        return sums["quizsvc_requests_in_progress"], sums["quizsvc_connections_waiting"]

    def exposed(self, more: Iterable[Metric] = ()) -> bytes:
        """Return everything in the text format of Prometheus, with `more` of the moment."""
        registry = CollectorRegistry()
        registry.register(_Found([*self._collected(), *more]))
        return generate_latest(registry)

    def _collected(self) -> Iterable[Metric]:
        if self._slots is None:
            return self._alone.collect()
        kept = [*self._slots.files("counter"), *self._slots.files("histogram")]
        files = [str(each) for each in [*kept, *self._slots.files_of_living("gauge_livesum")]]
        merged: Iterable[Metric] = MultiProcessCollector.merge(files)  # type: ignore[no-untyped-call]
        return merged

    def _own_ring(self) -> LastMinute:
        if self._slots is not None and self._ring[0] != self._slots.number():
            number = self._slots.number()
            self._ring = (number, LastMinute(self._slots.file("load", number)))
        return self._ring[1]


def _gauge(name: str, meaning: str, registry: CollectorRegistry) -> Gauge:
    """Return one that is added up over the processes that run."""
    return Gauge(f"quizsvc_{name}", meaning, multiprocess_mode="livesum", registry=registry)


class _Found(Collector):
    """Hands what was collected to whoever writes it out."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        """Return it."""
        return self._metrics


_own = [Metrics()]


def current() -> Metrics:
    """Return the metrics of this process."""
    return _own[0]


def share(folder: Path, processes: int) -> None:
    """Count together with the other processes of the service, by files in a folder.

    A service whose folder cannot be written serves all the same, and each process counts alone.
    """
    sizes = _SIZES | {"load": SIZE}
    # A reload runs new processes beside those that finish, and the first one stands above them.
    ahead = 2 * processes + 1
    try:
        slots = Slots(folder, sizes, {"gauge_livesum": bytes(8)}, ahead)
    except OSError as error:
        logger.warning("each process counts its metrics alone: %s", error)
        return
    _own[0] = Metrics(slots)


def timed_grading(
    grade: Callable[Given, Result],
) -> Callable[Given, Result]:
    """Let the time that a function takes count as that of grading."""

    @wraps(grade)
    def timed(*given: Given.args, **named: Given.kwargs) -> Result:
        began = time.perf_counter()
        try:
            return grade(*given, **named)
        finally:
            with suppress(OSError):
                current().grading.observe(time.perf_counter() - began)

    return timed


def _by_script(request: Request) -> bool:
    return request.accept_mimetypes.best == "application/json"

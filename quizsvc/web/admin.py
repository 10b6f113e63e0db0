"""The admin's page: how the service is, what goes on just now, and where to look further."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, cast

from flask import Blueprint, current_app, render_template, request

from quizsvc.store import audit, state
from quizsvc.store.people import ROLES
from quizsvc.web import health, metrics
from quizsvc.web.arrival import in_words
from quizsvc.web.current import require_role, service
from quizsvc.web.load import BUCKETS
from quizsvc.web.reloading import reloading

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flask import Flask
    from flask.typing import ResponseReturnValue

    from quizsvc.settings import Settings

blueprint = Blueprint("admin", __name__)

_OWN = "quizsvc.admin"

RECENT = 5
"""Entries of the audit."""


@dataclass(frozen=True, slots=True)
class Started:
    """What the page knows of the process from its start."""

    settings: Settings
    at: datetime


def remember_start(app: Flask, settings: Settings, at: datetime) -> None:
    """Keep what the page tells of the start."""
    app.extensions[_OWN] = Started(settings, at)


@blueprint.get("/admin")
@require_role("admin")
def show() -> ResponseReturnValue:
    """Say how the service is; ``Look again`` is the same page anew."""
    db, counted = service().db, metrics.current()
    started = cast("Started", current_app.extensions[_OWN])
    found, last, (in_progress, waiting) = state.look(db), counted.last_minute(), counted.now()
    return render_template(
        "admin.html",
        now=db.now(),
        version=version("quizsvc"),
        started=started,
        up=in_words((db.now() - started.at).total_seconds()),
        processes=counted.processes,
        state=found,
        size=_in_bytes(found.size),
        free=_free(started.settings.var),
        people=[(role, found.people.get(role, 0)) for role in ROLES],
        last=last,
        p95=_duration(last.p95),
        in_progress=in_progress,
        waiting=waiting + (health.connections_not_accepted(request.environ["SERVER_PORT"]) or 0),
        entries=audit.of_all(db, limit=RECENT),
        served=reloading().served,
        items=len(service().bank.items),
        faults=len(service().bank.faults),
    )


def _duration(seconds: float | None) -> str:
    """Return what is known of a duration of which the bucket is known."""
    if seconds is None:
        return ""
    if math.isinf(seconds):
        return f"more than {BUCKETS[-1]:g} s"
    return f"at most {seconds * 1000:g} ms" if seconds < 1 else f"at most {seconds:g} s"


def _free(folder: Path) -> str:
    try:
        return _in_bytes(shutil.disk_usage(folder).free)
    except OSError:
        return ""


def _in_bytes(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"

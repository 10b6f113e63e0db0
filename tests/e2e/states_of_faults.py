"""The states of pages while the database cannot be written."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from quizsvc.store import Database

from .tour import Tour, shows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .stage import Stage

WRITTEN = "practice-ode"
"""An item that is answered in words."""


@contextmanager
def unwritable(stage: Stage) -> Iterator[None]:
    """Keep the database locked, and the service impatient."""
    patient = stage.service.db
    stage.service.db = Database(patient.url, clock=patient.now, patience=0.01)
    try:
        with patient.writing():
            yield
    finally:
        stage.service.db.dispose()
        stage.service.db = patient


@shows("error.html", "not saved, with what was typed")
def _not_saved(tour: Tour) -> None:
    tour.open(f"/practice/{WRITTEN}/1")
    tour.page.locator('[name="answer"]').fill("It is a step of Euler’s method.\nWith step one.")
    with unwritable(tour.stage):
        tour.press("Check")
        tour.page.get_by_role("heading", name="Not saved").wait_for()

"""How the preview looks, and the page on the content that is served."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quizsvc.errors import Fault
from quizsvc.web.current import EXTENSION

from ..bank import DOUBLE
from .tour import FAMILY, Tour, shows

if TYPE_CHECKING:
    from quizsvc.content.bank import Kind


def _certified(tour: Tour, item: str, seen: str) -> None:
    """Open an item whose certificate is known, so that nothing is loaded after the page."""
    tour.preview(f"items/{item}/certificate")
    tour.preview(f"items/{item}{seen}")


@shows("author/files.html", "an author’s files, one of them broken")
def _files(tour: Tour) -> None:
    tour.preview("")


@shows("author/item.html", "an item as its author sees it, answered by a misconception")
def _item(tour: Tour) -> None:
    _certified(tour, "double", "?seed=3&as=squared")


@shows("author/item.html", "an item with a picture, and an answer that cannot be read")
def _unread(tour: Tour) -> None:
    _certified(tour, "picture", "?gradient-x=one")


@shows("author/item.html", "an item of many parts at a seed that is none")
def _parts(tour: Tour) -> None:
    _certified(tour, "lists", "?seed=three")


@shows("author/item.html", "an item with a fault")
def _faulty(tour: Tour) -> None:
    tour.preview("items/broken")


@shows("author/item.html", "an item that can never be drawn")
def _barren(tour: Tour) -> None:
    root = tour.stage.preview_app.extensions["quizsvc"].root
    barren = DOUBLE.replace("id: double", "id: barren").replace("stem:", "where: [n > 999]\nstem:")
    (root / "items" / "barren.yaml").write_text(barren, encoding="utf-8")
    _certified(tour, "barren", "")


@shows("author/certificate.html", "a certificate")
def _certificate(tour: Tour) -> None:
    tour.preview("items/block/certificate")


@shows("author/lesson.html", "a lesson as its author sees it")
def _lesson(tour: Tour) -> None:
    tour.preview("lessons/counting")


@shows("author/assessment.html", "an assessment as its author sees it")
def _assessment(tour: Tour) -> None:
    tour.preview("assessments/final")


@shows("author/figure.html", "a figure as its author sees it")
def _figure(tour: Tour) -> None:
    tour.preview("figures/growth")


@shows("author/course.html", "a course as its author sees it")
def _course(tour: Tour) -> None:
    tour.preview("courses/maths")


@shows("author/absent.html", "a file that is not there")
def _absent(tour: Tour) -> None:
    tour.preview("items/none")


@shows("teaching/contents.html", "the content that is served, some of it out of order")
def _contents(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="instructor")
    stage, sound = tour.stage, tour.stage.service
    file = stage.content / "items" / f"{FAMILY}.yaml"
    faults = [
        Fault(str(file), 2, 1, "There is something wrong here."),
        Fault("gone", 1, 1, "W" * 90),
    ]
    older: list[tuple[Kind, str]] = [("items", FAMILY), ("figures", "residual-block")]
    bank = replace(sound.bank, faults=faults, older=older, broken={"never-in-order": ()})
    stage.app.extensions[EXTENSION] = sound.with_bank(bank)
    tour.open("/content")
    stage.app.extensions[EXTENSION] = sound

"""Pages of the preview: all files with their faults, and one for each lesson, quiz and figure."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, render_template, url_for
from markupsafe import Markup

from quizsvc import variants
from quizsvc.content.files import files_in, real
from quizsvc.errors import NoVariantError
from quizsvc.model import TextBlock
from quizsvc.web import faults, showing
from quizsvc.web.author.desk import desk
from quizsvc.web.embedding import BrokenView, FigureView, TextView
from quizsvc.web.texts import inline, template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.content import ItemBank
    from quizsvc.errors import Fault
    from quizsvc.model import AssessmentEntry, Embedded, Figure
    from quizsvc.web.faults import FaultView
    from quizsvc.web.showing import ResultView

blueprint = Blueprint("author", __name__)

lessons = Blueprint("lessons", __name__)
"""Under the name by which learners' pages lead to a lesson."""

_KINDS = {
    "items": ("Items", "author_items.show", "item_id"),
    "lessons": ("Lessons", "lessons.lesson", "lesson_id"),
    "assessments": ("Assessments", "author.assessment", "name"),
    "figures": ("Figures", "author.figure", "name"),
    "courses": ("Courses", "author.course", "name"),
}
"""Folder to its heading and to the page of one file."""


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of the content and its state."""

    name: str
    title: Markup
    address: str
    """Of its page; empty for a file without one."""
    faults: list[FaultView]


@dataclass(frozen=True, slots=True)
class ItemBlock:
    """An item in a lesson: asked or as an example, at the first seed."""

    kind: str
    name: str
    solved: ResultView | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A place of an assessment, or several, and what it is drawn from."""

    draw: int
    points: float
    pool: list[tuple[str, Markup]]
    """Ids and titles; a title is empty where the item is out of order."""


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Lead to the files."""
    return redirect(url_for(".files"))


@blueprint.get("/author/")
def files() -> ResponseReturnValue:
    """List all files by kind, with the state of each, and the faults first."""
    bank = desk().whole()
    of_file: dict[Path, list[Fault]] = {}
    for fault in bank.faults:
        of_file.setdefault(real(Path(fault.file)), []).append(fault)
    kinds = []
    for kind, (heading, endpoint, name) in _KINDS.items():
        views = [
            _file(path, bank, kind, _address(endpoint, name, path.stem), of_file)
            for path in files_in(desk().root / kind)
        ]
        kinds.append((heading, sorted(views, key=lambda view: not view.faults)))
    others = [_file(path, bank, "", "", of_file) for path in files_in(desk().root)]
    kinds.append(("Other files", others))
    return render_template(
        "author/files.html",
        kinds=[(heading, views) for heading, views in kinds if views],
        broken=[view for _, views in kinds for view in views if view.faults],
        elsewhere=faults.views((f for left in of_file.values() for f in left), desk().root),
    )


@blueprint.get("/author/version")
def version() -> ResponseReturnValue:
    """Return what changes when a page should be shown anew."""
    return desk().version(g.state), {"Content-Type": "text/plain; charset=utf-8"}


@lessons.get("/lessons/<lesson_id>")
def whole_address(lesson_id: str) -> ResponseReturnValue:
    """Lead from a lesson's address in the service, as links in texts may have it."""
    return redirect(url_for(".lesson", lesson_id=lesson_id))


@lessons.get("/author/lessons/<lesson_id>")
def lesson(lesson_id: str) -> ResponseReturnValue:
    """Show a lesson as it is read, its items at the first seed."""
    bank, shown = _shown("lessons", lesson_id)
    found = bank.lessons.get(lesson_id)
    if found is not None:
        shown["lesson"] = found
        shown["blocks"] = [_block(block, bank) for block in found.blocks]
        shown["groups"] = [
            (group.title, [_entry(each, bank) for each in group.items]) for group in found.practice
        ]
        shown["assessments"] = found.assessments
    return render_template("author/lesson.html", **shown)


@blueprint.get("/author/assessments/<name>")
def assessment(name: str) -> ResponseReturnValue:
    """Show the rules of an assessment, and what each of its places is drawn from."""
    bank, shown = _shown("assessments", name)
    found = bank.assessments.get(name)
    if found is not None:
        shown["assessment"] = found
        shown["instructions"] = template(found.instructions, {})
        shown["places"] = [_place(entry, bank) for entry in found.entries]
    return render_template("author/assessment.html", **shown)


@blueprint.get("/author/figures/<name>")
def figure(name: str) -> ResponseReturnValue:
    """Show a figure with its caption and its table."""
    bank, shown = _shown("figures", name)
    if name in bank.figures:
        shown["block"] = _figure(bank.figures[name])
    return render_template("author/figure.html", **shown)


@blueprint.get("/author/courses/<name>")
def course(name: str) -> ResponseReturnValue:
    """Show the order of a course."""
    bank, shown = _shown("courses", name)
    shown["course"] = bank.courses.get(name)
    shown["bank"] = bank
    return render_template("author/course.html", **shown)


def _address(endpoint: str, name: str, stem: str) -> str:
    named: dict[str, Any] = {name: stem}
    return url_for(endpoint, **named)


def _shown(kind: str, name: str) -> tuple[ItemBank, dict[str, Any]]:
    """Return the content, and what the page of any file shows.

    Raises
    ------
    UnknownError
        There is no such file.
    """
    path = desk().file(kind, name)
    bank = desk().whole()
    return bank, {"name": name, "faults": of_file(bank, path)}


def of_file(bank: ItemBank, path: Path) -> list[FaultView]:
    """Return the faults of one file."""
    mine = [fault for fault in bank.faults if real(Path(fault.file)) == real(path)]
    return faults.views(mine, desk().root)


def _file(
    path: Path, bank: ItemBank, kind: str, address: str, of_file: dict[Path, list[Fault]]
) -> FileView:
    made = getattr(bank, kind).get(path.stem) if kind else None
    title = inline(made.title) if made else Markup()
    found = of_file.pop(real(path), [])
    return FileView(path.name, title, address, faults.views(found, desk().root))


def _block(
    block: TextBlock | Embedded, bank: ItemBank
) -> TextView | FigureView | BrokenView | ItemBlock:
    if isinstance(block, TextBlock):
        return TextView(template(block.text, {}))
    if block.kind == "figure":
        found = bank.figures.get(block.name)
        return _figure(found) if found else BrokenView(block.name)
    item = bank.items.get(block.name)
    if item is None:
        return BrokenView(block.name)
    try:
        solved = showing.result(variants.draw(item, 0), None, None, scope=item.id)
    except NoVariantError as problem:
        return ItemBlock(block.kind, item.id, None, str(problem))
    return ItemBlock(block.kind, item.id, solved)


def _figure(found: Figure) -> FigureView:
    return FigureView(found, Markup(found.svg), template(found.caption, {}))  # noqa: S704


def _entry(item_id: str, bank: ItemBank) -> tuple[str, Markup]:
    item = bank.items.get(item_id)
    return item_id, inline(item.title) if item else Markup()


def _place(entry: AssessmentEntry, bank: ItemBank) -> PlaceView:
    return PlaceView(entry.draw, entry.points, [_entry(each, bank) for each in entry.pool])

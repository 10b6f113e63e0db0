"""The gradebook: learner by assignment, and the files to take it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from quizsvc.results import marks
from quizsvc.web import spreadsheets
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import require_role, service
from quizsvc.web.showing import percent
from quizsvc.web.teaching import exports, marking
from quizsvc.web.teaching.rights import assignment_taught, note, section_taught
from quizsvc.web.texts import plain, points

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sections import Member, Section
    from quizsvc.web.teaching.marking import Gradebook
    from quizsvc.web.teaching.rights import Assigned

blueprint = Blueprint("gradebook", __name__)


@dataclass(frozen=True, slots=True)
class Column:
    """An assignment at the head and the foot of the table."""

    assignment: Assignment
    average: str
    """In per cent; empty if nobody has a mark."""
    over: int
    """How many learners have one."""
    order: str
    """How the rows are sorted by it: ``ascending``, ``descending`` or not at all."""
    sort: str
    """The address of the page that is sorted by it, or the other way round."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A mark as it is shown."""

    points: str
    percent: str
    state: str
    """What else there is to say of it, in words."""
    quiet: bool
    link: str


@blueprint.get("/sections/<section_id>/gradebook")
@require_role("instructor", "admin")
def show(section_id: str) -> ResponseReturnValue:
    """Show the marks of a section; ``sort`` names an assignment by whose marks to sort."""
    section = section_taught(section_id)
    book = marking.gradebook_of(service(), section, arrived_at())
    by, upwards = request.args.get("sort", ""), request.args.get("order") == "up"
    return render_template(
        "teaching/gradebook.html",
        section=section,
        by_name=by not in book.marks,
        columns=[_column(book, each, by, section.id, upwards=upwards) for each in book.assignments],
        rows=[
            (member, [_cell(book, each, member) for each in book.assignments])
            for member in _sorted(book, by, upwards=upwards)
        ],
    )


@blueprint.get("/sections/<section_id>/gradebook.csv")
@require_role("instructor", "admin")
def csv_file(section_id: str) -> ResponseReturnValue:
    """Hand out the gradebook as a table."""
    return _gradebook_file(
        section_id, "csv", lambda book, _: spreadsheets.table(*exports.gradebook_table(book))
    )


@blueprint.get("/sections/<section_id>/gradebook.json")
@require_role("instructor", "admin")
def json_file(section_id: str) -> ResponseReturnValue:
    """Hand out the gradebook as JSON."""
    return _gradebook_file(
        section_id,
        "json",
        lambda book, name: spreadsheets.as_json(exports.gradebook_data(book, name, arrived_at())),
    )


@blueprint.get("/assignments/<assignment_id>/responses.csv")
@require_role("instructor", "admin")
def responses_csv(assignment_id: str) -> ResponseReturnValue:
    """Hand out every response of an assignment as a table, a row for each part."""
    assigned = assignment_taught(assignment_id)
    marking.settle(service(), assigned.section, arrived_at())
    rows = exports.responses_table(exports.responses(service(), assigned))
    text = spreadsheets.table(exports.RESPONSE_COLUMNS, rows)
    return _responses_file(assigned, text, "csv")


@blueprint.get("/assignments/<assignment_id>/responses.json")
@require_role("instructor", "admin")
def responses_json(assignment_id: str) -> ResponseReturnValue:
    """Hand out every response of an assignment as JSON."""
    assigned = assignment_taught(assignment_id)
    marking.settle(service(), assigned.section, arrived_at())
    rows = exports.responses(service(), assigned)
    text = spreadsheets.as_json(exports.responses_data(assigned, rows, arrived_at()))
    return _responses_file(assigned, text, "json")


def _responses_file(assigned: Assigned, text: str, ending: str) -> ResponseReturnValue:
    of = plain(assigned.assignment.title)
    subject = f"Responses of {of} as {ending.upper()}"
    note("data exported", subject, assigned.section, assignment=assigned.assignment.id)
    return spreadsheets.download(text, _file_name("responses", assigned.section, of, ending))


def _gradebook_file(
    section_id: str, ending: str, write: Callable[[Gradebook, str], str]
) -> ResponseReturnValue:
    section = section_taught(section_id)
    text = write(marking.gradebook_of(service(), section, arrived_at()), section.name)
    note("data exported", f"Gradebook of {section.name} as {ending.upper()}", section)
    return spreadsheets.download(text, _file_name("gradebook", section, "", ending))


def _file_name(what: str, section: Section, of: str, ending: str) -> str:
    """Return a name that tells the files of two sections apart, whatever script they write."""
    named = spreadsheets.in_file_name(section.name) or section.id[:8]
    parts = ["quizsvc", what, named, spreadsheets.in_file_name(of), f"{arrived_at():%Y-%m-%d}"]
    return f"{'-'.join(part for part in parts if part)}.{ending}"


def _sorted(book: Gradebook, by: str, *, upwards: bool) -> list[Member]:
    """Return the learners by name, or by mark; who has no mark comes last either way."""
    if by not in book.marks:
        return list(book.learners)

    def key(member: Member) -> tuple[bool, float]:
        score = book.mark(by, member.learner).score
        return score is None, (score or 0.0) * (1 if upwards else -1)

    return sorted(book.learners, key=key)


def _column(
    book: Gradebook, assignment: Assignment, by: str, section: str, *, upwards: bool
) -> Column:
    sorted_by = by == assignment.id
    turned = "up" if sorted_by and not upwards else None
    average = marks.average(book.mark(assignment.id, member.learner) for member in book.learners)
    return Column(
        assignment,
        percent(average.score) if average else "",
        average.over if average else 0,
        ("ascending" if upwards else "descending") if sorted_by else "",
        url_for(".show", section_id=section, sort=assignment.id, order=turned),
    )


def _cell(book: Gradebook, assignment: Assignment, member: Member) -> Cell:
    mark = book.mark(assignment.id, member.learner)
    begun = mark.sittings or mark.open
    return Cell(
        "–" if mark.score is None else f"{points(mark.earned)} of {points(mark.possible)}",
        "" if mark.score is None else percent(mark.score),
        exports.state(mark),
        mark.score is None,
        url_for("responses.learner", assignment_id=assignment.id, learner=member.learner)
        if begun
        else "",
    )

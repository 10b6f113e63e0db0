"""What a teacher takes away: the gradebook, and every response of an assignment; without HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quizsvc.store import gradebook as store
from quizsvc.web.teaching import marking

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from quizsvc.results.marks import Mark, Origin, PlaceMark, SittingMark
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.gradebook import Given
    from quizsvc.store.sections import Member
    from quizsvc.web.service import Service
    from quizsvc.web.teaching.marking import Gradebook
    from quizsvc.web.teaching.rights import Assigned

    Row = dict[str, Any]

GRADEBOOK_FORMAT = "quizsvc gradebook, version 1"
RESPONSES_FORMAT = "quizsvc responses, version 1"

RESPONSE_COLUMNS = (
    "name", "register_id", "sitting", "handed_in", "late", "position", "item", "revision",
    "parameters", "points", "possible", "decided_by", "part", "response", "score",
    "misconception", "message",
)  # fmt: skip
"""A row for each part; points are of the whole question, before what being late costs."""

ORIGINS: dict[Origin, str] = {
    "graded": "graded",
    "blank": "blank",
    "pending": "grading is still to come",
    "not graded": "no machine grades this",
    "full marks": "full marks given",
    "set": "set by hand",
    "dropped": "taken out for all",
}
"""Where the score of a place comes from, in words."""


def gradebook_table(book: Gradebook) -> tuple[list[str], list[list[object]]]:
    """Return the head of the gradebook's table, and a row for each learner."""
    head = ["name", "register_id"]
    for title in _distinct(book.assignments):
        head += [f"{title} ({what})" for what in ("points", "of", "percent", "state")]
    rows: list[list[object]] = []
    for member in book.learners:
        row: list[object] = [member.name, member.register_id]
        for assignment in book.assignments:
            row += _mark(book.mark(assignment.id, member.learner)).values()
        rows.append(row)
    return head, rows


def gradebook_data(book: Gradebook, section: str, now: datetime) -> Row:
    """Return the gradebook for JSON."""
    return {
        "format": GRADEBOOK_FORMAT,
        "section": section,
        "made_at": now,
        "assignments": [
            {
                "id": each.id,
                "title": each.title,
                "assessment": each.assessment,
                "closes_at": each.rules.closes_at,
                "counts": each.rules.counts,
            }
            for each in book.assignments
        ],
        "learners": [
            {
                "name": member.name,
                "register_id": member.register_id,
                "marks": {
                    each.id: _mark(book.mark(each.id, member.learner)) for each in book.assignments
                },
            }
            for member in book.learners
        ],
    }


def responses(service: Service, assigned: Assigned) -> Iterator[Row]:
    """Yield each place of the sittings that were handed in, with its parts."""
    found = marking.ledger(service, assigned.assignment).marks()
    given = {
        (each.sitting, each.position): each
        for each in store.given(service.db, assigned.assignment.id)
    }
    for member in marking.learners_of(service, assigned.section):
        for sitting in found.get(member.learner, marking.NO_MARK).sittings:
            for mark in sitting.places:
                place = given.get((sitting.sat.id, mark.place.position))
                if place is not None:  # handed in since
                    yield _place(member, sitting, mark, place)


def responses_table(rows: Iterator[Row]) -> Iterator[list[object]]:
    """Yield a row of the table for each part."""
    for row in rows:
        for part in row["parts"]:
            flat = {**row, **part, "parameters": json.dumps(row["parameters"])}
            yield [flat[column] for column in RESPONSE_COLUMNS]


def responses_data(assigned: Assigned, rows: Iterator[Row], now: datetime) -> Row:
    """Return the responses for JSON."""
    return {
        "format": RESPONSES_FORMAT,
        "section": assigned.section.name,
        "assignment": assigned.assignment.title,
        "made_at": now,
        "responses": list(rows),
    }


def state(mark: Mark) -> str:
    """Say in words what there is to say of a mark besides the number."""
    said = []
    if mark.open:
        said.append("in progress")
    if mark.score is None and mark.sittings and not (mark.pending or mark.unread):
        said.append("nothing counts")
    if mark.late:
        said.append("late")
    if mark.pending:
        said.append(f"{mark.pending} still to be graded")
    if mark.unread:
        said.append(f"{mark.unread} without points")
    return ", ".join(said)


def _mark(mark: Mark) -> Row:
    marked = mark.score is not None
    return {
        "points": round(mark.earned, 4) if marked else None,
        "of": round(mark.possible, 4) if marked else None,
        "percent": round(100 * mark.score, 2) if mark.score is not None else None,
        "state": state(mark),
    }


def _distinct(assignments: tuple[Assignment, ...]) -> list[str]:
    """Return titles of which no two are alike, or a spreadsheet would take one for the other."""
    titles: list[str] = []
    for each in assignments:
        before = sum(other.title == each.title for other in assignments[: len(titles)])
        titles.append(f"{each.title} [{before + 1}]" if before else each.title)
    return titles


def _place(member: Member, sitting: SittingMark, mark: PlaceMark, given: Given) -> Row:
    judged = given.outcome["parts"] if given.outcome else {}
    raw = given.raw_response or {}
    decided = ORIGINS[mark.origin]
    return {
        "name": member.name,
        "register_id": member.register_id,
        "sitting": sitting.sat.turn,
        "handed_in": sitting.sat.submitted_at,
        "late": "late" if sitting.late else "",
        "position": mark.place.position,
        "item": mark.place.item,
        "revision": given.revision,
        "parameters": given.parameters,
        "points": None if mark.points is None else round(mark.points, 4),
        "possible": None if mark.points is None else mark.place.points,
        "decided_by": given.reason or decided if mark.origin == "graded" else decided,
        "parts": [
            _part(name, raw.get(name), judged.get(name, {}))
            for name in dict.fromkeys([*raw, *judged]) or ("",)
        ],
    }


def _part(name: str, raw: str | None, judged: Mapping[str, Any]) -> Row:
    return {
        "part": name,
        "response": raw,
        "score": judged.get("score"),
        "misconception": judged.get("misconception"),
        "message": judged.get("message"),
    }

"""What was decided about the points of an assignment, and about what it asks: rows of lists."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING

from flask import url_for
from markupsafe import Markup

from quizsvc.results.marks import InForce
from quizsvc.store import adjusting, gradebook, regrades
from quizsvc.web.showing import percent
from quizsvc.web.teaching import marking
from quizsvc.web.teaching.answers import title_of, written
from quizsvc.web.texts import inline, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from quizsvc.results.marks import Ledger
    from quizsvc.store.adjusting import Decision
    from quizsvc.store.regrades import Regrade
    from quizsvc.web.service import Service
    from quizsvc.web.teaching.rights import Assigned

NOBODY = "an account that is deleted"


@dataclass(frozen=True, slots=True)
class ItemRow:
    """What an assignment asks, with what became of it."""

    item: str
    title: Markup
    places: int
    """Of sittings that were handed in."""
    average: str
    dropped: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """The answers to an item that no machine grades and nobody has given points for."""

    title: Markup
    answers: tuple[tuple[str, str], ...]
    """The learner's name and the address of his response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    """A decision in the list of all; a regrade is one too."""

    kind: str
    """In words."""
    what: Markup
    where: str = ""
    """The address of a response that it is about; empty where it is about several."""
    who: str
    at: datetime
    reason: str
    state: str = ""
    """In words, once it has no effect any more; empty while it has."""
    undone_at: datetime | None = None
    undo: str = ""
    """Where to post to undo it; empty where that is done."""


def item_rows(service: Service, assigned: Assigned, book: Ledger) -> list[ItemRow]:
    """Return what the sittings of an assignment ask."""
    dropped = InForce(book.adjustments).dropped
    scores: defaultdict[str, list[float | None]] = defaultdict(list)
    for mark in book.marks().values():
        for sitting in mark.sittings:
            for each in sitting.places:
                scores[each.place.item].append(each.place.score)
    return [
        ItemRow(
            item,
            inline(title_of(item, revision)),
            len(scores[item]),
            _average(scores[item]),
            item in dropped,
        )
        for item, revision in gradebook.items(service.db, assigned.assignment.id).items()
    ]


def waiting(service: Service, assigned: Assigned, book: Ledger) -> list[Waiting]:
    """Return the answers that wait for points and may count then, item by item."""
    found = book.marks()
    answers: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for member in marking.learners_of(service, assigned.section):
        for sitting in found.get(member.learner, marking.NO_MARK).candidates:
            for each in sitting.places:
                if each.unread:
                    where = url_for(
                        "responses.response",
                        sitting_id=sitting.sat.id,
                        position=each.place.position,
                    )
                    answers[each.place.item].append((member.name, where))
    asked = gradebook.items(service.db, assigned.assignment.id) if answers else {}
    return [
        Waiting(inline(title_of(item, revision)), tuple(answers[item]))
        for item, revision in asked.items()
        if item in answers
    ]


def rows(service: Service, assigned: Assigned) -> list[DecisionRow]:
    """Return the decisions about the points of an assignment and its regrades, newest first."""
    assignment = assigned.assignment.id
    made = adjusting.decisions(service.db, assignment)
    in_force = InForce(each.adjustment for each in made)
    asked = gradebook.items(service.db, assignment)
    found = [_row(each, in_force, asked) for each in made]
    found += [_regrade(each, asked) for each in regrades.of_assignment(service.db, assignment)]
    return sorted(found, key=lambda row: row.at, reverse=True)


def subject(service: Service, assigned: Assigned, decision: Decision) -> str:
    """Return what a decision was made about, in words of one line, as the audit says it."""
    each = decision.adjustment
    asked = gradebook.items(service.db, each.assignment)
    title = plain(title_of(each.item, asked.get(each.item)))
    what = {
        "drop": f"“{title}” taken out",
        "full-marks": f"full marks for “{title}”",
        "score": f"score of {decision.learner or NOBODY} at “{title}”",
    }[each.kind]
    return f"{what}, in {plain(assigned.assignment.title)}"


def _average(scores: list[float | None]) -> str:
    known = [score for score in scores if score is not None]
    return percent(fmean(known)) if known else "–"


def _row(decision: Decision, in_force: InForce, asked: Mapping[str, str]) -> DecisionRow:
    each = decision.adjustment
    kind, what = "Taken out for everybody", inline(title_of(each.item, asked.get(each.item)))
    where = state = undo = ""
    if each.kind == "full-marks":
        kind = "Full marks for a variant"
        if each.parameters:
            what += Markup(' <span class="quiet small">{}</span>').format(_drawn(each.parameters))
    elif each.kind == "score":
        kind = f"Score set to {percent(each.score or 0.0)}"
        what += Markup(", {}").format(decision.learner or NOBODY)
        where = url_for("responses.response", sitting_id=each.sitting, position=each.position)
    if each.undone_at is not None:
        state = f"undone by {decision.undone_by or NOBODY}"
    else:
        state = "" if in_force.holds(each) else "replaced by a later score"
        undo = url_for("deciding.undo", assignment_id=each.assignment, adjustment_id=each.id)
    return DecisionRow(
        kind=kind,
        what=what,
        where=where,
        who=decision.made_by or NOBODY,
        at=each.made_at,
        reason=each.reason,
        state=state,
        undone_at=each.undone_at,
        undo=undo,
    )


def _regrade(regrade: Regrade, asked: Mapping[str, str]) -> DecisionRow:
    undone = regrade.undone_at is not None
    return DecisionRow(
        kind="Regraded",
        what=inline(title_of(regrade.item, asked.get(regrade.item))),
        who=regrade.made_by or NOBODY,
        at=regrade.made_at,
        reason=regrade.reason,
        state=f"undone by {regrade.undone_by or NOBODY}" if undone else "",
        undone_at=regrade.undone_at,
        undo=""
        if undone
        else url_for("regrading.undo", assignment_id=regrade.assignment, regrade_id=regrade.id),
    )


def _drawn(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{name} = {written(value)}" for name, value in sorted(parameters.items()))

"""A learner's own mark of an assignment, made of the sittings whose results he may know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quizsvc.web import sitting_service
from quizsvc.web.showing import percent
from quizsvc.web.teaching import marking
from quizsvc.web.texts import ordinal, points

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from quizsvc.model import Rules
    from quizsvc.results.marks import Mark
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.service import Service


@dataclass(frozen=True, slots=True)
class OwnMark:
    """What an assignment comes to for the learner who looks at it, in words."""

    points: str
    remarks: tuple[str, ...]
    """How it comes about, and what is still missing."""


def own_mark(
    service: Service,
    assignment: Assignment,
    learner: str,
    sittings: Sequence[Sitting],
    now: datetime,
) -> OwnMark | None:
    """Return the mark that a learner may know of; None while he may know of none.

    Parameters
    ----------
    sittings : sequence of Sitting
        His own ones of the assignment.
    """
    handed_in = [each for each in sittings if each.submitted_at is not None]
    shown = {each.id for each in handed_in if sitting_service.released(each, now)}
    book = marking.ledger(service, assignment, learner)
    known = replace(book, sittings=[each for each in book.sittings if each.id in shown])
    mark = known.marks().get(learner)
    if mark is None:
        return None
    held_back = len(handed_in) > len(shown)
    return OwnMark(
        _points(mark),
        tuple(_remarks(mark, assignment.rules, held_back=held_back)),
    )


def _points(mark: Mark) -> str:
    """Return the points, and what being late has made of them."""
    if mark.score is None:
        return "No points are counted"
    if len(mark.counting) > 1:
        return f"{points(mark.earned)} of {points(mark.possible)} points"
    total = mark.counting[0].total
    said = f"{points(total.in_time)} of {points(total.possible)} points"
    if total.share != 1:
        left = f"{points(100 * total.share)}\N{NO-BREAK SPACE}%"
        said += f", {points(total.earned)} after the late share of {left}"
    return said


def _remarks(mark: Mark, rules: Rules, *, held_back: bool) -> list[str]:
    said = [] if mark.score is None else [f"That is {percent(mark.score)}."]
    if len(mark.sittings) > 1 and mark.counting:
        which = ordinal(mark.counting[0].sat.turn)
        said.append(
            {
                "best": f"Your best sitting counts: the {which}.",
                "last": f"Your last sitting counts: the {which}.",
                "average": f"The average of {len(mark.counting)} sittings counts.",
            }[rules.counts]
        )
    if len(mark.counting) > 1 and mark.late and rules.late_share != 1:
        left = f"{points(100 * rules.late_share)}\N{NO-BREAK SPACE}%"
        said.append(f"What was late is in it with the late share of {left}.")
    if mark.unread:
        one = mark.unread == 1
        said.append(
            f"{mark.unread} written {'answer waits' if one else 'answers wait'} for points "
            f"and {'is' if one else 'are'} no part of it yet."
        )
    if mark.pending:
        said.append("Some answers are still to be graded.")
    if held_back:
        said.append("Sittings whose results are not shown yet are no part of it.")
    return said

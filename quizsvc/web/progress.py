"""What the learner has reached, what was misunderstood, and what is to come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request, url_for

from quizsvc.learning import calendar
from quizsvc.learning.mastery import FULL, RULE
from quizsvc.learning.reviews import done_by_day, due_by_day
from quizsvc.render.bars import Bars, Column
from quizsvc.web.choosing import by_lesson
from quizsvc.web.current import known_learner, service
from quizsvc.web.rows import log_rows
from quizsvc.web.standing import standing
from quizsvc.web.texts import day, first_sentence, inline

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.learning.calendar import Day
    from quizsvc.learning.misconceptions import Belief
    from quizsvc.learning.standing import Standing

blueprint = Blueprint("progress", __name__)

_WEEKS_BACK, _WEEKS_AHEAD = 8, 4
_RECENT = 10


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month of reviews, with the ways to those beside it."""

    name: str
    weeks: list[list[Day | None]]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class BeliefView:
    """A misconception that the learner had."""

    text: Markup
    problem: Markup
    """Where it was met last."""
    times: int
    last: datetime
    overcome: datetime | None
    see: str
    """Where a lesson explains it; empty where none does."""


@blueprint.get("/progress")
def show() -> ResponseReturnValue:
    """Show what is reached, the days and the misconceptions.

    ``month`` names a month of the calendar.
    """
    state = standing()
    reached = [state.mastery[goal.id] for goal in state.catalogue.goals.values() if goal.graded]
    return render_template(
        "progress.html",
        state=state,
        known=known_learner() is not None,
        agenda=state.agenda,
        lessons=by_lesson(state),
        reached=reached,
        begun=sum(each.begun and not each.full for each in reached),
        answered=_answered(state),
        forecast=_forecast(state),
        month=_month(state, request.args.get("month", "")),
        beliefs=[_belief(each) for each in state.beliefs],
        recent=log_rows(state.log[-_RECENT:]),
        full=FULL,
        rule=RULE,
    )


def _answered(state: Standing) -> Bars:
    days = calendar.answered(state.log, state.today, 7 * _WEEKS_BACK)
    return Bars(
        "Day",
        ("Right", "Partly right", "Not right"),
        tuple(
            Column(day(each.day), (each.right, each.partly, each.wrong), _tick(place, each.day))
            for place, each in enumerate(days)
        ),
    )


def _forecast(state: Standing) -> Bars:
    due = due_by_day(state.schedules.values(), state.today)
    days = [state.today + timedelta(days=ahead) for ahead in range(7 * _WEEKS_AHEAD)]
    return Bars(
        "Day",
        ("Reviews due",),
        tuple(
            Column(day(each), (due[each],), _tick(place, each)) for place, each in enumerate(days)
        ),
    )


def _tick(place: int, at: date) -> str:
    return "" if place % 7 else f"{at.day} {at:%b}"


def _month(state: Standing, asked: str) -> MonthView:
    """Return the month that is asked for as ``2026-03``, or the one that it is."""
    first = state.today.replace(day=1)
    if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", asked):
        first = date.fromisoformat(f"{asked}-01")
    plans = state.schedules.values()
    weeks = calendar.month(first, done_by_day(plans), due_by_day(plans, state.today))
    return MonthView(
        f"{first:%B %Y}",
        weeks,
        _link(first - timedelta(days=1)),
        _link(first + timedelta(days=31)),
    )


def _link(at: date) -> str:
    return url_for(".show", month=f"{at:%Y-%m}", _anchor="calendar")


def _belief(belief: Belief) -> BeliefView:
    bank = service().bank
    lesson, _, heading = bank.see.get(belief.id, "").partition("#")
    see = (
        url_for("lessons.lesson", lesson_id=lesson, _anchor=heading or None)
        if lesson in bank.lessons
        else ""
    )
    title = belief.title[:1].upper() + belief.title[1:]
    return BeliefView(
        inline(title or first_sentence(belief.says)),
        inline(bank.items[belief.item].title),
        belief.times,
        belief.last,
        belief.overcome,
        see,
    )

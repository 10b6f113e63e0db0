"""What to practise next: the page of objectives, and the way to an item that serves one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, redirect, render_template, request, url_for

from quizsvc.learning.mastery import FULL, RULE
from quizsvc.web.current import known_learner, service
from quizsvc.web.service import UnknownError
from quizsvc.web.showing import percent
from quizsvc.web.standing import standing, withheld
from quizsvc.web.texts import day

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.learning.catalogue import Goal
    from quizsvc.learning.mastery import Mastery
    from quizsvc.learning.standing import Standing
    from quizsvc.model import Lesson

blueprint = Blueprint("choosing", __name__)

NEED, DUE, OBJECTIVE = "need", "due", "objective"
"""What ``for`` may name: what the learner needs most, what is due, an objective by its id."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to practise now, and why."""

    goal: Goal
    reason: str


@blueprint.get("/practice")
def objectives() -> ResponseReturnValue:
    """List the objectives with what is reached on each, and say what is needed most.

    ``nothing`` names a goal that led nowhere, so that the page says why.
    """
    state = standing()
    goal = request.args.get("nothing")
    return render_template(
        "objectives.html",
        lessons=by_lesson(state),
        advice=advice(state),
        agenda=state.agenda,
        nothing=_why_nothing(state, goal) if goal and _item_for(state, goal) is None else "",
        full=FULL,
        rule=RULE,
    )


@blueprint.get("/next")
def following() -> ResponseReturnValue:
    """Lead to an item that serves the goal that ``for`` names."""
    goal = request.args.get("for", "")
    chosen = _item_for(standing(), goal)
    if chosen is None:
        return redirect(url_for(".objectives", nothing=goal))
    item, learner = service().item(chosen), known_learner()
    number = service().next_number(learner, item) if learner else 1
    values: dict[str, Any] = {"item_id": chosen, "number": number, "for": goal}
    return redirect(url_for("practice.show", **values))


def _item_for(state: Standing, goal: str) -> str | None:
    """Return the item that serves a goal now, if there is one.

    Raises
    ------
    UnknownError
        There is no such goal.
    """
    kind, _, name = goal.partition(":")
    if goal == NEED:
        return state.item_for_need(withheld())
    if goal == DUE:
        return state.item_for_review(withheld())
    if kind == OBJECTIVE and name in state.catalogue.goals:
        return state.item_for(name, withheld())
    raise UnknownError(goal)


def by_lesson(state: Standing) -> list[tuple[Lesson, list[tuple[Goal, Mastery]]]]:
    """Return the lessons that have objectives, with what is reached on each of these."""
    goals = state.catalogue.goals.values()
    lessons = {goal.lesson.id: goal.lesson for goal in goals}
    return [
        (lesson, [(goal, state.mastery[goal.id]) for goal in goals if goal.lesson is lesson])
        for lesson in lessons.values()
    ]


def advice(state: Standing) -> Advice | None:
    """Return what the learner needs most; None where there is nothing to practise."""
    if not state.needs:
        return None
    need = state.needs[0]
    reached = state.mastery[need.goal.id]
    if need.why == "missed":
        reason = "Your last answer on it was not right. A new variant starts a new run."
    elif need.why == "begun" and reached.best:
        reason = f"You have begun it: your longest run is {reached.best} of {FULL}."
    elif need.why == "begun":
        reason = "You have begun it. A right first answer without help starts a run."
    elif need.why == "new":
        reason = "You have not begun it yet, and it comes next in the lessons."
    elif need.family is not None:
        chance = percent(state.agenda.retention[need.family])
        reason = (
            "You have mastered every objective. This is what you may forget first: "
            f"the chance that you still know it is about {chance}."
        )
    else:
        reason = "You have mastered every objective. Practice keeps it so."
    return Advice(need.goal, reason)


def _why_nothing(state: Standing, goal: str) -> str:
    """Say why nothing serves a goal just now."""
    if goal != DUE or state.agenda.today:
        return (
            "There is nothing for that just now. If its problems are asked in a quiz that you "
            "have begun, hand that in first."
        )
    if state.agenda.waiting:
        return "More is due than your daily limit; it waits."
    if not state.agenda.coming:
        return "Nothing is due. What you practise now comes back in a few days."
    return f"Nothing more is due today. Well done: next on {day(state.agenda.coming[0].due)}."

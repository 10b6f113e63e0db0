"""Home, and one page for each lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from quizsvc.store import attempts, sittings
from quizsvc.web import showing
from quizsvc.web.current import known_learner, service
from quizsvc.web.service import UnknownError, stored_outcome
from quizsvc.web.texts import inline, template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.store.attempts import StoredAttempt

blueprint = Blueprint("lessons", __name__)

_RECENT = 5


@dataclass(frozen=True, slots=True)
class Row:
    """An item in a lesson's list."""

    id: str
    title: Markup
    broken: bool
    last: str
    """The learner's last score, in words; empty before any."""


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Show the lessons, and what the learner has begun and done."""
    learner = known_learner()
    mine = sittings.of_learner(service().db, learner) if learner else ()
    recent = attempts.history(service().db, learner, limit=_RECENT) if learner else ()
    return render_template(
        "home.html",
        lessons=service().bank.lessons.values(),
        open_sittings=[sitting for sitting in mine if sitting.submitted_at is None],
        recent=showing.history_rows(recent, service().bank.items),
    )


@blueprint.get("/lessons/<lesson_id>")
def lesson(lesson_id: str) -> ResponseReturnValue:
    """Show a lesson: what it teaches, its practice problems, its quiz."""
    found = service().bank.lessons.get(lesson_id)
    if found is None:
        raise UnknownError(lesson_id)
    assessments = service().bank.assessments
    return render_template(
        "lesson.html",
        lesson=found,
        text=template(found.text, {}),
        groups=[(group.title, [_row(item) for item in group.items]) for group in found.practice],
        quizzes=[assessments[each] for each in found.assessments if each in assessments],
        broken_quizzes=[each for each in found.assessments if each not in assessments],
    )


def _row(item_id: str) -> Row:
    item = service().bank.items.get(item_id)
    if item is None:
        return Row(item_id, inline(item_id), broken=True, last="")
    learner = known_learner()
    latest = attempts.history(service().db, learner, item_id, limit=1) if learner else ()
    last = _words(latest[0]) if latest else ""
    return Row(item_id, inline(item.title), broken=False, last=last)


def _words(attempt: StoredAttempt) -> str:
    return showing.mark_of(stored_outcome(attempt), attempt.ratings).words

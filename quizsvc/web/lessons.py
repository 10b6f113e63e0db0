"""Home, and one page for each lesson, with questions that are answered where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, abort, redirect, render_template, request, url_for

from quizsvc.model import Invalid
from quizsvc.store import attempts
from quizsvc.web import embedding, showing, sitting_service
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import current_learner, known_learner, service
from quizsvc.web.embedding import Page, Rejected
from quizsvc.web.forms import RATINGS, AnswerForm, read_response
from quizsvc.web.service import UnknownError
from quizsvc.web.texts import inline

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.model import Lesson

blueprint = Blueprint("lessons", __name__)

_RECENT = 5
_LAST_NUMBER = 999_999
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


@dataclass(frozen=True, slots=True)
class Row:
    """An item in a lesson's list."""

    id: str
    title: Markup
    broken: bool
    last: str
    """The learner's last score, in words; empty before any."""
    levels: dict[int, str]
    """Level to item, where there are several."""


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Show the courses with their lessons, and what the learner has begun and done."""
    learner = known_learner()
    bank = service().bank
    mine = sitting_service.of_learner(service(), learner, arrived_at()) if learner else ()
    recent = attempts.history(service().db, learner, limit=_RECENT) if learner else ()
    in_courses = {lesson for course in bank.courses.values() for lesson in course.lessons}
    return render_template(
        "home.html",
        courses=bank.courses.values(),
        bank=bank,
        lessons=[lesson for lesson in bank.lessons.values() if lesson.id not in in_courses],
        open_sittings=[sitting for sitting in mine if sitting.submitted_at is None],
        recent=showing.history_rows(recent, bank.items),
    )


@blueprint.get("/lessons/<lesson_id>")
def lesson(lesson_id: str) -> ResponseReturnValue:
    """Show a lesson: its text with figures, examples and questions, its practice, its quiz.

    ``attempt`` names an answer that was given on the page, to be shown at its place; an item's id
    names the number of the example to show.
    """
    found = _found(lesson_id)
    attempt = None
    if attempt_id := request.args.get("attempt"):
        attempt = service().attempt(known_learner(), attempt_id)
        if attempt.sitting is not None:  # given in a quiz, which decides when it is shown
            attempt = None
    examples = {
        name: int(number) for name, number in request.args.items() if _NUMBER.fullmatch(number)
    }
    return _page(Page(found, current_learner(), attempt, examples=examples))


@blueprint.post(f"/lessons/<lesson_id>/<item_id>/<int(min=1, max={_LAST_NUMBER}):number>")
def check(lesson_id: str, item_id: str, number: int) -> ResponseReturnValue:
    """Check an answer that was given in a lesson's text, and show it there."""
    found = _found(lesson_id)
    if item_id not in found.items:
        raise UnknownError(item_id)
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    learner = current_learner()
    item = service().item_at(item_id, form.revision.data)
    variant = service().variant(item, learner, number)
    raw, contradictions = read_response(variant, request.form)
    judged = contradictions or service().answer(
        variant, raw, learner=learner, number=number, token=form.token.data
    )
    if isinstance(judged, Invalid):
        rejected = Rejected(item_id, number, raw, judged, form)
        return _page(Page(found, learner, rejected=rejected)), 422
    place = url_for(".lesson", lesson_id=lesson_id, attempt=judged.id, _anchor=f"check-{item_id}")
    return redirect(place, code=303)


def _found(lesson_id: str) -> Lesson:
    found = service().bank.lessons.get(lesson_id)
    if found is None:
        raise UnknownError(lesson_id)
    return found


def _page(page: Page) -> str:
    found, bank = page.lesson, service().bank
    order = bank.reading_order
    place = order.index(found)
    return render_template(
        "lesson.html",
        lesson=found,
        blocks=embedding.views(page),
        groups=[(group.title, [_row(item) for item in group.items]) for group in found.practice],
        quizzes=[bank.assessments[each] for each in found.assessments if each in bank.assessments],
        broken_quizzes=[each for each in found.assessments if each not in bank.assessments],
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        ratings=RATINGS,
    )


def _row(item_id: str) -> Row:
    item = service().bank.items.get(item_id)
    if item is None:
        return Row(item_id, inline(item_id), broken=True, last="", levels={})
    learner = known_learner()
    last = showing.latest_mark(learner, item_id) if learner else None
    levels = service().bank.levels(item_id)
    words = last.words if last else ""
    return Row(item_id, inline(item.title), broken=False, last=words, levels=levels)

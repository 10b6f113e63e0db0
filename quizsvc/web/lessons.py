"""Home, and one page for each lesson, with questions that are answered where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from quizsvc.model import Invalid
from quizsvc.web import embedding, giving, helping, sitting_service, trying
from quizsvc.web.arrival import arrived_at
from quizsvc.web.choosing import advice
from quizsvc.web.current import current_account, current_learner, known_learner, service
from quizsvc.web.embedding import Page
from quizsvc.web.forms import RATINGS
from quizsvc.web.rows import latest_mark, log_rows
from quizsvc.web.service import UnknownError
from quizsvc.web.standing import refuse_withheld, standing
from quizsvc.web.texts import inline

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.model import Lesson
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.web.trying import Tried

blueprint = Blueprint("lessons", __name__)

_RECENT = 5
_LAST_NUMBER = 999_999
_CHECK = f"/lessons/<lesson_id>/<item_id>/<int(min=1, max={_LAST_NUMBER}):number>"
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
    """Say what to do today; show the courses, and what the learner has begun and done."""
    learner = known_learner()
    bank, state = service().bank, standing()
    mine = sitting_service.of_learner(service(), learner, arrived_at()) if learner else ()
    account = current_account()
    open_to_all = {name: each for name, each in bank.assessments.items() if not each.assigned_only}
    in_courses = {lesson for course in bank.courses.values() for lesson in course.lessons}
    tests = [each for course in bank.courses.values() for each in course.before]
    return render_template(
        "home.html",
        courses=bank.courses.values(),
        bank=bank,
        lessons=[lesson for lesson in bank.lessons.values() if lesson.id not in in_courses],
        open_sittings=[sitting for sitting in mine if sitting.submitted_at is None],
        recent=log_rows(state.log[-_RECENT:]),
        known=bool(state.log),
        first_test=next((open_to_all[each] for each in tests if each in open_to_all), None),
        assessments=open_to_all,
        tasks=giving.tasks(service(), account.learner, arrived_at()) if account else None,
        agenda=state.agenda,
        advice=advice(state),
        onward=state.next_lesson,
        reached={each.id: state.of_lesson(each) for each in bank.reading_order},
    )


@blueprint.get("/lessons/<lesson_id>")
def lesson(lesson_id: str) -> ResponseReturnValue:
    """Show a lesson: its text with figures, examples and questions, its practice, its quiz.

    ``attempt`` names an answer that was given on the page, to be shown at its place; an item's id
    names the number of the example to show.
    """
    found = _found(lesson_id)
    examples = {
        name: int(number) for name, number in request.args.items() if _NUMBER.fullmatch(number)
    }
    return _page(Page(found, current_learner(), _attempt(), examples=examples))


@blueprint.post(_CHECK)
def check(lesson_id: str, item_id: str, number: int) -> ResponseReturnValue:
    """Check an answer that was given in a lesson's text, and show it there."""
    found, sent = _sent(lesson_id, item_id, number)
    judged = sent.invalid or service().answer(
        sent.variant, sent.raw, learner=sent.learner, number=number, token=sent.ticket.token
    )
    if isinstance(judged, Invalid):
        return _page(Page(found, sent.learner, sent=replace(sent, invalid=judged))), 422
    place = url_for(".lesson", lesson_id=lesson_id, attempt=judged.id, _anchor=f"check-{item_id}")
    return redirect(place, code=303)


@blueprint.post(f"{_CHECK}/hint")
def hint(lesson_id: str, item_id: str, number: int) -> ResponseReturnValue:
    """Show as many hints as are wanted, beside what was typed so far."""
    found, sent = _sent(lesson_id, item_id, number)
    helping.hint(service(), sent.variant, sent.learner, number, trying.hints_wanted())
    return _page(Page(found, sent.learner, _attempt(), replace(sent, invalid=None)))


@blueprint.post(f"{_CHECK}/solution")
def solution(lesson_id: str, item_id: str, number: int) -> ResponseReturnValue:
    """Open the solution, and show it with the attempt that was in sight."""
    found, sent = _sent(lesson_id, item_id, number)
    helping.solve(service(), item_id, sent.learner, number)
    return _page(Page(found, sent.learner, _attempt(), replace(sent, invalid=None)))


@blueprint.get(_CHECK)
@blueprint.get(f"{_CHECK}/<any(hint, solution):_asked>")
def back(lesson_id: str, item_id: str, number: int, _asked: str = "") -> ResponseReturnValue:  # noqa: ARG001 - its address has it
    """Lead from the address of a page that was handed back to its place in the lesson."""
    return redirect(url_for(".lesson", lesson_id=lesson_id, _anchor=f"check-{item_id}"))


def _sent(lesson_id: str, item_id: str, number: int) -> tuple[Lesson, Tried]:
    found = _found(lesson_id)
    if item_id not in found.items:
        raise UnknownError(item_id)
    refuse_withheld(item_id)
    return found, trying.sent(item_id, number)


def _attempt() -> StoredAttempt | None:
    """Return the learner's own attempt that an address names, if it names one.

    One of a sitting is shown there alone, by its rules.
    """
    attempt_id = request.args.get("attempt")
    if not attempt_id:
        return None
    attempt = service().attempt(known_learner(), attempt_id)
    return None if attempt.sitting else attempt


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
        quizzes=[
            bank.assessments[each]
            for each in found.assessments
            if each in bank.assessments and not bank.assessments[each].assigned_only
        ],
        broken_quizzes=[each for each in found.assessments if each not in bank.assessments],
        before=order[place - 1] if place else None,
        after=order[place + 1] if place + 1 < len(order) else None,
        ratings=RATINGS,
        problems=page.sent is not None and page.sent.invalid is not None,
    )


def _row(item_id: str) -> Row:
    item = service().bank.items.get(item_id)
    if item is None:
        return Row(item_id, inline(item_id), broken=True, last="", levels={})
    learner = known_learner()
    last = latest_mark(learner, item_id) if learner else None
    levels = service().bank.levels(item_id)
    words = last.words if last else ""
    return Row(item_id, inline(item.title), broken=False, last=words, levels=levels)

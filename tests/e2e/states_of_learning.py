"""How lessons, practice and progress look: each state, and how a learner gets there."""

from __future__ import annotations

from quizsvc.interactions import REGISTRY
from quizsvc.store import attempts

from .tour import EVERY_TYPE, FAMILY, LESSON, Tour, shows

CODE = "Get a code for this variant"


@shows("practice.html", "asked, then not answered")
def _rejected(tour: Tour) -> None:
    tour.open(f"/practice/{FAMILY}/1")
    tour.press("Check")
    tour.page.locator("[data-problems]").wait_for()


@shows("lesson.html", "a question of every type, asked, then not answered")
def _every_type(tour: Tour) -> None:
    tour.open(f"/lessons/{EVERY_TYPE}")
    questions = tour.page.locator("section.check").all()
    assert len(questions) == len(REGISTRY)
    for question in questions:
        question.get_by_role("button", name="Check", exact=True).click()
        question.locator("[data-problems]").wait_for()


@shows("home.html", "home: a newcomer")
def _home(tour: Tour) -> None:
    tour.open("/")


@shows("home.html", "home: somebody with answers and a quiz begun")
def _home_begun(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.begin()
    tour.open("/")


@shows("lesson.html", "lesson")
def _lesson(tour: Tour) -> None:
    tour.open(f"/lessons/{LESSON}")


@shows("claims.html", "claims")
def _claims(tour: Tour) -> None:
    tour.open("/claims?status=condition")


@shows("objectives.html", "objectives")
def _objectives(tour: Tour) -> None:
    tour.open("/practice")


@shows("result.html", "right")
def _right(tour: Tour) -> None:
    tour.answer(FAMILY, right=True)


@shows("practice.html", "a misconception")
def _wrong(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)


@shows("practice.html", "hints and a code")
def _helped(tour: Tour) -> None:
    tour.practise(FAMILY)
    tour.press("Show a hint")
    tour.page.locator(".hint").wait_for()
    tour.press(CODE)
    tour.page.locator("#code strong").wait_for()


@shows("result.html", "a misconception, solved")
def _wrong_solved(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.press("Show the solution")
    tour.page.get_by_role("heading", name="Worked solution").wait_for()


@shows("solution.html", "solved before any answer")
def _solved(tour: Tour) -> None:
    tour.practise(FAMILY)
    tour.press("Show the solution")
    tour.page.get_by_role("heading", name="Worked solution").wait_for()


@shows("codes.html", "a code that is none")
def _no_code(tour: Tour) -> None:
    tour.sign_up("Teacher", role="instructor")
    tour.open("/variants/0000-0000-0000")


@shows("variant.html", "a variant by its code")
def _variant(tour: Tour) -> None:
    tour.practise(FAMILY)
    tour.press(CODE)
    code = tour.page.locator("#code strong").inner_text()
    tour.sign_up("Teacher", role="instructor")
    tour.open(f"/variants/{code}")


@shows("history.html", "no answers")
def _no_history(tour: Tour) -> None:
    tour.open("/history")


@shows("history.html", "answers")
def _history(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.open("/history")


@shows("error.html", "nothing there")
def _error(tour: Tour) -> None:
    tour.open("/lessons/none")


@shows("conflict.html", "one page sent twice with different answers")
def _conflict(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    used = attempts.history(tour.stage.db, tour.learner)[0].token
    token = tour.page.locator('#again [name="token"]')
    token.evaluate("(field, used) => { field.value = used; }", used)
    tour.page.locator('[name="answer.0.0"]').fill("123")
    tour.press("Check")
    tour.page.get_by_role("heading", name="already sent").wait_for()


@shows("progress.html", "progress: nothing yet")
def _no_progress(tour: Tour) -> None:
    tour.open("/progress")


@shows("progress.html", "progress: a misconception, something mastered in part")
def _progress(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.answer(FAMILY, right=True, number=2)
    tour.open("/progress")
    for details in tour.page.locator("main details").all():
        details.evaluate("element => { element.open = true; }")


@shows("reviews.html", "reviews to come, and a choice that cannot be")
def _reviews(tour: Tour) -> None:
    tour.answer(FAMILY, right=True)
    tour.open("/reviews")
    tour.page.locator('[name="retention"]').fill("200")
    tour.press("Keep this")


@shows("objectives.html", "nothing left that is due")
def _nothing_due(tour: Tour) -> None:
    tour.answer(FAMILY, right=True)
    tour.open("/next?for=due")


@shows("help.html", "help")
def _help(tour: Tour) -> None:
    tour.open("/help")


@shows("help.html", "the author's guide")
def _author_guide(tour: Tour) -> None:
    tour.open("/help/authors")
    tour.page.locator("summary").click()


@shows("help.html", "the author's reference")
def _reference(tour: Tour) -> None:
    tour.open("/help/reference")


@shows("help.html", "the admin's guide")
def _admin_guide(tour: Tour) -> None:
    tour.open("/help/admin")

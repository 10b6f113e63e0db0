"""How a quiz looks from its start to its review: each state, and how a learner gets there."""

from __future__ import annotations

from .filling import fill
from .tour import QUIZ, Tour, shows

WARM_UP = "warm-up"
"""Checked question by question."""
TIMED, HELD_BACK = "one-question", "held-back"
"""With a time limit, and with results after its closing: the stage adds them to what is shipped."""


@shows("assessment.html", "a quiz before it begins")
def _assessment(tour: Tour) -> None:
    tour.open(f"/assessments/{QUIZ}")


@shows("question.html", "a question of a quiz")
def _question(tour: Tour) -> None:
    tour.begin()


@shows("overview.html", "all questions of a quiz")
def _overview(tour: Tour) -> None:
    tour.open(tour.begin())


@shows("submit.html", "before handing in")
def _submit(tour: Tour) -> None:
    tour.open(tour.begin() + "/submit")


@shows("review.html", "handed in")
def _review(tour: Tour) -> None:
    tour.open(tour.begin() + "/submit")
    tour.press("Hand in")


@shows("review.html", "handed in, to be printed")
def _printed(tour: Tour) -> None:
    tour.open(tour.begin() + "/submit")
    tour.press("Hand in")
    tour.page.emulate_media(media="print")


@shows("assessment.html", "a timed quiz before it begins")
def _timed(tour: Tour) -> None:
    tour.open(f"/assessments/{TIMED}")


@shows("question.html", "a timed question, flagged, that cannot be read")
def _flagged(tour: Tour) -> None:
    sitting = tour.begin(TIMED)
    tour.press("Flag for later")
    tour.page.get_by_role("button", name="Remove the flag").wait_for()
    tour.open(f"{sitting}/1")
    tour.page.locator('[name="answer.0.0"]').fill("1 +")
    tour.press("Save and see all questions")
    tour.page.locator("[data-problems]").wait_for()


@shows("checked.html", "a question checked at once")
def _checked(tour: Tour) -> None:
    sitting = tour.begin(WARM_UP)
    pinned = tour.stage.sitting_at(tour.page.url).items[0]
    for drawn in tour.stage.service.restored(pinned).parts:
        fill(tour.page, drawn, drawn.key)
    tour.press("Check")
    tour.page.get_by_text("Right answer").first.wait_for()
    assert tour.page.url.endswith(f"{sitting}/1")


@shows("waiting.html", "handed in, with results to come")
def _waiting(tour: Tour) -> None:
    tour.open(tour.begin(HELD_BACK) + "/submit")
    tour.press("Hand in")


@shows("refused.html", "overtaken by another tab, without a script")
def _refused(tour: Tour) -> None:
    sitting = tour.begin()
    choices = tour.page.locator('[name="answer"]')
    choices.nth(0).check()
    tour.press("Save and next")
    tour.page.wait_for_url("**/2")
    tour.open(f"{sitting}/1")
    choices.nth(1).check()
    tour.page.locator('[name="counter"]').evaluate("field => { field.value = 0; }")
    tour.page.locator("main form").first.evaluate("form => form.submit()")
    tour.page.get_by_role("button", name="Keep mine instead").wait_for()


@shows("paper.html", "a quiz on paper")
def _paper(tour: Tour) -> None:
    tour.open(tour.begin() + "/paper")


@shows("paper.html", "a quiz on paper, with its solution")
def _solved_paper(tour: Tour) -> None:
    sitting = tour.begin()
    tour.open(sitting + "/submit")
    tour.press("Hand in")
    tour.open(sitting + "/paper?solution=yes")

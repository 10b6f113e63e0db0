"""A class in a browser: a section, a class list, an assignment, a sitting, and extra time in it."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from quizsvc.store import people

from ..conftest import SECRET
from .cookie import learner_in
from .filling import fill
from .tour import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from .stage import Stage

pytestmark = pytest.mark.browser


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    """Two browsers: the instructor's and the learner's."""
    opened = [chromium.new_context(), chromium.new_context()]
    yield opened
    for context in opened:
        context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def sign_up(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    press(page, "Continue")
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    press(page, "Sign up")


def a_section_with_a_class_list(teacher: Page, stage: Stage) -> None:
    """Sign up as an instructor, make a section, enrol two learners and get their links."""
    teacher.goto(stage.url + "/sign-up")
    sign_up(teacher, "Skip")
    teacher.wait_for_url("**/account")
    people.set_role(stage.db, learner_in(teacher.context, SECRET, stage.db), "instructor")
    teacher.goto(stage.url + "/sections")
    teacher.get_by_label("Name").fill("Residual networks, journey")
    press(teacher, "Make the section")
    expect(teacher.get_by_text("Nobody has joined yet.")).to_be_visible()
    teacher.get_by_role("link", name="Enrol a class list").click()
    teacher.get_by_label("Class list").fill("Name;Register ID\nRosa Journey;s1\nKim Journey;s2")
    press(teacher, "Show what would happen")
    expect(teacher.get_by_text("Get a new account: 2")).to_be_visible()
    press(teacher, "Enrol them")
    with teacher.expect_download() as download:
        press(teacher, "Make the links and download them")
    rows = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [row[0] for row in csv.reader(rows)] == ["name", "Kim Journey", "Rosa Journey"]
    teacher.get_by_role("link", name="To the section").click()


def a_quiz_of_thirty_minutes(teacher: Page) -> str:
    """Assign a quiz, and return the link by which learners join."""
    teacher.get_by_role("link", name="Assign a quiz").click()
    teacher.get_by_role("link", name="One question against the clock").click()
    expect(teacher.get_by_label("Time limit in minutes")).to_have_value("30")
    press(teacher, "Assign")
    expect(teacher.get_by_text("“One question against the clock” is assigned.")).to_be_visible()
    return teacher.get_by_text(re.compile(r"/join\?code=")).inner_text()


def a_learner_who_joins_and_begins(learner: Page, link: str) -> None:
    """Follow the link without an account, sign up, join and begin."""
    learner.goto(link)
    learner.get_by_role("main").get_by_role("link", name="Sign up").click()
    sign_up(learner, "Ben")
    press(learner, "Join")
    expect(learner.get_by_text("You are in Residual networks, journey now.")).to_be_visible()
    learner.get_by_role("link", name="One question against the clock").click()
    press(learner, "Start the quiz")
    learner.wait_for_url("**/sittings/*/1")


def ten_minutes_more(teacher: Page) -> None:
    """Give the learner who has joined other terms."""
    teacher.get_by_role("link", name="Overrides of One question").click()
    teacher.get_by_role("link", name=re.compile(r"^Ben-")).click()
    teacher.get_by_label("Or minutes more").fill("10")
    teacher.get_by_label("Reason").fill("A fire alarm.")
    press(teacher, "Save the override")
    said = "Time: 30 + 10 = 40 minutes; before: 30 minutes."
    expect(teacher.get_by_role("status")).to_contain_text(said)


def test_extra_minutes_reach_a_learner_whose_quiz_goes_on(
    stage: Stage, contexts: list[BrowserContext]
) -> None:
    teacher, learner = (context.new_page() for context in contexts)
    a_section_with_a_class_list(teacher, stage)
    a_learner_who_joins_and_begins(learner, a_quiz_of_thirty_minutes(teacher))
    timer = learner.get_by_role("timer")
    expect(timer).to_contain_text("30:00")
    ten_minutes_more(teacher)

    stage.wait(minutes=35)
    (pinned,) = stage.sitting_at(learner.url).items
    for drawn in stage.service.restored(pinned).parts:
        fill(learner, drawn, drawn.key)
    expect(timer).to_contain_text(re.compile(r"0?5:00|4:5\d"))
    press(learner, "Save and see all questions")
    expect(learner.get_by_text("answered", exact=True)).to_be_visible()
    learner.reload()
    expect(timer).to_contain_text(re.compile(r"0?5:00|4:5\d"))
    learner.get_by_role("link", name="Check your answers and hand in").click()
    press(learner, "Hand in")
    expect(learner.get_by_text("1 of 1 points").first).to_be_visible()
    assert stage.sitting_at(learner.url).submitted_by == "learner"

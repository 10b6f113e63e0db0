"""What a learner sees of himself in the browser: what is mastered, misunderstood and due."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from quizsvc.store import Database
from quizsvc.store.attempts import StoredAttempt
from quizsvc.variants import draw, learner_seed
from quizsvc.web.service import Service

from .test_journey import BANK, Watched, family, first_words

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from quizsvc.model import SampleKind, Variant

    from ..conftest import Server

pytestmark = pytest.mark.browser

OBJECTIVE = "stability"


def shown(browser: Watched) -> Variant:
    """Return the variant that the page asks."""
    found = re.search(r"/practice/([a-z0-9-]+)/([0-9]+)", browser.page.url)
    assert found, browser.page.url
    item = BANK.items[found[1]]
    seed = learner_seed(browser.server.secret.encode(), browser.learner, item.id, int(found[2]))
    return draw(item, seed)


def answer_right(browser: Watched) -> None:
    """Give the key of the variant that the page asks."""
    for part in shown(browser).parts:
        browser.give(part, part.key)
    browser.page.get_by_role("button", name="Check").click()
    expect(browser.page.get_by_text("Right", exact=True).first).to_be_visible()


def answered_before(browser: Watched, item_id: str, kind: SampleKind, days: float) -> None:
    """Let the learner have answered a new variant of an item so many days ago."""
    at = datetime.now(UTC) - timedelta(days=days)
    database = Database(browser.server.database_url, clock=lambda: at)
    service = Service(BANK, database, browser.server.secret.encode())
    item, learner = BANK.items[item_id], browser.learner
    number = service.next_number(learner, item)
    variant = service.variant(item, learner, number)
    raw = {
        part.name: next(
            sample.raw for sample in part.part.interaction.samples(part) if sample.kind == kind
        )
        for part in variant.parts
    }
    stored = service.answer(variant, raw, learner=learner, number=number, token=uuid4().hex)
    assert isinstance(stored, StoredAttempt)
    database.dispose()


def assert_accessible(page: Page) -> None:
    """Check that nobody is left out of a page, on a phone as on a desk."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert Axe().run(page).response["violations"] == [], page.url


def test_four_right_answers_master_an_objective_and_a_misconception_is_overcome(
    running: Server, chromium: Browser
) -> None:
    browser = Watched(chromium.new_context(), running)
    page = browser.page
    page.goto(f"{running.url}/practice")
    goal = page.locator(f'a[href="/next?for=objective:{OBJECTIVE}"]')
    row = page.locator("li", has=goal)
    for words in ("not begun", "1 of 4", "2 of 4", "3 of 4"):
        expect(row).to_contain_text(words)
        goal.click()
        page.wait_for_url(re.compile(rf"/practice/.*\?for=objective:{OBJECTIVE}$"))
        answer_right(browser)
        page.goto(f"{running.url}/practice")
    expect(row).to_contain_text("mastered")

    page.goto(f"{running.url}/practice/{family()}")
    (drawn,) = shown(browser).parts
    wrong = drawn.predicted[0]
    browser.give(drawn, wrong.value)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text(first_words(wrong.says)).first).to_be_visible()
    page.goto(f"{running.url}/progress")
    met = page.locator(".beliefs li")
    expect(met).to_have_count(1)
    expect(met).to_contain_text("Not overcome yet")
    for _ in range(2):
        page.goto(f"{running.url}/practice/{family()}")
        answer_right(browser)
    page.goto(f"{running.url}/progress")
    expect(met).to_contain_text("overcome on")
    expect(page.locator(".mastery tr", has=goal)).to_contain_text("mastered")
    assert_accessible(page)
    page.emulate_media(color_scheme="dark")
    for url in ("/progress", "/", "/practice", "/reviews"):
        page.goto(f"{running.url}{url}")
        assert_accessible(page)
    assert browser.complaints == []
    assert browser.foreign == []


def test_what_is_due_comes_back_and_the_learner_chooses_how_soon(
    running: Server, chromium: Browser
) -> None:
    browser = Watched(chromium.new_context(java_script_enabled=False), running)
    page = browser.page
    page.goto(f"{running.url}/practice/{family()}")
    answered_before(browser, family(), "misconception", 5)
    answered_before(browser, "euler-stability", "correct", 1)
    page.goto(running.url)
    expect(page.get_by_text("1 review is due today.")).to_be_visible()
    page.get_by_role("link", name="Why these?").click()
    expect(page.get_by_text("and did not get it right; the chance")).to_be_visible()

    page.get_by_label("How sure you want to be").fill("99")
    page.get_by_role("button", name="Keep this").click()
    expect(page).to_have_title(re.compile("^Error: "))
    problem = "How sure you want to be must be a whole number from 70 to 97 per cent."
    page.get_by_role("link", name=problem).click()
    assert page.get_by_label("How sure you want to be").input_value() == "99"
    page.get_by_label("How sure you want to be").fill("97")
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("Your choice is kept.")).to_be_visible()
    expect(page.get_by_text("2 reviews are due today.")).to_be_visible()
    page.get_by_label("Reviews a day, at most").fill("1")
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_text("1 review is due today.")).to_be_visible()

    page.get_by_role("link", name="Review now").click()
    page.wait_for_url(f"**/practice/{family()}/2*")
    answer_right(browser)
    page.goto(f"{running.url}/next?for=due")
    expect(page.get_by_role("status")).to_have_text("More is due than your daily limit; it waits.")

    page.goto(f"{running.url}/progress")
    with page.expect_download() as download:
        page.get_by_role("link", name="All of it as JSON").click()
    data = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert [each["item"] for each in data["attempts"]] == [family(), "euler-stability", family()]
    with page.expect_download() as download:
        page.get_by_role("link", name="Your answers as CSV").click()
    assert download.value.suggested_filename.endswith(".csv")

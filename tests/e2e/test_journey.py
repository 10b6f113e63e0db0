"""A learner's way through the lesson, in a browser, against a real server."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from quizsvc.store import Database, attempts, sittings
from quizsvc.variants import draw, learner_seed, restore

from ..conftest import serving
from ..course import shipped_bank
from .cookie import guest_in
from .filling import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from quizsvc.model import DrawnPart, Variant

    from ..conftest import Server

pytestmark = pytest.mark.browser

LESSON = "gradient-identity"
QUIZ = "residual-connections-quiz"

BANK = shipped_bank()

FONT = """document.fonts.load('1em "STIX Two Math"').then(
    (faces) => faces.map((face) => face.status))"""


def family() -> str:
    """Return the first family of the lesson that asks one matrix and knows a misconception."""
    for group in BANK.lessons[LESSON].practice:
        for each in group.items:
            item = BANK.items[each]
            if [part.interaction.type for part in item.parts] == ["matrix"]:
                variant = draw(item, 1)
                if variant.parts[0].predicted and variant.parameters != draw(item, 2).parameters:
                    return each
    pytest.fail("the lesson has no such family")


class Watched:
    """A browser's page with what it asked for elsewhere and what it complained about."""

    def __init__(self, context: BrowserContext, server: Server) -> None:
        self.context = context
        self.server = server
        self.page: Page = context.new_page()
        self.foreign: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self._asked(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text)
                if message.type in ("error", "warning")
                else None
            ),
        )

    def _asked(self, url: str) -> None:
        if not url.startswith(self.server.url):
            self.foreign.append(url)

    @property
    def learner(self) -> str:
        """The learner id in the cookie."""
        return guest_in(self.context, self.server.secret)

    def variant(self, number: int) -> Variant:
        """Return the learner's nth variant of the family."""
        item = family()
        seed = learner_seed(self.server.secret.encode(), self.learner, item, number)
        return draw(BANK.items[item], seed)

    def font(self) -> Any:
        """Return the states of the maths font, once the page and the font have come or failed."""
        self.page.wait_for_load_state()
        return self.page.evaluate(FONT)

    def give(self, drawn: DrawnPart, value: Any) -> None:
        """Fill a part's field, or fields, with a value."""
        fill(self.page, drawn, value)


def first_words(markdown: str) -> str:
    """Return the beginning of a text, up to its first formula or emphasis."""
    return re.split(r"[$*_`\n]", markdown)[0].strip()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server with the shipped course, which the test may stop."""
    with serving(tmp_path) as running:
        yield running


@pytest.fixture
def database(server: Server) -> Database:
    return Database(server.database_url, clock=lambda: datetime.now(UTC))


def test_a_learner_practises_sits_the_quiz_and_finds_everything_again(
    server: Server, chromium: Browser, database: Database
) -> None:
    browser = Watched(chromium.new_context(), server)
    page = browser.page
    lesson = BANK.lessons[LESSON]

    page.goto(server.url)
    page.get_by_role("link", name=lesson.title).click()
    page.locator(f'a[href="/practice/{family()}"]').click()
    assert browser.font() == ["loaded"]
    drawn = browser.variant(1).parts[0]
    wrong = drawn.predicted[0]
    browser.give(drawn, wrong.value)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Not right")).to_be_visible()
    expect(page.get_by_text(first_words(wrong.says)).first).to_be_visible()
    expect(page.get_by_role("heading", name="Worked solution")).to_have_count(0)
    page.get_by_role("button", name="Show the solution").click()
    expect(page.get_by_role("heading", name="Worked solution")).to_be_visible()

    page.get_by_role("link", name="New variant").click()
    page.wait_for_url(f"**/{family()}/2")
    browser.give(drawn, browser.variant(2).parts[0].key)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right", exact=True)).to_be_visible()

    page.get_by_role("link", name="Back to the lesson").click()
    expect(page.get_by_role("heading", name=lesson.title)).to_be_visible()
    page.get_by_role("link", name="Lessons").click()
    page.get_by_role("link", name=BANK.assessments[QUIZ].title).click()
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url("**/sittings/*/1")
    sitting = sittings.find(database, page.url.split("/")[-2])
    assert sitting is not None
    for pinned in sitting.items:
        item = BANK.items[pinned.item]
        variant = restore(item, pinned.seed, pinned.candidate, pinned.parameters, pinned.key)
        for part in variant.parts:
            browser.give(part, part.key)
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile("Save and (next|see)")).click()
    page.get_by_role("link", name="Hand in").click()
    page.get_by_role("button", name="Hand in").click()
    score = page.locator(".score").first.inner_text()
    expect(page.get_by_text("Written answers")).to_have_count(0)
    earned, possible = re.findall(r"[\d.]+", score)
    assert earned == possible
    database.dispose()

    assert server.stop() == 0
    server.start()
    page.goto(f"{server.url}/history")
    expect(page.get_by_text(score)).to_be_visible()
    kept = attempts.history(database, browser.learner, family())
    assert [attempt.outcome and attempt.outcome["misconception"] for attempt in kept] == [
        None,
        wrong.id,
    ]
    database.dispose()
    assert browser.foreign == []
    assert browser.complaints == []


def test_practice_works_without_javascript(running: Server, chromium: Browser) -> None:
    browser = Watched(chromium.new_context(java_script_enabled=False), running)
    browser.page.goto(f"{running.url}/practice/{family()}")
    for drawn in browser.variant(1).parts:
        browser.give(drawn, drawn.key)
    browser.page.get_by_role("button", name="Check").click()
    expect(browser.page.get_by_text("Right", exact=True)).to_be_visible()


def test_a_matrix_pasted_into_a_cell_fills_the_grid(running: Server, chromium: Browser) -> None:
    browser = Watched(chromium.new_context(), running)
    page = browser.page
    page.goto(f"{running.url}/practice/{family()}")
    key = browser.variant(1).parts[0].key
    text = "\n".join("\t".join(f"{entry:g}" for entry in row) for row in key)
    page.locator('[name="answer.0.0"]').evaluate(
        """(cell, text) => {
            const data = new DataTransfer();
            data.setData("text", text);
            const options = {clipboardData: data, bubbles: true, cancelable: true};
            cell.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        text,
    )
    last = f'[name="answer.{len(key) - 1}.{len(key[0]) - 1}"]'
    assert page.locator(last).input_value() == f"{key[-1][-1]:g}"
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right", exact=True)).to_be_visible()

"""What a browser kept of a page, over a crash or behind the back button, doubles nothing."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from quizsvc.store import Database, tables

from ..bank import write_bank
from ..conftest import serving
from .conftest import CHROMIUM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright._impl._api_structures import SetCookieParam
    from playwright.sync_api import Browser, BrowserContext, Page, Route

    from ..conftest import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def quizzes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the small bank."""
    folder = tmp_path_factory.mktemp("stale")
    with serving(folder, write_bank(folder / "content")) as server:
        yield server


@dataclass
class Crashing:
    """A browser with a profile of its own, which is killed and started again.

    No browser without a window brings back its tabs by itself: `restored` shows a page as it does,
    from what it had kept, at its old address.
    """

    chromium: Browser
    profile: Path
    script: bool
    context: BrowserContext = field(init=False)
    kept: dict[str, str] = field(default_factory=dict)
    shown_next: str = ""

    def start(self) -> Page:
        self.context = self.chromium.browser_type.launch_persistent_context(
            self.profile,
            executable_path=str(CHROMIUM),
            args=["--no-sandbox"],
            java_script_enabled=self.script,
        )
        # All the while: to end it while other requests wait would let these hang.
        self.context.route(re.compile(r"/(1|submit)$"), self._answer)
        return self.context.pages[0]

    def keep(self, address: str) -> None:
        """Keep a page as the server made it."""
        self.kept[address] = self.context.request.get(address).text()

    def crash(self) -> Page:
        """End it without warning, and start it again."""
        cookies: list[SetCookieParam] = [
            {"name": each["name"], "value": each["value"], "domain": each["domain"], "path": "/"}
            for each in self.context.cookies()
        ]
        of_process = (self.profile / "SingletonLock").readlink().name.rpartition("-")[2]
        with self.context.expect_event("close"):
            os.kill(int(of_process), signal.SIGKILL)
        page = self.start()
        self.context.add_cookies(cookies)  # which it writes to its profile twice a minute
        return page

    def restored(self, page: Page, address: str) -> None:
        """Show a page that was kept."""
        self.shown_next = address
        page.goto(address)

    def _answer(self, route: Route) -> None:
        address = route.request.url
        if address != self.shown_next:
            route.continue_()
            return
        self.shown_next = ""
        route.fulfill(body=self.kept[address], content_type="text/html")


def answers_of(server: Server, sitting: str) -> tuple[list[object], list[object]]:
    """Return the responses in practice, and in a sitting."""
    db = Database(server.database_url, clock=lambda: datetime.now(UTC))
    row = tables.Attempt
    mine = select(tables.Sitting.learner_id).where(tables.Sitting.id == sitting[-32:])
    query = select(row.sitting_id, row.raw_response["answer"]).order_by(row.serial)
    with db.reading() as session:
        found = session.execute(query.where(row.learner_id == mine.scalar_subquery())).all()
    db.dispose()
    return (
        [answer for of, answer in found if of is None],
        [answer for of, answer in found if of is not None],
    )


def practised(
    browser: Crashing, page: Page, address: str, answer: str, leads_to: str = "**attempt=*"
) -> Page:
    """Answer a question on its page of before."""
    browser.restored(page, address)
    page.locator('[name="answer"]').fill(answer)
    page.get_by_role("button", name="Check").click()
    page.wait_for_url(leads_to)
    return page


@pytest.mark.parametrize(
    "script",
    [pytest.param(True, id="script"), pytest.param(False, id="none", marks=pytest.mark.long)],
)
def test_pages_of_before_a_crash_and_behind_the_back_button_double_and_overwrite_nothing(
    quizzes: Server, chromium: Browser, tmp_path: Path, *, script: bool
) -> None:
    browser = Crashing(chromium, tmp_path / "profile", script)
    page = browser.start()
    practice = f"{quizzes.url}/practice/double/1"
    page.goto(f"{quizzes.url}/assessments/final")
    page.get_by_role("button", name="Start").click()
    page.wait_for_url("**/1")
    sitting = page.url.removesuffix("/1")
    number = page.locator('[name="answer"]')
    number.fill("11")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url("**/2")
    for address in (f"{sitting}/1", f"{sitting}/submit", practice):
        browser.keep(address)
    receipt = practised(browser, page, practice, "7").url

    page = browser.crash()
    number = page.locator('[name="answer"]')
    page.goto(f"{sitting}/1")
    expect(number).to_have_value("11")
    number.fill("13")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url("**/2")

    browser.restored(page, f"{sitting}/1")
    number.fill("12")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_text("in another tab meanwhile").first).to_be_visible()
    for text in ("12", "13"):
        expect(page.get_by_text(text, exact=True).first).to_be_visible()
    page.get_by_text("Take the stored answer").click()
    expect(number).to_have_value("13")

    assert practised(browser, page, practice, "7").url == receipt
    practised(browser, page, practice, "8", "**/1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("already")
    assert answers_of(quizzes, sitting) == (["7"], [])

    page.goto(f"{sitting}/submit")
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/review")
    page.go_back()
    page.wait_for_url("**/review*")
    browser.restored(page, f"{sitting}/submit")
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url("**/review")
    assert answers_of(quizzes, sitting) == (["7"], ["13"])
    browser.context.close()

"""What was typed and not saved can be taken along, whatever is out of reach by then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from .states_of_faults import WRITTEN, unwritable
from .tour import Tour

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from .stage import Stage

pytestmark = pytest.mark.browser

TYPED = "½ ≠ 0,5 & <b>: 100 % of “it”, #1?"


def downloaded(page: Page) -> str:
    """Press the link and return what the file says."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="download it as a text file").click()
    assert waiting.value.suggested_filename == "what-you-typed.txt"
    return Path(waiting.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_an_answer_that_was_not_saved_is_downloaded_offline_and_can_be_sent_again(
    stage: Stage, chromium: Browser, *, script: bool
) -> None:
    context = chromium.new_context(java_script_enabled=script)
    tour = Tour(context.new_page(), stage)
    tour.open(f"/practice/{WRITTEN}/1")
    tour.page.locator('[name="answer"]').fill(TYPED)
    with unwritable(stage):
        tour.press("Check")
        expect(tour.page.get_by_role("heading", name="Not saved")).to_be_visible()
        context.set_offline(True)
        file = downloaded(tour.page)
    assert file == f"{stage.url}/practice/{WRITTEN}/1\n\nanswer:\n{TYPED}\n"
    context.set_offline(False)
    tour.press("Send it again")
    tour.page.wait_for_url("**attempt=*")
    expect(tour.page.get_by_text(TYPED).first).to_be_visible()
    context.close()


def test_a_quiz_that_cannot_be_saved_says_so_and_is_saved_by_itself_once_it_can(
    stage: Stage, chromium: Browser
) -> None:
    context = chromium.new_context()
    tour = Tour(context.new_page(), stage)
    tour.begin()
    status = tour.page.locator(".saving")
    with unwritable(stage):
        tour.page.locator('[name="answer"]').first.check()
        expect(status).to_contain_text("Not saved: the server cannot keep it just now")
        expect(status).to_contain_text("sent again by itself")
    expect(status).to_contain_text("Saved ")
    context.close()

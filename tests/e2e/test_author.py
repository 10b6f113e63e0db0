"""An author writes with the preview beside the editor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from quizsvc.web.author import create_author_app

from ..bank import DOUBLE, write_bank
from .stage import Running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


@pytest.fixture
def url(root: Path) -> Iterator[str]:
    running = Running(create_author_app(root))
    yield f"{running.url}/author"
    running.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def test_what_is_saved_shows_by_itself(url: str, root: Path, page: Page) -> None:
    def save(was: str, becomes: str) -> None:
        """Save as editors do, in one step: half a file would renew the page once more."""
        half = root / "items" / ".double.yaml"
        half.write_text(DOUBLE.replace(was, becomes), encoding="utf-8")
        half.replace(root / "items" / "double.yaml")

    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.goto(f"{url}/items/double?seed=3")
    expect(page.get_by_role("heading", level=1)).to_have_text("Twice a number")
    expect(page.get_by_text("double: certified over 20 seeds")).to_be_visible()

    # A fault shows with its line, and goes once it is mended.
    save("2 * n", "2 * m")
    expect(page.get_by_text("“m” is not known here")).to_be_visible()
    expect(page.locator("mark")).to_have_text("m")
    expect(page).to_have_title(re.compile("^Faults: "))
    save("Twice a number", "The double")
    expect(page.get_by_role("heading", level=1)).to_have_text("The double")
    expect(page.get_by_text("double: certified over 20 seeds")).to_be_visible()

    # What is being typed stays while the page changes beneath it, focus and all.
    field = page.get_by_label("Twice n")
    field.fill("7")
    save("Twice a number", "Once more")
    expect(page.get_by_role("heading", level=1)).to_have_text("Once more")
    expect(field).to_have_value("7")
    expect(field).to_be_focused()

    # So does the answer that was tried, judged anew.
    page.get_by_role("link", name="squared", exact=True).click()
    expect(page.locator("#tried")).to_contain_text("You squared the number.")
    save("You squared the number.", "That is the square.")
    expect(page.locator("#tried")).to_contain_text("That is the square.")

    # A certificate over more seeds comes into the page.
    expect(page.get_by_text("double: certified over 20 seeds")).to_be_visible()
    page.get_by_role("link", name="Check over 200 seeds").click()
    expect(page.get_by_text("double: certified over 200 seeds")).to_be_visible()
    save("Twice a number", "And again")
    expect(page.get_by_role("heading", level=1)).to_have_text("And again")
    expect(page.get_by_text("double: certified over 200 seeds")).to_be_visible()
    assert page.url.startswith(f"{url}/items/double?seed=3&as=squared")

    # A file that goes is told, and comes back.
    (root / "items" / "double.yaml").unlink()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such file")
    save("", "")
    expect(page.get_by_role("heading", level=1)).to_have_text("Twice a number")
    assert [each for each in complaints if "404" not in each] == []


def test_a_new_file_shows_and_the_preview_works_without_scripts(
    url: str, root: Path, page: Page, chromium: Browser
) -> None:
    page.goto(f"{url}/")
    fresh = DOUBLE.replace("id: double", "id: fresh")
    (root / "items" / "fresh.yaml").write_text(fresh, encoding="utf-8")
    page.get_by_role("link", name="fresh.yaml").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Twice a number")

    plain = chromium.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{url}/items/fresh")
    plain.get_by_label("Twice").fill("1")
    plain.get_by_role("button", name="Try this answer").click()
    expect(plain.locator("#tried")).to_contain_text("Not right")
    plain.get_by_role("link", name="Check over 200 seeds").click()
    expect(plain.get_by_text("fresh: certified over 200 seeds")).to_be_visible()
    plain.get_by_role("link", name="fresh", exact=True).click()
    plain.get_by_label("Seed").fill("12")
    plain.get_by_role("button", name="Show").click()
    expect(plain.get_by_role("link", name="Seed 13")).to_be_visible()
    plain.context.close()


def test_a_preview_that_has_ended_says_so(root: Path, page: Page) -> None:
    running = Running(create_author_app(root))
    page.goto(f"{running.url}/author/")
    expect(page.get_by_text("What you save shows here by itself.")).to_be_visible()
    running.stop()
    expect(page.get_by_text("The preview has ended.")).to_be_visible()

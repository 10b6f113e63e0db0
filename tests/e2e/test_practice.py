"""Practice in a browser: hints in steps, another try, the solution on demand, codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from quizsvc.variants import draw, learner_seed

from .test_journey import BANK, Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from quizsvc.model import DrawnPart

    from ..conftest import Server

pytestmark = pytest.mark.browser

ITEM = "depth-for-decay"
SCRIPTED = pytest.mark.parametrize(
    "scripted", [True, False], ids=["with a script", "without a script"]
)


def parts(browser: Watched, number: int) -> tuple[DrawnPart, ...]:
    seed = learner_seed(browser.server.secret.encode(), browser.learner, ITEM, number)
    return draw(BANK.items[ITEM], seed).parts


def give(browser: Watched, value: str | None, number: int = 1) -> None:
    """Fill in all fields, with the keys if there is no value."""
    for part in parts(browser, number):
        field = browser.page.locator(f'input[name="{part.name}"]')
        field.fill(value or repr(part.key))


def wide(browser: Watched) -> float:
    script = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return float(browser.page.evaluate(script))


def at_ease(browser: Watched) -> None:
    """Expect no rule of accessibility broken, and nothing wider than the screen."""
    assert [each["id"] for each in Axe().run(browser.page).response["violations"]] == []
    assert wide(browser) <= 1


@SCRIPTED
def test_hints_another_try_and_the_next_variant(
    running: Server, chromium: Browser, scripted: bool
) -> None:
    phone = chromium.new_context(
        java_script_enabled=scripted, viewport={"width": 360, "height": 740}
    )
    browser = Watched(phone, running)
    page = browser.page
    page.goto(f"{running.url}/practice/{ITEM}?for=need")
    first = page.locator(f'input[name="{parts(browser, 1)[0].name}"]')
    first.fill("1 +")
    before = page.url
    page.get_by_role("button", name="Show a hint").click()

    hints = page.locator(".hint")
    expect(hints).to_have_count(1)
    expect(first).to_have_value("1 +")
    if scripted:
        expect(hints).to_be_focused()
        assert page.url == before
    page.get_by_role("button", name="Show the next hint").click()
    expect(hints).to_have_count(2)
    expect(hints.last).to_be_in_viewport()
    page.goto(before)
    expect(hints).to_have_count(2)

    give(browser, "7654321")
    first.press("Enter")  # checks, and asks for no hint
    expect(page.locator(".score")).to_have_text("Not right")
    expect(page.locator(".score")).to_be_in_viewport()
    expect(page).to_have_title(re.compile("^Not right"))
    expect(page.get_by_text("Right answer")).to_have_count(0)
    if scripted:
        at_ease(browser)

    page.go_back()
    if scripted:  # as a browser that had kept the page shows it
        old = page.locator('[name="token"]').input_value()
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
        expect(page.locator('[name="token"]')).to_have_value(
            re.compile(f"^(?!{old})[0-9a-f]{{32}}$")
        )
    give(browser, "1234567")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".score")).to_have_text("Not right")
    page.get_by_role("link", name="Try again").click()
    expect(first).to_have_value("1234567")
    expect(first).to_be_in_viewport()
    give(browser, None)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".score")).to_have_text("Right")
    expect(page.get_by_role("heading", name="Worked solution")).to_be_visible()
    if scripted:
        at_ease(browser)
    expect(page.get_by_role("link", name="Next problem")).to_have_attribute(
        "href", "/next?for=need"
    )
    assert browser.complaints == []


@SCRIPTED
def test_the_solution_a_code_and_a_new_variant(
    running: Server, chromium: Browser, scripted: bool
) -> None:
    browser = Watched(chromium.new_context(java_script_enabled=scripted), running)
    page = browser.page
    page.goto(f"{running.url}/practice/{ITEM}")
    first = page.locator(f'input[name="{parts(browser, 1)[0].name}"]')
    first.fill("3 +")
    page.get_by_role("button", name="Get a code").click()
    code = page.locator("#code strong")
    expect(code).to_have_text(re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$"))
    expect(first).to_have_value("3 +")
    made = code.inner_text()

    give(browser, "7654321")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".score")).to_have_text("Not right")
    page.get_by_role("button", name="Show the solution").click()
    expect(page.get_by_role("heading", name="Worked solution")).to_be_visible()
    expect(page.get_by_text("An answer to this variant no longer counts")).to_be_visible()
    if scripted:
        at_ease(browser)
    page.get_by_role("button", name="Get a code").click()
    expect(code).to_have_text(made)

    page.get_by_role("link", name="New variant").click()
    keys = [part.key for part in parts(browser, 1)]
    fresh = next(n for n in range(2, 40) if [part.key for part in parts(browser, n)] != keys)
    expect(page).to_have_url(f"{running.url}/practice/{ITEM}/{fresh}")
    expect(first).to_have_value("")
    page.get_by_role("button", name="Show the solution").click()
    expect(page.get_by_role("heading", name="Worked solution")).to_be_visible()
    expect(page).to_have_title(re.compile("^Solution"))
    assert browser.complaints == []


@SCRIPTED
def test_help_in_a_lesson_leaves_the_rest_of_the_page_alone(
    running: Server, chromium: Browser, scripted: bool
) -> None:
    browser = Watched(chromium.new_context(java_script_enabled=scripted), running)
    page = browser.page
    page.goto(f"{running.url}/lessons/paths")
    question = page.locator("#check-paths-of-length")
    for field in question.locator("input[type=text]").all():
        field.fill("7654321")
    question.get_by_role("button", name="Show a hint").click()
    expect(question.locator(".hint")).to_have_count(1)
    expect(question.locator("input[type=text]").first).to_have_value("7654321")
    question.get_by_role("button", name="Check").click()
    expect(question.locator(".score")).to_have_text("Not right")
    expect(question.get_by_text("Right answer")).to_have_count(0)
    expect(question.locator(".hint")).to_have_count(1)
    if scripted:
        expect(question).to_be_focused()
        page.reload()
        expect(question.locator(".score")).to_have_text("Not right")
    question.get_by_role("button", name="Show the solution").click()
    expect(question.get_by_text("Right answer").first).to_be_visible()
    expect(question.get_by_role("button", name="Check")).to_have_count(0)
    question.get_by_role("link", name="New numbers").click()
    expect(question.get_by_role("button", name="Check")).to_be_visible()
    assert browser.complaints == []


def test_a_hint_that_cannot_be_had_now_loses_nothing(running: Server, chromium: Browser) -> None:
    browser = Watched(chromium.new_context(), running)
    page = browser.page
    page.goto(f"{running.url}/practice/{ITEM}")
    give(browser, "5 +")
    browser.context.clear_cookies()  # the form has expired: an error page says so
    page.get_by_role("button", name="Show a hint").click()
    expect(page.get_by_text("This form has expired")).to_be_visible()
    expect(page.get_by_text("5 +").first).to_be_visible()

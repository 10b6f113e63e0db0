"""The course in a browser: questions in their place, examples, the mastery test, phones."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from quizsvc.store import Database, sittings
from quizsvc.variants import draw, learner_seed, restore

from .test_journey import BANK, Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, ViewportSize

    from quizsvc.model import Variant

    from ..conftest import Server

pytestmark = pytest.mark.browser

PHONE: ViewportSize = {"width": 360, "height": 740}


def variant(browser: Watched, item: str, number: int = 1) -> Variant:
    seed = learner_seed(browser.server.secret.encode(), browser.learner, item, number)
    return draw(BANK.items[item], seed)


def check_in(browser: Watched, item: str) -> Locator:
    return browser.page.locator(f"#check-{item}")


@pytest.mark.parametrize("scripted", [True, False], ids=["with a script", "without a script"])
def test_a_question_in_a_lesson_is_answered_in_its_place(
    running: Server, chromium: Browser, scripted: bool
) -> None:
    browser = Watched(chromium.new_context(java_script_enabled=scripted), running)
    page = browser.page
    page.goto(f"{running.url}/lessons/paths")
    question = check_in(browser, "paths-of-length")
    for part in variant(browser, "paths-of-length").parts:
        question.locator(f'[name="{part.name}"]').fill(f"{part.key:g}")
    question.get_by_role("button", name="Check").click()

    expect(question.locator(".score")).to_have_text("Right")
    if scripted:
        expect(question).to_be_focused()
        page.reload()
        expect(question.locator(".score")).to_have_text("Right")
    question.get_by_role("link", name="New numbers").click()
    expect(question.get_by_role("button", name="Check")).to_be_visible()
    expect(question.get_by_text("last time: Right")).to_be_visible()
    assert browser.complaints == []


def test_an_answer_that_cannot_be_read_is_handed_back_in_its_place(
    running: Server, chromium: Browser
) -> None:
    browser = Watched(chromium.new_context(), running)
    browser.page.goto(f"{running.url}/lessons/eigenvalues")
    question = check_in(browser, "block-eigenvalues")
    question.get_by_role("textbox").fill("1,5")
    question.get_by_role("button", name="Check").click()

    expect(question.get_by_text("Not checked yet")).to_be_visible()
    expect(question.get_by_role("textbox")).to_have_value("1,5")


def test_another_example_has_other_numbers_and_leaves_the_rest_alone(
    running: Server, chromium: Browser
) -> None:
    browser = Watched(chromium.new_context(), running)
    page = browser.page
    page.goto(f"{running.url}/lessons/gradient-identity")
    field = check_in(browser, "gradient-formula").get_by_role("textbox")
    field.fill("I")
    example = page.locator("#example-product-order")
    before = example.locator(".stem").inner_text()
    another = example.get_by_role("link", name="Another example")
    another.click()

    expect(another).to_have_attribute("href", re.compile("=3#"))  # the second has come
    assert example.locator(".stem").inner_text() != before
    expect(field).to_have_value("I")
    example.get_by_text("Step by step").click()
    expect(example.locator(".steps")).to_be_visible()


def test_steps_are_put_in_order_with_the_keyboard_alone(running: Server, chromium: Browser) -> None:
    browser = Watched(chromium.new_context(), running)
    page = browser.page
    page.goto(f"{running.url}/practice/order-of-layers")
    part = variant(browser, "order-of-layers").parts[0]
    shown = [each for each, _ in part.part.interaction.offered(part)]
    page.locator("#field-answer-0").focus()
    for step in shown:
        page.keyboard.type(str(part.key.index(step) + 1))
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Check").press("Enter")

    expect(page.locator(".score")).to_have_text("Right")


def test_fields_whose_labels_are_formulas_have_names_to_be_read_aloud(
    running: Server, chromium: Browser
) -> None:
    page = chromium.new_context().new_page()
    for lesson in ("gradient-identity", "gates-and-weights"):
        page.goto(f"{running.url}/lessons/{lesson}")
        session = page.context.new_cdp_session(page)
        tree = session.send("Accessibility.getFullAXTree")["nodes"]
        fields = ("textbox", "radio", "checkbox", "combobox")
        found = [node for node in tree if node.get("role", {}).get("value") in fields]

        assert len(found) > 5
        assert [node for node in found if not node["name"]["value"]] == []


def test_no_page_of_the_course_scrolls_sideways_on_a_phone(
    running: Server, chromium: Browser
) -> None:
    page = chromium.new_context(viewport=PHONE).new_page()
    addresses = ["/", "/claims", "/assessments/mastery-test"]
    addresses += [f"/lessons/{lesson.id}" for lesson in BANK.reading_order]
    for address in addresses:
        page.goto(running.url + address)
        over = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert over <= 1, address  # a rounded pixel moves nothing


@pytest.mark.long
def test_the_mastery_test_is_passed_with_the_keys(running: Server, chromium: Browser) -> None:
    browser = Watched(chromium.new_context(), running)
    page = browser.page
    database = Database(running.database_url, clock=lambda: datetime.now(UTC))
    page.goto(f"{running.url}/assessments/mastery-test")
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url("**/sittings/*/1")
    sitting = sittings.find(database, page.url.split("/")[-2])
    assert sitting is not None
    assert len(sitting.items) == BANK.assessments["mastery-test"].length
    for pinned in sitting.items:
        met = restore(
            BANK.items[pinned.item],
            pinned.seed,
            pinned.candidate,
            pinned.parameters,
            pinned.key,
        )
        for part in met.parts:
            browser.give(part, part.key)
        with page.expect_navigation():
            page.get_by_role("button", name=re.compile("Save and (next|see)")).click()
    page.get_by_role("link", name="Hand in").click()
    page.get_by_role("button", name="Hand in").click()

    earned, possible = re.findall(r"[\d.]+", page.locator(".score").first.inner_text())
    assert earned == possible
    expect(page.get_by_role("heading", name="By objective")).to_be_visible()
    database.dispose()
    assert browser.complaints == []

"""Typing an answer in a browser: previews, grids, symbols, and forms that come back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from .test_journey import Watched

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, Route

    from ..conftest import Server

pytestmark = pytest.mark.browser

MATRIX, FORMULA, SEVERAL = "block-jacobian", "jacobian-formula", "descent-step"
PASTE = """(field, text) => {
    field.focus();
    const data = new DataTransfer();
    data.setData("text", text);
    const options = {clipboardData: data, bubbles: true, cancelable: true};
    if (!field.dispatchEvent(new ClipboardEvent("paste", options))) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", {bubbles: true, inputType: "insertFromPaste"}));
}"""


@pytest.fixture(scope="module")
def visitor(running: Server, chromium: Browser) -> Watched:
    return Watched(chromium.new_context(viewport={"width": 1280, "height": 900}), running)


def ask(visitor: Watched, item: str) -> Page:
    visitor.page.goto(f"{visitor.server.url}/practice/{item}/1")
    return visitor.page


def paste(field: Locator, text: str) -> None:
    field.evaluate(PASTE, text)


def grid(page: Page) -> list[str]:
    return [cell.input_value() for cell in page.locator(".grid input").all()]


def test_what_is_typed_is_shown_in_maths_or_with_the_place_marked(visitor: Watched) -> None:
    page = ask(visitor, FORMULA)
    field, told = page.locator('[name="answer"]'), page.locator("output.echo")
    room = told.bounding_box()

    field.fill("I + W2 W1")
    expect(told).to_contain_text("a 3 × 3 matrix")
    expect(told.locator("math")).to_have_count(1)
    field.fill("W1 x")
    expect(told).to_contain_text("A 3 × 3 matrix is asked for; this is a vector of 2.")
    expect(told.locator("math")).to_have_count(1)
    field.fill("I + W1&<b>W2</b>")
    expect(told.locator("mark")).to_have_text("&")
    expect(told.locator("code")).to_have_text("I + W1&<b>W2</b>")
    expect(told).to_contain_text("At character 7.")
    expect(told.locator("b")).to_have_count(0)
    field.fill("I + W2 (W1")
    expect(told.locator("mark")).to_have_text("(")
    assert room == told.bounding_box()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    field.fill("1 + " * 600)
    expect(told).to_have_text("Too long to preview: 2,400 characters; read when you check.")
    field.fill("")
    expect(told).to_be_empty()
    assert asked == []


def test_every_cell_of_a_grid_is_read_and_arrows_lead_from_cell_to_cell(visitor: Watched) -> None:
    page = ask(visitor, MATRIX)
    told = page.locator(".matrix output")

    page.locator('[name="answer.0.0"]').fill("1/2")
    expect(told).to_contain_text("a 2 × 2 matrix, 1 of 4 entries")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("12")
    page.keyboard.press("ArrowLeft")  # within the text
    page.keyboard.type("3")
    page.keyboard.press("ArrowRight")  # to its end
    page.keyboard.press("ArrowRight")  # and on
    page.keyboard.type("4 )")
    expect(told).to_contain_text("Row 2, column 2: This “)” closes nothing. At character 3.")
    expect(told.locator("code")).to_have_text("4 )")
    page.keyboard.press("ArrowUp")
    page.keyboard.type("5")
    page.keyboard.press("ArrowUp")  # there is no row above
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert re.fullmatch(r"∂y/∂x, row 1, column 2", focused)
    assert grid(page) == ["1/2", "5", "132", "4 )"]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("1\t2\r\n3\t4\r\n", "1 2 3 4"),
        ("[1 2; 3 -4]", "1 2 3 -4"),
        ("[1, 2 - 1; 3, (4)]", "1 2_-_1 3 (4)"),
        ("[[1, 2],\n [3, 4]]", "1 2 3 4"),
        ("array([[1., 2.],\n       [3., 4.]])", "1. 2. 3. 4."),
        ("[[1 2]\n [3 4]]", "1 2 3 4"),
        (r"\begin{pmatrix} 1 & \frac{1}{2} \\ -3 & 4 \end{pmatrix}", "1 (1)/(2) -3 4"),
        ("1,5 2\n3 4", "1,5 2 3 4"),
    ],
)
def test_a_pasted_matrix_fills_the_grid_from_a_cell_and_from_the_box(
    visitor: Watched, text: str, cells: str
) -> None:
    wanted = [cell.replace("_", " ") for cell in cells.split()]
    for place in ('[name="answer.0.0"]', "textarea.paste"):
        page = ask(visitor, MATRIX)
        page.locator("details", has=page.locator("textarea.paste")).evaluate("d => d.open = true")
        paste(page.locator(place), text)
        expect(page.locator(".told")).to_have_text("The grid is filled: 2 × 2 entries.")
        assert grid(page) == wanted
        assert page.locator("textarea.paste").input_value() == ""


def test_what_does_not_fit_the_grid_stands_in_the_box_and_is_read_there(visitor: Watched) -> None:
    page = ask(visitor, MATRIX)
    box, told = page.locator("textarea.paste"), page.locator("textarea.paste + output")

    paste(page.locator('[name="answer.1.1"]'), "1\t2\t3\n4\t5\t6")
    expect(box).to_be_focused()
    expect(told).to_contain_text("A 2 × 2 matrix is asked for; this is a 2 × 3 matrix.")
    assert grid(page) == [""] * 4
    box.fill("[[1, 2], [3, 4]]'")
    expect(told).to_have_text(re.compile("a 2 × 2 matrix"))
    assert grid(page) == [""] * 4
    box.fill("5 6\n7 8")
    assert grid(page) == [""] * 4  # the last row may go on
    box.blur()
    assert grid(page) == ["5", "6", "7", "8"]
    paste(page.locator('[name="answer.1.0"]'), "9\t10")
    assert grid(page) == ["5", "6", "9", "10"]
    expect(page.locator(".matrix output")).to_contain_text("a 2 × 2 matrix")


def test_a_column_pasted_between_entries_joins_them(visitor: Watched) -> None:
    page = ask(visitor, "upstream-gradient")
    field = page.locator('[name="answer"]')

    paste(field, "1\n-2\n")
    assert field.input_value() == "[1, -2]"
    field.fill("[1, ]")
    field.evaluate("field => field.setSelectionRange(4, 4)")
    paste(field, "2\n3")
    assert field.input_value() == "[1, 2, 3]"


def test_the_blanks_of_a_graph_are_read_and_the_picture_follows(visitor: Watched) -> None:
    page = ask(visitor, "graph-with-residual-family")
    field = page.locator("input[data-twin]").first
    twin = page.locator(f'[name="{field.get_attribute("data-twin")}"]')

    twin.fill("2 +")
    expect(page.locator("td output").first.locator("mark")).to_have_text("+")
    field.fill("7/3")
    expect(page.locator("td output").first).to_have_text(re.compile("a number"))
    assert twin.input_value() == "7/3"


def test_a_preview_that_does_not_come_blocks_nothing(running: Server, chromium: Browser) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        held: list[Route] = []
        page.route("**/echo/**", lambda route: held.append(route))  # noqa: PLW0108 - it is inspected
        page.goto(f"{running.url}/practice/upstream-gradient/1")
        with page.expect_request("**/echo/**"):
            page.locator('[name="answer"]').fill("[1, 2")
        expect(page.locator("output.echo")).to_be_empty()
        page.locator('[name="answer"]').fill("[123, 456]")
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("Not right")).to_be_visible()
        page.unroute_all(behavior="ignoreErrors")

        page.goto(f"{running.url}/practice/upstream-gradient/2")
        page.locator('[name="answer"]').fill("[1, 2]")
        expect(page.locator("output.echo")).to_contain_text("a vector of 2")
        context.set_offline(offline=True)
        with page.expect_event("requestfailed"):
            page.locator('[name="answer"]').fill("[1, 2, 3]")
        expect(page.locator("output.echo")).to_be_empty()
        context.set_offline(offline=False)


def test_symbols_are_offered_by_touch_and_otherwise_behind_one_button(
    visitor: Watched, running: Server, chromium: Browser
) -> None:
    with chromium.new_context(
        viewport={"width": 320, "height": 700}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        page.goto(f"{running.url}/practice/{FORMULA}/1")
        field = page.locator('[name="answer"]')
        field.tap()
        page.get_by_role("button", name="W2", exact=True).tap()
        page.get_by_role("button", name="tanh", exact=True).tap()
        page.get_by_role("button", name="W1", exact=True).tap()
        expect(field).to_be_focused()
        assert field.input_value() == "W2tanh(W1)"
        smallest = page.locator(".palette button").evaluate_all(
            "all => Math.min(...all.flatMap((b) => [b.offsetWidth, b.offsetHeight]))"
        )
        assert smallest >= 40
        assert field.get_attribute("inputmode") == "text"
        page.goto(f"{running.url}/practice/{MATRIX}/1")
        last = page.locator('[name="answer.1.1"]')
        last.tap()
        page.get_by_role("button", name="square root").tap()
        assert last.input_value() == "√()"
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert Axe().run(page).response["violations"] == []

    page = ask(visitor, FORMULA)
    field, toggle = page.locator('[name="answer"]'), page.get_by_role("button", name="Symbols")
    field.fill("x")
    field.select_text()
    expect(page.get_by_role("toolbar")).to_be_hidden()
    page.keyboard.press("Tab")
    expect(toggle).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")  # round to the last one
    expect(page.get_by_role("button", name="sigmoid")).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    assert field.input_value() == "σ(x)"
    assert Axe().run(page).response["violations"] == []


def test_a_megabyte_stays_in_its_field_and_the_page_says_why(
    running: Server, chromium: Browser
) -> None:
    megabyte = "1 " * 500_000
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{running.url}/practice/{MATRIX}/1")
        page.locator("details", has=page.locator("textarea.paste")).evaluate("d => d.open = true")
        box, sent = page.locator("textarea.paste"), []
        page.on("request", lambda request: sent.append(request.url))
        paste(box, megabyte)
        told = page.locator("textarea.paste + output")
        expect(told).to_contain_text("Too long to preview: 1,000,000 characters")
        page.get_by_role("button", name="Check").click()
        summary = page.locator("[data-problems]")
        expect(summary).to_be_focused()
        expect(summary).to_contain_text("1,000,000 characters; at most 64,000 can be sent")
        assert sent == []
        assert page.title().startswith("Error: ")
        assert len(box.input_value()) == 1_000_000
        summary.get_by_role("link").click()
        expect(box).to_be_focused()
        box.fill("[[1, 2], [3, 4]]")
        page.get_by_role("button", name="Check").click()
        expect(page.locator(".outcome").first).to_be_visible()

    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{running.url}/practice/practice-ode/1")
        page.locator("textarea").fill(megabyte)
        page.get_by_role("button", name="Check").click()
        expect(page.get_by_text("should still be there")).to_be_visible()
        page.go_back()
        assert len(page.locator("textarea").input_value()) == 1_000_000


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_that_cannot_be_read_comes_back_with_the_focus_on_what_is_wrong(
    running: Server, chromium: Browser, *, scripts: bool
) -> None:
    with chromium.new_context(java_script_enabled=scripts) as context:
        page = context.new_page()
        page.goto(f"{running.url}/practice/{SEVERAL}/1")
        fields = page.locator("form input[type=text]")
        fields.nth(0).fill("1/2")
        fields.nth(1).fill("3 +")
        fields.nth(1).press("Enter")
        summary = page.locator("[data-problems]")
        expect(summary).to_be_focused()
        assert page.title().startswith("Error: ")
        expect(summary.get_by_role("link")).to_have_text(re.compile("Part 2, .*missing after"))
        assert [each.input_value() for each in fields.all()] == ["1/2", "3 +"]
        summary.get_by_role("link").click()
        expect(fields.nth(1)).to_be_focused()
        page.goto(f"{running.url}/practice/{MATRIX}/1")
        for cell, text in zip(page.locator(".grid input").all(), ["1", "2", "x", "4"], strict=True):
            cell.fill(text)
        page.get_by_role("button", name="Check").click()
        page.locator("[data-problems]").get_by_role("link").click()
        expect(page.locator('[name="answer.1.0"]')).to_be_focused()


def test_an_answer_in_a_lesson_that_cannot_be_read_says_error_in_the_title(
    visitor: Watched,
) -> None:
    page = visitor.page
    page.goto(f"{visitor.server.url}/lessons/gradient-identity")
    check = page.locator("section.check", has=page.locator("input[type=text]")).first
    check.get_by_role("button", name="Check").click()
    expect(page.locator("[data-problems]")).to_be_focused()
    assert page.title().startswith("Error: ")


def test_the_guide_is_read_by_everybody(visitor: Watched) -> None:
    page = ask(visitor, FORMULA)
    link = page.get_by_role("link", name="How to type answers")
    with page.context.expect_page() as opened:
        link.click()
    guide = opened.value
    expect(guide.get_by_role("heading", name="Typing")).to_be_in_viewport()
    guide.set_viewport_size({"width": 320, "height": 700})
    assert guide.evaluate("document.documentElement.scrollWidth") <= 320
    assert Axe().run(guide).response["violations"] == []
    guide.close()

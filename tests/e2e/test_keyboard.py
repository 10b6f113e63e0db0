"""Whole journeys by the keyboard alone: what is focused is always seen, and nothing is a trap."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from .tour import FAMILY, LESSON, NEXT_FRAME, QUIZ, ZOOMED, Tour

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

    from quizsvc.model import DrawnPart

    from .stage import Stage

pytestmark = pytest.mark.browser

FARTHEST = 120
"""Presses of the Tab key within which everything on a page is reached."""

LOOK = """target => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return ["the browser's own controls", true, false];
    const style = getComputedStyle(focused), box = focused.getBoundingClientRect();
    const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    const seen = outlined && box.bottom > 0 && box.top < innerHeight;
    return [focused.outerHTML, seen, focused === target];
}"""


class Keyboard:
    """A learner who has no mouse."""

    def __init__(self, tour: Tour) -> None:
        self.page = tour.page

    def reach(self, target: Locator) -> None:
        """Press Tab until something is focused, and see that it shows."""
        wanted = target.element_handle()
        for _ in range(FARTHEST):
            self.page.keyboard.press("Tab")
            focused, is_seen, is_wanted = self.page.evaluate(LOOK, wanted)
            assert is_seen, focused
            if is_wanted:
                return
        pytest.fail(f"{target} was not reached")

    def press(self, role: Any, name: str) -> None:
        """Reach a button or a link, and press it."""
        self.reach(self.page.get_by_role(role, name=name).first)
        self.page.keyboard.press("Enter")

    def fill(self, drawn: DrawnPart) -> None:
        """Answer a part with its key, if it has a text field or choices; else leave it."""
        kind, name, key = drawn.part.interaction.type, drawn.name, drawn.key
        if kind == "matrix":
            for i, row in enumerate(key):
                for j, entry in enumerate(row):
                    self.reach(self.page.locator(f'[name="{name}.{i}.{j}"]'))
                    self.page.keyboard.type(f"{entry:.17g}")
        elif kind == "single-choice":
            # The group is one stop; its first choice is focused, and arrows choose.
            choices = self.page.locator(f'[name="{name}"]')
            self.reach(choices.first)
            self.page.keyboard.press("Space")
            for _ in range([each for each, _ in drawn.part.interaction.offered(drawn)].index(key)):
                self.page.keyboard.press("ArrowDown")
        elif kind == "multiple-choice":
            for each in key:
                self.reach(self.page.locator(f'[name="{name}"][value="{each}"]'))
                self.page.keyboard.press("Space")
        elif kind in ("number", "vector"):
            self.reach(self.page.locator(f'input[name="{name}"]'))
            self.page.keyboard.type(str(key))
        else:
            pytest.fail(f"this journey knows no {kind}")


@pytest.fixture
def tour(stage: Stage, chromium: Browser) -> Tour:
    return Tour(chromium.new_context().new_page(), stage)


def test_practice_by_the_keyboard(tour: Tour) -> None:
    keyboard, page = Keyboard(tour), tour.page
    tour.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    variant = tour.practise(FAMILY)
    keyboard.fill(variant.parts[0])
    page.keyboard.press("Enter")
    expect(page.get_by_text("Right", exact=True).first).to_be_visible()
    keyboard.press("link", "New variant")
    keyboard.press("button", "Check")
    expect(page.locator("[data-problems]")).to_be_focused()
    keyboard.press("link", "Nothing is answered here yet")
    expect(page.locator("input:focus")).to_have_count(1)


def test_what_scrolls_is_reached_also_once_it_is_unfolded(tour: Tour) -> None:
    scrolling = """[...document.querySelectorAll("details .maths-display")].filter(
        (box) => box.checkVisibility() && box.scrollWidth > box.clientWidth
    ).map((box) => box.tabIndex)"""
    tour.page.set_viewport_size(ZOOMED)
    tour.open(f"/lessons/{LESSON}")
    assert tour.page.evaluate(scrolling) == []
    for summary in tour.page.locator("main summary:visible").all():
        summary.press("Enter")
    tour.page.evaluate(NEXT_FRAME)
    found = tour.page.evaluate(scrolling)
    assert found
    assert set(found) == {0}


def test_a_quiz_by_the_keyboard(tour: Tour, stage: Stage) -> None:
    keyboard, page = Keyboard(tour), tour.page
    tour.open(f"/assessments/{QUIZ}")
    keyboard.press("button", "Start the quiz")
    page.wait_for_url("**/sittings/*/1")
    for pinned in stage.sitting_at(page.url).items:
        for drawn in stage.service.restored(pinned).parts:
            keyboard.fill(drawn)
        keyboard.press("button", "Save and")
        expect(page).not_to_have_url(re.compile(f"/{pinned.position}$"))
    keyboard.press("link", "Check your answers and hand in")
    keyboard.press("button", "Hand in")
    expect(page.locator(".score").first).to_contain_text("of")
    earned, _, possible = page.locator(".score").first.inner_text().split()[:3]
    assert earned == possible

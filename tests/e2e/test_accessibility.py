"""WCAG 2.2 AA by axe-core: every page in every state, light and dark, wide and at 400 % zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from quizsvc.settings import shipped

from . import (
    states_of_analysis,
    states_of_authoring,
    states_of_faults,
    states_of_gradebook,
    states_of_learning,
    states_of_people,
    states_of_regrading,
    states_of_sections,
    states_of_sittings,
)
from .tour import NEXT_FRAME, STATES, ZOOMED, State, Tour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

    from .stage import Stage

pytestmark = pytest.mark.browser

LEADING = (
    states_of_analysis,
    states_of_authoring,
    states_of_faults,
    states_of_gradebook,
    states_of_learning,
    states_of_people,
    states_of_regrading,
    states_of_sections,
    states_of_sittings,
)
"""Imported for the states that they register."""

WIDE: ViewportSize = {"width": 1280, "height": 900}

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable", "link-in-text-block"]
"""Rules whose verdict changes with colours and width; the others look at the same markup."""

TEMPLATES = shipped("content").parent / "quizsvc" / "web" / "templates"

RUN = """async (rules) => {
    const { violations } = await axe.run({ resultTypes: ["violations"], runOnly: rules });
    return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
}"""
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """One page with a warm cache, which forgets who used it before each state."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_page_has_no_violation(stage: Stage, page: Page, state: State) -> None:
    page.goto("about:blank")
    page.context.clear_cookies()
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", media="screen")
    state.reach(Tour(page, stage))
    page.wait_for_load_state()  # the last press only waits until the next page begins
    assert stage.rendered[-1] == state.template
    page.evaluate(Axe().axe_script)
    assert page.evaluate(RUN, RULES) == []

    page.set_viewport_size(ZOOMED)
    page.emulate_media(color_scheme="dark")
    page.evaluate(NEXT_FRAME)
    assert page.evaluate(SIDEWAYS) == 0
    assert page.evaluate(RUN, OF_LOOKS) == []


def test_the_tour_leaves_no_template_out() -> None:
    parts = {"base.html"}
    whole = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if not path.name.startswith("_") and path.parent.name != "interactions"
    }
    assert whole - parts == {state.template for state in STATES}

"""WCAG 2.2 AA by axe-core: every page in every state, light and dark, wide and at 400 % zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from quizsvc.settings import shipped

from . import states_of_learning, states_of_people, states_of_sittings
from .tour import STATES, State, Tour

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, ViewportSize

    from .stage import Stage

pytestmark = pytest.mark.browser

LEADING = (states_of_learning, states_of_sittings, states_of_people)
"""Imported for the states that they register."""

WIDE: ViewportSize = {"width": 1280, "height": 900}
ZOOMED: ViewportSize = {"width": 320, "height": 700}
"""What is left of 1280 pixels at 400 %."""

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}

TEMPLATES = shipped("content").parent / "quizsvc" / "web" / "templates"


def violations(page: Page) -> list[str]:
    """Return what axe finds: rule and element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_a_page_has_no_violation(stage: Stage, chromium: Browser, state: State) -> None:
    context = chromium.new_context(viewport=WIDE)
    tour = Tour(context.new_page(), stage)
    state.reach(tour)
    assert stage.rendered[-1] == state.template
    assert violations(tour.page) == []

    tour.page.set_viewport_size(ZOOMED)
    tour.page.emulate_media(color_scheme="dark")
    assert violations(tour.page) == []
    assert (
        tour.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        == 0
    )
    context.close()


def test_the_tour_leaves_no_template_out() -> None:
    parts = {"base.html"}
    whole = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if not path.name.startswith("_") and path.parent.name != "interactions"
    }
    assert whole - parts == {state.template for state in STATES}

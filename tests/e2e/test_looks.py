"""Pages are light, come from one place, and stay where they are while they load."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .tour import FAMILY, LESSON

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Response, ViewportSize

    from .stage import Stage

pytestmark = pytest.mark.browser

HEAVIEST = 150_000
"""Bytes of a first page without the font."""

WATCH_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifts.push(entry.value);
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("path", ["/", f"/lessons/{LESSON}", f"/practice/{FAMILY}/1", "/practice"])
def test_a_first_page_is_light_and_does_not_shift(
    stage: Stage, chromium: Browser, path: str, width: int
) -> None:
    viewport: ViewportSize = {"width": width, "height": 740}
    context = chromium.new_context(viewport=viewport)
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda each: answers.append(each))  # noqa: PLW0108 - needs a function
    page.add_init_script(WATCH_SHIFTS)
    page.goto(stage.url + path, wait_until="networkidle")
    page.evaluate("new Promise(requestAnimationFrame)")

    # A fraction of a pixel, as a rounded width may be, is none; 0.1 would still be called good.
    assert sum(page.evaluate("shifts")) < 0.001
    assert all(each.url.startswith(stage.url) and each.status == 200 for each in answers)
    assert any("favicon" in each.url for each in answers)
    weight = sum(len(each.body()) for each in answers if not each.url.endswith(".ttf"))
    assert 5_000 < weight < HEAVIEST
    context.close()


def test_the_page_respects_a_wish_for_less_motion(stage: Stage, chromium: Browser) -> None:
    moving = """[...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return style.transitionDuration !== "0s" || style.animationName !== "none";
    }).length"""
    context = chromium.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{stage.url}/practice/{FAMILY}/1")
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0
    context.close()

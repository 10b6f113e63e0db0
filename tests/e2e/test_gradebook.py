"""From a mark down to a response, points by hand, and what its learner then reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from ..classes import PASSWORD, Class, blank, right
from .tour import QUIZ

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from .stage import Stage

pytestmark = pytest.mark.browser


def signed_in(chromium: Browser, stage: Stage, name: str) -> Page:
    page = chromium.new_context().new_page()
    page.goto(f"{stage.url}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("link", name=name)).to_be_visible()
    return page


def test_an_instructor_goes_down_to_a_response_and_gives_points_that_its_learner_reads(
    stage: Stage, chromium: Browser
) -> None:
    taught = Class(stage.service, learners=2)
    first = taught.members[0]
    sitting = taught.sit(first, taught.assign(QUIZ), blank, right)

    page = signed_in(chromium, stage, taught.instructor.name)
    page.goto(f"{stage.url}/sections/{taught.section.id}/gradebook")
    row = page.get_by_role("row", name=first.name)
    expect(row).to_contain_text("90 %")
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name=first.name)).to_be_visible()
    page.get_by_role("link", name="1st, begun").click()
    page.get_by_role("link", name="1. ").click()
    page.get_by_role("link", name="Set the points by hand").click()
    page.get_by_label("Points", exact=True).fill("0,5")
    page.get_by_label("Reason").fill("You said it in class.")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("from 90 % to 95 %")).to_be_visible()
    page.get_by_role("button", name="Set the points").click()
    expect(page.get_by_text("0.5 of 1 points here")).to_be_visible()

    review = signed_in(chromium, stage, first.name)
    review.goto(f"{stage.url}/sittings/{sitting.id}/review")
    expect(review.get_by_text("9.5 of 10 points")).to_be_visible()
    expect(review.get_by_text("Your instructor set this score")).to_be_visible()

    page.get_by_role("link", name="all decisions").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("The decision is undone.")).to_be_visible()
    review.reload()
    expect(review.get_by_text("9 of 10 points")).to_be_visible()
    page.context.close()
    review.context.close()

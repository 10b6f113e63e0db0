"""A wrong key is noticed after a class has answered, mended in its file, and regraded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from quizsvc.content import load_bank
from quizsvc.store import sittings

from ..bank import DOUBLE, write_bank
from ..classes import PASSWORD, Class, misled, right
from .stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from quizsvc.model import RawResponse, Variant

pytestmark = pytest.mark.browser

ITEM = "items/double.yaml"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    folder = write_bank(tmp_path / "content")
    (folder / ITEM).write_text(DOUBLE.replace("number: 2 * n", "number: 3 * n").lstrip())
    return folder


@pytest.fixture
def own_stage(tmp_path: Path, content: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path / "var", content)
    stage.start()
    yield stage
    stage.stop()


def honest(variant: Variant) -> RawResponse:
    """Answer what the stem asks for, whatever the key says."""
    if variant.item.id != "double":
        return right(variant)
    return {"answer": f"{2 * float(str(variant.parameters['n'])):g}"}


def sign_in(page: Page, stage: Stage, name: str) -> None:
    page.goto(f"{stage.url}/sign-in")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_an_instructor_mends_a_key_and_gives_back_what_was_taken(
    chromium: Browser, own_stage: Stage, content: Path
) -> None:
    taught = Class(own_stage.service)
    assignment = taught.assign("final")
    for member, answer in zip(taught.members, (honest, right, misled("squared")), strict=True):
        taught.sit(member, assignment, answer)
    (content / ITEM).write_text(DOUBLE.lstrip())
    own_stage.service.bank = load_bank(content)

    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, own_stage, "Prof. Skip")
    page.goto(f"{own_stage.url}/assignments/{assignment.id}/regrade")
    expect(page.get_by_role("row").nth(1)).to_contain_text("3 judged by an older form")
    page.get_by_role("link", name="Twice a number").click()
    expect(page.get_by_role("heading", name="Would lose, and lose nothing (1)")).to_be_visible()
    page.get_by_label("Exactly what each response earns now").check()
    page.get_by_role("button", name="Show").click()
    gained = page.get_by_role("row", name="Learner 01")
    expect(gained).to_contain_text("0 → 2")
    expect(page.get_by_role("row", name="Learner 02")).to_contain_text("2 → 0")
    page.get_by_label("Why").fill("The key was thrice the number")
    page.get_by_role("button", name="Apply the regrade").click()
    expect(page.get_by_role("status")).to_contain_text("3 responses are judged anew")
    expect(page.get_by_role("listitem").filter(has_text="thrice")).to_contain_text("Prof. Skip")
    context.close()

    context = chromium.new_context()
    page = context.new_page()
    sign_in(page, own_stage, "Learner 01")
    (sitting,) = sittings.of_learner(own_stage.db, taught.members[0].learner)
    page.goto(f"{own_stage.url}/sittings/{sitting.id}/review")
    expect(page.get_by_label("Score").locator(".score")).to_have_text("3 of 3 points")
    expect(page.locator("#question-1")).to_contain_text("Right")
    context.close()

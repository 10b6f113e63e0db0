"""Accounts in a browser: what was done as a guest is found again from anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from quizsvc.store import attempts, members, passwords, people, sections

from ..conftest import SECRET
from .cookie import guest_in, learner_in
from .filling import fill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

    from .stage import Stage

pytestmark = pytest.mark.browser

ITEM = "block-jacobian"
PASSWORD = "tree house by the lake"  # noqa: S105 - of nobody
ANOTHER = "a boat on the lake"


@pytest.fixture(params=[True, False], ids=["with the script", "without"])
def scripted(request: pytest.FixtureRequest) -> bool:
    """Whether pages may run their scripts."""
    return bool(request.param)


class Browsers:
    """Browsers of several people, each with a cookie of its own."""

    def __init__(self, chromium: Browser, stage: Stage, *, scripted: bool) -> None:
        self.chromium = chromium
        self.stage = stage
        self.scripted = scripted
        self.contexts: list[BrowserContext] = []

    def open(self, path: str = "/") -> Page:
        """Open a page in a browser that nobody has used."""
        context = self.chromium.new_context(java_script_enabled=self.scripted)
        self.contexts.append(context)
        page = context.new_page()
        page.goto(self.stage.url + path)
        return page

    def sign_in(self, page: Page, name: str, password: str = PASSWORD) -> None:
        """Sign in by the link of the frame."""
        page.get_by_role("link", name="Sign in").click()
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def browsers(chromium: Browser, stage: Stage, scripted: bool) -> Iterator[Browsers]:
    browsers = Browsers(chromium, stage, scripted=scripted)
    yield browsers
    for context in browsers.contexts:
        context.close()


def test_a_guest_signs_up_and_finds_his_answers_in_another_browser(
    browsers: Browsers, stage: Stage
) -> None:
    page = browsers.open(f"/practice/{ITEM}/1")
    guest = guest_in(page.context, SECRET)
    for drawn in stage.service.variant(stage.service.item(ITEM), guest, 1).parts:
        fill(page, drawn, drawn.key)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Right", exact=True)).to_be_visible()
    answered = page.url

    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("Ann")
    page.get_by_role("button", name="Continue").click()
    name = page.get_by_label("Your name to sign in").input_value()
    assert re.fullmatch(r"Ann-\d{4}", name)
    page.get_by_label("New password", exact=True).fill("12345678")
    page.get_by_role("button", name="Sign up").click()
    expect(page).to_have_title(re.compile("^Error: "))
    if browsers.scripted:
        expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("New password", exact=True)).to_be_focused()
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("status")).to_contain_text(name)
    assert learner_in(page.context, SECRET, stage.db) == guest
    page.goto(answered)
    expect(page.get_by_text("Right", exact=True)).to_be_visible()

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto(answered)
    expect(page.get_by_role("heading", name="This belongs to somebody else")).to_be_visible()

    elsewhere = browsers.open()
    browsers.sign_in(elsewhere, name, "wrong")
    expect(elsewhere.get_by_role("alert")).to_contain_text("Name or password is not right.")
    expect(elsewhere.get_by_label("Name")).to_have_value(name)
    elsewhere.get_by_label("Password", exact=True).fill(PASSWORD)
    elsewhere.get_by_role("button", name="Sign in").click()
    expect(elsewhere.get_by_role("button", name="Sign out")).to_be_visible()
    elsewhere.goto(answered)
    expect(elsewhere.get_by_text("Right", exact=True)).to_be_visible()
    expect(elsewhere.get_by_role("navigation", name="Main").get_by_text(name)).to_be_visible()


def test_a_forgotten_password_is_mended_by_a_link_of_the_instructor(
    browsers: Browsers, stage: Stage
) -> None:
    kind = "scripted" if browsers.scripted else "plain"
    password_hash = passwords.make_hash(PASSWORD)
    teacher, pupil = f"Ines {kind}", f"Paul {kind}"
    teaches = people.add(stage.db, teacher, role="instructor", password_hash=password_hash)
    learns = people.add(stage.db, pupil, password_hash=password_hash)
    section = sections.make(stage.db, kind, teaches.learner)
    members.join(stage.db, section.id, learns.learner)
    signed_in = browsers.open()
    browsers.sign_in(signed_in, pupil)

    lost = browsers.open()
    lost.get_by_role("link", name="Sign in").click()
    lost.get_by_role("link", name="Forgotten your password?").click()
    expect(lost.get_by_text("ask your teacher for a one-time link")).to_be_visible()

    staff = browsers.open()
    browsers.sign_in(staff, teacher)
    staff.get_by_role("link", name="People").click()
    staff.get_by_label("Name").fill(pupil.upper())
    staff.get_by_role("button", name="Search").click()
    staff.get_by_role("button", name=f"Make a link for {pupil}").click()
    link = staff.locator("#link").inner_text()

    lost.goto(link)
    expect(lost.get_by_label("Your name to sign in")).to_have_value(pupil)
    lost.get_by_label("New password", exact=True).fill(ANOTHER)
    lost.get_by_role("button", name="Keep this password").click()
    expect(lost.get_by_role("status")).to_contain_text(f"signed in as {pupil}")
    signed_in.goto(f"{stage.url}/account")
    expect(signed_in.get_by_role("heading", name="Sign in")).to_be_visible()
    signed_in.goto(link)
    expect(signed_in.get_by_role("heading", name="This link does not work")).to_be_visible()


def test_a_deleted_account_is_gone(browsers: Browsers, stage: Stage) -> None:
    name = "Dora " + ("scripted" if browsers.scripted else "plain")
    account = people.add(stage.db, name, password_hash=passwords.make_hash(PASSWORD))
    page = browsers.open()
    browsers.sign_in(page, name)
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="What is deleted").click()
    expect(page.get_by_text("stays under a random number")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Delete my account").click()
    expect(page.get_by_role("status")).to_have_text("Your account is deleted.")
    assert people.find(stage.db, account.learner) is None
    assert attempts.history(stage.db, account.learner) == ()
    browsers.sign_in(page, name)
    expect(page.get_by_role("alert")).to_contain_text("Name or password is not right.")


@pytest.mark.parametrize("scripted", [True], indirect=True)
def test_a_password_can_be_looked_at_and_is_sent_as_one(browsers: Browsers) -> None:
    page = browsers.open("/sign-in")
    field = page.get_by_label("Password", exact=True)
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show the password").click()
    expect(field).to_have_attribute("type", "text")
    page.get_by_role("button", name="Hide the password").click()
    expect(field).to_have_attribute("type", "password")

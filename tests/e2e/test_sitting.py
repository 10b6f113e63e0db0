"""Sitting a quiz in a browser: nothing typed is lost, whatever fails, and the page says so."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from quizsvc.store import Database, tables

from ..bank import write_bank
from ..conftest import Server, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route

pytestmark = pytest.mark.browser

ITEMS = """items:
  - {item: double, points: 2}
  - {item: pick-one}
  - {item: say-why}
"""
QUIZZES = {
    "calm": ITEMS,
    "timed": f"time_limit: 12\n{ITEMS}",
    "at-once": f"feedback: answer\n{ITEMS}",
}
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d UTC$")


@pytest.fixture(scope="module")
def quizzes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serve the small bank with a quiz for each rule."""
    folder = tmp_path_factory.mktemp("quizzes")
    content = write_bank(folder / "content")
    for name, rules in QUIZZES.items():
        text = f"id: {name}\ntitle: The {name} quiz\ninstructions: Go.\n{rules}"
        (content / f"assessments/{name}.yaml").write_text(text, encoding="utf-8")
    with serving(folder, content) as server:
        yield server


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context()
    yield context
    context.close()


def begin(server: Server, page: Page, quiz: str = "calm") -> str:
    """Start a quiz and return the address of the sitting."""
    page.goto(f"{server.url}/assessments/{quiz}")
    page.get_by_role("button", name=re.compile("^Start")).click()
    page.wait_for_url("**/1")
    return page.url.removesuffix("/1")


def field(page: Page) -> Locator:
    return page.locator('[name="answer"]')


def status(page: Page) -> Locator:
    return page.locator(".saving")


def kept_on_device(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).filter(k => k.includes(':draft:')).length"))


def leave_time(server: Server, sitting: str, *, seconds: float) -> None:
    """Move a sitting's deadline."""
    now = datetime.now(UTC)
    deadline = now + timedelta(seconds=seconds)
    database = Database(server.database_url, clock=lambda: now)
    row = tables.Sitting
    with database.writing() as session:
        session.execute(update(row).where(row.id == sitting[-32:]).values(deadline_at=deadline))
    database.dispose()


def test_what_is_typed_is_saved_by_itself_flagged_found_again_and_checked(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page)
    field(page).fill("1 1/")
    expect(status(page)).to_have_text(SAVED)
    expect(page.get_by_text("Not checked yet")).to_have_count(0)
    field(page).fill("12")
    expect(status(page)).to_have_text(SAVED)
    page.close()  # a crash, for all that the server knows

    page = context.new_page()
    page.goto(f"{sitting}/1")
    expect(field(page)).to_have_value("12")
    page.get_by_role("button", name="Flag for later").click()
    expect(page.get_by_role("button", name="Remove the flag")).to_be_visible()
    page.get_by_role("button", name="Save and next").click()
    page.get_by_text("Three").click()
    page.get_by_role("button", name="all questions").click()
    expect(page.get_by_role("listitem").filter(has_text="Twice a number")).to_contain_text(
        "answered · flagged · 2 points · saved"
    )
    page.get_by_role("link", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Flagged")).to_be_visible()
    page.get_by_role("link", name="Change question 2").click()
    expect(page.get_by_role("radio", name="Three")).to_be_checked()


def test_what_could_not_be_sent_is_restored_and_saved_when_the_page_is_opened_again(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page)
    page.goto(f"{sitting}/3")
    context.set_offline(True)
    field(page).fill("First line.\nSecond line.")
    expect(status(page)).to_contain_text("Not saved: connection lost. What you typed is kept on")
    page.get_by_role("button", name="Save and see all questions").click()
    expect(status(page)).to_contain_text("Not saved")
    expect(field(page)).to_have_value("First line.\nSecond line.")
    page.close()

    context.set_offline(False)
    page = context.new_page()
    page.goto(f"{sitting}/3")
    # What a page sends while it closes may still arrive: then nothing has to be restored.
    expect(status(page)).to_contain_text(re.compile("Restored what had not been saved at|Saved "))
    expect(status(page)).to_have_text(re.compile(r"Saved .+ UTC\.?$"))
    assert kept_on_device(page) == 0
    page.reload()
    expect(field(page)).to_have_value("First line.\nSecond line.")
    expect(status(page)).not_to_contain_text("Restored")


def test_a_server_that_was_killed_gets_the_answer_once_it_is_back_and_a_lost_cookie_is_told(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page)
    quizzes.kill()
    field(page).fill("77")
    expect(status(page)).to_contain_text("Not saved: connection lost")
    quizzes.start()
    expect(status(page)).to_have_text(SAVED)

    cookies = context.cookies()
    context.clear_cookies()
    field(page).fill("78")
    expect(status(page)).to_contain_text("this browser is no longer known")
    expect(field(page)).to_have_value("78")
    context.add_cookies([{**cookie} for cookie in cookies])  # type: ignore[typeddict-item]
    page.on("dialog", lambda dialog: dialog.accept())  # it warns, since 78 is not saved
    page.goto(f"{sitting}/1")
    expect(status(page)).to_have_text(SAVED)
    expect(field(page)).to_have_value("78")


def test_what_is_typed_without_a_pause_is_saved_meanwhile(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page)
    page.goto(f"{sitting}/3")
    page.clock.install()
    page.reload()
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    for _ in range(11):
        field(page).press_sequentially("a")
        page.clock.run_for(500)  # less than the pause after which a text is saved
    expect(status(page)).to_have_text(SAVED)


def sign_up(server: Server, page: Page, name: str) -> None:
    page.goto(f"{server.url}/sign-up")
    page.locator("main [name=name]").fill(name)
    page.locator("main form button").first.click()
    page.locator("[name=new_password]").fill("four words and more")
    page.get_by_role("button", name="Sign up", exact=True).click()
    expect(page.get_by_text("You are signed up")).to_be_visible()


def test_what_is_typed_on_after_signing_out_elsewhere_is_gone_before_the_next_person(
    quizzes: Server, context: BrowserContext
) -> None:
    page, other = context.new_page(), context.new_page()
    sign_up(quizzes, page, "Grace")
    sitting = begin(quizzes, page)
    page.route(f"{sitting}/1", lambda route: route.abort())
    field(page).fill("41")
    expect(status(page)).to_contain_text("Not saved: connection lost")
    other.goto(quizzes.url)
    assert kept_on_device(other) == 1  # her own page clears nothing of hers
    page.unroute(f"{sitting}/1")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_text("You are signed out.")).to_be_visible()
    field(page).fill("42")
    expect(status(page)).to_contain_text("Not saved")
    assert kept_on_device(page) == 1
    other.goto(f"{quizzes.url}/sign-in")
    assert kept_on_device(other) == 0


def test_who_signs_up_in_another_tab_goes_on_in_this_one(
    quizzes: Server, context: BrowserContext
) -> None:
    page, other = context.new_page(), context.new_page()
    sitting = begin(quizzes, page)
    field(page).fill("41")
    expect(status(page)).to_have_text(SAVED)
    sign_up(quizzes, other, "Ada")

    field(page).fill("42")
    expect(status(page)).to_have_text(SAVED)
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url("**/2")
    page.goto(f"{sitting}/1")
    expect(field(page)).to_have_value("42")


def test_of_two_tabs_the_stale_one_is_told_and_chooses(
    quizzes: Server, context: BrowserContext
) -> None:
    stale, fresh = context.new_page(), context.new_page()
    sitting = begin(quizzes, stale)
    fresh.goto(f"{sitting}/1")
    field(fresh).fill("111")
    expect(status(fresh)).to_have_text(SAVED)
    field(stale).fill("222")
    told = stale.locator(".overtaken")
    expect(told).to_contain_text("111")
    expect(told).to_contain_text("222")
    stale.get_by_role("button", name="Save and next").click()
    expect(told.get_by_role("heading", name="answered in another tab")).to_be_focused()
    stale.get_by_role("button", name="Keep mine").click()
    expect(status(stale)).to_have_text(SAVED)
    expect(told).to_be_hidden()

    field(fresh).fill("333")
    expect(fresh.locator(".overtaken")).to_contain_text("222")
    fresh.get_by_role("button", name="Take the stored answer").click()
    expect(field(fresh)).to_have_value("222")
    expect(fresh.locator(".overtaken")).to_be_hidden()
    assert kept_on_device(fresh) == 0


def test_a_save_whose_answer_was_lost_is_no_other_tabs(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.install()
    sitting = begin(quizzes, page)
    lost: list[dict[str, str]] = []

    def lose_one(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().json())
        route.abort()

    page.route(f"{sitting}/1", lose_one)
    field(page).fill("41")
    page.clock.run_for(1000)
    expect(status(page)).to_contain_text("Not saved: connection lost")
    assert [said["state"] for said in lost] == ["saved"]
    field(page).fill("42")
    page.clock.run_for(3000)
    expect(status(page)).to_have_text(SAVED)
    expect(page.locator(".overtaken")).to_be_hidden()
    page.goto(f"{sitting}/1")
    expect(field(page)).to_have_value("42")
    assert kept_on_device(page) == 0


def test_handing_in_twice_gives_one_result_and_back_leads_to_it(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page)
    field(page).fill("5")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url("**/2")
    page.goto(f"{sitting}/submit")
    page.get_by_role("button", name="Hand in").dblclick()
    page.wait_for_url("**/review")
    expect(page.locator(".score").first).to_contain_text("of 3 points")
    page.go_back()
    page.wait_for_url("**/review*")
    page.go_back()
    page.wait_for_url("**/review*")
    page.goto(f"{quizzes.url}/history")
    expect(page.get_by_text("in a quiz")).to_have_count(1)


def test_the_time_left_is_shown_announced_and_can_be_hidden(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.install()
    begin(quizzes, page, "timed")
    timer, said = page.get_by_role("timer"), page.locator("[data-announce]")
    expect(timer).to_contain_text(re.compile(r"Time left: 1[12]:\d\d"))
    for minutes, words in ((2, "10 minutes left"), (5, "5 minutes left"), (4, "1 minute left")):
        page.clock.run_for(minutes * 60_000)
        expect(said).to_have_text(words)
    expect(timer).to_contain_text(re.compile(r"Time left: 0:\d\d"))
    page.get_by_text("Time", exact=True).click()
    expect(timer).to_be_hidden()
    page.reload()
    expect(page.locator(".timer summary")).to_be_visible()
    expect(page.get_by_role("timer")).to_be_hidden()


def test_a_page_whose_time_is_up_saves_once_more_and_goes_on_if_there_is_more_time(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.install()
    begin(quizzes, page, "timed")
    form, said = page.locator("form[data-sitting]"), page.locator("[data-announce]")
    page.clock.run_for(12 * 60_000 - 900)
    field(page).fill("34")
    context.set_offline(True)
    page.clock.run_for(1200)
    expect(said).to_have_text("Time is up")
    expect(form).to_have_attribute("inert", "")
    page.clock.run_for(13_000)  # the grace is over, too
    timer, onward = page.get_by_role("timer"), page.get_by_role("button", name="Save and next")
    expect(timer).to_have_text("Time is up. The next page comes once the server can be reached.")
    expect(form).not_to_have_attribute("inert", "")  # what could not be saved can be copied
    expect(onward).to_be_disabled()
    expect(field(page)).not_to_be_editable()
    context.set_offline(False)
    page.clock.run_for(20_000)  # it is sent again, and by the server's clock there is time
    expect(said).to_have_text("There is more time")
    expect(status(page)).to_have_text(SAVED)
    expect(form).not_to_have_attribute("inert", "")
    page.clock.run_for(1000)
    expect(timer).to_contain_text(re.compile(r"Time left: 1[12]:\d\d"))
    expect(onward).to_be_enabled()
    expect(field(page)).to_be_editable()


def test_who_gets_more_time_in_the_grace_comes_back_to_his_question(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page, "timed")
    page.goto(f"{sitting}/3")
    leave_time(quizzes, sitting, seconds=-8)
    field(page).fill("Half a thought")
    expect(page.get_by_role("timer")).to_contain_text("Time is up.")
    leave_time(quizzes, sitting, seconds=600)
    expect(page.get_by_role("timer")).to_contain_text("Time left: ", timeout=15_000)
    assert page.url == f"{sitting}/3"
    expect(field(page)).to_have_value("Half a thought")
    expect(field(page)).to_be_editable()


def test_a_device_that_slept_asks_how_much_time_is_left(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page, "timed")
    leave_time(quizzes, sitting, seconds=90)
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"Time left: 1[12]:\d\d"))
    wake = "const now = Date.now; Date.now = () => now() + 600_000"  # the stopwatch stood still
    page.evaluate(wake)
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"Time left: 1:\d\d"))
    page.goto(sitting)
    leave_time(quizzes, sitting, seconds=50)
    page.evaluate(wake)
    expect(page.get_by_role("timer")).to_contain_text(re.compile(r"Time left: 0:\d\d"))


def test_a_page_whose_time_is_up_stays_until_the_next_one_can_be_reached(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page, "timed")
    leave_time(quizzes, sitting, seconds=-5)
    field(page).fill("33")
    expect(status(page)).to_have_text(SAVED)
    context.set_offline(True)
    expect(status(page)).to_contain_text("Time is up, and what you typed is saved")
    expect(field(page)).to_have_value("33")
    context.set_offline(False)
    page.wait_for_url("**/review")


def test_when_the_time_is_up_what_was_typed_is_handed_in_and_what_came_too_late_is_shown(
    quizzes: Server, context: BrowserContext
) -> None:
    in_time, late = context.new_page(), context.new_page()
    sitting = begin(quizzes, in_time, "timed")
    leave_time(quizzes, sitting, seconds=-5)  # half of the grace is left to what is under way
    field(in_time).fill("31")  # the answer to its saving tells the page that the time is up
    expect(in_time.get_by_role("timer")).to_contain_text("Time is up.")
    expect(in_time.locator("form[data-sitting]")).to_have_attribute("inert", "")
    in_time.wait_for_url("**/review")
    expect(in_time.get_by_text("Submitted by the clock at")).to_be_visible()
    expect(in_time.locator(".typed").first).to_have_text("31")

    sitting = begin(quizzes, late, "timed")
    context.set_offline(True)
    field(late).fill("32")
    expect(status(late)).to_contain_text("Not saved: connection lost")
    leave_time(quizzes, sitting, seconds=-11)
    context.set_offline(False)
    expect(status(late)).to_contain_text("Time was up at")
    expect(late.get_by_role("timer")).to_have_text(
        "Time is up. Copy what you need, then press “Go on” below."
    )
    for button in late.locator("[name=go]").all():
        expect(button).to_be_disabled()
    expect(field(late)).to_have_value("32")
    late.get_by_role("link", name="Go on").click()
    expect(late.get_by_text("Typed for question 1 on this device")).to_contain_text("32")
    assert kept_on_device(late) == 0


def test_an_answer_is_checked_at_once_where_the_quiz_says_so(
    quizzes: Server, context: BrowserContext
) -> None:
    page = context.new_page()
    sitting = begin(quizzes, page, "at-once")
    page.goto(f"{sitting}/2")
    page.get_by_text("Three").click()
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Three is odd.")).to_be_visible()
    expect(page.get_by_text("This answer is final.")).to_be_visible()
    axe = import_module("axe_playwright_python.sync_playwright").Axe()
    for address in ("", "/1", "/2", "/submit", "/paper"):
        page.goto(f"{sitting}{address}")
        assert axe.run(page).response["violations"] == [], address


def test_a_whole_sitting_works_without_javascript(quizzes: Server, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page, other = context.new_page(), context.new_page()
    sitting = begin(quizzes, page, "timed")
    expect(page.get_by_text("were left when this page was made")).to_be_visible()
    other.goto(f"{sitting}/1")
    field(other).fill("111")
    other.get_by_role("button", name="Save and next").click()
    field(page).fill("222")
    page.get_by_role("button", name="Flag for later").click()
    expect(page.get_by_text("111")).to_be_visible()
    expect(page.get_by_text("222")).to_be_visible()
    page.get_by_role("button", name="Keep mine instead").click()
    expect(field(page)).to_have_value("222")
    page.get_by_role("button", name="Flag for later").click()
    page.get_by_role("button", name="Save and next").click()
    page.get_by_text("Two, ").click()
    page.get_by_role("button", name="all questions").click()
    expect(page.get_by_text("flagged")).to_be_visible()
    page.get_by_role("link", name="Check your answers").click()
    expect(page.get_by_role("heading", name="Not complete")).to_be_visible()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("1 of 3 points")).to_be_visible()
    page.get_by_role("link", name="Print").click()
    page.get_by_role("link", name="With solutions").click()
    expect(page.get_by_role("heading", name="Solution", exact=True)).to_have_count(3)
    context.close()

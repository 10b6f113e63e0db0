"""Of fifty posts in one instant one takes effect, and all are told of that one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from quizsvc.model import Rules
from quizsvc.store import Database, assignments, members, sections, tables

from ..classes import PASSWORD, account
from .browsing import Answer, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.people import Account

    from ..conftest import Server

pytestmark = pytest.mark.crash

MANY = 50


@pytest.fixture
def db(server: Server) -> Iterator[Database]:
    """What the server keeps, read beside it."""
    database = Database(server.database_url, clock=lambda: datetime.now(UTC))
    yield database
    database.dispose()


def rows(db: Database, table: type[tables.Base]) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def stored(db: Database) -> tuple[int, int, int]:
    """Return how many attempts, outcomes and sittings there are."""
    return rows(db, tables.Attempt), rows(db, tables.Outcome), rows(db, tables.Sitting)


def given(db: Database, learner: Account) -> list[Assignment]:
    """Give a learner two assignments that he may begin once each."""
    section = sections.make(db, "Group B", account(db, "Skip", "instructor").learner)
    members.join(db, section.id, learner.learner)
    rules = Rules(sittings=1, feedback="answer")
    return [assignments.make(db, section.id, "exam", title, rules) for title in ("One", "Two")]


def only(answers: list[Answer]) -> str:
    """Return where all were led to, which is one place."""
    assert {(each.status, each.location) for each in answers} == {(303, answers[0].location)}
    assert answers[0].location is not None
    return answers[0].location


def test_of_fifty_posts_at_once_one_takes_effect_and_all_get_its_receipt(
    server: Server, db: Database
) -> None:
    ann = account(db, "Ann")
    one, two = given(db, ann)
    browser = Browser(server)
    typed = {"name": ann.name, "password": PASSWORD}
    assert browser.post("/sign-in", browser.fields("/sign-in") | typed).status == 303
    assert len(server.workers) == 2

    practice = browser.fields("/practice/pick-one/1") | {"answer": "three"}
    receipt = only(browser.at_once("/practice/pick-one/1", [practice] * MANY))
    assert "Three is odd." in browser.get(receipt)
    assert stored(db) == (1, 1, 0)

    # One start sent again and again; then one from each of fifty tabs.
    same = browser.fields(f"/assignments/{one.id}")
    sitting = only(browser.at_once(f"/assignments/{one.id}", [same] * MANY)).removesuffix("/1")
    check = browser.fields(f"{sitting}/2") | {"answer": "two", "go": "check"}
    assert only(browser.at_once(f"{sitting}/2", [check] * MANY)) == f"{sitting}/2"
    assert "Two is even." in browser.get(f"{sitting}/2")
    assert stored(db) == (2, 2, 1)
    hand_in(browser, sitting)
    assert stored(db) == (3, 3, 1)

    own = browser.fields(f"/assignments/{two.id}")
    tabs = [own | {"token": uuid4().hex} for _ in range(MANY)]
    sitting = only(browser.at_once(f"/assignments/{two.id}", tabs)).removesuffix("/1")
    assert stored(db) == (3, 3, 2)
    hand_in(browser, sitting)
    refused = browser.at_once(f"/assignments/{two.id}", tabs)
    begun_it = [each.location for each in refused if each.status == 303]
    told = [each.text for each in refused if each.status == 409]
    assert (begun_it, len(told)) == ([f"{sitting}/1"], MANY - 1)
    assert all("no sitting is left" in text for text in told)
    assert stored(db) == (4, 4, 2)


def hand_in(browser: Browser, sitting: str) -> None:
    """Answer one question in words, and hand in many times."""
    draft = browser.fields(f"{sitting}/3") | {"answer": "It is.", "go": "overview"}
    assert browser.post(f"{sitting}/3", draft).location == sitting
    form = browser.fields(f"{sitting}/submit")
    assert only(browser.at_once(f"{sitting}/submit", [form] * MANY)) == f"{sitting}/review"

"""Two servers without state of their own serve one database: to a learner they are one service."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPException
from http.cookiejar import CookieJar
from itertools import cycle
from threading import Event
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from quizsvc.store import Database, attempts, people

from ..bank import DOUBLE, write_bank
from ..classes import account
from ..conftest import serving
from ..databases import text
from ..web.pages import forms_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import URL

    from ..conftest import Server
    from ..databases import PostgresServer

pytestmark = [pytest.mark.crash, pytest.mark.postgres]

LEARNERS, ANSWERS, KILLED_AFTER = 4, 12, 10


@pytest.fixture(scope="module")
def servers(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server: PostgresServer,
    migrated_postgres: URL,
) -> Iterator[list[Server]]:
    """Two servers with a folder each; the second has a newer item than the first."""
    url = text(postgres_server.create(migrated_postgres))
    older, newer = (tmp_path_factory.mktemp(name) for name in ("older", "newer"))
    contents = [write_bank(folder / "content") for folder in (older, newer)]
    item = contents[1] / "items" / "double.yaml"
    item.write_text(DOUBLE.lstrip().replace("What is twice", "What is the double of"))
    with ExitStack() as running:
        yield [
            running.enter_context(serving(folder, content, database_url=url))
            for folder, content in zip((older, newer), contents, strict=True)
        ]


@pytest.fixture
def database(servers: list[Server]) -> Iterator[Database]:
    database = Database(servers[0].database_url, clock=lambda: datetime.now(UTC))
    yield database
    database.dispose()


class Browser:
    """One browser with its cookie, which a balancer leads to one server or the other."""

    def __init__(self, servers: Sequence[Server]) -> None:
        self.turns = cycle(servers)
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))
        self.address = ""

    def fetch(self, path: str, data: dict[str, str] | None = None, status: int = 200) -> str:
        """Ask the next server; where it is cut off or away, ask the other the same."""
        body = None if data is None else urlencode(data).encode()
        for server in self.turns:
            try:
                with self.opener.open(server.url + path, body, timeout=30) as page:
                    self.address = page.url.removeprefix(server.url)
                    found, said = page.status, page.read().decode()
            except HTTPError as error:
                with error:
                    found, said = error.code, error.read().decode()
            except (OSError, HTTPException):
                continue
            break
        assert found == status, f"{path}: {found}"
        return str(said)

    def form(self, path: str) -> dict[str, str]:
        """Return what the first form of a page holds."""
        fields = forms_in(self.fetch(path))[0].fields
        return {name: values[-1] for name, values in fields.items() if values}

    def begin(self) -> str:
        """Begin a sitting and return its address."""
        self.fetch("/assessments/final", self.form("/assessments/final"))
        return self.address.rpartition("/")[0]


def test_a_server_that_is_killed_under_load_loses_nothing_and_the_other_goes_on(
    servers: list[Server], database: Database
) -> None:
    acknowledged: list[str] = []
    enough = Event()

    def practise(number: int) -> None:
        browser = Browser(servers if number % 2 else servers[::-1])
        for variant in range(1, ANSWERS + 1):
            path = f"/practice/pick-one/{variant}"
            form = browser.form(path)
            assert 'class="score mark ' in browser.fetch(path, {**form, "answer": "three"})
            acknowledged.append(form["token"])
            if len(acknowledged) >= KILLED_AFTER:
                enough.set()
        assert browser.fetch("/history").count('href="/attempts/') == ANSWERS

    with ThreadPoolExecutor(LEARNERS) as pool:
        learners = pool.map(practise, range(LEARNERS))
        assert enough.wait(60)
        servers[0].kill()
        list(learners)
    servers[0].start()
    assert len(acknowledged) == LEARNERS * ANSWERS
    assert all(attempts.by_token(database, token) for token in acknowledged)


def test_one_sitting_goes_on_at_both_and_a_draft_that_the_other_overtook_is_refused(
    servers: list[Server],
) -> None:
    browser = Browser(servers)
    sitting = browser.begin()
    stale = browser.form(f"{sitting}/1")
    browser.fetch(f"{sitting}/1", {**browser.form(f"{sitting}/1"), "answer": "7654321"})
    conflict = browser.fetch(f"{sitting}/1", {**stale, "answer": "1234567"}, status=409)
    assert "7654321" in conflict
    assert "1234567" in conflict
    for _ in servers:
        assert 'value="7654321"' in browser.fetch(f"{sitting}/1")
    check = f"{sitting}/submit"
    form = browser.form(check)
    reviews = {re.sub(r"csrf[^>]*>", "", browser.fetch(check, form)) for _ in servers}
    assert len(reviews) == 1, "handed in twice, at either server, it is handed in once"


def test_what_a_server_has_not_loaded_is_served_and_graded_from_the_database(
    servers: list[Server],
) -> None:
    """While new content is rolled out, one server has it already and the other has not yet."""
    older, newer = servers
    for here, there, question in (
        (older, newer, "What is twice"),
        (newer, older, "What is the double of"),
    ):
        began, goes_on = Browser([here]), Browser([there])
        goes_on.opener = began.opener  # the same cookie
        sitting = began.begin()
        for browser in (began, goes_on):
            assert question in browser.fetch(f"{sitting}/1")
        form = began.form("/practice/double/5")
        assert question in goes_on.fetch("/practice/double/5", {**form, "answer": "7"})


def test_tries_to_sign_in_are_counted_together(servers: list[Server], database: Database) -> None:
    name = account(database, "Ann").name
    browser = Browser(servers)
    for _ in range(10):
        browser.fetch("/sign-in", {**browser.form("/sign-in"), "name": name, "password": "x"}, 422)
    for _ in servers:
        browser.fetch("/sign-in", {**browser.form("/sign-in"), "name": name, "password": "x"}, 429)
    assert people.credentials(database, name)

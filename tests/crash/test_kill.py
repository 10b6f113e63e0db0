"""Nothing that was acknowledged is lost or doubled, whatever dies."""

from __future__ import annotations

import contextlib
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from quizsvc.content import load_bank
from quizsvc.settings import shipped
from quizsvc.store import Database, attempts

if TYPE_CHECKING:
    from ..conftest import Server

pytestmark = pytest.mark.crash

LEARNERS, ANSWERS = 4, 12


class Learner:
    """A browser whose owner presses "send" again until an answer comes."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.browser = build_opener(HTTPCookieProcessor(CookieJar()))
        self.acknowledged: list[str] = []

    def fetch(self, path: str, data: dict[str, str] | None = None) -> str:
        body = urlencode(data).encode() if data else None
        while True:
            try:
                with self.browser.open(self.server.url + path, body) as page:
                    return str(page.read().decode())
            except HTTPError:
                raise
            except (OSError, HTTPException):  # cut off by a kill: the same is sent once more
                continue

    def answer(self, number: int) -> None:
        item, choice = single_choice()
        path = f"/practice/{item}/{number}"
        page = self.fetch(path)
        form = dict(re.findall(r'name="(\w+)" type="hidden" value="([^"]*)"', page))
        result = self.fetch(path, {**form, "answer": choice})
        assert 'class="score mark ' in result
        self.acknowledged.append(form["token"])

    def answers_in_history(self) -> int:
        return self.fetch("/history").count('href="/attempts/')


@cache
def single_choice() -> tuple[str, str]:
    """Return an item of the shipped content and the id of one of its choices."""
    for item in load_bank(shipped("content")).items.values():
        choices = getattr(item.parts[0].interaction, "choices", ())
        if choices and len(item.parts) == 1:
            return item.id, choices[0].id
    pytest.fail("the content has no item with choices")


def kill_a_worker(server: Server, which: int) -> None:
    with contextlib.suppress(ProcessLookupError, IndexError):
        os.kill(server.workers[which], signal.SIGKILL)


def assert_all_are_stored(learners: list[Learner]) -> None:
    db = Database(learners[0].server.database_url, clock=lambda: datetime.now(UTC))
    for learner in learners:
        assert len(learner.acknowledged) == learner.answers_in_history()
        assert all(attempts.by_token(db, token) for token in learner.acknowledged)
    db.dispose()


def test_workers_that_are_killed_lose_and_double_no_acknowledged_attempt(server: Server) -> None:
    learners = [Learner(server) for _ in range(LEARNERS)]

    def practise(learner: Learner) -> None:
        for number in range(1, ANSWERS + 1):
            learner.answer(number)
            if number % 3 == 0:
                kill_a_worker(server, number % 2)

    with ThreadPoolExecutor(LEARNERS) as pool:
        list(pool.map(practise, learners))
    assert all(len(learner.acknowledged) == ANSWERS for learner in learners)
    assert_all_are_stored(learners)


def test_a_service_that_is_killed_and_started_again_has_every_attempt(server: Server) -> None:
    learner = Learner(server)
    for number in (1, 2, 3):
        learner.answer(number)
    server.kill()
    server.start()
    learner.answer(4)
    assert_all_are_stored([learner])


def test_ctrl_c_ends_it_cleanly(server: Server) -> None:
    Learner(server).answer(1)  # a worker that has hardly begun to boot misses the signal
    assert server.stop() == 0

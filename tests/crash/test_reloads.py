"""An exam goes on while its content is edited, broken and deleted, and its processes replaced."""

from __future__ import annotations

import re
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

import quizsvc
from quizsvc.content.compiler import ENGINE
from quizsvc.store import Database, migrate, sittings

if TYPE_CHECKING:
    from ..conftest import Server

pytestmark = pytest.mark.crash

LEARNERS = 3
EDITED = """
id: double
title: Thrice a number
objectives: [doubling]
given:
  n: {integers: [3, 900]}
stem: What is thrice ${{n}}$?
ask:
  number: 3 * n
"""


class Taker:
    """A learner with a browser that never tries anything twice: what fails has failed."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.browser = build_opener(HTTPCookieProcessor(CookieJar()))
        self.answered = 0
        self.failed: list[str] = []
        self.begin()

    def begin(self) -> None:
        self.fetch("/assessments/exam", self.form("/assessments/exam"))
        self.sitting = self.at.rpartition("/sittings/")[2].partition("/")[0]
        question = self.fetch(f"/sittings/{self.sitting}/1")
        numbers = re.search(r"twice <math[^>]*><mn>(\d+)</mn>", question)
        assert numbers, question
        self.right = str(2 * int(numbers[1]))
        self.save(1, self.right)
        self.save(2, "two")

    def fetch(self, path: str, data: dict[str, str] | None = None) -> str:
        body = urlencode(data).encode() if data else None
        try:
            with self.browser.open(self.server.url + path, body) as page:
                text = str(page.read().decode())
        except (OSError, HTTPError) as error:
            self.failed.append(f"{path}: {error!r}")
            raise
        self.at = page.url
        self.answered += 1
        return text

    def form(self, path: str) -> dict[str, str]:
        """Return the hidden fields of the form of a page."""
        hidden = re.findall(r'<input(?=[^>]* type="hidden")([^>]*)>', self.fetch(path))
        return {
            re.findall(r'name="(\w+)"', each)[0]: re.findall(r'value="([^"]*)"', each)[0]
            for each in hidden
        }

    def save(self, position: int, answer: str) -> None:
        path = f"/sittings/{self.sitting}/{position}"
        self.fetch(path, {**self.form(path), "answer": answer, "go": "next"})

    def work(self, ended: Event) -> None:
        """Go through the exam, and practise something else, until it is over."""
        number = 0
        while not ended.is_set():
            number += 1
            self.save(1, f"{self.right}{'.0' * (number % 2)}")
            path = f"/practice/pick-some/{number}"
            self.fetch(path, {**self.form(path), "answer": "two"})

    def hand_in(self) -> str:
        path = f"/sittings/{self.sitting}/submit"
        return self.fetch(path, self.form(path))


def replace_processes(server: Server) -> None:
    """Do what ``systemctl reload`` does, and wait until all who serve have begun since."""
    before = set(server.workers)
    server.tell(signal.SIGHUP)
    waiting = Event()
    for _ in range(1200):
        serving = set(server.workers)
        if not before & serving and serving:
            return
        waiting.wait(0.05)
    raise AssertionError("the old processes go on")


def change_content(folder: Path, turn: int) -> None:
    """Edit one item of the exam, break another, delete the third; each save as editors do it."""
    items = folder / "items"
    if turn == 0:
        draft = folder / "double.draft"
        draft.write_text(EDITED.lstrip(), encoding="utf-8")
        draft.rename(items / "double.yaml")
    elif turn == 1:
        (items / "say-why.yaml").write_text("id: [", encoding="utf-8")
    elif turn == 2:
        (items / "pick-one.yaml").unlink()


def begun_by(server: Server, takers: list[Taker]) -> dict[str, set[str]]:
    """Return the revisions with which each sitting began."""
    db = Database(server.database_url, clock=lambda: datetime.now(UTC))
    begun = {taker.sitting: revisions_of(db, taker) for taker in takers}
    db.dispose()
    return begun


def sit_through(server: Server, reloads: int) -> int:
    """Let some learners sit through so many reloads; return how many requests were answered."""
    assert server.content is not None
    takers = [Taker(server) for _ in range(LEARNERS)]
    begun = begun_by(server, takers)
    ended = Event()
    with ThreadPoolExecutor(LEARNERS) as pool:
        working = [pool.submit(taker.work, ended) for taker in takers]
        try:
            for turn in range(reloads):
                change_content(server.content, turn)
                replace_processes(server)
        finally:
            ended.set()
        for each in working:
            each.result()
    assert [failed for taker in takers for failed in taker.failed] == []
    assert_all_is_graded_as_it_was_begun(server, takers, begun)
    return sum(taker.answered for taker in takers)


def assert_all_is_graded_as_it_was_begun(
    server: Server, takers: list[Taker], begun: dict[str, set[str]]
) -> None:
    for taker in takers:
        assert re.findall(r'class="score">([^<]*)<', taker.hand_in()) == ["3 of 3 points"]
    db = Database(server.database_url, clock=lambda: datetime.now(UTC))
    for taker in takers:
        assert revisions_of(db, taker) == begun[taker.sitting]
    db.dispose()


def revisions_of(db: Database, taker: Taker) -> set[str]:
    """Return by what a sitting asks, and by what its answers were judged."""
    sitting = sittings.find(db, taker.sitting)
    assert sitting is not None
    judged = {attempt.revision for attempt in sitting.attempts.values()}
    asked = {pinned.revision for pinned in sitting.items}
    assert judged <= asked
    return asked


def test_an_exam_goes_on_while_its_content_is_changed_and_the_service_reloaded(
    server: Server,
) -> None:
    sit_through(server, 3)


@pytest.mark.long
def test_two_hundred_reloads_under_load_fail_no_request(server: Server) -> None:
    answered = sit_through(server, 200)
    print(f"200 reloads: {answered} requests were answered, none failed")


def test_a_sitting_that_one_version_began_is_ended_by_the_next(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taker = Taker(server)
    begun = begun_by(server, [taker])
    newer = shutil.copytree(Path(quizsvc.__file__).parent, tmp_path / "newer" / "quizsvc")
    shutil.copytree(migrate.scripts(), newer / "_shipped" / "migrations")
    compiler = newer / "content" / "compiler.py"
    source = compiler.read_text(encoding="utf-8")
    newer_source = source.replace(f"ENGINE = {ENGINE}", f"ENGINE = {ENGINE + 1}")
    compiler.write_text(newer_source, encoding="utf-8")
    assert server.stop() == 0
    monkeypatch.setenv("PYTHONPATH", str(newer.parent))
    server.start()
    taker.save(3, "Since it is said so.")
    assert_all_is_graded_as_it_was_begun(server, [taker], begun)
    other = Taker(server)
    assert begun_by(server, [other])[other.sitting].isdisjoint(begun[taker.sitting])

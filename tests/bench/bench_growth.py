"""What requests cost as the item bank and the log of attempts grow: it should stay the same.

Run by hand: ``python -m tests.bench.bench_growth [items ...]``, by default 10, 1,000 and 10,000
items, and then 10 items beside 10⁶ stored attempts of others (some minutes). CPU time of the
workers from ``/proc``; the looks at the content directory, which are no request's, are switched
off and stand beside it.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import insert

from quizsvc.content.watching import snapshot
from quizsvc.store import Database, migrate, tables
from quizsvc.store.statements import table

from ..bank import DOUBLE, write_bank
from ..conftest import SECRET
from .bench_requests import hidden
from .serving import Browser, Request, Serving, cpu_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .serving import Answer

ATTEMPTS = 1_000_000
LEARNERS = 10_000
BATCH = 20_000
BLOCK, ROUNDS = 40, 5
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def content(folder: Path, items: int) -> Path:
    """Write a small bank with so many more copies of an item."""
    root = write_bank(folder / "content")
    for number in range(items):
        text = DOUBLE.replace("id: double", f"id: copy-{number}", 1)
        Path(root, "items", f"copy-{number}.yaml").write_text(text, encoding="utf-8")
    return root


def fill(db: Database, revision: str) -> None:
    """Store attempts of others, with their outcomes."""
    learners = [f"{number:032x}" for number in range(LEARNERS)]
    with db.recording() as connection:
        rows = [{"id": each, "created_at": BEGUN} for each in learners]
        connection.execute(insert(table(tables.Learner)), rows)
    for first in range(0, ATTEMPTS, BATCH):
        with db.recording() as connection:
            numbers = range(first, first + BATCH)
            attempts = [attempt(number, learners, revision) for number in numbers]
            connection.execute(insert(table(tables.Attempt)), attempts)
            outcomes = [
                {
                    "attempt_id": each["id"], "outcome": {"score": 1.0, "parts": {}},
                    "score": 1.0, "reason": "graded", "created_at": each["created_at"],
                }
                for each in attempts
            ]  # fmt: skip
            connection.execute(insert(table(tables.Outcome)), outcomes)


def attempt(number: int, learners: list[str], revision: str) -> dict[str, Any]:
    """Return the row of one."""
    name = f"{number:032x}"
    return {
        "id": name, "token": name, "learner_id": learners[number % LEARNERS], "item": "copy-0",
        "revision": revision, "variant_number": number // LEARNERS + 1, "seed": number,
        "candidate": 0, "parameters": {"n": 7.0}, "key": {"answer": 14.0},
        "raw_response": {"answer": "14"}, "created_at": BEGUN + timedelta(seconds=number),
    }  # fmt: skip


def costs(server: Serving) -> tuple[float, float, float]:
    """Return CPU-ms of a practice page, of a submission and of its result page."""
    browser = Browser(server)
    spent: list[tuple[float, ...]] = []
    for turn in range(ROUNDS + 1):
        at = [f"/practice/copy-0/{turn * BLOCK + place + 1}" for place in range(BLOCK)]
        pages, page = timed(server, browser, [Request(each) for each in at])
        fields = [hidden(each, "token", "revision") | {"answer": "2"} for each in pages]
        sent = [Request(*each) for each in zip(at, fields, strict=True)]
        posted, post = timed(server, browser, sent)
        _, end = timed(server, browser, [Request(each.location) for each in posted])
        spent.append((page, post, end))
    page, post, end = (statistics.median(each) for each in zip(*spent[1:], strict=True))
    return page, post, end


def timed(server: Serving, browser: Browser, requests: list[Request]) -> tuple[list[Answer], float]:
    """Return what was answered and the CPU-ms of a request."""
    before = server.cpu
    answers = [browser.send(each) for each in requests]
    return answers, 1000 * (server.cpu - before) / len(answers)


def report(label: str, folder: Path, root: Path) -> None:
    """Start the service twice, the second time with all revisions kept, and print a row."""
    env = {
        "QUIZSVC_SECRET": SECRET, "QUIZSVC_CONTENT": str(root), "QUIZSVC_VAR": str(folder / "var"),
        "QUIZSVC_CONTENT_RELOAD": "0",
    }  # fmt: skip
    starts = []
    for _ in range(2):
        begun = time.monotonic()
        with serving("quizsvc.cli", "run", folder=folder, env=env) as server:
            starts.append((time.monotonic() - begun, cpu_of(server.pid)))
            if len(starts) == 2:
                page, post, end = costs(server)
                memory = server.memory(), server.memory("Rss")
                index = len(Browser(server).send(Request("/practice")).text) / 1000
    first, second = starts
    begun = time.thread_time()
    snapshot(root)
    look = 1000 * (time.thread_time() - begun)
    print(
        f"  {label:28}{page:7.2f}{post:9.2f}{end:9.2f}{first[1]:10.1f}{second[1]:8.1f}"
        f"{memory[0]:8.0f}{memory[1]:6.0f}{index:9.0f}{look:9.1f}",
        flush=True,
    )


def sizes(given: list[str]) -> Iterator[int]:
    """Yield the numbers of items to try."""
    yield from map(int, given or ["10", "1000", "10000"])


def main() -> None:
    blank = " " * 30
    print(f"{blank}   CPU-ms of a request      start, CPU-s   worker, MB  index   a look")
    print(f"{blank} page   submit   result     first   again     PSS   RSS     kB       ms")
    for items in sizes(sys.argv[1:]):
        with TemporaryDirectory() as name:
            folder = Path(name)
            report(f"{items:,} items", folder, content(folder, items))
    with TemporaryDirectory() as name:
        folder = Path(name)
        root = content(folder, 10)
        (folder / "var").mkdir()
        url = f"sqlite:///{folder}/var/quizsvc.sqlite3"
        db = Database(url, clock=lambda: datetime.now(UTC))
        migrate.upgrade(db)
        with db.recording() as connection:
            row = {"revision": "of-long-ago", "item": "copy-0", "source": {}, "created_at": BEGUN}
            connection.execute(insert(table(tables.Revision)), row)
        fill(db, "of-long-ago")
        db.dispose()
        report(f"10 items, {ATTEMPTS:,} attempts", folder, root)


if __name__ == "__main__":
    main()

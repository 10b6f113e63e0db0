"""How many learners can take a quiz at once: with time to think, from one start, and the knee.

Run by hand, on a machine that does nothing else:

    python -m tests.load.exam                   500 learners who start within 10 s
    python -m tests.load.exam --pace 20         the same with time to think, as in a real quiz
    python -m tests.load.exam --knee            ever more learners, until answers take too long
    python -m tests.load.exam --sign-ins 500    how fast so many come in by their passwords

`--database URL` names an empty PostgreSQL database instead of an SQLite file. After each run what
the learners were told is compared with what the database holds.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import resource
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from werkzeug.datastructures import MultiDict

from quizsvc.content import load_bank
from quizsvc.model import Rules
from quizsvc.settings import shipped
from quizsvc.store import Database, attempts, signins, sittings
from quizsvc.web.forms import read_response
from quizsvc.web.service import Service

from ..classes import PASSWORD, Class
from ..conftest import SECRET, Server
from .browsers import Browser, Figures, fields_of
from .learners import Learner, Log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store.people import Account

QUIZ = """
id: load
title: Five questions
instructions: Answer all.
items: [{item: block-jacobian}, {item: two-block-gradient}, {item: quiz-number-of-paths},
  {item: twin-very-deep}, {item: paths-of-length}]
"""
SLOW = 0.5
"""Seconds: of twenty answers no more than one may take longer."""
STEPS = (100, 200, 300, 400, 500, 600, 700, 850, 1000, 1250, 1500)


@dataclass(frozen=True, slots=True)
class Result:
    """A run in figures."""

    learners: int
    figures: Figures
    lasted: float
    generator: float
    """CPU seconds of this process in the time that it lasted."""
    workers: float
    """CPU seconds of the service's processes."""
    lost: list[str]
    """What was acknowledged and is not there."""

    @property
    def slowest(self) -> float:
        """The time that one answer of twenty exceeds, in s."""
        return quantile(self.figures.all, 0.95)

    @property
    def passed(self) -> bool:
        """Whether it is what an exam needs."""
        return not self.figures.failed and not self.lost and self.slowest <= SLOW

    @property
    def line(self) -> str:
        """The run in a row of a table."""
        times, requests = self.figures.all, len(self.figures.all)
        return (
            f"{self.learners:8} {requests:9} {requests / self.lasted:8.0f}"
            f" {1e3 * statistics.median(times):8.0f} {1e3 * self.slowest:8.0f}"
            f" {1e3 * quantile(times, 0.99):8.0f} {1e3 * max(times):8.0f}"
            f" {len(self.figures.failed):7} {len(self.lost):5} {self.figures.reconnected:6}"
            f" {self.workers / self.lasted:9.0%} {self.generator / self.lasted:10.0%}"
        )


HEAD = (
    "learners  requests  each s   median     p95      p99      max  failed  lost  anew   workers"
    "  generator"
)


def quantile(times: list[float], share: float) -> float:
    """Return the time that so large a share stays below."""
    return sorted(times)[min(int(share * len(times)), len(times) - 1)] if times else 0.0


class Stage:
    """The service with a class that has a quiz to take, in a folder of its own.

    Parameters
    ----------
    folder : Path
    learners : int
    database : str
        The URL of an empty database; empty for an SQLite file.
    """

    def __init__(self, folder: Path, learners: int, database: str) -> None:
        content = folder / "content"
        shutil.copytree(shipped("content"), content)
        (content / "assessments" / "load.yaml").write_text(QUIZ.lstrip(), encoding="utf-8")
        self.server = Server(folder, content, database_url=database)
        self.server.start()
        db = Database(self.server.database_url, clock=lambda: datetime.now(UTC))
        self.service = Service(load_bank(content), db, SECRET.encode())
        taught = Class(self.service, learners)
        self.members = taught.members
        rules = Rules(closes_at=db.now() + timedelta(hours=3), time_limit=60)
        self.start = f"/assignments/{taught.assign('load', rules).id}"

    def close(self) -> None:
        """End the service."""
        self.service.db.dispose()
        self.server.kill()

    def cookie(self, member: Account) -> str:
        """Sign a member in, and return the cookie of his browser."""
        app = Flask("stage")
        app.secret_key = SECRET
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        assert serializer is not None
        token = signins.begin(self.service.db, member.learner)
        return f"quizsvc={serializer.dumps({'sign_in': token})}"

    def workers_seconds(self) -> float:
        """Return the CPU seconds that the service's processes have taken so far."""
        return sum(cpu_seconds(process) for process in self.server.workers)

    def missing(self, logs: list[Log]) -> Iterator[str]:
        """Compare what learners were told with the database."""
        for log in logs:
            sitting = sittings.find(self.service.db, log.sitting) if log.sitting else None
            if sitting is None:
                yield f"sitting {log.sitting!r}"
                continue
            if log.handed_in != (sitting.submitted_at is not None):
                yield f"sitting {log.sitting}: handed in {log.handed_in}"
            for pinned in sitting.items:
                if pinned.position not in log.acknowledged:
                    continue
                variant = self.service.restored(pinned)
                form = MultiDict(log.acknowledged[pinned.position])
                told, _ = read_response(variant, form)
                kept = (sitting.attempts if log.handed_in else sitting.drafts)[pinned.position]
                if kept.raw_response != told:
                    yield f"sitting {log.sitting}, {pinned.position}: {kept.raw_response} {told}"
            if len(sittings.of_learner(self.service.db, sitting.learner)) != 1:
                yield f"sitting {log.sitting}: begun twice"
            answered = attempts.history(self.service.db, sitting.learner)
            if log.handed_in and len(answered) != len(sitting.items):
                yield f"sitting {log.sitting}: {len(answered)} attempts"


def cpu_seconds(process: int) -> float:
    """Return the CPU seconds that a process has taken, to the nanosecond, all threads together."""
    tasks = Path(f"/proc/{process}/task").glob("*/schedstat")
    return sum(int(task.read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


async def take_all(learners: list[Learner], within: float) -> None:
    """Let all begin within so many seconds, evenly, and wait until the last has ended."""
    apart = within / max(len(learners), 1)
    await asyncio.gather(*(each.take(apart * place) for place, each in enumerate(learners)))


def exam(stage: Stage, how: argparse.Namespace) -> Result:
    """Let the class take the quiz."""
    figures = Figures()
    learners = [
        Learner(
            Browser(stage.server.url, stage.cookie(member), figures),
            stage.start,
            how.pace,
            how.saves,
            random.Random(member.learner),  # noqa: S311 - nothing secret
        )
        for member in stage.members
    ]
    began, mine, theirs = time.perf_counter(), time.process_time(), stage.workers_seconds()
    asyncio.run(take_all(learners, how.within))
    lasted = time.perf_counter() - began
    return Result(
        len(learners),
        figures,
        lasted,
        time.process_time() - mine,
        stage.workers_seconds() - theirs,
        list(stage.missing([each.log for each in learners])),
    )


async def sign_in(browser: Browser, name: str, after: float) -> None:
    """Come in by name and password."""
    await asyncio.sleep(after)
    page = await browser.get("sign-in page", "/sign-in")
    hidden = [(each.name, each.values[0]) for each in fields_of(page.text) if each.kind == "hidden"]
    await browser.post("sign in", "/sign-in", [*hidden, ("name", name), ("password", PASSWORD)])
    browser.close()


def sign_ins(stage: Stage, within: float) -> Result:
    """Let the whole class sign in within so many seconds."""
    figures = Figures()

    async def all_of_them() -> None:
        apart = within / len(stage.members)
        await asyncio.gather(
            *(
                sign_in(Browser(stage.server.url, "", figures), member.name, apart * place)
                for place, member in enumerate(stage.members)
            )
        )

    began, mine, theirs = time.perf_counter(), time.process_time(), stage.workers_seconds()
    asyncio.run(all_of_them())
    lasted = time.perf_counter() - began
    return Result(
        len(stage.members), figures, lasted,
        time.process_time() - mine, stage.workers_seconds() - theirs, [],
    )  # fmt: skip


def measured(how: argparse.Namespace, learners: int) -> Result:
    """Make a fresh service, and run what is asked for on it."""
    with tempfile.TemporaryDirectory() as name:
        stage = Stage(Path(name), learners, how.database)
        try:
            return sign_ins(stage, how.within) if how.sign_ins else exam(stage, how)
        finally:
            stage.close()


def print_kinds(figures: Figures) -> None:
    """Print the times of each kind of request."""
    print(f"\n{'':26}{'requests':>9}{'median':>9}{'p95':>9}{'max':>9}  in ms")
    for kind, times in figures.seconds.items():
        print(
            f"{kind:26}{len(times):9}{1e3 * statistics.median(times):9.0f}"
            f"{1e3 * quantile(times, 0.95):9.0f}{1e3 * max(times):9.0f}"
        )
    for failure in figures.failed[:10]:
        print(failure)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--learners", type=int, default=500)
    parser.add_argument("--within", type=float, default=10.0, help="seconds in which all begin")
    parser.add_argument("--pace", type=float, default=4.0, help="seconds of thought, on average")
    parser.add_argument("--saves", type=int, default=2, help="autosaves of one answer")
    parser.add_argument("--knee", action="store_true", help="raise the number of learners")
    parser.add_argument("--sign-ins", type=int, default=0, help="so many sign in instead")
    parser.add_argument("--database", default="", help="the URL of an empty PostgreSQL database")
    how = parser.parse_args()
    # Each learner has a connection of his own.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    print(HEAD)
    for learners in STEPS if how.knee else [how.sign_ins or how.learners]:
        result = measured(how, learners)
        print(result.line, flush=True)
        for lost in result.lost[:10]:
            print(f"  LOST {lost}")
        if not how.knee:
            print_kinds(result.figures)
        elif not result.passed:
            print(f"the knee lies below {learners} learners")
            break


if __name__ == "__main__":
    main()

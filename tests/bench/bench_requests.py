"""What a request costs the workers, beside a bare Flask app that does the same work by hand.

Run by hand: ``python -m tests.bench.bench_requests [rounds]``. Both serve in one run, their blocks
of requests in turn; the figures are CPU time of the workers from ``/proc``, which hardly depends
on what else the machine does. The bare app makes the same number of statements and commits, and
pages of the same size (see `tests.bench.bare`).
"""

from __future__ import annotations

import json
import re
import shutil
import statistics
import sys
from collections import defaultdict
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from quizsvc.render.numbers import to_text
from quizsvc.settings import Settings
from quizsvc.store import people, signins
from quizsvc.web import create_app
from quizsvc.web.current import EXTENSION, SIGN_IN

from ..conftest import SECRET
from .bare import A_ROUND
from .counting import Work, counted
from .serving import Answer, Browser, Request, Serving, serving

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from flask import Flask

    from quizsvc.model import Variant
    from quizsvc.web.service import Service

FAMILY = "block-jacobian"
ASSESSMENT = "residual-connections-quiz"
QUESTIONS = 10
BLOCK = 80
"""Requests of a kind in a round; also the attempts in its learner's history before the next."""
SITTINGS = 8

KINDS = {
    "practice": "fresh practice page",
    "guest": "fresh practice page, guest",
    "submission": "graded submission (303)",
    "result": "its result page",
    "question": "question of a sitting",
    "autosave": "autosave of a draft",
    "hand-in": "hand-in of ten answers (303)",
}

Block = tuple[str, list[Request]]


def learning(
    service: Service, learner: str, browser: Browser, first: int, size: int, sittings: int
) -> Generator[Block, list[Answer], None]:
    """Yield for each kind its requests, as a learner makes them; what was answered is sent back."""
    numbers = range(first, first + size)
    item = service.item(FAMILY)
    addresses = [f"/practice/{FAMILY}/{number}" for number in numbers]
    pages = yield "practice", [Request(at) for at in addresses]
    keys = [right(service.variant(item, learner, number)) for number in numbers]
    posted = yield (
        "submission",
        [
            Request(at, key | hidden(page, "token", "revision"))
            for at, key, page in zip(addresses, keys, pages, strict=True)
        ],
    )
    yield "result", [Request(each.location) for each in posted]
    yield "guest", [Request(at) for at in addresses]
    begun = [begin(browser) for _ in range(sittings)]
    places = [f"{at}/{place}" for at in begun for place in range(1, QUESTIONS + 1)]
    asked = yield "question", [Request(at) for at in places]
    yield (
        "autosave",
        [
            Request(at, chosen(page) | hidden(page, "counter"), "application/json")
            for at, page in zip(places, asked, strict=True)
        ],
    )
    yield (
        "hand-in",
        [Request(f"{at}/submit", hidden(browser.send(Request(f"{at}/submit")))) for at in begun],
    )


def begin(browser: Browser) -> str:
    """Start a sitting and return its address."""
    at = f"/assessments/{ASSESSMENT}"
    page = browser.send(Request(at))
    return browser.send(Request(at, hidden(page, "token"))).location.rpartition("/")[0]


def right(variant: Variant) -> dict[str, str]:
    """Return the fields of a right answer: the cells of a matrix."""
    (part,) = variant.parts
    return {
        f"{part.name}.{row}.{column}": to_text(value)
        for row, line in enumerate(part.key)
        for column, value in enumerate(line)
    }


def chosen(page: Answer) -> dict[str, str]:
    """Return the first choice of a question."""
    found = re.search(r'<input type="radio"[^>]* name="([^"]+)" value="([^"]+)"', page.text)
    assert found
    return {found[1]: found[2]}


def hidden(page: Answer, *names: str) -> dict[str, str]:
    """Return what a page's form sends by itself."""
    return {name: page.field(name) for name in ("csrf_token", *names)}


def cookie(app: Flask, token: str) -> str:
    """Return the cookie of a browser that is signed in."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({SIGN_IN: token, "_permanent": True})
    return f"quizsvc={value}"


def works_of(app: Flask, service: Service, learner: str, value: str) -> dict[str, Work]:
    """Return what each kind of request does, counted in this process."""
    inside = app.test_client(use_cookies=False)
    browser, guest = Browser(inside, value), Browser(inside)
    guest.send(Request("/practice/add-gate/1"))  # a guest's first page also makes his cookie
    works: dict[str, Work] = {}
    blocks = learning(service, learner, browser, 1, 2, 1)
    answers: list[Answer] | None = None
    while True:
        try:
            kind, requests = next(blocks) if answers is None else blocks.send(answers)
        except StopIteration:
            return works
        answers = []
        for request in requests:
            with counted(service.db.engine) as work:
                answers.append((guest if kind == "guest" else browser).send(request))
            work.bytes = len(answers[-1].text.encode())
            works[kind] = work


def measure(
    ours: Serving, bare: Serving, service: Service, learners: Mapping[str, str]
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Return for each kind the CPU-ms of a request, round by round: ours and by hand.

    Each round has a learner of its own, with the cookie of his browser; the first one warms up.
    """
    guest, by_hand = Browser(ours), Browser(bare)
    guest.send(Request("/practice/add-gate/1"))
    own: dict[str, list[float]] = defaultdict(list)
    other: dict[str, list[float]] = defaultdict(list)
    for turn, (learner, value) in enumerate(learners.items()):
        browser, number = Browser(ours, value), turn * A_ROUND + 1
        blocks = learning(service, learner, browser, number, BLOCK, SITTINGS)
        answers: list[Answer] | None = None
        while True:
            try:
                kind, requests = next(blocks) if answers is None else blocks.send(answers)
            except StopIteration:
                break
            before = ours.cpu
            answers = [(guest if kind == "guest" else browser).send(each) for each in requests]
            spent = ours.cpu - before
            same = bare_requests(by_hand, kind, requests, number)
            before = bare.cpu
            for each in same:
                by_hand.send(each)
            if turn > 0:
                own[kind].append(1000 * spent / len(requests))
                other[kind].append(1000 * (bare.cpu - before) / len(same))
    return own, other


def bare_requests(
    by_hand: Browser, kind: str, requests: list[Request], first: int
) -> list[Request]:
    """Return as many requests for the same work done by hand."""
    addresses = [f"/{kind}/{first + place}" for place in range(len(requests))]
    if requests[0].fields is None:
        return [Request(at) for at in addresses]
    fields = hidden(by_hand.send(Request(f"/practice/{first}")), "token") | {"answer": "1"}
    return [Request(at, fields) for at in addresses]


def main(rounds: int) -> None:
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        env = {"QUIZSVC_SECRET": SECRET, "QUIZSVC_VAR": str(folder / "var")}
        app = create_app(Settings.from_environment(env))
        service: Service = app.extensions[EXTENSION]
        names = [f"Ann {number}" for number in range(rounds + 2)]
        learners = [people.add(service.db, name).learner for name in names]
        cookies = [cookie(app, signins.begin(service.db, each)) for each in learners]
        works = works_of(app, service, learners.pop(), cookies.pop())
        told = {
            "learners": learners,
            "revision": service.item(FAMILY).revision,
            "works": {kind: (work.transactions, work.bytes) for kind, work in works.items()},
        }
        other = folder / "bare"
        other.mkdir()
        service.db.dispose()  # the last connection brings the file up to date
        shutil.copy(folder / "var" / "quizsvc.sqlite3", other)
        ours = stack.enter_context(serving("quizsvc.cli", "run", folder=folder, env=env))
        bare_env = env | {"QUIZSVC_VAR": str(other), "BARE": json.dumps(told)}
        bare = stack.enter_context(serving("tests.bench.bare", folder=Path.cwd(), env=bare_env))
        own, by_hand = measure(ours, bare, service, dict(zip(learners, cookies, strict=True)))
        print(f"CPU-ms of the workers per request, {datetime.now(UTC):%F}, {rounds} rounds' median")
        print(f"{'':34}{'ours':>7}{'bare':>7}{'ratio':>7}  statements  commits   bytes")
        for kind, words in KINDS.items():
            mine, bares = statistics.median(own[kind]), statistics.median(by_hand[kind])
            work = works[kind]
            print(
                f"  {words:32}{mine:7.2f}{bares:7.2f}{mine / bares:7.2f}"
                f"{work.statements:12}{work.commits:9}{work.bytes:8}"
            )
        print(
            f"memory of a worker: {ours.memory():.0f} MB (PSS), {ours.memory('Rss'):.0f} MB (RSS); "
            f"the bare app's: {bare.memory():.0f} and {bare.memory('Rss'):.0f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 7)

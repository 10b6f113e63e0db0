"""No key before its time: what gives an answer away is planted, and looked for on every page."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from quizsvc.content import load_bank
from quizsvc.model import GRACE, Rules
from quizsvc.store import statements
from quizsvc.web import create_app, current

from ..bank import write_bank
from ..classes import Class
from .pages import Visitor, forms_of
from .signing import signed_in_as
from .world import START, Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.settings import Settings

KEYS = ("7919.4", "6733.1", "5527.3", "4421.7", "zuppenkey", "zwillingkey")
"""As far as they are shown at least; written out below."""
WORDS = (
    "EXPLAINSENTINEL", "BELIEFSENTINEL", "HINTSENTINEL", "RIGHTSENTINEL", "WRONGSENTINEL",
    "MODELSENTINEL", "ORDERSENTINEL", "SLIPSENTINEL",
)  # fmt: skip

ITEMS = {
    "planted-number": """
given: {n: {integers: [2, 9]}}
stem: Let $n = {{n}}$. Which number?
ask: {number: 0 * n + 7919.4217}
misconceptions: [{id: own, value: 0 * n + 6733.1187, says: BELIEFSENTINEL}]
hints: [HINTSENTINEL]
explanation: EXPLAINSENTINEL
""",
    "planted-fixed": """
stem: Which two numbers?
ask: {vector: "[5527.3391, 2]"}
explanation: EXPLAINSENTINEL
""",
    "planted-choice": """
stem: Which is it?
ask:
  single-choice:
    - {id: this, text: This, key: true, says: RIGHTSENTINEL}
    - {id: that, text: That, says: WRONGSENTINEL}
""",
    "planted-written": """
stem: Why?
ask: {written: MODELSENTINEL}
""",
    "planted-lists": """
given: {n: {integers: [3, 900]}}
stem: Let $n = {{n}}$.
ask:
  - part: order
    ordering:
      steps: [{id: one, text: One}, {id: two, text: Two}, {id: three, text: Three}]
      mistaken: [{id: backwards, order: [three, two, one], says: ORDERSENTINEL}]
  - {part: names, words: {right: [{word: zuppenkey, also: [zwillingkey]}, {word: more}]}}
  - part: slip
    find-error:
      lines:
        - {id: plus, text: "$n + 1$", says: SLIPSENTINEL}
        - {id: minus, text: "$n - 1$", wrong: true}
        - {id: times, text: "$2 n$"}
      value: n - n + 4421.7793
    proof: 4421.7793 + 0 * n
    tolerance: exact
""",
}


def write_planted(folder: Path, items: dict[str, str] | None = None) -> Path:
    """Write a bank of which every key, belief, hint and word of feedback can be recognised."""
    write_bank(folder)
    for name, text in (items or ITEMS).items():
        head = f"id: {name}\ntitle: {name}\nobjectives: [doubling]"
        (folder / "items" / f"{name}.yaml").write_text(head + text, encoding="utf-8")
    listed = "".join(f"  - {{item: {name}}}\n" for name in items or ITEMS)
    for name in ("free", "given"):
        text = f"id: {name}\ntitle: The {name} quiz\ninstructions: Answer.\nitems:\n{listed}"
        (folder / "assessments" / f"{name}.yaml").write_text(text, encoding="utf-8")
    lesson = folder / "lessons" / "numbers.yaml"
    practised = f"items: [{', '.join(items or ITEMS)}, double"
    text = lesson.read_text(encoding="utf-8").replace("items: [double", practised)
    text = text.replace("assessments: [final]", "assessments: [final, free]")
    checks = "".join(f"\n  ::check{{{name}}}\n" for name in items or ITEMS)
    lesson.write_text(text.replace("is $2n$.\n", f"is $2n$.\n{checks}"), encoding="utf-8")
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, clock: Clock, tmp_path: Path) -> Flask:
    bank = load_bank(write_planted(tmp_path / "planted"))
    assert bank.broken.keys() == {"broken"}
    return create_app(settings, clock=clock, bank=bank)


@pytest.fixture
def taught(ann: Visitor) -> Class:
    return Class(ann.service)


@pytest.fixture
def learner(taught: Class, app: Flask) -> Visitor:
    return signed_in_as(Visitor(app), taught.members[0].name, "learner")


HREF = re.compile(r'(?:href|src|data-echo|data-[a-z-]+)="(/[^"#]*)')
# No page changes by these, and the learner's own come twice.
LEFT_OUT = re.compile(r"^/(help/(?!$)|assets/|sign-in|static/|lessons/counting/)")
MOST_PAGES = 60


def everything(visitor: Visitor, page: TestResponse) -> str:
    """Return all that a response tells, the content of the signed cookie too, spaces left out."""
    with visitor.client.session_transaction() as session:
        cookie = str(dict(session))
    text = f"{page.headers}{unescape(page.text)}{cookie}"
    return re.sub(r"<[^>]*>|[\s\u2009\u202f\u2062]", lambda found: found[0].strip(), text)


def found_in(text: str) -> set[str]:
    return {each for each in (*KEYS, *WORDS) if each in text}


class Crawl:
    """Everything that a visitor can look at, beginning with some addresses."""

    def __init__(self, visitor: Visitor, *starts: str) -> None:
        self.visitor = visitor
        self.found: dict[str, set[str]] = {}
        self.pages: dict[str, TestResponse] = {}
        waiting = [*starts, "/lessons/numbers", "/progress/data.json", "/progress/data.csv",
                   "/history", "/progress", "/reviews", "/practice", "/assignments", "/none",
                   "/"]  # fmt: skip
        while waiting and len(self.pages) < MOST_PAGES:
            address = waiting.pop(0)
            if address in self.pages or LEFT_OUT.match(address):
                continue
            page = visitor.client.get(address)
            self.look(page, address)
            waiting += [unescape(each) for each in HREF.findall(page.text)]
            if page.location:
                waiting.append(page.location.partition("#")[0])

    def look(self, page: TestResponse, address: str = "") -> None:
        """Note what a response gives away."""
        address = address or f"{page.request.method} {page.request.path}"
        self.pages[address] = page
        if given_away := found_in(everything(self.visitor, page)):
            self.found[address] = given_away
        page.close()

    @property
    def given_away(self) -> set[str]:
        """All that was found."""
        return set().union(*self.found.values())


def begin(visitor: Visitor, address: str) -> str:
    return visitor.send(visitor.get(address)).location.removesuffix("/1")


def answer_all(crawl: Crawl, sitting: str) -> None:
    """Answer each question wrongly, press every button, send what is stale, unread and doubled."""
    visitor = crawl.visitor
    texts = {"answer": "1", "answer.0": "1", "order": "one two three", "slip": "plus"}
    for position in range(1, len(ITEMS) + 1):
        page = visitor.get(f"{sitting}/{position}")
        form = forms_of(page)[0].fields
        for more, headers in (
            ({"answer": "1 1/2"}, {"Accept": "application/json"}),
            ({"answer": "["}, {}),
            (texts, {"Accept": "application/json"}),
            ({**texts, "counter": "0"}, {}),
            ({**texts, "counter": "0"}, {"Accept": "application/json"}),
        ):
            sent = visitor.client.post(
                f"{sitting}/{position}", data={**form, **more}, headers=headers
            )
            crawl.look(sent, f"POST {position} {more} {headers}")
            if (sent.json or {}).get("state") == "saved":
                form["counter"] = [str(sent.json["counter"])]  # type: ignore[index]
        for echo in re.findall(r'data-echo="([^"]+)"', page.text):
            for text in ("7919", "[1, 2]", "zuppe"):
                crawl.look(
                    visitor.client.get(unescape(echo), query_string={"text": text}), echo + text
                )


def hand_in(visitor: Visitor, sitting: str) -> TestResponse:
    """Hand in wrong answers, the last question left blank."""
    for position, answer in enumerate(("1", "[1, 2]", "that", "So.", ""), start=1):
        page = visitor.get(f"{sitting}/{position}")
        typed = forms_of(page)[0].fields.keys() - {"csrf_token", "counter"}
        visitor.send(page, {**dict.fromkeys(typed, ""), "answer": answer})
    return visitor.press(visitor.get(f"{sitting}/submit"), "Hand in", status=303)


def test_an_open_quiz_gives_no_key_away_to_a_guest_and_its_results_do(ann: Visitor) -> None:
    sitting = begin(ann, "/assessments/free")
    crawl = Crawl(ann, sitting, f"{sitting}/submit", f"{sitting}/paper", f"{sitting}/review")
    answer_all(crawl, sitting)
    assert len(crawl.pages) >= 80
    assert crawl.found == {}
    hand_in(ann, sitting)
    after = Crawl(ann, f"{sitting}/review")
    assert {"7919.4", "5527.3", "4421.7", "EXPLAINSENTINEL", "MODELSENTINEL"} <= after.given_away


def test_results_that_are_held_back_give_no_key_away_before_they_are_out(
    taught: Class, learner: Visitor, clock: Clock
) -> None:
    closes = START + timedelta(hours=1)
    given = taught.assign("given", Rules(feedback="closing", closes_at=closes, sittings=2))
    sitting = begin(learner, f"/assignments/{given.id}")
    addresses = [f"{sitting}{end}" for end in ("", "/submit", "/paper", "/review")]
    addresses += [f"/assessments/{each}" for each in ("free", "given")]
    crawl = Crawl(learner, *addresses)
    answer_all(crawl, sitting)
    assert crawl.found == {}
    hand_in(learner, sitting)
    attempts = [f"/attempts/{each['id']}" for each in data(learner)["attempts"]]
    assert len(attempts) == len(ITEMS) - 1, "what is left blank makes none"
    held = Crawl(learner, *addresses, *attempts)
    refused = learner.send(learner.get("/assessments/free"), status=409)
    held.look(refused)
    assert held.found == {}
    clock.now = closes + GRACE + timedelta(seconds=1)
    out = Crawl(learner, *addresses, *attempts)
    assert {"7919.4", "5527.3", "EXPLAINSENTINEL", "MODELSENTINEL"} <= out.given_away


def data(visitor: Visitor) -> dict[str, Any]:
    return dict(visitor.get("/progress/data.json").json or {})


def test_practice_gives_nothing_away_before_it_is_asked_for(ann: Visitor) -> None:
    crawl = Crawl(ann, *(f"/practice/{item}/{number}" for item in ITEMS for number in (1, 2)))
    page = ann.get("/practice/planted-number/1")
    unread = ann.send(page, {"answer": "1 1/2"}, status=422)
    crawl.look(unread)
    crawl.look(ann.press(page, "Get a code for this variant"), "a code")
    assert crawl.found == {}
    hashes = {item.revision for item in ann.service.bank.items.values()}
    assert not any(each in page.text for page in crawl.pages.values() for each in hashes), (
        "of a content that is known but for its key, the hash tells the key"
    )
    wrong = ann.answer("planted-number", "1")
    crawl.look(wrong, "a wrong answer")
    crawl.look(ann.get("/history"), "the history")
    crawl.look(ann.get("/progress/data.json"), "the data")
    assert crawl.found == {}
    hint = ann.press(wrong, "Show a hint")
    assert found_in(everything(ann, hint)) == {"HINTSENTINEL"}
    assert {"7919.4", "EXPLAINSENTINEL"} <= found_in(everything(ann, ann.shown_solution(hint)))


OTHER_KEYS = {
    name: text.replace("7919.4217", "1234.5678")
    .replace("5527.3391, 2", "2, 1818.3434")
    .replace("this, text: This, key: true, says: RIGHTSENTINEL", "this, text: This, says: NO")
    .replace("that, text: That, says", "that, text: That, key: true, says")
    .replace("6733.1187", "8765.4321")
    .replace("EXPLAINSENTINEL", "Another, longer explanation")
    .replace("MODELSENTINEL", "Another and longer model answer")
    .replace("zuppenkey", "otherword")
    .replace("order: [three, two, one]", "order: [two, three, one]")
    .replace("plus, text: \"$n + 1$\", says: SLIPSENTINEL", "plus, text: \"$n + 1$\", wrong: true")
    .replace("minus, text: \"$n - 1$\", wrong: true", "minus, text: \"$n - 1$\", says: SLIP")
    for name, text in ITEMS.items()
}  # fmt: skip

CHANGING = re.compile(r"[\w-]{40,}\.[\w-]{6}\.[\w-]{27}|[0-9a-f]{32}")
"""CSRF tokens; ids and the marks of revisions, which are keyed hashes."""


def told(
    folder: Path, settings: Settings, items: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, int, dict[str, str], str]]:
    """Yield all that a learner gets who does the same in a bank, without what is random."""
    numbers = random.Random("twins")  # noqa: S311 - nothing secret
    for module in (current, statements):
        monkeypatch.setattr(module, "uuid4", lambda: UUID(int=numbers.getrandbits(128), version=4))
    app = create_app(
        replace(settings, var=folder, database_url=f"sqlite:///{folder}/quizsvc.sqlite3"),
        clock=Clock(),
        bank=load_bank(write_planted(folder / "bank", items)),
    )
    ann = Visitor(app)
    sitting = begin(ann, "/assessments/free")
    crawl = Crawl(ann, sitting, f"{sitting}/submit", f"{sitting}/paper", "/practice/double/1")
    answer_all(crawl, sitting)
    for address, page in crawl.pages.items():
        own = {"Set-Cookie", "X-Request-ID"}
        headers = {name: value for name, value in page.headers if name not in own}
        yield CHANGING.sub("", address), page.status_code, headers, CHANGING.sub("", page.text)


def test_pages_of_two_different_keys_are_the_same_to_the_byte(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert all(OTHER_KEYS[name] != ITEMS[name] for name in ITEMS)
    one, other = (
        list(told(tmp_path / name, settings, items, monkeypatch))
        for name, items in (("one", ITEMS), ("other", OTHER_KEYS))
    )
    assert len(one) >= 60
    assert [address for address, *_ in one] == [address for address, *_ in other]
    for mine, yours in zip(one, other, strict=True):
        assert mine == yours, mine[0]

"""The log holds neither answers nor names, passwords, tokens or cookies, whatever goes wrong."""

from __future__ import annotations

import logging
import os
import re
import socket
import subprocess
import sys
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest

from quizsvc import grading
from quizsvc.web import trying

from ..bank import write_bank
from ..classes import PASSWORD, Class, account
from ..conftest import SECRET
from .pages import forms_of
from .signing import sign_in, sign_out, sign_up, signed_in_as
from .test_errors import unwritable

if TYPE_CHECKING:
    from pathlib import Path

    from quizsvc.settings import Settings

    from .pages import Visitor

ANSWER = "sentinelanswer"
NAME = "Sentinelname"
WRONG = "sentinel password of nobody"


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged, with tracebacks, as the service writes it."""
    form = logging.Formatter("%(levelname)s %(name)s: %(message)s")
    return "\n".join(form.format(record) for record in caplog.records)


@pytest.fixture(autouse=True)
def _everything(caplog: pytest.LogCaptureFixture) -> None:
    """Log all that can be logged, of libraries too."""
    caplog.set_level(logging.DEBUG)


def broken(*given: Any, **named: Any) -> Any:
    """Break down with what was typed at hand, as a bug of ours would."""
    raise KeyError(len(given) + len(named))


def test_a_bug_that_meets_an_answer_logs_its_traceback_and_not_the_answer(
    ann: Visitor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.app.config["PROPAGATE_EXCEPTIONS"] = False
    page = ann.get("/practice/say-why/1")
    monkeypatch.setattr(trying, "sent", broken)
    ann.send(page, {"answer": ANSWER}, 500)
    assert "Traceback" in logged(caplog)
    assert "sentinel" not in logged(caplog).casefold()


def test_an_answer_whose_grading_fails_is_not_in_the_log(
    ann: Visitor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ann.get("/practice/say-why/1")
    monkeypatch.setattr(grading, "_read", broken)
    ann.send(page, {"answer": ANSWER})
    assert "grading failed: item say-why" in logged(caplog)
    assert "sentinel" not in logged(caplog).casefold()


def test_what_is_not_saved_is_not_in_the_log_instead(
    ann: Visitor, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    page = ann.get("/practice/say-why/1")
    with unwritable(ann, settings):
        ann.send(page, {"answer": ANSWER}, 503)
    assert "not saved: database is locked" in logged(caplog)
    assert "sentinel" not in logged(caplog).casefold()


def test_pages_of_people_and_classes_log_no_names(
    ann: Visitor, bob: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    sign_up(ann, NAME)
    taught = Class(ann.service)
    account(ann.service.db, f"{NAME} 2")
    signed_in_as(bob, taught.instructor.name, "instructor")
    listing = f"/sections/{taught.section.id}/enrol"
    rows = f"name\tregister_id\n{NAME} 3\tsentinel-17\n"
    shown = bob.send(bob.get(listing), {"text": rows}, 200)
    bob.send(shown, place=_place(shown, "seen"))
    for page in (f"/sections/{taught.section.id}?q={NAME}", f"/people?q={NAME}"):
        bob.get(page)
    sign_out(bob)
    sign_in(bob, NAME, WRONG, 422)
    assert "sentinel" not in logged(caplog).casefold()


def _place(page: Any, field: str) -> int:
    return next(place for place, form in enumerate(forms_of(page)) if field in form.fields)


class Browser:
    """A browser of a real server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.cookies = CookieJar()
        self.opener = build_opener(HTTPCookieProcessor(self.cookies))

    def fetch(self, path: str, data: dict[str, str] | None = None) -> str:
        """Return a page, also one that says no."""
        try:
            body = urlencode(data).encode() if data else None
            with self.opener.open(self.url + path, body) as page:
                return str(page.read().decode())
        except HTTPError as refused:
            return refused.read().decode()

    def send(self, path: str, answers: dict[str, str], to: str = "") -> str:
        """Fill in the hidden fields of a page, and send them with what is typed."""
        page = self.fetch(path)
        inputs = re.findall(r"<input[^>]*>", page)
        hidden = {
            found[1]: value[1]
            for each in inputs
            if (found := re.search(r'name="(\w+)"', each))
            and (value := re.search(r'value="([^"]*)"', each))
        }
        return self.fetch(to or path.partition("?")[0], {**hidden, **answers})


UNREADABLE = [
    b"GET /link?token=sentinel HTTP/1.1\r\nHost: loc",  # and no more
    b"get /link?token=sentinel HTTP/1.1\r\n\r\n",
    b"GET /link?token=sentinel HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie quizsvc=sentinel\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie: quizsvc=sentinel\0\r\n\r\n",
    b"GET / HTTP/1.1\r\nCookie: quizsvc=" + b"sentinel" * 2000 + b"\r\n\r\n",
]


def _send_raw(url: str, request: bytes) -> None:
    to = urlsplit(url)
    with socket.create_connection((to.hostname, to.port), timeout=30) as visitor:
        visitor.sendall(request)
        visitor.shutdown(socket.SHUT_WR)
        while visitor.recv(65536):
            pass


def test_a_real_server_writes_no_answers_names_passwords_tokens_or_cookies(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    own = {
        "PORT": "0", "SECRET": SECRET, "LOG_LEVEL": "debug",
        "CONTENT": str(write_bank(tmp_path / "content")),
    }  # fmt: skip
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "quizsvc.cli", "run"],
            cwd=tmp_path,
            env=os.environ | {f"QUIZSVC_{name}": value for name, value in own.items()},
            stdout=subprocess.PIPE,
            stderr=file,
            text=True,
        )
        with process:
            assert process.stdout is not None
            greeting = [process.stdout.readline() for _ in range(2)]
            browser = Browser(greeting[0].split()[3].rstrip("/"))
            link = tmp_path / "var" / "first-admin-link"
            assert str(link) in greeting[1]
            secrets = _journey(browser, link.read_text())
            for request in UNREADABLE:
                _send_raw(browser.url, request)
            process.terminate()
            rest = process.stdout.read()
    written = log.read_text() + rest
    assert written.count("POST ") >= 5, "it did write what was asked for"
    assert written.count("A request that could not be read was refused.") == len(UNREADABLE) - 1
    assert "A request did not arrive whole." in written
    assert "sentinel" not in written.casefold()
    assert "from ip=" not in written
    assert [each for each in secrets if each in written] == []


def _journey(browser: Browser, invitation: str) -> list[str]:
    """Do what people do, and return what must be in no log."""
    token = invitation.rpartition("token=")[2].strip()
    browser.send("/practice/say-why/1", {"answer": ANSWER})
    browser.fetch(f"/echo/double/x/answer?text={ANSWER}")
    browser.send("/sign-in", {"name": NAME, "password": WRONG})
    browser.send("/forgotten?name=" + NAME, {})
    made = browser.send(f"/link?token={token}", {"name": NAME, "new_password": PASSWORD}, "/link")
    assert NAME in made
    browser.fetch(f"/link?token={token}")
    browser.send(f"/people?q={NAME}", {})
    browser.fetch("/practice/say-why/2", {"answer": ANSWER, "csrf_token": "wrong"})
    (cookie,) = browser.cookies
    assert cookie.value
    return [token, PASSWORD, cookie.value, cookie.value.split(".")[-1], SECRET]

"""A learner with a browser, without a browser: fetches pages, fills in their forms, sends them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, cast

from quizsvc.store import signins
from quizsvc.web.current import EXTENSION

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.model import Variant
    from quizsvc.web.service import Service

FORM_FIELDS = ("input", "textarea")


@dataclass
class Form:
    """A form of a page, with what its fields hold."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    """Words to the address that the button sends the form to, empty for the form's own."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._textarea = ""
        self._select = ""
        self._button: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.forms.append(Form(given.get("action") or ""))
        elif tag == "button" and self.forms:
            self._button = given.get("formaction") or ""
        elif tag == "select":
            self._select = name
            self.forms[-1].fields[name] = [""]
        elif tag == "option" and "selected" in given:
            self.forms[-1].fields[self._select] = [given.get("value") or ""]
        elif tag == "textarea":
            self._textarea = name
            self.forms[-1].fields[name] = [""]
        elif tag == "input" and self.forms:
            ticking = given.get("type") in ("radio", "checkbox")
            if not ticking or "checked" in given:
                self.forms[-1].fields.setdefault(name, []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self.forms[-1].buttons[data.strip()] = self._button
        if self._textarea:
            # A browser drops the line end right after the opening tag, and sends others as CRLF.
            text = data.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")
            self.forms[-1].fields[self._textarea] = [text]


def forms_of(page: TestResponse) -> list[Form]:
    """Return the forms of a page."""
    return forms_in(page.text)


def forms_in(text: str) -> list[Form]:
    """Return the forms of a page's text."""
    reader = _Reader()
    reader.feed(text)
    return reader.forms


def words_of(page: TestResponse) -> str:
    """Return what a page says, without its markup: an attribute may hold a random token."""
    return re.sub(r"<[^>]*>", " ", page.text)


class Visitor:
    """One browser with its cookie."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    @property
    def service(self) -> Service:
        """The service behind the application."""
        return cast("Service", self.app.extensions[EXTENSION])

    @property
    def learner(self) -> str:
        """The learner behind the cookie: whoever is signed in, else the guest."""
        with self.client.session_transaction() as session:
            token = session.get("sign_in")
            account = signins.account(self.service.db, token) if token else None
            return account.learner if account else str(session["learner"])

    def variant(self, item: str, number: int = 1) -> Variant:
        """Return this learner's nth variant of an item."""
        return self.service.variant(self.service.item(item), self.learner, number)

    def get(self, url: str, status: int = 200) -> TestResponse:
        """Fetch a page."""
        page = self.client.get(url)
        assert page.status_code == status, f"{url}: {page.status}"
        return page

    def send(
        self,
        page: TestResponse,
        answers: dict[str, Any] | None = None,
        status: int = 303,
        *,
        place: int = 0,
    ) -> TestResponse:
        """Fill in one form of a page, the first unless `place` says which, and send it."""
        form = forms_of(page)[place]
        data = {**form.fields, **(answers or {})}
        sent = self.client.post(form.action or page.request.path, data=data)
        assert sent.status_code == status, sent.status
        return sent

    def press(
        self,
        page: TestResponse,
        button: str,
        answers: dict[str, Any] | None = None,
        status: int = 200,
    ) -> TestResponse:
        """Fill in the form that has a button with these words, and press it."""
        form = next(each for each in forms_of(page) if button in each.buttons)
        data = {**form.fields, **(answers or {})}
        address = form.buttons[button] or form.action or page.request.path
        sent = self.client.post(address, data=data)
        assert sent.status_code == status, sent.status
        return sent

    def follow(self, response: TestResponse, status: int = 200) -> TestResponse:
        """Fetch the page that a response leads to."""
        return self.get(response.location, status)

    def shown_solution(self, page: TestResponse) -> TestResponse:
        """Ask for the solution and return the page that shows it."""
        return self.follow(self.press(page, "Show the solution", status=303))

    def answer(self, item: str, raw: Any, number: int = 1) -> TestResponse:
        """Practise a variant and return the page with the result."""
        page = self.get(f"/practice/{item}/{number}")
        return self.follow(self.send(page, {"answer": raw}))

"""A browser without JavaScript, as far as its forms go, which can press a button many times."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from threading import Barrier
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from ..conftest import Server

_HIDDEN = re.compile(r'name="(\w+)" type="hidden" value="([^"]*)"|'
                     r'type="hidden" name="(\w+)" value="([^"]*)"')  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str | None
    text: str


class Browser:
    """Keeps one learner's cookies, and follows no redirect by itself."""

    def __init__(self, server: Server) -> None:
        self._address = urlsplit(server.url).netloc
        self._cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        """Fetch a page."""
        answer = self._send(HTTPConnection(self._address, timeout=60), path)
        assert answer.status == 200, f"{path}: {answer}"
        return answer.text

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self._send(HTTPConnection(self._address, timeout=60), path, fields)

    def fields(self, path: str) -> dict[str, str]:
        """Return the hidden fields of a page, of the forms in it together."""
        found = _HIDDEN.findall(self.get(path))
        return {one or other: unescape(value or its) for one, value, other, its in found}

    def at_once(self, path: str, forms: list[dict[str, str]]) -> list[Answer]:
        """Send several forms in the same instant, each over a connection that is open by then."""
        together = Barrier(len(forms))

        def send(form: dict[str, str]) -> Answer:
            connection = HTTPConnection(self._address, timeout=60)
            connection.connect()
            together.wait()
            return self._send(connection, path, form)

        with ThreadPoolExecutor(len(forms)) as pool:
            return list(pool.map(send, forms))

    def _send(
        self, connection: HTTPConnection, path: str, fields: dict[str, str] | None = None
    ) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={text}" for name, text in self._cookies.items())}
        if fields is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, urlencode(fields), headers)
        with connection.getresponse() as response:
            for line in response.headers.get_all("Set-Cookie", []):
                self._cookies |= {name: kept.value for name, kept in SimpleCookie(line).items()}
            text = response.read().decode()
            answer = Answer(response.status, response.headers.get("Location"), text)
        connection.close()
        return answer

"""As much of a browser as a learner needs whose connection is cut off now and then."""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from threading import Event
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..conftest import Server

PAUSE = 0.02
"""Seconds until somebody whose connection was cut off tries again."""

LONGEST = 3000
"""How often he does so until he gives up: a minute."""


class CutOffError(Exception):
    """No answer came: nobody knows whether the request was carried out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    text: str
    location: str
    """Where it leads, if it leads somewhere."""


class Browser:
    """Keeps the cookie, and follows no redirection."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._cookie = ""
        self._cut_off = 0
        self._pause = Event()

    def ask(
        self, path: str, form: Mapping[str, str] | None = None, *, script: bool = False
    ) -> Answer:
        """Fetch a page, or send a form; as a script, which is answered in JSON.

        Raises
        ------
        CutOffError
            No answer came, or not all of it.
        """
        host = urlsplit(self._server.url).netloc
        headers = {"Cookie": self._cookie, "Accept": "application/json" if script else "text/html"}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        connection = HTTPConnection(host, timeout=30)
        try:
            connection.request("GET" if form is None else "POST", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        except (OSError, HTTPException) as error:
            self._cut_off += 1
            assert self._cut_off < LONGEST, "the service does not come back"
            self._pause.wait(PAUSE)
            raise CutOffError from error
        finally:
            connection.close()
        self._cut_off = 0
        cookie = response.getheader("Set-Cookie")
        if cookie:
            self._cookie = cookie.partition(";")[0]
        return Answer(response.status, text, response.getheader("Location") or "")

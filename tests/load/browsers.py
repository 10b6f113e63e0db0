"""Browsers without a picture: one connection, one cookie, and the time that each answer takes."""

from __future__ import annotations

import asyncio
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PATIENCE = 60.0
"""Seconds after which a request counts as failed."""


@dataclass
class Figures:
    """What became of all requests of a run."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """By the kind of request, each from its sending to the last byte of its answer."""
    failed: list[str] = field(default_factory=list)
    reconnected: int = 0
    """How often a kept connection had been closed by the server, so that a new one was opened."""

    @property
    def all(self) -> list[float]:
        """The times of all kinds together."""
        return [second for kind in self.seconds.values() for second in kind]


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    status: int
    location: str
    text: str


class Browser:
    """A client that keeps its connection and its cookie.

    Parameters
    ----------
    url : str
        Of the service.
    cookie : str
        What it begins with, such as ``quizsvc=…``.
    figures : Figures
        Where times and failures are noted.
    """

    def __init__(self, url: str, cookie: str, figures: Figures) -> None:
        self._place = urlsplit(url)
        self._cookie = cookie
        self._figures = figures
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def get(self, kind: str, path: str) -> Page:
        """Fetch a page."""
        return await self._timed(kind, "GET", path, "", "text/html")

    async def post(
        self, kind: str, path: str, form: Sequence[tuple[str, str]], accept: str = "text/html"
    ) -> Page:
        """Send a form."""
        return await self._timed(kind, "POST", path, urlencode(form), accept)

    async def _timed(self, kind: str, method: str, path: str, body: str, accept: str) -> Page:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                page = await self._exchange(method, path, body, accept)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            self._figures.failed.append(f"{kind} {path}: {error!r}")
            self.close()
            raise
        self._figures.seconds[kind].append(time.perf_counter() - began)
        if page.status >= 400:
            self._figures.failed.append(f"{kind} {path}: {page.status}")
        return page

    async def _exchange(self, method: str, path: str, body: str, accept: str) -> Page:
        kept = self._writer is not None
        try:
            return await self._send(method, path, body, accept)
        except (ConnectionError, asyncio.IncompleteReadError):
            if not kept:
                raise
            # As a browser does: the server may close a connection that it kept, at any time.
            self._figures.reconnected += 1
            self.close()
            return await self._send(method, path, body, accept)

    async def _send(self, method: str, path: str, body: str, accept: str) -> Page:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._place.hostname, self._place.port
            )
        assert self._reader is not None
        lines = [
            f"{method} {path} HTTP/1.1", f"Host: {self._place.netloc}", f"Accept: {accept}",
            f"Cookie: {self._cookie}", "Connection: keep-alive",
        ]  # fmt: skip
        if method == "POST":
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                f"Referer: {self._place.geturl()}{path}",
            ]
        self._writer.write("\r\n".join([*lines, "", body]).encode())
        await self._writer.drain()
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, headers = int(head.split(" ", 2)[1]), _headers(head)
        length = int(headers.get("content-length", "0"))
        text = (await self._reader.readexactly(length)).decode() if length else ""
        if "set-cookie" in headers:
            self._cookie = headers["set-cookie"].partition(";")[0]
        if headers.get("connection") == "close":
            self.close()
        return Page(status, headers.get("location", ""), text)

    def close(self) -> None:
        """Let the connection go."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None


def _headers(head: str) -> Mapping[str, str]:
    pairs = (line.partition(":") for line in head.split("\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in pairs}


_FIELD = re.compile(r"<(input|select|textarea)\b([^>]*)>")
_OPTION = re.compile(r'<option value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form, as far as it takes to fill it in."""

    name: str
    kind: str
    """``hidden``, ``text``, ``radio``, ``checkbox``, ``select`` or ``textarea``."""
    values: tuple[str, ...]
    """What it holds, or what it offers."""


def fields_of(page: str) -> list[Field]:
    """Return the fields of the form in the middle of a page."""
    main = page[page.index("<main") : page.index("</main>")]
    found: dict[str, Field] = {}
    for match in _FIELD.finditer(main):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', match[2]))
        name = attributes.get("name", "")
        if not name:
            continue
        kind = attributes.get("type", "text") if match[1] == "input" else match[1]
        values: tuple[str, ...] = (attributes.get("value", ""),)
        if kind == "select":
            values = tuple(
                _OPTION.findall(main[match.end() : main.index("</select>", match.end())])
            )
        elif name in found:
            values = (*found[name].values, *values)
        found[name] = Field(name, kind, values)
    return list(found.values())

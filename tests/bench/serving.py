"""Servers in processes of their own, what they cost, and a client that keeps its connection."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flask.testing import FlaskClient


@dataclass(frozen=True)
class Serving:
    """A gunicorn that listens."""

    pid: int
    host: str
    port: int

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    @property
    def cpu(self) -> float:
        """Seconds that all threads of the workers have run so far."""
        return sum(cpu_of(worker) for worker in self.workers)

    def memory(self, what: str = "Pss") -> float:
        """Return a worker's memory in MB; ``Pss`` splits what is shared among its sharers."""
        return sum(_memory(worker, what) for worker in self.workers) / len(self.workers) / 1000


def cpu_of(pid: int) -> float:
    """Return the seconds that all threads of a process have run, to the nanosecond."""
    spent = 0
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError):  # it has just ended
            spent += int((thread / "schedstat").read_text(encoding="ascii").split()[0])
    return spent / 1e9


def _memory(pid: int, what: str) -> int:
    rolled = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    found = re.search(rf"^{what}:\s+(\d+) kB", rolled, re.MULTILINE)
    assert found
    return int(found[1])


@contextmanager
def serving(module: str, *arguments: str, folder: Path, env: dict[str, str]) -> Iterator[Serving]:
    """Run ``python -m module`` until the block ends; it prints its URL once it listens."""
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    own = {"QUIZSVC_PORT": "0", "QUIZSVC_LOG_LEVEL": "warning", "QUIZSVC_WORKERS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=os.environ | path | own | env,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    try:
        said = process.stdout.readline()
        url = re.search(r"http://\S+", said)
        assert url, f"it said {said!r}"
        address = urlsplit(url[0])
        assert address.hostname
        assert address.port
        yield Serving(process.pid, address.hostname, address.port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        process.stdout.close()


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    text: str
    location: str

    def field(self, name: str) -> str:
        """Return what a hidden field of the page holds."""
        tag = re.search(rf'<input [^>]*name="{name}"[^>]*>', self.text)
        assert tag, f"there is no field {name}"
        value = re.search(r' value="([^"]*)"', tag[0])
        assert value
        return unescape(value[1])


@dataclass(frozen=True)
class Request:
    """A page to get, or fields to post."""

    path: str
    fields: Mapping[str, str] | None = None
    accept: str = "text/html"


_Send = Callable[[str, "str | None", dict[str, str]], tuple[int, str, dict[str, str]]]


def _outside(server: Serving) -> _Send:
    connection = http.client.HTTPConnection(server.host, server.port)

    def send(
        path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, str, dict[str, str]]:
        method = "GET" if body is None else "POST"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
        except ConnectionError:  # closed, since nothing was sent for a while: ask anew
            connection.close()
            connection.request(method, path, body, headers)
            response = connection.getresponse()
        return response.status, response.read().decode(), dict(response.headers.items())

    return send


def _inside(client: FlaskClient) -> _Send:
    def send(
        path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, str, dict[str, str]]:
        method = "GET" if body is None else "POST"
        response = client.open(path, method=method, data=body, headers=headers)
        return response.status_code, response.text, dict(response.headers)

    return send


class Browser:
    """Keeps its connection and its cookie; to a server, or to an application in this process."""

    def __init__(self, server: Serving | FlaskClient, cookie: str = "") -> None:
        self._send = _outside(server) if isinstance(server, Serving) else _inside(server)
        self.cookie = cookie

    def send(self, request: Request) -> Answer:
        """Send a request and expect no error."""
        headers = {"Cookie": self.cookie, "Accept": request.accept}
        body = None if request.fields is None else urlencode(request.fields)
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        status, text, told = self._send(request.path, body, headers)
        assert status < 400, (status, request, text)
        if "Set-Cookie" in told:
            self.cookie = told["Set-Cookie"].partition(";")[0]
        return Answer(status, text, told.get("Location", ""))

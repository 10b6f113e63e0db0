"""The service under gunicorn, as ``quizsvc run`` starts it and as an admin does."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from quizsvc import hosting
from quizsvc.settings import Settings

from .bank import write_bank
from .conftest import SECRET

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIGURED = ["-c", "python:quizsvc.gunicorn_conf", "wsgi:app"]
COMMANDS = {
    "quizsvc run": [sys.executable, "-m", "quizsvc.cli", "run"],
    "gunicorn": [sys.executable, "-m", "gunicorn", *CONFIGURED],
}
ROOT = Path(hosting.__file__).parents[1]


class Hosted:
    """A service whose log is JSON."""

    def __init__(self, command: list[str], folder: Path, port: int = 0) -> None:
        own = {
            "PORT": str(port),
            "SECRET": SECRET,
            "LOG_FORMAT": "json",
            "VAR": str(folder / "var"),
            "CONTENT": str(write_bank(folder / "content")),
        }
        self.out, self.err = folder / "out", folder / "err"
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | {f"QUIZSVC_{name}": value for name, value in own.items()},
                stdout=out,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        self.said: list[str] = []
        self.port = self._port()

    def _port(self) -> int:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+) ", line):
                return int(found[1])
        pytest.fail("".join(self.said))

    def get(self, path: str) -> str:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return str(answer.read().decode())

    def figure(self, name: str) -> float:
        (found,) = re.findall(rf"(?m)^{re.escape(name)} (\S+)$", self.get("/metrics"))
        return float(found)

    @property
    def workers(self) -> list[int]:
        main = self.process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def lines(self) -> list[dict[str, object]]:
        """Return all that was logged, once it has ended."""
        assert self.process.stderr is not None
        self.said += self.process.stderr
        both = [*self.said, *self.out.read_text().splitlines()]
        return [json.loads(line) for line in both]


@contextmanager
def hosted(command: str | list[str], folder: Path, port: int = 0) -> Iterator[Hosted]:
    chosen = COMMANDS[command] if isinstance(command, str) else command
    running = Hosted(chosen, folder, port)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):  # the workers may have outlived their master
            os.killpg(running.process.pid, signal.SIGKILL)
        running.process.wait()
        assert running.process.stderr is not None
        running.process.stderr.close()


def half_sent(port: int) -> http.client.HTTPConnection:
    """Begin to send a form, so that a thread is kept waiting for the rest."""
    slow = http.client.HTTPConnection("127.0.0.1", port)
    slow.putrequest("POST", "/sign-in")
    slow.putheader("Content-Type", "application/x-www-form-urlencoded")
    slow.putheader("Content-Length", "7")
    slow.endheaders()
    slow.send(b"a=b")
    return slow


def refused(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return True
    return False


def until(holds: object) -> None:
    """Ask again until something holds, for a minute at most."""
    end = time.monotonic() + 60
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end


@pytest.mark.crash
@pytest.mark.parametrize("command", COMMANDS)
def test_processes_count_and_log_together_and_stop_gracefully(tmp_path: Path, command: str) -> None:
    figure = 'quizsvc_requests_total{group="practice",method="GET",status="2xx"}'
    with hosted(command, tmp_path) as service:
        for _ in range(6):
            service.get("/practice/double/1")
        assert service.figure(figure) == 6
        os.kill(service.workers[0], signal.SIGKILL)
        service.get("/practice/double/1")
        assert service.figure(figure) == 7
        assert service.figure("quizsvc_requests_in_progress") == 0

        slow = half_sent(service.port)
        until(lambda: service.figure("quizsvc_requests_in_progress") == 1)
        service.process.send_signal(signal.SIGTERM)
        until(lambda: refused(service.port))
        slow.send(b"&c=d")
        answer = slow.getresponse()
        assert answer.status == 400  # a form without its token, answered to its end
        assert "This form has expired" in answer.read().decode()
        slow.close()
        assert service.process.wait(timeout=hosting.GRACE + 10) == 0
        lines = service.lines()
    requests = [line for line in lines if line["logger"] == "quizsvc.access"]
    assert [(line["route"], line["status"]) for line in requests] == [
        *[("/practice/<item_id>/<number>", 200)] * 7,
        ("/sign-in", 400),
    ]
    assert requests[-1]["request_id"] == answer.headers["X-Request-ID"]
    assert {line["level"] for line in lines if line["logger"] == "gunicorn.error"} >= {"INFO"}


def test_both_commands_tell_gunicorn_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("QUIZSVC_VAR", str(tmp_path))
    monkeypatch.setenv("QUIZSVC_WORKERS", "7")
    asked = "import quizsvc.gunicorn_conf as c; print(c.workers, c.accesslog, c.graceful_timeout)"
    told = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout
    options = hosting.options(Settings.from_environment(os.environ))
    assert options["workers"] == 7
    assert told == f"7 {options['accesslog']} {options['graceful_timeout']}\n"


def test_a_bad_setting_stops_gunicorn_with_a_sentence() -> None:
    ended = subprocess.run(
        COMMANDS["gunicorn"], cwd=ROOT, env=os.environ | {"QUIZSVC_WORKERS": "many"},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ended.returncode == 1
    assert ended.stderr == "QUIZSVC_WORKERS: 'many': expected a whole number from 1 to 64\n"


def test_gunicorns_master_loads_no_pages_so_that_new_workers_read_new_code() -> None:
    asked = "import sys, quizsvc.gunicorn_conf; print({'flask', 'sqlalchemy'} & set(sys.modules))"
    found = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    ).stdout
    assert found == "set()\n"


@pytest.mark.crash
def test_a_reload_puts_new_workers_in_the_place_of_the_old_and_counts_on(tmp_path: Path) -> None:
    figure = 'quizsvc_requests_total{group="practice",method="GET",status="2xx"}'
    with hosted("quizsvc run", tmp_path) as service:
        service.get("/practice/double/1")
        old = set(service.workers)
        service.process.send_signal(signal.SIGHUP)
        until(lambda: service.workers and not old & set(service.workers))
        service.get("/practice/double/1")
        assert service.figure(figure) == 2


@pytest.mark.crash
def test_workers_whose_master_was_killed_give_the_port_back_and_answer_who_is_there(
    tmp_path: Path,
) -> None:
    with hosted("quizsvc run", tmp_path) as killed:
        until(lambda: len(killed.workers) == 2)
        workers = killed.workers
        with closing(http.client.HTTPConnection("127.0.0.1", killed.port, timeout=60)) as visitor:
            visitor.request("GET", "/healthz")
            assert visitor.getresponse().read()
            visitor.sock.sendall(b"GET /healthz HTTP/1.1\r\n")  # the rest without a master
            killed.process.kill()
            killed.process.wait()
            with hosted("quizsvc run", tmp_path, killed.port) as again:
                assert again.get("/healthz")
                assert any(Path(f"/proc/{worker}").exists() for worker in workers)
                visitor.sock.sendall(b"Host: 127.0.0.1\r\n\r\n")
                answer = http.client.HTTPResponse(visitor.sock)
                answer.begin()
                assert (answer.status, answer.headers["Connection"]) == (200, "close")
                answer.close()
        until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))


def rights(folder: Path) -> dict[str, str]:
    found = [folder, *folder.glob("*"), *folder.glob("metrics/lock")]
    return {each.name: f"{stat.S_IMODE(each.stat().st_mode):o}" for each in found if each.exists()}


@pytest.mark.parametrize("command", COMMANDS)
def test_nobody_else_may_enter_var_or_read_the_database_though_the_secret_is_given(
    tmp_path: Path, command: str
) -> None:
    before = os.umask(0o022)
    try:
        with hosted(command, tmp_path) as service:
            assert service.get("/practice/double/1")
            found = rights(tmp_path / "var")
    finally:
        os.umask(before)
    assert found["var"] == found["metrics"] == "700"
    files = {name: mode for name, mode in found.items() if name.startswith("quizsvc.sqlite3")}
    assert set(files) > {"quizsvc.sqlite3", "quizsvc.sqlite3.serving"}
    assert set(files.values()) == {"600"}


def test_a_hangup_before_gunicorn_heeds_signals_does_not_end_it() -> None:
    asked = (
        "import importlib, os, signal, quizsvc.gunicorn_conf as c; "
        "os.kill(os.getpid(), signal.SIGHUP); "
        "signal.signal(signal.SIGHUP, print); importlib.reload(c); "
        "print(signal.getsignal(signal.SIGHUP) is print)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "True\n")


def test_a_start_waits_for_its_port_and_outlives_a_hangup_meanwhile(tmp_path: Path) -> None:
    content = write_bank(tmp_path / "content")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        own = {"PORT": str(port), "SECRET": SECRET, "CONTENT": str(content), "VAR": str(tmp_path)}
        starting = subprocess.Popen(
            COMMANDS["quizsvc run"],
            env=os.environ | {f"QUIZSVC_{name}": value for name, value in own.items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert starting.stdout is not None
        assert starting.stderr is not None
        said = starting.stderr.readline()
        starting.send_signal(signal.SIGHUP)
    try:
        assert said == f"port {port} is taken: waiting up to 5 seconds for it\n"
        assert starting.stdout.readline().startswith(f"quizsvc is at http://127.0.0.1:{port}/ ")
    finally:
        starting.terminate()
        starting.communicate()
    assert starting.returncode == 0


IMPATIENT = """
import os
from quizsvc import hosting
from quizsvc.settings import Settings

hosting.Worker.patience = 0.5
hosting.PARTING = 0.5
globals().update(hosting.options(Settings.from_environment(os.environ)))
"""
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
UNFINISHED = [
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n" + FORM + b"Content-Length: 2000\r\n\r\nname=",
    b"GET /link?token=sentinel HTTP/1.1\r\nHost: local",
]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    """A service that waits half a second for whatever it waits for."""
    folder = tmp_path_factory.mktemp("impatient")
    configuration = folder / "impatient.py"
    configuration.write_text(IMPATIENT, encoding="utf-8")
    with hosted([*COMMANDS["gunicorn"][:3], "-c", str(configuration), "wsgi:app"], folder) as it:
        yield it


def sent(port: int, request: bytes) -> socket.socket:
    visitor = socket.create_connection(("127.0.0.1", port), timeout=30)
    visitor.sendall(request)
    return visitor


def everything(visitor: socket.socket) -> bytes:
    """Return what is still answered, to the end of the connection."""
    with visitor:
        return b"".join(iter(lambda: visitor.recv(65536), b""))


def test_requests_that_never_end_keep_nobody_else_waiting(impatient: Hosted) -> None:
    slow = [sent(impatient.port, UNFINISHED[each % 2]) for each in range(12)]
    assert impatient.get("/healthz") == "ok\n"
    answers = [everything(visitor) for visitor in slow]
    assert b"This request could not be read" in answers[0]
    assert not any(answers[1::2]), "there was nothing to answer"


def test_a_request_is_late_however_steadily_it_drips(impatient: Hosted) -> None:
    with sent(impatient.port, UNFINISHED[0]) as dripping:
        dripping.settimeout(0.05)
        answer = b""
        for _ in range(100):
            dripping.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = dripping.recv(65536)
                break
        assert b"HTTP/1.1 400" in answer


def test_visitors_who_do_not_hang_up_keep_nobody_else_waiting(impatient: Hosted) -> None:
    farewell = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"
    begun = time.monotonic()
    lingering = [sent(impatient.port, farewell) for _ in range(12)]
    for visitor in lingering:
        visitor.recv(65536)  # the answer, to which it does not hang up
    assert impatient.get("/healthz") == "ok\n"
    # gunicorn's own loop would stand still for 2 s with each, in two processes.
    assert time.monotonic() - begun < 8
    for visitor in lingering:
        visitor.close()


def test_a_connection_is_kept_for_longer_than_a_request_may_take(impatient: Hosted) -> None:
    kept = http.client.HTTPConnection("127.0.0.1", impatient.port)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read() == b"ok\n"
    connection = kept.sock
    time.sleep(0.6)
    kept.request("GET", "/healthz")
    assert kept.getresponse().read() == b"ok\n"
    assert kept.sock is connection
    kept.close()

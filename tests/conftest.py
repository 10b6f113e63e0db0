"""A real server process, for the tests that drive or kill one."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from .bank import write_bank

if TYPE_CHECKING:
    from collections.abc import Iterator

# The same examples each time, however slow the machine is just then.
settings.register_profile("quizsvc", derandomize=True, deadline=None)
settings.load_profile("quizsvc")

pytest_plugins = ["tests.databases"]

SECRET = "of the tests, and long enough for it"  # noqa: S105


class Server:
    """``quizsvc run`` in its own folder, on a free port; it can be killed and started again.

    Parameters
    ----------
    folder : Path
        Where it keeps what it writes.
    content : Path | None
        What it serves, by default the shipped content.
    database_url : str
        Where it keeps what learners did, by default in a file in its folder.
    """

    def __init__(
        self, folder: Path, content: Path | None = None, *, database_url: str = ""
    ) -> None:
        self.folder = folder
        self.content = content
        self.database_url = database_url or f"sqlite:///{folder}/var/quizsvc.sqlite3"
        self.secret = SECRET
        self.url = ""
        self._port = "0"
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and learn its address, at which it listens from then on."""
        own = {
            "PORT": self._port,
            "SECRET": self.secret,
            "LOG_LEVEL": "warning",
            "DATABASE_URL": self.database_url,
        }
        if self.content is not None:
            own["CONTENT"] = str(self.content)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "quizsvc.cli", "run"],
            cwd=self.folder,
            env=os.environ | {f"QUIZSVC_{name}": value for name, value in own.items()},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        said = self.said_next()
        address = re.search(r"http://\S+", said)
        assert address, f"it said {said!r}"
        self.url = address[0].rstrip("/")
        self._port = self.url.rpartition(":")[2]

    def said_next(self) -> str:
        """Wait for the next line on its standard output."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    @property
    def workers(self) -> list[int]:
        """The ids of the processes that answer requests."""
        assert self._process is not None
        main = self._process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text(encoding="ascii")
        return [int(child) for child in children.split()]

    def tell(self, how: signal.Signals) -> None:
        """Tell its main process something."""
        assert self._process is not None
        os.kill(self._process.pid, how)

    def stop(self) -> int:
        """End it as Ctrl-C in a terminal does, and return its exit status."""
        return self._end(signal.SIGINT)

    def kill(self) -> None:
        """End all its processes without warning."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        with process:
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, how)
            return process.wait(timeout=60)


@contextlib.contextmanager
def serving(
    folder: Path, content: Path | None = None, *, database_url: str = ""
) -> Iterator[Server]:
    """Start a server, and end it however the test ends."""
    running = Server(folder, content, database_url=database_url)
    try:
        running.start()
        yield running
    finally:
        running.kill()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own for one test, with a small bank, which is sooner read."""
    with serving(tmp_path, write_bank(tmp_path / "content")) as running:
        yield running

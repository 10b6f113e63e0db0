"""A service that is killed: one worker, its master alone, or all of it, and started again."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from threading import Event
from typing import TYPE_CHECKING

from ..conftest import SECRET, Server
from .tracing import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TRIES = 600
"""How often a new worker is looked for: half a minute."""


class Victim(Server):
    """``quizsvc run``, or a control in its place, that comes back after every kill.

    Parameters
    ----------
    folder : Path
        Where it keeps what it writes, with its log.
    content : Path
        What it serves.
    module : str
        What is run instead of the command line, for controls.
    database : str
        The URL of its database, by default an SQLite file in the folder.
    """

    def __init__(
        self, folder: Path, content: Path, *, module: str = "quizsvc.cli", database: str = ""
    ) -> None:
        super().__init__(folder, content, database_url=database)
        self._module = module
        self.starts = 0
        self._pause = Event()

    def start(self) -> None:
        """Start it; it waits for its port, which workers without a master give back."""
        said = self._begin()
        address = re.search(r"http://\S+", said)
        assert address, f"it did not start, see {self.folder / 'log'}"
        self.url = address[0].rstrip("/")
        self._port = self.url.rpartition(":")[2]
        self.starts += 1

    def _begin(self) -> str:
        own = {
            "PORT": self._port,
            "SECRET": SECRET,
            "LOG_LEVEL": "error",
            "CONTENT": str(self.content),
            "CONTENT_RELOAD": "0",
            "DATABASE_URL": self.database_url,
        }
        with (self.folder / "log").open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, "run"],
                cwd=self.folder,
                env=os.environ
                | {"PYTHONPATH": str(ROOT)}
                | {f"QUIZSVC_{name}": value for name, value in own.items()},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,
            )
        return self.said_next()

    def await_new_worker(self, former: list[int]) -> int:
        """Wait until there is a worker that was not there before, and return its id."""
        for _ in range(TRIES):
            with contextlib.suppress(OSError):
                for worker in self.workers:
                    if worker not in former:
                        return worker
            self._pause.wait(0.05)
        raise AssertionError("no worker comes back")

    def kill_worker(self, which: int) -> bool:
        """Kill one of its workers, and tell whether there was one."""
        with contextlib.suppress(OSError):
            workers = self.workers
            if workers:
                os.kill(workers[which % len(workers)], signal.SIGKILL)
                return True
        return False

    def kill_master(self) -> None:
        """Kill the process that keeps the workers, and start it again: they are orphans then."""
        assert self._process is not None
        process, self._process = self._process, None
        with process:
            process.kill()
        self.start()

    def kill_all(self) -> None:
        """Kill all of it, and start it again."""
        self.kill()
        self.start()

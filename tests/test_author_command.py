"""``quizsvc author`` as an author starts and ends it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from typing import TYPE_CHECKING

from click.testing import CliRunner

from quizsvc.cli import main

from .bank import write_bank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def started(*arguments: str, cwd: Path, **own: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start it, and yield its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "quizsvc.cli", "author", *arguments],
        cwd=cwd, env=os.environ | own, stdout=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+/author/", said)
        assert address, said
        yield address[0], process
    finally:
        process.kill()
        with process:
            pass


def fetched(url: str) -> str:
    with urllib.request.urlopen(url) as page:  # noqa: S310 - our own server's
        return str(page.read().decode())


def test_it_prints_its_address_serves_the_folder_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    write_bank(tmp_path / "mine")
    before = set(tmp_path.rglob("*"))
    with started("mine", "--port", "0", cwd=tmp_path) as (url, process):
        assert "Twice a number" in fetched(f"{url}items/double")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 0
        assert process.stdout is not None
        assert process.stdout.read() == ""
    assert set(tmp_path.rglob("*")) == before


def test_by_default_it_shows_the_folder_of_the_settings_at_the_next_free_port(
    tmp_path: Path,
) -> None:
    content = str(write_bank(tmp_path / "content"))
    with (
        started(cwd=tmp_path, QUIZSVC_CONTENT=content) as (first, _),
        started(cwd=tmp_path, QUIZSVC_CONTENT=content) as (second, _),
    ):
        assert first != second
        assert "double.yaml" in fetched(second)


def test_a_folder_that_is_none_and_a_port_that_is_taken_are_refused(tmp_path: Path) -> None:
    none = CliRunner().invoke(main, ["author", str(tmp_path / "none")])
    assert (none.exit_code, none.stdout) == (1, "")
    assert "none is no folder." in none.stderr
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(main, ["author", str(tmp_path), "--port", str(port)])
    assert refused.exit_code == 1
    assert f"cannot listen on 127.0.0.1, port {port}: " in refused.stderr

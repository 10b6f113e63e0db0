"""Many workers meet one database that is not there yet, or that a newer version has written."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

import quizsvc
from quizsvc.store import migrate

from ...bank import write_bank
from ...databases import text as url_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...databases import PostgresServer
    from ..conftest import OpenDatabase

ROOT = Path(quizsvc.__file__).parents[1]

NOTING = """
import logging
accesslog = "answered.log"
access_log_format = "%(p)s"
noting = logging.getLogger("alembic.runtime.migration")
noting.setLevel("INFO")
noting.addHandler(logging.FileHandler("migrations.log"))
"""
"""A configuration of gunicorn with which each worker notes what it migrates and answers."""

WORKERS = 4


def environment(folder: Path, url: str) -> dict[str, str]:
    own = {
        "CONTENT": str(write_bank(folder / "content")),
        "DATABASE_URL": url,
        "VAR": str(folder / "var"),
        "SECRET": "of the tests, and long enough for it",
        "PORT": "0",
    }
    given = {f"QUIZSVC_{name}": value for name, value in own.items()}
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **given, "PYTHONPATH": os.pathsep.join(paths)}


def gunicorn(workers: int, *more: str) -> list[str]:
    options = ["--worker-class", "gthread", "--workers", str(workers), "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", "wsgi:app", *options, *more]


@contextmanager
def started(folder: Path, url: str) -> Iterator[str]:
    """Start gunicorn as an admin would, without preload, and end it."""
    (folder / "noting.py").write_text(NOTING, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        process = subprocess.Popen(
            gunicorn(WORKERS, "-c", "noting.py", "--bind", f"fd://{listening.fileno()}"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env=environment(folder, url),
            pass_fds=[listening.fileno()],
        )
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with process:
        try:
            yield address
        finally:
            process.terminate()
            process.wait(timeout=60)


def fetch(address: str) -> bool:
    with urllib.request.urlopen(f"{address}/practice/double/1") as page:  # noqa: S310 - our own
        return "Twice a number" in page.read().decode()


def test_workers_that_start_at_once_migrate_once_and_all_serve(
    tmp_path: Path, open_database: OpenDatabase
) -> None:
    start_at_once(f"sqlite:///{tmp_path}/quizsvc.sqlite3", tmp_path, open_database)


@pytest.mark.long
@pytest.mark.postgres
def test_they_do_so_on_postgres(
    postgres_server: PostgresServer, tmp_path: Path, open_database: OpenDatabase
) -> None:
    start_at_once(url_text(postgres_server.create()), tmp_path, open_database)


def start_at_once(empty_url: str, tmp_path: Path, open_database: OpenDatabase) -> None:
    answered: set[str] = set()
    with started(tmp_path, empty_url) as address, ThreadPoolExecutor(2 * WORKERS) as visitors:
        for _ in range(50):  # until each worker has had its turn
            assert all(visitors.map(fetch, [address] * 2 * WORKERS))
            answered = set((tmp_path / "answered.log").read_text(encoding="ascii").split())
            if len(answered) == WORKERS:
                break
    assert len(answered) == WORKERS
    noted = (tmp_path / "migrations.log").read_text(encoding="utf-8")
    known = [each.revision for each in ScriptDirectory(str(migrate.scripts())).walk_revisions()]
    assert re.findall(r"Running upgrade .*-> (\S+),", noted) == known[::-1]
    with open_database(empty_url).reading() as session:
        assert migrate.schema(session.connection()) == known[0]


@pytest.mark.parametrize("command", ["quizsvc run", "gunicorn wsgi:app"])
def test_a_newer_schema_is_refused_once_and_for_all(
    command: str, sqlite_url: str, tmp_path: Path, open_database: OpenDatabase
) -> None:
    database = open_database(sqlite_url)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    asked = {
        "quizsvc run": [sys.executable, "-m", "quizsvc.cli", "run"],
        "gunicorn wsgi:app": gunicorn(2, "--bind", "127.0.0.1:0"),
    }[command]
    refused = subprocess.run(
        asked,
        cwd=tmp_path,
        env=environment(tmp_path, sqlite_url),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert refused.returncode != 0
    assert "written by a newer version of quizsvc (schema 9999)" in refused.stderr
    assert refused.stderr.count("Booting worker") <= 2  # none was put in their place
    assert "NewerSchemaError" not in refused.stderr  # a sentence, and no traceback of ours

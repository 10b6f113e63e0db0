import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text

from quizsvc.errors import NotSavedError, SettingsError, StoreError
from quizsvc.store import Database, attempts, journal

from .conftest import Clock, OpenDatabase
from .samples import ATTEMPT, LEARNER, attempt


def pragma(database: Database, name: str) -> Any:
    with database.writing() as session:
        return session.execute(text(f"PRAGMA {name}")).scalar_one()


@pytest.fixture
def sqlite_file(sqlite_url: str) -> Path:
    return Path(str(make_url(sqlite_url).database))


def tokens(database: Database) -> list[str]:
    return [stored.token for stored in attempts.history(database, LEARNER)]


def test_sqlite_runs_as_the_durability_measurements_ask(
    sqlite_url: str, open_database: OpenDatabase
) -> None:
    database = open_database(sqlite_url)
    with database.reading() as session:
        version = session.execute(text("SELECT sqlite_version()")).scalar_one()
    affected = journal.has_wal_reset_bug(tuple(int(number) for number in version.split(".")))
    assert pragma(database, "journal_mode") == ("truncate" if affected else "wal")
    assert pragma(database, "synchronous") == 2, "FULL"
    assert pragma(database, "foreign_keys") == 1
    assert pragma(database, "busy_timeout") == 10_000


def test_an_affected_sqlite_never_uses_wal(
    tmp_path: Path, open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    monkeypatch.setattr(journal, "has_wal_reset_bug", lambda _version: False)
    sound = open_database(url)
    assert pragma(sound, "journal_mode") == "wal"
    sound.dispose()
    monkeypatch.setattr(journal, "has_wal_reset_bug", lambda _version: True)
    affected = open_database(url)
    assert pragma(affected, "journal_mode") == "truncate"
    assert pragma(affected, "synchronous") == 2, "FULL"


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ((3, 6, 23), False),  # has no WAL
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 49, 2), True),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 0), True),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_the_versions_with_the_wal_reset_bug_are_known(
    version: tuple[int, ...], affected: bool
) -> None:
    assert journal.has_wal_reset_bug(version) is affected


@pytest.mark.parametrize("how", ["writing", "reading"])
def test_only_a_write_transaction_takes_the_write_lock_at_once(
    sqlite_url: str, open_database: OpenDatabase, how: str
) -> None:
    database, other = open_database(sqlite_url), open_database(sqlite_url, patience=0)
    begun: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        begun.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    with getattr(database, how)() as session:
        session.execute(text("SELECT 1"))
        if how == "writing":
            with pytest.raises(NotSavedError, match="not saved: database is locked"):
                attempts.record(other, ATTEMPT)
        else:
            attempts.record(other, ATTEMPT)
    assert begun[0] == ("BEGIN IMMEDIATE" if how == "writing" else "BEGIN")


def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    def fail_after_writing() -> None:
        with database.writing() as session:
            attempts.add(session, ATTEMPT, database.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    assert tokens(database) == []


def test_a_full_database_says_not_saved_and_keeps_what_was_acknowledged(
    sqlite_url: str, open_database: OpenDatabase
) -> None:
    database = open_database(sqlite_url)
    attempts.record(database, ATTEMPT)
    pages = pragma(database, "page_count")
    database.dispose()
    event.listen(database.engine, "connect", lambda connection, _: _limit(connection, pages))
    with pytest.raises(NotSavedError, match="not saved: database or disk is full"):
        attempts.record(database, attempt("big", raw_response={"answer": "x" * 100_000}))
    assert tokens(database) == ["token-1"]


def _limit(connection: Any, pages: int) -> None:
    connection.execute(f"PRAGMA max_page_count = {pages}").close()


def test_a_disk_that_takes_no_more_says_not_saved_and_recovers(
    sqlite_url: str, open_database: OpenDatabase
) -> None:
    database = open_database(sqlite_url)
    attempts.record(database, ATTEMPT)
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, unlimited[1]))
    try:
        with pytest.raises(NotSavedError, match=r"not saved: .*(I/O|full)"):
            attempts.record(database, attempt("big", raw_response={"answer": "x" * 500_000}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    attempts.record(database, attempt("small"))
    assert tokens(database) == ["small", "token-1"]


def test_a_rollback_that_fails_too_still_says_not_saved(
    sqlite_url: str, open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = open_database(sqlite_url)
    attempts.record(database, ATTEMPT)
    pages = pragma(database, "page_count")
    database.dispose()
    event.listen(database.engine, "connect", lambda connection, _: _limit(connection, pages))

    failed: list[str] = []

    def roll_back_by_statement(connection: Any) -> None:
        try:
            connection.execute("ROLLBACK").close()
        except Exception as error:
            failed.append(str(error))
            raise

    monkeypatch.setattr(database.engine.dialect, "do_rollback", roll_back_by_statement)
    with pytest.raises(NotSavedError, match="not saved: database or disk is full"):
        attempts.record(database, attempt("big", raw_response={"answer": "x" * 100_000}))
    assert failed[0] == "cannot rollback - no transaction is active"


def test_a_read_only_file_is_read_and_not_written(
    sqlite_url: str, sqlite_file: Path, open_database: OpenDatabase
) -> None:
    attempts.record(open_database(sqlite_url), ATTEMPT)
    reader = open_database(f"sqlite:///file:{sqlite_file}?mode=ro&uri=true")
    assert tokens(reader) == ["token-1"]
    with pytest.raises(NotSavedError, match="not saved: attempt to write a readonly database"):
        attempts.record(reader, attempt("token-2"))


def _no_such_folder(path: Path) -> str:
    return f"sqlite:///{path / 'nowhere' / 'quizsvc.sqlite3'}"


def _a_folder(path: Path) -> str:
    return f"sqlite:///{path}"


def _another_file(path: Path) -> str:
    (path / "other").write_bytes(b"not a database, and longer than its header would be" * 100)
    return f"sqlite:///{path / 'other'}"


@pytest.mark.parametrize("broken", [_no_such_folder, _a_folder, _another_file])
def test_a_file_that_cannot_be_used_is_reported_for_what_it_is(
    tmp_path: Path, open_database: OpenDatabase, broken: Callable[[Path], str]
) -> None:
    database = open_database(broken(tmp_path))
    with pytest.raises(NotSavedError, match="not saved"):
        attempts.record(database, ATTEMPT)
    with pytest.raises(StoreError, match="could not be read") as refusal:
        attempts.history(database, LEARNER)
    assert not isinstance(refusal.value, NotSavedError)


def test_a_database_without_tables_is_a_fault_of_ours_and_not_hidden(
    empty_url: str, open_database: OpenDatabase
) -> None:
    with pytest.raises(Exception, match="learner") as crash:
        attempts.record(open_database(empty_url), ATTEMPT)
    assert not isinstance(crash.value, StoreError)


@pytest.mark.postgres
def test_a_postgresql_that_is_read_only_says_not_saved(
    migrated_postgres: Any, open_database: OpenDatabase
) -> None:
    read_only = {"options": "-c default_transaction_read_only=on"}
    url = migrated_postgres.update_query_dict(read_only)
    database = open_database(url.render_as_string(hide_password=False))
    assert tokens(database) == []
    with pytest.raises(NotSavedError, match="read-only transaction"):
        attempts.record(database, ATTEMPT)


@pytest.mark.postgres
@pytest.mark.usefixtures("postgres_server")
def test_a_postgresql_that_is_away_says_not_saved(open_database: OpenDatabase) -> None:
    database = open_database("postgresql+psycopg://127.0.0.1:1/quizsvc")
    with pytest.raises(NotSavedError, match="not saved: "):
        attempts.record(database, ATTEMPT)
    with pytest.raises(StoreError, match="could not be read: "):
        attempts.history(database, LEARNER)


@pytest.mark.postgres
def test_a_row_that_another_holds_is_waited_for_no_longer_than_patience(
    postgres_server: Any, migrated_postgres: Any, open_database: OpenDatabase
) -> None:
    url = postgres_server.create(migrated_postgres).render_as_string(hide_password=False)
    database, impatient = open_database(url), open_database(url, patience=0.02)
    with database.writing() as session:
        attempts.add(session, ATTEMPT, database.now())
        with pytest.raises(NotSavedError, match="lock timeout"):
            attempts.record(impatient, ATTEMPT)
    assert tokens(impatient) == ["token-1"]


@pytest.mark.parametrize("url", ["", "quizsvc.sqlite3", "mysql://localhost/quizsvc"])
def test_a_url_that_names_no_database_of_ours_is_refused(url: str, clock: Clock) -> None:
    with pytest.raises(SettingsError):
        Database(url, clock=clock)


@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg"])
def test_both_spellings_of_postgresql_mean_the_driver_that_is_installed(
    scheme: str, clock: Clock
) -> None:
    database = Database(f"{scheme}://localhost/quizsvc", clock=clock)
    assert (database.dialect, database.engine.driver) == ("postgresql", "psycopg")


def test_a_port_that_is_no_number_is_no_url(clock: Clock) -> None:
    with pytest.raises(SettingsError, match="cannot be read as the URL"):
        Database("postgresql://localhost:port/quizsvc", clock=clock)


def test_postgresql_without_its_driver_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(SettingsError, match=r"quizsvc\[postgres\]"):
        Database("postgresql+psycopg://localhost/quizsvc", clock=clock)


def test_a_copy_of_the_file_taken_after_a_commit_holds_it(
    sqlite_url: str, sqlite_file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    """What is on disk when `record` returns is what a killed process leaves behind."""
    attempts.record(open_database(sqlite_url), ATTEMPT)
    (tmp_path / "copy").mkdir()
    for file in tmp_path.glob(f"{sqlite_file.name}*"):
        shutil.copy(file, tmp_path / "copy")
    copy = open_database(f"sqlite:///{tmp_path / 'copy' / sqlite_file.name}")
    assert tokens(copy) == ["token-1"]

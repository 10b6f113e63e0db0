"""What the service says, at its start and to admins, of how well it keeps what it acknowledges."""

import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, local
from typing import Any

import pytest

from quizsvc.errors import StoreError
from quizsvc.settings import Settings
from quizsvc.store import Database, attempts, journal
from quizsvc.web import create_app

from ..bank import write_bank
from ..conftest import SECRET
from .conftest import OpenDatabase
from .samples import ATTEMPT, LEARNER


def warnings_of_a_start(
    folder: Path, url: str, caplog: pytest.LogCaptureFixture
) -> tuple[Any, list[str]]:
    """Start the service on a database; return it with what it warned of."""
    settings = Settings.from_environment(
        {
            "QUIZSVC_CONTENT": str(write_bank(folder / "content")),
            "QUIZSVC_CONTENT_RELOAD": "0",
            "QUIZSVC_VAR": str(folder),
            "QUIZSVC_DATABASE_URL": url,
            "QUIZSVC_SECRET": SECRET,
        }
    )
    with caplog.at_level(logging.WARNING):
        app = create_app(settings)
    # Of the bank's one broken item it warns each time.
    return app, [text for text in caplog.messages if "broken.yaml" not in text]


def without_locks_in_memory(path: Path) -> str:
    """Return the URL of a file as on a network: without what WAL needs to be shared."""
    return f"sqlite:///file:{path}?vfs=unix-dotfile&uri=true"


def test_a_sound_sqlite_starts_without_a_word_and_says_what_it_does(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, open_database: OpenDatabase
) -> None:
    if journal.has_wal_reset_bug(journal.sqlite.sqlite_version_info):
        pytest.skip("this machine has no SQLite that is free of the WAL-reset bug")
    url = f"sqlite:///{tmp_path}/quizsvc.sqlite3"
    assert warnings_of_a_start(tmp_path, url, caplog)[1] == []
    version = journal.sqlite.sqlite_version
    said = str(open_database(url).durability())
    assert said == f"SQLite {version}, journal WAL, synced at every commit."


def test_an_sqlite_with_the_bug_starts_with_a_warning_and_works_without_wal(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal.sqlite, "sqlite_version_info", (3, 40, 1))
    monkeypatch.setattr(journal.sqlite, "sqlite_version", "3.40.1")
    url = f"sqlite:///{tmp_path}/quizsvc.sqlite3"
    app, (warning,) = warnings_of_a_start(tmp_path, url, caplog)
    assert "SQLite 3.40.1 can lose commits in WAL mode" in warning
    assert "TRUNCATE" in warning
    assert "pip install 'pysqlite3>=0.6.1'" in warning
    page = app.test_client().get("/practice/double/1")
    assert page.status_code == 200
    with sqlite3.connect(tmp_path / "quizsvc.sqlite3") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",), "no WAL"
    connection.close()


def test_where_wal_is_refused_it_starts_with_a_warning_and_keeps_what_it_is_given(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, open_database: OpenDatabase
) -> None:
    if journal.has_wal_reset_bug(journal.sqlite.sqlite_version_info):
        pytest.skip("this machine's SQLite uses no WAL anyway")
    url = without_locks_in_memory(tmp_path / "remote.sqlite3")
    _, (warning,) = warnings_of_a_start(tmp_path, url, caplog)
    assert "cannot use WAL where the database file is" in warning
    database = open_database(url)
    attempts.record(database, ATTEMPT)
    assert [each.token for each in attempts.history(database, LEARNER)] == ["token-1"]
    said = database.durability()
    assert "journal TRUNCATE, synced at every commit" in said.kept_by
    assert said.warning == warning


def test_a_database_that_keeps_nothing_is_refused_at_the_start(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(StoreError, match="insists on the journal mode MEMORY"):
        warnings_of_a_start(tmp_path, "sqlite:///:memory:", caplog)


def test_two_that_meet_at_the_change_from_wal_both_get_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "was-wal.sqlite3"
    connection = journal.sqlite.connect(path)
    connection.execute("PRAGMA journal_mode = WAL").close()
    connection.close()
    both_hold_it, met, ask = Barrier(2, timeout=20), local(), journal._value

    def ask_and_meet(cursor: Any, pragma: str) -> Any:
        found = ask(cursor, pragma)
        if not hasattr(met, "other"):
            met.other = both_hold_it.wait()
        return found

    monkeypatch.setattr(journal, "_value", ask_and_meet)
    monkeypatch.setattr(journal, "has_wal_reset_bug", lambda _version: True)

    def journal_of_one(_number: int) -> str:
        connection = journal.connect(
            lambda: journal.sqlite.connect(path), patience=20, foreign_keys=True
        )
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        connection.close()
        return str(mode)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(journal_of_one, range(2))) == ["truncate", "truncate"]


def test_a_sync_that_sqlite_does_not_do_is_noticed(
    tmp_path: Path, open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_FULL", 7)  # a level that SQLite does not know
    with pytest.raises(StoreError, match="does not sync its commits"):
        open_database(f"sqlite:///{tmp_path}/quizsvc.sqlite3").durability()


def test_a_file_that_can_only_be_read_keeps_its_journal_and_is_read(
    sqlite_url: str, tmp_path: Path, open_database: OpenDatabase
) -> None:
    attempts.record(open_database(sqlite_url), ATTEMPT)
    path = tmp_path / "copy.sqlite3"
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as source:
        source.execute("VACUUM INTO ?", [str(path)])  # in the journal mode DELETE
    source.close()
    reader = open_database(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert [each.token for each in attempts.history(reader, LEARNER)] == ["token-1"]
    assert reader.durability().warning == ""


@pytest.mark.postgres
def test_a_postgresql_that_acknowledges_before_it_syncs_is_told(
    migrated_postgres: Any, open_database: OpenDatabase
) -> None:
    hasty = migrated_postgres.update_query_dict({"options": "-c synchronous_commit=off"})
    database: Database = open_database(hasty.render_as_string(hide_password=False))
    said = database.durability()
    assert said.kept_by.startswith("PostgreSQL ")
    assert "synchronous_commit" in said.warning

"""A backup is one file that holds all, whole or not at all, and comes back into its place."""

from __future__ import annotations

import gc
import os
import re
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import text as sql

from quizsvc.cli import main
from quizsvc.errors import NewerSchemaError, StoreError
from quizsvc.store import Database, attempts, backups, copying, migrate, restoring, serving
from quizsvc.store.serving import InUseError

from ...databases import text
from ..samples import attempt

if TYPE_CHECKING:
    from sqlalchemy import URL

    from ...databases import PostgresServer
    from ..conftest import OpenDatabase

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
SECRET = "of the tests, and long enough for it"  # noqa: S105


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the commands use the folder of the test."""
    monkeypatch.setenv("QUIZSVC_VAR", str(tmp_path / "var"))


def quizsvc(*arguments: object, **given: str) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments], **given)  # type: ignore[arg-type]


def held(database: Database) -> dict[str, copying.Digest]:
    with database.reading() as session:
        return copying.digests(session.connection())


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def test_a_backup_of_either_kind_is_one_file_that_restores_into_either_kind(
    full: Database, empty_url: str, tmp_path: Path, open_database: OpenDatabase
) -> None:
    backup, before = tmp_path / "backups" / "monday", held(full)
    backup.parent.mkdir()
    made = backups.make(full, backup)
    assert names(backup.parent) == {"monday"}
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert made.rows == sum(each.rows for each in before.values())
    assert made.schema == migrate.newest()

    place = open_database(empty_url)
    done = restoring.restore(place, backup)
    assert (done.contents, done.kept) == (made, None)
    assert held(place) == before
    assert attempts.record(place, attempt("goes on")).created


def test_a_backup_restores_where_there_is_no_folder_yet(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quizsvc("backup", tmp_path / "b").exit_code == 0
    var = tmp_path / "new" / "var"
    monkeypatch.setenv("QUIZSVC_VAR", str(var))
    done = quizsvc("restore", tmp_path / "b")
    assert (done.exit_code, done.stderr) == (0, "")
    assert names(var) == {file.name, f"{file.name}.serving"}
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in var.iterdir()} == {0o600}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can restore for somebody else")
def test_a_service_of_another_user_can_open_the_lock_that_a_restore_by_root_has_made(
    file: Path, open_database: OpenDatabase
) -> None:
    os.chown(file, 12345, 12345)
    with serving.alone(open_database(f"sqlite:///{file}")):
        assert file.with_name(f"{file.name}.serving").stat().st_uid == 12345


def test_what_was_acknowledged_before_is_in_it_though_it_stands_in_the_wal(
    file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    database = open_database(f"sqlite:///{file}")
    stored = attempts.record(database, attempt("just now"))
    assert file.with_name(f"{file.name}-wal").stat().st_size > 0
    made = backups.make(database, tmp_path / "b")
    assert made.newest == stored.created_at
    back = open_database(f"sqlite:///{tmp_path}/b")
    assert attempts.by_token(back, "just now") == stored


def test_a_writer_in_the_middle_of_its_work_neither_stops_a_backup_nor_is_in_it(
    file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    database = open_database(f"sqlite:///{file}")
    with database.writing() as session:
        attempts.add(session, attempt("not committed"), database.now())
        session.flush()
        backups.make(open_database(database.url, patience=0), tmp_path / "b")
    assert attempts.by_token(open_database(f"sqlite:///{tmp_path}/b"), "not committed") is None


def test_a_name_that_is_taken_is_kept_unless_forced(file: Path, tmp_path: Path) -> None:
    taken = tmp_path / "b"
    taken.write_text("dear to somebody")
    refused = quizsvc("backup", taken)
    assert (refused.exit_code, taken.read_text()) == (1, "dear to somebody")
    assert "is there already" in refused.stderr
    assert quizsvc("backup", taken, "--force").exit_code == 0
    with backups.opened(taken) as connection:
        assert backups.look_through(connection).rows
    assert file.exists()


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal", ".serving"])
@pytest.mark.parametrize("how", ["by its name", "through a link to the folder", "by a link"])
def test_a_backup_never_takes_the_place_of_the_database_itself(
    file: Path, tmp_path: Path, ending: str, how: str
) -> None:
    meant = file.with_name(f"{file.name}{ending}")
    if how == "through a link to the folder":
        (tmp_path / "elsewhere").symlink_to(file.parent)
        meant = tmp_path / "elsewhere" / meant.name
    elif how == "by a link":
        link = tmp_path / "link"
        link.symlink_to(meant)
        meant = link
    before = (file.stat().st_ino, file.read_bytes(), names(file.parent))
    refused = quizsvc("backup", meant, "--force")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert f"{meant} is the database itself, or belongs to it" in refused.stderr
    assert (file.stat().st_ino, file.read_bytes(), names(file.parent)) == before


def test_a_backup_never_takes_the_place_of_a_database_that_somebody_serves(
    file: Path, tmp_path: Path
) -> None:
    other = Path(shutil.copy(file, tmp_path / "other"))
    service = Database(f"sqlite:///{other}", clock=lambda: NEW_YEAR)
    serving.hold(service)
    for each in (other, tmp_path / "other-wal"):
        refused = quizsvc("backup", each, "--force")
        assert (refused.exit_code, "a service uses that database" in refused.stderr) == (1, True)
    del service
    gc.collect()
    assert quizsvc("backup", other, "--force").exit_code == 0


def test_a_backup_that_fails_leaves_nothing(
    full: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    def no_more(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "on_disk", no_more)
    with pytest.raises(StoreError, match="No space left on device"):
        backups.make(full, folder / "b")
    assert names(folder) == set()
    monkeypatch.undo()
    with pytest.raises(StoreError, match="No such file or directory"):
        backups.make(full, folder / "none" / "b")


def test_a_damaged_database_makes_no_backup_that_looks_sound(
    file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    damage(file)
    with pytest.raises(StoreError, match=r"malformed|damaged"):
        backups.make(open_database(f"sqlite:///{file}"), tmp_path / "b")
    assert not (tmp_path / "b").exists()


def damage(file: Path) -> None:
    """Write over pages in the middle of a database."""
    with file.open("r+b") as opened:
        opened.seek(file.stat().st_size // 2 // 4096 * 4096)
        opened.write(os.urandom(16 * 4096))


def test_the_commands_say_what_they_did_and_keep_what_was_there(file: Path, tmp_path: Path) -> None:
    backup = tmp_path / "b"
    (file.parent / "secret").write_text(SECRET)
    made = quizsvc("backup", backup, "--with-secret")
    assert f"{backup}: schema {migrate.newest()}, " in made.stdout
    assert "newest attempt 2026-03-01 " in made.stdout
    kept_secret = tmp_path / "b.secret"
    assert stat.S_IMODE(kept_secret.stat().st_mode) == 0o600

    database = Database(f"sqlite:///{file}", clock=lambda: NEW_YEAR)
    stored = attempts.record(database, attempt("after the backup"))
    database.dispose()
    (file.parent / "secret").unlink()
    assert quizsvc("restore", backup, input="n\n").exit_code == 1
    restored = quizsvc("restore", backup, input="y\n")
    assert restored.exit_code == 0, restored.output
    (kept,) = [each for each in file.parent.iterdir() if "before-restore" in each.name]
    assert f"What was there is kept: {kept}" in restored.stdout
    assert (file.parent / "secret").read_text() == SECRET

    now, then = (Database(f"sqlite:///{each}", clock=lambda: NEW_YEAR) for each in (file, kept))
    assert attempts.by_token(now, "after the backup") is None
    assert attempts.by_token(then, "after the backup") == stored
    now.dispose()
    then.dispose()


def test_another_secret_beside_a_backup_is_named_and_left_alone(file: Path, tmp_path: Path) -> None:
    secret = file.parent / "secret"
    secret.write_text(SECRET)
    assert quizsvc("backup", tmp_path / "b", "--with-secret").exit_code == 0
    secret.write_text(SECRET[::-1])
    restored = quizsvc("restore", tmp_path / "b", "--yes")
    assert f"{tmp_path / 'b.secret'} is another secret" in restored.stdout
    assert secret.read_text() == SECRET[::-1]


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    furnished: Path, empty_url: str, tmp_path: Path, open_database: OpenDatabase
) -> None:
    old = open_database(f"sqlite:///{shutil.copy(furnished, tmp_path / 'old.sqlite3')}")
    with migrate.migration(old) as config:
        command.downgrade(config, "0003")
    made = backups.make(old, tmp_path / "b")
    assert made.schema == "0003"
    place = open_database(empty_url)
    assert restoring.restore(place, tmp_path / "b").contents == made
    migrate.upgrade(old)
    assert held(place) == held(old)
    with backups.opened(tmp_path / "b") as untouched:
        assert backups.look_through(untouched) == made


def test_what_is_no_sound_backup_replaces_nothing(
    full: Database, furnished: Path, tmp_path: Path
) -> None:
    before = held(full)
    full.dispose()
    bad = {name: tmp_path / name for name in ("text", "empty", "other", "damaged", "newer")}
    bad["text"].write_text("no database")
    bad["empty"].touch()
    with closing(sqlite3.connect(bad["other"])) as other:
        other.execute("CREATE TABLE attempt (id)")
    damage(Path(shutil.copy(furnished, bad["damaged"])))
    newest = Path(shutil.copy(furnished, bad.pop("newer")))
    with closing(sqlite3.connect(newest)) as newer, newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    bad["missing"] = tmp_path / "missing"
    for each in bad.values():
        with pytest.raises(StoreError, match=rf"^{re.escape(str(each))}(:| cannot be restored:) "):
            restoring.restore(full, each)
    with pytest.raises(NewerSchemaError):
        restoring.restore(full, newest)
    assert held(full) == before
    assert not [each for each in tmp_path.rglob("*") if "restore" in each.name]


def test_a_restore_is_refused_while_a_service_runs(
    file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    backups.make(open_database(f"sqlite:///{file}"), tmp_path / "b")
    service = Database(f"sqlite:///{file}", clock=lambda: NEW_YEAR)
    serving.hold(service)  # it has no connection: its workers have answered nothing yet
    quizsvc_refuses = quizsvc("restore", tmp_path / "b", "--yes")
    assert quizsvc_refuses.exit_code == 1
    assert quizsvc_refuses.stderr == "a service uses this database: stop it first\n"
    del service
    gc.collect()


def test_a_service_does_not_start_while_a_backup_is_restored(
    file: Path, open_database: OpenDatabase
) -> None:
    database = open_database(f"sqlite:///{file}")
    with serving.alone(database), pytest.raises(InUseError, match="start again afterwards"):
        serving.hold(database)
    serving.hold(database)
    assert serving.in_use(database)


def test_a_restore_is_refused_while_anybody_is_connected(
    full: Database, tmp_path: Path, open_database: OpenDatabase
) -> None:
    backups.make(full, tmp_path / "b")
    full.dispose()
    other = open_database(full.url)
    with other.reading() as session:
        session.connection().exec_driver_sql("SELECT 1 FROM learner")
    with pytest.raises(InUseError):
        restoring.restore(open_database(full.url), tmp_path / "b")
    other.dispose()
    assert restoring.restore(open_database(full.url), tmp_path / "b").kept


def test_a_database_that_is_damaged_is_put_aside_with_all_that_stands_beside_it(
    file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    database = open_database(f"sqlite:///{file}")
    backups.make(database, tmp_path / "b")
    before = held(database)
    database.dispose()
    file.write_bytes(b"no database" * 1000)
    file.with_name(f"{file.name}-wal").write_bytes(b"what is left of a log")
    kept = Path(str(restoring.restore(database, tmp_path / "b").kept))
    assert kept.read_bytes() == b"no database" * 1000
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"what is left of a log"
    assert held(database) == before


def test_what_a_postgres_database_held_is_kept_in_a_schema_of_its_own(
    file: Path, tmp_path: Path, postgres_server: PostgresServer, furnished_postgres: URL,
    open_database: OpenDatabase,
) -> None:  # fmt: skip
    database = open_database(text(postgres_server.create(furnished_postgres)))
    source = open_database(f"sqlite:///{file}")
    attempts.record(source, attempt("in the backup"))
    backups.make(source, tmp_path / "b")
    stored = attempts.record(database, attempt("before the restore"))
    database.dispose()

    kept = restoring.restore(database, tmp_path / "b").kept

    assert attempts.by_token(database, "in the backup")
    assert attempts.by_token(database, "before the restore") is None
    with database.writing() as session:
        session.execute(sql(f"SET LOCAL search_path = {kept}"))
        assert session.scalar(sql("SELECT id FROM attempt ORDER BY serial DESC")) == stored.id
        with pytest.raises(Exception, match="append-only"):
            session.execute(sql("DELETE FROM outcome"))
    migrate.upgrade(database)

import multiprocessing
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, inspect, text

from quizsvc.errors import NewerSchemaError, StoreError
from quizsvc.store import Database, attempts, migrate
from quizsvc.store.migrate import upgrade
from quizsvc.store.tables import Base

from .conftest import OpenDatabase
from .samples import ATTEMPT


def tables(database: Database) -> set[str]:
    with database.reading() as session:
        return set(inspect(session.connection()).get_table_names())


def test_the_migrated_schema_is_the_one_the_code_describes(database: Database) -> None:
    with database.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Base.metadata) == []


def test_every_constraint_stands_under_the_name_the_code_gives_it(database: Database) -> None:
    with database.reading() as session:
        inspector = inspect(session.connection())
        found = {
            check["name"]
            for table in Base.metadata.tables
            for check in inspector.get_check_constraints(table)
        }
    described = {
        check.name
        for table in Base.metadata.tables.values()
        for check in table.constraints
        if isinstance(check, CheckConstraint)
    }
    assert found == described


def test_an_empty_database_is_brought_up_and_down_again(
    empty_url: str, open_database: OpenDatabase
) -> None:
    database = open_database(empty_url)
    for _ in range(2):  # the second time shows that going down left nothing in the way
        upgrade(database)
        assert tables(database) == {*Base.metadata.tables, "alembic_version"}
        attempts.record(database, ATTEMPT)
        with migrate.migration(database) as config:
            command.downgrade(config, "base")
        assert tables(database) == {"alembic_version"}


def test_upgrading_again_changes_nothing(database: Database) -> None:
    stored = attempts.record(database, ATTEMPT)
    upgrade(database)
    assert attempts.find(database, stored.id) == stored


def _upgrade_in_a_process(url: str) -> None:
    database = Database(url, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    upgrade(database)
    database.dispose()


def test_processes_that_start_at_once_migrate_once(
    empty_url: str, open_database: OpenDatabase
) -> None:
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        pool.map(_upgrade_in_a_process, [empty_url] * 3, chunksize=1)
        pool.close()
        pool.join()
    database = open_database(empty_url)
    assert attempts.record(database, ATTEMPT).created


def test_a_database_of_a_newer_version_is_refused_and_left_alone(database: Database) -> None:
    stored = attempts.record(database, ATTEMPT)
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchemaError, match="schema 9999"):
        upgrade(database)
    assert attempts.find(database, stored.id) == stored


def migration_folder(path: Path, upgrade_body: str) -> Path:
    """Return the real scripts with one more migration."""
    folder = path / "per%cent"  # a folder's name is no format string
    shutil.copytree(migrate.scripts(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    newest = max(path.name for path in (folder / "versions").glob("*.py"))[:4]
    (folder / "versions" / "9999_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision = '9999', '{newest}'\n"
        f"def upgrade():\n    {upgrade_body}\n"
    )
    return folder


def test_a_migration_that_fails_half_way_leaves_the_schema_as_it_was(
    database: Database, tmp_path: Path
) -> None:
    body = "op.create_table('more', sa.Column('id', sa.Integer())); 1 / 0"
    with pytest.raises(ZeroDivisionError):
        upgrade(database, migration_folder(tmp_path, body))
    assert "more" not in tables(database)
    upgrade(database)


def test_a_table_that_others_refer_to_can_be_made_anew(database: Database, tmp_path: Path) -> None:
    stored = attempts.record(database, ATTEMPT)
    body = (
        "with op.batch_alter_table('attempt', recreate='auto') as batch:\n"
        "        batch.alter_column('item', type_=sa.String(100))"
    )
    upgrade(database, migration_folder(tmp_path, body))
    assert attempts.find(database, stored.id) == stored


def test_a_migration_may_not_leave_references_to_nothing(
    sqlite_url: str, open_database: OpenDatabase, tmp_path: Path
) -> None:
    database = open_database(sqlite_url)
    stored = attempts.record(database, ATTEMPT)
    with pytest.raises(Exception, match="reference to a missing row"):
        upgrade(database, migration_folder(tmp_path, "op.execute('DELETE FROM learner')"))
    assert attempts.find(database, stored.id) == stored


def test_a_database_that_cannot_be_written_is_not_migrated(
    tmp_path: Path, open_database: OpenDatabase
) -> None:
    path = tmp_path / "empty.sqlite3"
    path.touch()
    database = open_database(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(StoreError, match="readonly"):
        upgrade(database)


def test_a_current_schema_needs_no_write(sqlite_url: str, open_database: OpenDatabase) -> None:
    path = sqlite_url.removeprefix("sqlite:///")
    upgrade(open_database(f"sqlite:///file:{path}?mode=ro&uri=true"))


def test_the_developers_command_takes_the_database_from_the_environment(
    empty_url: str, open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZSVC_DATABASE_URL", empty_url)
    config = Config()
    config.set_main_option("script_location", str(migrate.scripts()))
    command.upgrade(config, "head")
    command.check(config)
    assert "attempt" in tables(open_database(empty_url))


def test_a_wheels_own_scripts_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "quizsvc"
    monkeypatch.setattr(migrate, "_PACKAGE", package)
    assert migrate.scripts() == tmp_path / "migrations"
    (package / "_shipped" / "migrations").mkdir(parents=True)
    assert migrate.scripts() == package / "_shipped" / "migrations"

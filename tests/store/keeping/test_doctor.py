"""`quizsvc doctor` finds each kind of fault that is planted, says what to do, and no other."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import text

from quizsvc.cli import main
from quizsvc.cli.doctor import scores, settings
from quizsvc.settings import Settings
from quizsvc.store import Database, attempts, checking, migrate, tables

from ...databases import text as url_text
from ..samples import attempt
from .test_backups import damage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sqlalchemy import URL

    from quizsvc.store.checking import Finding

    from ...databases import PostgresServer
    from ..conftest import OpenDatabase

SECRET = "9f86d081884c7d659a2feaa0c55ad015"  # noqa: S105


def faults(database: Database) -> dict[str, str]:
    """Return what is at fault, and what is said about it."""
    found = [*checking.findings(database), *scores.findings(database, None)]
    return in_words(each for each in found if each.level != "ok")


def in_words(found: Iterable[Finding]) -> dict[str, str]:
    said: dict[str, str] = {}
    for each in found:
        said[each.about] = f"{said.get(each.about, '')}{each.level}: {each.says}\n"
    return said


def past_all_rules(database: Database, *statements: str) -> None:
    """Write past the database's own rules, as somebody with a tool of his could."""
    if database.dialect == "postgresql":
        with database.writing() as session:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for each in statements:
                session.connection().exec_driver_sql(each)
        return
    database.dispose()
    with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
        triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        taken = connection.execute(triggers).fetchall()
        for name, _ in taken:
            connection.execute(f"DROP TRIGGER {name}")
        for each in statements:
            connection.execute(each)
        for _, sql in taken:
            connection.execute(sql)
        connection.commit()


def test_what_the_service_wrote_itself_is_in_order(full: Database) -> None:
    found = faults(full)
    assert found.pop("integrity", "") in (
        "",
        "warning: PostgreSQL keeps no checksums of its pages\n",
    )
    if full.dialect == "postgresql":  # the tests' own server does not wait for its disk
        assert found.pop("durability").startswith("fault: a power failure loses answers (fsync off")
    assert found == {}


OTHER_SCORE = """
    UPDATE outcome SET score = 1 WHERE attempt_id IN
    (SELECT id FROM attempt WHERE token = 'double-1')
"""
OTHER_OUTCOME = """
    UPDATE outcome SET score = 1, outcome =
        (SELECT outcome FROM outcome WHERE id = (SELECT min(id) FROM outcome WHERE score = 1))
    WHERE attempt_id IN (SELECT id FROM attempt WHERE token = 'double-1')
"""
OTHER_SEED = "UPDATE attempt SET seed = '1' WHERE sitting_id IS NOT NULL AND position = 1"
NO_REVISION = "DELETE FROM revision WHERE item = 'block'"
UNREADABLE = """UPDATE revision SET source = '{"engine":99}' WHERE item = 'pick-some'"""


@pytest.mark.parametrize(
    ("statement", "about", "says"),
    [
        (OTHER_SCORE, "scores", "contradicts the score beside it"),
        (OTHER_OUTCOME, "scores", "graded otherwise now"),
        (
            """UPDATE attempt SET raw_response = '{"answer":"2*"}' WHERE token = 'double-1'""",
            "scores",
            "cannot be graded again",
        ),
        (NO_REVISION, "references", "that are missing"),
        (NO_REVISION, "scores", "revision is missing or cannot be read"),
        (UNREADABLE, "revisions", "needs engine 99"),
        ("DELETE FROM learner WHERE id IN (SELECT learner_id FROM aid)", "references", "of aid"),
        (OTHER_SEED, "sittings", "answer another variant"),
        ("DELETE FROM sitting_item WHERE position = 2", "sittings", "not numbered from 1 on"),
        ("DELETE FROM sitting_item", "sittings", "without a place"),
        ("UPDATE sitting_item SET points = -1 WHERE position = 1", "sittings", "below 0"),
        ("UPDATE sitting SET submitted_by = NULL", "sittings", "handed in by nobody"),
        ("UPDATE outcome SET score = 7 WHERE score = 1", "sittings", "not in 0 to 1"),
        ("UPDATE alembic_version SET version_num = '9999'", "schema", "a newer version"),
        ("UPDATE alembic_version SET version_num = '0002'", "schema", "that of this version"),
        ("DROP INDEX ix_audit_entry_section_id_id", "schema", "not as it was made: add_index"),
    ],
)
def test_a_planted_fault_is_found(
    file: Path, open_database: OpenDatabase, statement: str, about: str, says: str
) -> None:
    database = open_database(f"sqlite:///{file}")
    past_all_rules(database, statement)
    assert says in faults(database)[about]


@pytest.mark.postgres
def test_planted_faults_are_found_in_postgres_too(
    open_database: OpenDatabase, postgres_server: PostgresServer, furnished_postgres: URL
) -> None:
    database = open_database(url_text(postgres_server.create(furnished_postgres)))
    past_all_rules(database, OTHER_OUTCOME, OTHER_SEED, NO_REVISION, UNREADABLE)
    found = faults(database)
    assert "graded otherwise now" in found["scores"]
    assert "revision is missing" in found["scores"]
    assert "answer another variant" in found["sittings"]
    assert "rows of attempt refer to rows of revision that are missing" in found["references"]
    assert "needs engine 99" in found["revisions"]
    past_all_rules(database, "DROP INDEX ix_audit_entry_section_id_id")
    assert "not as it was made" in faults(database)["schema"]
    past_all_rules(database, "UPDATE alembic_version SET version_num = '9999'")
    assert "a newer version" in faults(database)["schema"]


def test_a_log_that_lost_its_trigger_is_found(full: Database) -> None:
    with full.writing() as session:
        if full.dialect == "sqlite":
            session.execute(text("DROP TRIGGER outcome_refuses_update"))
        else:
            session.execute(text("ALTER TABLE outcome DISABLE TRIGGER USER"))
    assert "from being changed: outcome (UPDATE)" in faults(full)["logs"]


def test_a_page_that_is_damaged_is_found(file: Path, open_database: OpenDatabase) -> None:
    damage(file)
    found = {each.about: each for each in checking.findings(open_database(f"sqlite:///{file}"))}
    assert found["integrity"].level == "fault"
    assert "restore the last backup" in found["integrity"].do


def test_attempts_without_a_grade_are_a_warning(full: Database) -> None:
    stored = attempts.record(full, attempt("crashed", outcome=None))
    found = [each for each in scores.findings(full, 1) if each.level != "ok"]
    assert [(each.level, stored.id in each.says) for each in found if each.about == "scores"] == [
        ("warning", True)
    ]


def test_words_of_somebody_who_was_erased_are_not_missed(full: Database) -> None:
    past_all_rules(
        full,
        "UPDATE learner SET erased_at = created_at WHERE id IN (SELECT learner_id FROM aid)",
        "UPDATE attempt SET raw_response = '{\"answer\":\"\"}' WHERE token = 'say-why-1'",
    )
    assert "scores" not in faults(full)


def test_only_the_newest_are_judged_again_unless_all_are_asked_for(full: Database) -> None:
    past_all_rules(full, "UPDATE outcome SET score = 0.5 WHERE id = 1")
    assert [each.level for each in scores.findings(full, 3)] == ["ok", "ok"]
    assert {each.level for each in scores.findings(full, None)} == {"ok", "fault"}


def around(tmp_path: Path, **given: str) -> dict[str, str]:
    environment = {"VAR": str(tmp_path / "var"), **given}
    made = Settings.from_environment({f"QUIZSVC_{k}": each for k, each in environment.items()})
    return in_words(settings.findings(made))


def test_settings_and_files_in_order_are_said_to_be(file: Path, tmp_path: Path) -> None:
    (file.parent / "secret").touch(0o600)
    (file.parent / "secret").write_text(SECRET)
    found = around(tmp_path)
    assert {each.partition(":")[0] for each in found.values()} == {"ok"}


@pytest.mark.parametrize(
    ("kept", "says"),
    [("a" * 40, "fault:"), (SECRET[:20], "fault:"), ("", "warning: there is none")],
)
def test_a_secret_that_could_be_guessed_is_found(tmp_path: Path, kept: str, says: str) -> None:
    (tmp_path / "var").mkdir(mode=0o700)
    if kept:
        (tmp_path / "var" / "secret").write_text(kept)
    assert around(tmp_path)["secret"].startswith(says)


def test_the_way_in_is_said(tmp_path: Path) -> None:
    assert "plain HTTP from this machine only" in around(tmp_path)["way in"]
    found = around(tmp_path, PROXIES="1", HOSTS="quiz.example.org")
    assert "HTTPS, by a proxy in front, as quiz.example.org" in found["way in"]


@pytest.mark.parametrize(
    ("name", "mode", "says"),
    [
        ("secret", 0o640, "fault: others on this machine may read"),
        (".", 0o770, "fault: others on this machine may write"),
        (".", 0o755, "warning: others on this machine may read"),
    ],
)
def test_rights_that_are_too_wide_are_found(
    file: Path, tmp_path: Path, name: str, mode: int, says: str
) -> None:
    file.chmod(0o644)
    (file.parent / "secret").touch(0o600)
    (file.parent / name).chmod(mode)
    assert says in around(tmp_path)["rights"]


@pytest.mark.parametrize(("free", "level"), [(2**40, "ok"), (2**29, "warning"), (2**20, "fault")])
def test_a_full_disk_is_foreseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert around(tmp_path)["disk"].startswith(level)


def test_a_disk_that_is_full_or_read_only_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert around(tmp_path)["disk"] == f"fault: the disk of {tmp_path} is full\n"
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert around(tmp_path)["disk"] == f"fault: the disk of {tmp_path} is read-only\n"


def doctor(tmp_path: Path, *arguments: str) -> Result:
    environment = {"QUIZSVC_VAR": str(tmp_path / "var"), "QUIZSVC_SECRET": SECRET}
    return CliRunner(env=environment).invoke(main, ["doctor", *arguments])


def test_the_command_ends_with_0_where_nothing_is_at_fault_and_changes_nothing(
    file: Path, tmp_path: Path
) -> None:
    before = file.read_bytes()
    said = doctor(tmp_path, "--all")
    assert said.exit_code == 0, said.output
    assert "ok       scores      all 12 attempts judged again: the same scores" in said.stdout
    assert file.read_bytes() == before


def test_the_command_ends_with_1_on_a_fault_and_writes_json(file: Path, tmp_path: Path) -> None:
    damage(file)
    said = doctor(tmp_path, "--json")
    assert said.exit_code == 1
    found = {each["about"]: each for each in json.loads(said.stdout)}
    assert (found["secret"]["level"], found["integrity"]["level"]) == ("ok", "fault")


def test_another_user_is_told_what_he_may_not_read(file: Path, tmp_path: Path) -> None:
    file.parent.chmod(0)
    root = os.geteuid() == 0
    try:
        if root:  # who may read everything
            os.seteuid(65534)
        said = doctor(tmp_path, "--json")
    finally:
        if root:
            os.seteuid(0)
        file.parent.chmod(0o700)
    assert said.exit_code == 1
    found = {each["about"]: each for each in json.loads(said.stdout)}
    for about in ("rights", "database"):
        assert "Permission denied" in found[about]["says"]
        assert found[about]["do"] == "Run this as the user of the service, or as root."


def test_a_database_that_cannot_be_opened_is_one_fault_and_no_reason_to_restore(
    file: Path, tmp_path: Path
) -> None:
    file.with_name(f"{file.name}-wal").mkdir()  # as a full disk or another user's file would
    said = doctor(tmp_path, "--json")
    faults = [each for each in json.loads(said.stdout) if each["level"] == "fault"]
    assert [each["about"] for each in faults] == ["database"]
    assert "restore" not in said.stdout


def test_an_older_schema_is_a_warning_and_what_needs_this_one_is_left_out(
    file: Path, tmp_path: Path, open_database: OpenDatabase
) -> None:
    with migrate.migration(open_database(f"sqlite:///{file}")) as config:
        command.downgrade(config, "0003")
    said = doctor(tmp_path, "--json")
    assert said.exit_code == 0
    found = {each["about"]: each["says"] for each in json.loads(said.stdout)[-2:]}
    assert found["schema"].startswith("the schema is 0003, that of this version")
    assert "can be looked at in its own schema only" in found["the rest"]


def test_tables_that_are_missing_are_a_fault_and_no_crash(file: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE self_rating")
    said = doctor(tmp_path)
    assert said.exit_code == 1
    assert "not as it was made: add_table self_rating" in said.stdout
    assert "could not be looked at: the tables are not as they should be" in said.stdout


def test_where_there_is_no_database_none_is_made(tmp_path: Path) -> None:
    said = doctor(tmp_path)
    assert said.exit_code == 1
    assert "there is no file" in said.stdout
    assert not os.path.lexists(tmp_path / "var")


def test_a_sitting_past_its_deadline_is_told_of_and_no_fault(full: Database) -> None:
    found = {each.about: each for each in checking.findings(full)}
    with full.reading() as session:
        overdue = session.query(tables.Sitting).filter(
            tables.Sitting.submitted_at.is_(None), tables.Sitting.deadline_at < full.now()
        )
        assert overdue.count() == 1
    assert (found["deadlines"].level, found["deadlines"].says[:2]) == ("ok", "1 ")

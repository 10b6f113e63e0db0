"""Migrations down and up again with data: what both schemas can hold is not touched on the way."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from quizsvc.store import Database, attempts, checking, copying, migrate, sittings, submitting
from quizsvc.store.tables import Base

from ..samples import LEARNER, attempt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..conftest import OpenDatabase

    Columns = Mapping[str, Sequence[str]]

UP = [
    script.revision
    for script in reversed(list(ScriptDirectory(str(migrate.scripts())).walk_revisions()))
]
"""All schemas, the oldest first."""


def go(database: Database, to: str, *, down: bool = False) -> None:
    with migrate.migration(database) as config:
        (command.downgrade if down else command.upgrade)(config, to)


def columns(database: Database) -> Columns:
    with database.reading() as session:
        found = inspect(session.connection()).get_multi_columns().items()
    return {
        name: sorted(str(each["name"]) for each in known)
        for (_, name), known in found
        if name in Base.metadata.tables
    }


def held(database: Database, within: Columns) -> Mapping[str, copying.Digest]:
    """Return what tables hold in some of their columns."""
    with database.reading() as session:
        return {
            name: copying.digest(session.connection(), Base.metadata.tables[name], names)
            for name, names in within.items()
        }


_OF_SQLITE = "SELECT type, name, sql FROM sqlite_master"

_OF_POSTGRES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace;
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema();
    SELECT tgname, tgenabled::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal;
    SELECT table_name, column_name, data_type, character_maximum_length, is_nullable,
        column_default FROM information_schema.columns WHERE table_schema = current_schema();
    SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""


def shape(database: Database) -> set[tuple[object, ...]]:
    """Return all that a schema says, in the database's own words."""
    asked = _OF_SQLITE if database.dialect == "sqlite" else _OF_POSTGRES
    with database.reading() as session:
        return {tuple(row) for each in asked.split(";") for row in session.execute(text(each))}


def open_logs(database: Database) -> list[str]:
    with database.reading() as session:
        return checking.open_logs(session.connection())


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Columns]:
    """Each schema's tables and columns."""
    folder = tmp_path_factory.mktemp("shapes")
    database = Database(f"sqlite:///{folder}/empty.sqlite3", clock=lambda: None)  # type: ignore[arg-type,return-value]
    found = {}
    for each in UP:
        go(database, each)
        found[each] = columns(database)
    database.dispose()
    return found


def test_down_step_by_step_and_up_again_no_row_changes(
    full: Database, shapes: Mapping[str, Columns]
) -> None:
    as_made = shape(full)
    for above, below in pairwise(UP[::-1]):
        assert columns(full) == shapes[above]
        rows = held(full, shapes[below])
        go(full, below, down=True)
        assert held(full, shapes[below]) == rows
        assert open_logs(full) == []
    assert sum(each.rows for each in rows.values()) > 50
    for below, above in pairwise(UP):
        rows = held(full, shapes[below])
        go(full, above)
        assert columns(full) == shapes[above]
        assert held(full, shapes[below]) == rows
        assert open_logs(full) == []
    assert shape(full) == as_made
    with full.reading() as session:
        context = MigrationContext.configure(session.connection())
        assert compare_metadata(context, Base.metadata) == []
    assert [each.says for each in checking.findings(full) if each.about == "references"] == [
        f"nothing refers to a row that is missing ({len(foreign_keys())} kinds of reference)"
    ]


def foreign_keys() -> list[object]:
    return [key for each in Base.metadata.tables.values() for key in each.foreign_key_constraints]


def test_down_to_nothing_and_up_again_the_schema_is_as_it_was(
    full: Database,
) -> None:
    as_made = shape(full)
    go(full, "base", down=True)
    assert columns(full) == {}
    go(full, "head")
    assert shape(full) == as_made


OF_THE_FIRST_VERSION = """
INSERT INTO learner VALUES ('{learner}', '2026-01-01 08:00:00.000001+00:00')
INSERT INTO revision VALUES ('r1', 'add-gate', '{{"id":"add-gate"}}', '2026-01-01 08:00:00+00:00')
INSERT INTO sitting VALUES ('{handed_in}', 'start-1', '{learner}', 'quiz', 'The quiz', 1, '2026-01-01 08:00:00+00:00', '2026-01-01 09:00:00+00:00')
INSERT INTO sitting VALUES ('{open}', 'start-2', '{learner}', 'quiz', 'The quiz', 2, '2026-01-02 08:00:00+00:00', NULL)
INSERT INTO sitting_item VALUES ('{handed_in}', 1, 'add-gate', 'r1', 4, '340282366920938463463374607431768211455', 0, '{{"x":[1.0,0.1]}}', '{{"answer":2.0}}', 1.5)
INSERT INTO sitting_item VALUES ('{open}', 1, 'add-gate', 'r1', 5, '7', 0, '{{"x":[2.0]}}', '{{"answer":2.0}}', 1.5)
INSERT INTO draft VALUES ('{open}', 1, '{{"answer":"so far"}}', 3, '2026-01-02 08:01:00+00:00')
INSERT INTO attempt VALUES (9, '{attempt}', 'token-9', '{learner}', 'add-gate', 'r1', 4, '340282366920938463463374607431768211455', 0, '{{"x":[1.0,0.1]}}', '{{"answer":2.0}}', '{{"answer":"2"}}', '{handed_in}', 1, '2026-01-01 09:00:00+00:00')
INSERT INTO outcome VALUES (1, '{attempt}', '{{"score":1.0,"misconception":null}}', 1.0, NULL, 'graded', '2026-01-01 09:00:00+00:00')
INSERT INTO self_rating VALUES (1, '{attempt}', 'answer', 0.5, '2026-01-01 09:05:00+00:00')
"""  # noqa: E501 - rows as they stand in a table
"""A row of each table as the first version wrote it, one a line."""

HANDED_IN, OPEN, ANSWERED = "1a" * 16, "2b" * 16, "3c" * 16


def write_first(database: Database) -> None:
    """Make a database as the first version left it."""
    go(database, UP[0])
    rows = OF_THE_FIRST_VERSION.format(
        learner=LEARNER, handed_in=HANDED_IN, open=OPEN, attempt=ANSWERED
    )
    if database.dialect == "sqlite":
        rows = rows.replace("+00:00", "")  # it keeps no time zone
    with database.writing() as session:
        for statement in rows.strip().splitlines():
            session.connection().exec_driver_sql(statement)
        if database.dialect == "postgresql":  # the numbers above were given, not counted
            for column in ("attempt', 'serial", "outcome', 'id", "self_rating', 'id"):
                session.execute(text(f"SELECT setval(pg_get_serial_sequence('{column}'), 9)"))


def test_a_database_of_the_first_version_goes_on_with_all_it_had(
    empty_url: str, open_database: OpenDatabase
) -> None:
    database = open_database(empty_url)
    write_first(database)
    migrate.upgrade(database)

    stored = attempts.find(database, ANSWERED)
    assert stored is not None
    assert (stored.seed, stored.raw_response) == (2**128 - 1, {"answer": "2"})
    assert (stored.outcome, stored.ratings) == (
        {"score": 1.0, "misconception": None},
        {"answer": 0.5},
    )
    handed_in, open_one = (sittings.find(database, each) for each in (HANDED_IN, OPEN))
    assert handed_in is not None
    assert (handed_in.submitted_by, handed_in.feedback) == ("learner", "submission")
    assert open_one is not None
    assert (open_one.submitted_at, open_one.drafts[1].counter) == (None, 3)
    (pinned,) = open_one.items
    answer = attempt("2b", revision="r1", seed=7, position=1, variant_number=5)
    done = submitting.submit(database, OPEN, [answer], seen=open_one.drafts)
    assert (done.created, done.attempts[1].token) == (True, "2b")
    assert (pinned.points, done.items) == (1.5, open_one.items)
    assert open_logs(database) == []

from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from quizsvc.store import Database, attempts, drafts, people, sections, sittings, state, submitting

from .conftest import Clock, OpenDatabase
from .samples import LEARNER, OTHER_LEARNER, attempt, sitting


def test_a_store_that_is_new_has_nothing_in_it(database: Database) -> None:
    found = state.look(database)
    assert (found.people, found.sections, found.newest_sections) == ({}, 0, ())
    assert (found.sittings, found.end_soon, found.drafts, found.active) == (0, 0, 0, 0)
    assert found.size > 0
    assert found.kind.startswith(("SQLite 3.", "PostgreSQL 1"))
    assert found.mode.startswith(("journal WAL, synchronous FULL", "fsync "))


def test_people_and_sections_are_counted(database: Database, clock: Clock) -> None:
    ann, bob = (people.add(database, name, role="instructor") for name in ("Ann", "Bob"))
    people.add(database, "Ada", role="admin")
    old = sections.make(database, "Old", ann.learner)
    clock.advance(1)
    new = sections.make(database, "New", ann.learner)
    with database.writing() as session:
        sections.add_member(session, new.id, bob.learner, "instructor", database.now())
        sections.add_member(session, new.id, LEARNER, "learner", database.now())
    gone = sections.make(database, "Gone", ann.learner)
    sections.close(database, gone.id)
    found = state.look(database)
    assert found.people == {"instructor": 2, "admin": 1}
    assert found.sections == 2
    assert found.newest_sections == (
        state.Listed(new.id, "New", "Ann, Bob", 1),
        state.Listed(old.id, "Old", "Ann", 0),
    )


def test_sittings_count_while_their_time_runs(database: Database, clock: Clock) -> None:
    for number, minutes in enumerate([30, 90, None]):
        limit = None if minutes is None else timedelta(minutes=minutes)
        new = sitting(f"start-{number}", learner=f"{number}" * 32, time_limit=limit)
        started = sittings.start(database, new)
    found = state.look(database)
    assert (found.sittings, found.end_soon) == (2, 1)
    submitting.submit(database, started.id, [])
    clock.advance(31 * 60)
    found = state.look(database)
    assert (found.sittings, found.end_soon) == (1, 1)


def test_who_saved_or_sent_an_answer_is_active_for_five_minutes(
    database: Database, clock: Clock
) -> None:
    started = sittings.start(database, sitting(time_limit=timedelta(hours=1)))
    drafts.save_draft(database, started.id, 1, {"answer": "1"}, 0)
    attempts.record(database, attempt("one"))
    attempts.record(database, attempt("two", learner=OTHER_LEARNER))
    found = state.look(database)
    assert (found.drafts, found.active) == (1, 2)
    clock.advance(61)
    found = state.look(database)
    assert (found.drafts, found.active) == (0, 2)
    clock.advance(240)
    assert state.look(database).active == 0


def test_a_store_in_order_lacks_nothing_and_is_not_written_to_be_asked(database: Database) -> None:
    assert state.missing(database) == []


def test_a_store_without_its_schema_is_missing_it(
    empty_url: str, open_database: OpenDatabase
) -> None:
    assert state.missing(open_database(empty_url)) == ["schema"]


def test_a_store_of_an_older_schema_is_missing_it(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert state.missing(database) == ["schema"]


def test_a_store_that_cannot_be_reached_is_missing_altogether(
    tmp_path: Path, open_database: OpenDatabase
) -> None:
    assert state.missing(open_database(f"sqlite:///{tmp_path}/none/db")) == ["database"]


def test_a_store_that_is_locked_cannot_be_written(
    sqlite_url: str, open_database: OpenDatabase
) -> None:
    with open_database(sqlite_url).writing():
        assert state.missing(open_database(sqlite_url, patience=0.01)) == ["writing"]


def test_a_store_that_only_reads_cannot_be_written(
    database: Database, open_database: OpenDatabase
) -> None:
    if database.dialect == "sqlite":
        reads_only = database.url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    else:
        joint = "&" if "?" in database.url else "?"
        reads_only = f"{database.url}{joint}options=-cdefault_transaction_read_only%3Don"
    assert state.missing(open_database(reads_only)) == ["writing"]

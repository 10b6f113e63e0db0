"""Connections: as many as threads, none used twice at a time, none believed to live for long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import SQLAlchemyError

from quizsvc.errors import NotSavedError, StoreError
from quizsvc.store import Database, attempts, engines, sittings

from .samples import ATTEMPT, LEARNER, attempt, sitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conftest import Clock

CONNECTIONS = 3


@pytest.fixture
def few(url: str, clock: Clock) -> Iterator[Database]:
    database = Database(url, clock=clock, connections=CONNECTIONS)
    yield database
    database.dispose()


@pytest.fixture
def postgres(postgres_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(postgres_url, clock=clock)
    yield database
    database.dispose()


def tokens(database: Database) -> list[str]:
    return [stored.token for stored in attempts.history(database, LEARNER)]


def end_connections(url: str, clock: Clock) -> None:
    """Do what a server does that is stopped: close the connections of all others."""
    server = Database(url, clock=clock)
    with server.writing() as session:
        session.execute(
            text(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE pid <> pg_backend_pid() AND datname = current_database()"
            )
        )
    server.dispose()


def test_more_threads_than_connections_wait_their_turn(few: Database) -> None:
    opened: list[object] = []
    event.listen(few.engine, "connect", lambda connection, _record: opened.append(connection))

    def practise(number: int) -> None:
        attempts.record(few, attempt(f"token-{number}"))
        started = sittings.start(few, sitting(f"start-{number}"))
        assert attempts.by_token(few, f"token-{number}")
        assert sittings.find(few, started.id)

    with ThreadPoolExecutor(4 * CONNECTIONS) as pool:
        list(pool.map(practise, range(24)))
    assert len(tokens(few)) == 24
    assert len(opened) <= CONNECTIONS


def test_who_holds_a_connection_and_asks_for_another_waits_no_longer_than_patience(
    url: str, clock: Clock
) -> None:
    """So a page that did would be refused, instead of standing still with all the others."""
    alone = Database(url, clock=clock, patience=0.01, connections=1)
    with alone.reading() as session:
        session.execute(text("SELECT 1"))
        with pytest.raises(NotSavedError, match="all connections are busy"):
            attempts.record(alone, ATTEMPT)
    attempts.record(alone, ATTEMPT)
    alone.dispose()


@pytest.mark.postgres
def test_a_connection_that_died_while_nobody_used_it_is_made_anew_unnoticed(
    postgres: Database, postgres_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts.record(postgres, ATTEMPT)
    end_connections(postgres_url, clock)
    monkeypatch.setattr(engines, "_UNASKED", -1)
    attempts.record(postgres, attempt("token-2"))
    assert tokens(postgres) == ["token-2", "token-1"]


@pytest.mark.postgres
def test_of_connections_that_died_in_use_one_is_noticed_and_all_are_made_anew(
    postgres: Database, postgres_url: str, clock: Clock
) -> None:
    with postgres.reading() as one, postgres.reading() as other:
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    end_connections(postgres_url, clock)
    with pytest.raises(NotSavedError, match="terminating connection"):
        attempts.record(postgres, ATTEMPT)
    attempts.record(postgres, ATTEMPT)
    with postgres.reading() as one, postgres.reading() as other:
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    assert tokens(postgres) == ["token-1"]


@pytest.mark.postgres
def test_nothing_is_set_or_prepared_for_longer_than_a_transaction(postgres: Database) -> None:
    """Behind a pooler such as PgBouncer the next one may have another connection."""
    for number in range(12):
        attempts.record(postgres, attempt(f"token-{number}"))
        tokens(postgres)
    with postgres.writing() as session:
        assert session.scalar(text("SHOW lock_timeout")) == "10s"
    with postgres.reading() as session:
        assert session.scalar(text("SHOW lock_timeout")) == "0"
        assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements")) == 0


def test_all_reading_in_one_transaction_sees_one_moment(url: str, clock: Clock) -> None:
    reader, writer = Database(url, clock=clock), Database(url, clock=clock)
    count = text("SELECT count(*) FROM attempt")
    with reader.reading() as session:
        assert session.scalar(count) == 0
        attempts.record(writer, ATTEMPT)
        assert session.scalar(count) == 0
    assert tokens(reader) == ["token-1"]
    reader.dispose()
    writer.dispose()


@pytest.mark.postgres
def test_what_only_reads_cannot_write(postgres: Database) -> None:
    with pytest.raises((StoreError, SQLAlchemyError), match="read-only transaction"):  # noqa: SIM117
        with postgres.reading() as session:
            session.execute(text("DELETE FROM draft"))

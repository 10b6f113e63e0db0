"""Databases of both kinds, with a clock that stands still."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from quizsvc.store import Database


class Clock:
    """Stands still until it is told to advance."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 29, 0, 59, 59, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


OpenDatabase = Callable[..., Database]


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


@pytest.fixture
def database(url: str, open_database: OpenDatabase) -> Database:
    """A fresh, migrated database of either kind."""
    return open_database(url)

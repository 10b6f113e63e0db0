"""One database, SQLite or PostgreSQL, and the transactions that keep what was acknowledged."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from quizsvc.errors import NotSavedError, StoreError
from quizsvc.store import durability, engines, journal
from quizsvc.store.engines import FOR_WRITING
from quizsvc.store.outages import outage, while_reading, while_writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import Connection, Engine

    from quizsvc.store.durability import Durability

_MIGRATION_LOCK = 7091973
"""Any number, the same in every version."""


class Database:
    """Where the service keeps what must survive.

    No connection is made before it is needed, and a process never uses one that it inherited by a
    fork, so an object made in gunicorn's master serves in its workers.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql+psycopg://…``.
    clock : Callable[[], datetime]
        Tells the time of everything stored; its datetimes are aware.
    patience : float
        Seconds to wait for a lock that somebody else holds, or for a connection of the pool.
    connections : int
        How many this process opens at most. A thread needs one at a time, never two.

    Raises
    ------
    SettingsError
        The URL cannot be read or names a database that is not supported.
    """

    def __init__(
        self,
        url: str,
        *,
        clock: Callable[[], datetime],
        patience: float = 10.0,
        connections: int = 5,
    ) -> None:
        self.url = url
        self.now = clock
        self._patience = patience
        self._connections = connections
        self._engine = engines.make(url, patience, connections)
        self._owner = os.getpid()
        self._inherited: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The connections of this process."""
        if self._owner != os.getpid():
            # Kept, not disposed of: to close a connection here would disturb the parent's.
            self._inherited = self._engine
            self._engine = engines.make(self.url, self._patience, self._connections)
            self._owner = os.getpid()
        return self._engine

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a write transaction: committed when the block ends, rolled back when it raises.

        Raises
        ------
        NotSavedError
            The database could not be written: locked, full, read-only, unreachable. Only if the
            connection broke during the commit itself can the transaction have been kept, which
            is why everything that is written carries a token and may be sent again.
        """
        with while_writing(), Session(self.engine) as session, session.begin():
            session.connection(execution_options=FOR_WRITING)
            yield session

    @contextmanager
    def recording(self) -> Iterator[Connection]:
        """Do what `writing` does for statements that need no objects, at half its cost.

        Raises
        ------
        NotSavedError
            As `writing`.
        """
        engine = self.engine.execution_options(**FOR_WRITING)
        with while_writing(), engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        with while_reading(), Session(self.engine) as session:
            yield session

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """Do what `reading` does for statements that need no objects, at half its cost.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        with while_reading(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Open one write transaction, alone among all processes, in which the schema may change.

        Raises
        ------
        NotSavedError
            The database could not be written.
        """
        engine = engines.make(self.url, patience=600.0, connections=1, migrating=True)
        try:
            with engine.execution_options(**FOR_WRITING).begin() as connection:
                if self.dialect == "postgresql":
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                yield connection
                if self.dialect == "sqlite":
                    _refuse_dangling_references(connection)
        except SQLAlchemyError as error:
            if reason := outage(error):
                raise NotSavedError(f"the schema was not changed: {reason}") from error
            raise
        finally:
            engine.dispose()

    def durability(self) -> Durability:
        """Tell by what commits are kept, and what is not as it should be.

        Raises
        ------
        StoreError
            The database could not be read.
        """
        with self.reading() as session:
            return durability.of(session.connection())

    def clear_journal(self) -> None:
        """Leave what was overwritten in no journal of SQLite’s, if nobody reads from it just now.

        Raises
        ------
        StoreError
            The database could not be reached.
        """
        if self.dialect == "sqlite":
            with self.asking() as connection:
                journal.clear(connection.connection.driver_connection)

    def dispose(self) -> None:
        """Close the connections that are not in use; the next transaction opens new ones."""
        self.engine.dispose()


def _refuse_dangling_references(connection: Connection) -> None:
    """Do what the foreign keys, off during a migration, would have done."""
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if dangling is not None:
        raise StoreError(f"a migration left a reference to a missing row: {tuple(dangling)}")

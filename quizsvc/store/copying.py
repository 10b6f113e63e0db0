"""A whole database copied into another, of either kind, and what shows that nothing is missing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from alembic import command
from sqlalchemy import JSON, Text, bindparam, cast, func, insert, inspect, literal, select, text

from quizsvc.errors import StoreError
from quizsvc.store import migrate, serving
from quizsvc.store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Table

    from quizsvc.store.db import Database

_BATCH = 1000
"""Rows that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What a table holds: the same in every database of either kind that holds the same."""

    rows: int = 0
    total: int = 0
    """The SHA-256 of each row, added up: text sorts differently from database to database, and a
    sum needs no order. No two rows are alike, since each has its primary key."""

    def plus(self, values: Sequence[Any]) -> Digest:
        """Return the digest with one more row."""
        line = json.dumps(values, default=datetime.isoformat, ensure_ascii=False)
        number = int.from_bytes(sha256(line.encode()).digest(), "big")
        return Digest(self.rows + 1, (self.total + number) % 2**256)

    def __str__(self) -> str:
        return f"{self.total:064x}"


def digest(connection: Connection, table: Table, names: Sequence[str] | None = None) -> Digest:
    """Return what a table holds in the named columns, by default all."""
    made = Digest()
    for batch in _batches(connection, table, names or table.columns.keys()):
        for row in batch:
            made = made.plus(row)
    return made


def digests(connection: Connection) -> dict[str, Digest]:
    """Return the name of each table that a database has to what it holds."""
    return {table.name: digest(connection, table, names) for table, names in _present(connection)}


def is_empty(connection: Connection) -> bool:
    """Tell whether no table of ours has a row."""
    return all(
        connection.execute(select(literal(1)).select_from(table).limit(1)).first() is None
        for table, _ in _present(connection)
    )


def copy(source: Database, target: Database) -> dict[str, Digest]:
    """Copy all rows of one moment into a database that has none: all of them or nothing.

    Raises
    ------
    StoreError
        The source is no database of ours or cannot be read, or the target has rows or another
        schema, or what arrived is not what was sent.
    NotSavedError
        The target could not be written.
    """
    serving.refuse_missing(source)
    with migrate.migration(target) as config, source.reading() as session:
        snapshot = session.connection(execution_options=_one_moment(source))
        into: Connection = config.attributes["connection"]
        schema = migrate.schema(snapshot)
        if schema is None:
            raise StoreError("there is nothing to copy: the source has no tables of quizsvc")
        present = migrate.schema(into)
        if not is_empty(into):
            raise StoreError("the target holds data already: name an empty database")
        if present is None:
            command.upgrade(config, schema)
        elif present != schema:
            raise StoreError(
                f"the source has schema {schema} and the target {present}: "
                "`quizsvc db upgrade` makes each current"
            )
        return fill(snapshot, into)


def fill(source: Connection, target: Connection) -> dict[str, Digest]:
    """Copy all rows into the empty tables of a transaction, and compare what arrived.

    Raises
    ------
    StoreError
        It is not what was sent: the transaction must not be kept.
    """
    sent = {
        table.name: _copy_table(source, target, table, names) for table, names in _present(source)
    }
    if digests(target) != sent:
        raise StoreError("what arrived is not what was sent: nothing was kept")
    return sent


def _copy_table(
    source: Connection, target: Connection, table: Table, names: Sequence[str]
) -> Digest:
    statement = insert(table).values({name: _bound(target, table, name) for name in names})
    new = [f"new_{name}" for name in names]
    made = Digest()
    for batch in _batches(source, table, names):
        target.execute(statement, [dict(zip(new, row, strict=True)) for row in batch])
        for row in batch:
            made = made.plus(row)
    _count_on(target, table)
    return made


def _batches(
    connection: Connection, table: Table, names: Sequence[str]
) -> Iterator[list[list[Any]]]:
    query = select(*[_read(table, name) for name in names])
    found = connection.execute(query, execution_options={"yield_per": _BATCH})
    for batch in found.partitions():
        yield [list(row) for row in batch]


def _read(table: Table, name: str) -> ColumnElement[Any]:
    """Take JSON as the text that it is stored as: read and written out, NULL would become null."""
    column = table.columns[name]
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _bound(connection: Connection, table: Table, name: str) -> ColumnElement[Any]:
    column = table.columns[name]
    if not isinstance(column.type, JSON):
        return bindparam(f"new_{name}", type_=column.type)
    written = bindparam(f"new_{name}", type_=Text)
    # SQLite keeps JSON as text, and a cast to it would make a number of a text of digits.
    return cast(written, JSON) if connection.dialect.name == "postgresql" else written


def _present(connection: Connection) -> list[tuple[Table, list[str]]]:
    """Return the tables and their columns that a schema of whatever version has, parents first."""
    found = inspect(connection).get_multi_columns().items()
    columns = {table: {each["name"] for each in known} for (_, table), known in found}
    return [
        (table, [each.name for each in table.columns if each.name in columns[table.name]])
        for table in Base.metadata.sorted_tables
        if table.name in columns
    ]


def _count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last; SQLite looks for itself."""
    column = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    last = connection.scalar(select(func.max(column)))
    if last is not None:
        sequence = {"table": table.name, "column": column.name, "last": last}
        connection.execute(
            text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)"), sequence
        )


def _one_moment(db: Database) -> dict[str, str]:
    """Let a transaction read one state throughout, which an SQLite transaction does anyhow."""
    return {"isolation_level": "REPEATABLE READ"} if db.dialect == "postgresql" else {}

"""What can be said of a database's health by asking it: read only, and of either kind."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import and_, func, inspect, or_, select, text
from sqlalchemy.exc import SQLAlchemyError

from quizsvc.errors import StoreError
from quizsvc.store import migrate, tables
from quizsvc.store.journal import has_wal_reset_bug, sqlite
from quizsvc.store.statements import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, ForeignKeyConstraint, Select, Table

    from quizsvc.store.db import Database

Level: TypeAlias = Literal["ok", "warning", "fault"]

LOGS = ("attempt", "outcome", "self_rating", "audit_entry")
"""Tables whose rows the database itself keeps from being changed."""

_SHOWN = 5
"""How many of the rows at fault are named."""

_SQLITE_TRIGGERS = (
    "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%RAISE(ABORT%'"
)

_POSTGRES_TRIGGERS = """
    SELECT relname, tgtype FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') AND tgtype & 2 > 0
    AND relnamespace = current_schema()::regnamespace
"""
"""Those that are in force before a change; their type's bits say of which."""

_POSTGRES_CHANGES = {"UPDATE": 16, "DELETE": 8}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look has found."""

    about: str
    level: Level
    says: str
    do: str = ""
    """What an admin can do about it."""


UNREACHED, UNREAD = "database", "the rest"
"""What a finding is about after which there is no more to look at."""


def findings(db: Database) -> Iterator[Finding]:
    """Look at a database from all sides; what cannot be looked at is a fault itself.

    A database that cannot be opened is one fault, and of another schema than this version's no
    more can be said.
    """
    looks: dict[str, _Look] = {**_LOOKS, "deadlines": partial(_waiting, now=db.now())}
    for about, look in looks.items():
        try:
            with db.reading() as session:
                found = list(look(session.connection()))
                known = (
                    about != "schema" or migrate.schema(session.connection()) == migrate.newest()
                )
        except (StoreError, SQLAlchemyError) as error:
            reason = str(error).partition("\n")[0]
            if isinstance(error, StoreError) and not _is_damage(error.__cause__):
                yield Finding(UNREACHED, "fault", reason, _REACH)
                return
            yield Finding(about, "fault", f"this could not be looked at: {reason}", _RESTORE)
        else:
            yield from (Finding(about, *each) for each in found)
            if not known:
                says = (
                    "references, logs, sittings and scores can be looked at in its own schema only"
                )
                yield Finding(UNREAD, "warning", says, "Look again afterwards.")
                return


def _is_damage(error: BaseException | None) -> bool:
    code: int = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    return code & 0xFF in (sqlite.SQLITE_CORRUPT, sqlite.SQLITE_NOTADB)


_Found: TypeAlias = tuple[Level, str, str]
_Look: TypeAlias = "Callable[[Connection], Iterator[_Found]]"

_REACH = (
    "Look at the disk, the rights of the files, and whether the database server runs; then look "
    "again. This alone does not mean that anything is lost."
)
_RESTORE = "Stop the service, keep a copy of all files as they are, and restore the last backup."


def _schema(connection: Connection) -> Iterator[_Found]:
    present, newest = migrate.schema(connection), migrate.newest()
    if present is None:
        yield "fault", "there are no tables of quizsvc", "Start the service once, or restore."
    elif present > newest:
        says = f"the schema {present} is of a newer version of quizsvc; this one knows {newest}"
        yield "fault", says, "Install that version again."
    elif present < newest:
        says = f"the schema is {present}, that of this version {newest}"
        yield "warning", says, "Make a backup, then start the service: it upgrades by itself."
    else:
        context = MigrationContext.configure(connection)
        differing = compare_metadata(context, tables.Base.metadata)
        if differing:
            says = f"the schema {newest} is not as it was made: {_in_words(differing[0])}"
            yield "fault", says, "Undo what was changed by hand, or restore the last backup."
        else:
            yield "ok", f"{newest}, as this version makes it", ""


def _in_words(difference: object) -> str:
    """Say what Alembic found: a tuple of what to do and with what, or a list of such."""
    while isinstance(difference, list):
        (difference, *_) = difference
    parts = difference if isinstance(difference, tuple) else (difference,)
    return " ".join(str(getattr(each, "name", each)) for each in parts[:4] if each is not None)


def _integrity(connection: Connection) -> Iterator[_Found]:
    if connection.dialect.name == "postgresql":
        if connection.scalar(text("SHOW data_checksums")) == "on":
            yield "ok", "PostgreSQL checks its pages by checksums", ""
        else:
            do = "Consider pg_checksums --enable (with PostgreSQL stopped)."
            yield "warning", "PostgreSQL keeps no checksums of its pages", do
        return
    damaged = [row[0] for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})")]
    if damaged == ["ok"]:
        yield "ok", "every page of the file is in order", ""
    else:
        yield "fault", f"the file is damaged: {'; '.join(damaged)}", _RESTORE


def _durability(connection: Connection) -> Iterator[_Found]:
    if connection.dialect.name == "postgresql":
        commit = connection.scalar(text("SHOW synchronous_commit"))
        fsync = connection.scalar(text("SHOW fsync"))
        if fsync == "on" and commit != "off":
            yield "ok", f"PostgreSQL waits for its disk (synchronous_commit = {commit})", ""
        else:
            says = f"a power failure loses answers (fsync {fsync}, synchronous_commit {commit})"
            yield "fault", says, "Set both to on."
        return
    version = sqlite.sqlite_version
    journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar()
    how = f"SQLite {version}, journal {journal}"
    if synchronous != 2:
        yield "fault", f"{how}: it does not wait for its disk", "Report this: it is a bug."
    elif has_wal_reset_bug(sqlite.sqlite_version_info):
        do = "Install pysqlite3, which brings a newer one: several times as many answers a second."
        yield "warning", f"{how}: safe, but slow, since newer journals have a bug in it", do
    else:
        yield "ok", f"{how}, and it waits for its disk", ""


def _references(connection: Connection) -> Iterator[_Found]:
    keys = [key for each in _tables(connection) for key in each.foreign_key_constraints]
    dangling = [(key, count) for key in keys if (count := _dangling(connection, key))]
    for key, count in dangling:
        says = f"{count} rows of {key.table.name} refer to rows of {key.referred_table.name} "
        yield "fault", f"{says}that are missing", _RESTORE
    if not dangling:
        yield "ok", f"nothing refers to a row that is missing ({len(keys)} kinds of reference)", ""


def _dangling(connection: Connection, key: ForeignKeyConstraint) -> int:
    child, parent = key.table, key.referred_table.alias("parent")
    pairs = [(each.parent, parent.c[each.column.name]) for each in key.elements]
    meets = and_(*[mine == theirs for mine, theirs in pairs])
    query = (
        select(func.count())
        .select_from(child.outerjoin(parent, meets))
        .where(*[mine.is_not(None) for mine, _ in pairs], pairs[0][1].is_(None))
    )
    return connection.scalar(query) or 0


def _tables(connection: Connection) -> list[Table]:
    there = set(inspect(connection).get_table_names())
    return [each for each in tables.Base.metadata.sorted_tables if each.name in there]


def open_logs(connection: Connection) -> list[str]:
    """Return which changes of which logs the database would allow."""
    refused = _refused(connection)
    there = {each.name for each in _tables(connection)}
    return [
        f"{name} ({change})"
        for name in LOGS
        for change in _POSTGRES_CHANGES
        if name in there and (name, change) not in refused
    ]


def _logs(connection: Connection) -> Iterator[_Found]:
    if open_to := open_logs(connection):
        says = f"the database does not keep these from being changed: {', '.join(open_to)}"
        do = "Find out who took the triggers away; restoring a backup brings them back."
        yield "fault", says, do
    else:
        yield "ok", "the database refuses to change what was recorded", ""


def _refused(connection: Connection) -> set[tuple[str, str]]:
    """Return which changes to which tables are refused."""
    if connection.dialect.name == "sqlite":
        return _refused_by_sqlite(connection)
    found = connection.exec_driver_sql(_POSTGRES_TRIGGERS).all()
    return {
        (name, change)
        for name, kind in found
        for change, bit in _POSTGRES_CHANGES.items()
        if kind & bit
    }


def _refused_by_sqlite(connection: Connection) -> set[tuple[str, str]]:
    """Return the same where one trigger may stand for some columns, and another for the others."""
    kept: defaultdict[str, set[str]] = defaultdict(set)
    refused: set[tuple[str, str]] = set()
    for name, sql in connection.exec_driver_sql(_SQLITE_TRIGGERS):
        if "BEFORE DELETE" in sql:
            refused.add((name, "DELETE"))
        elif columns := re.search(r"BEFORE UPDATE OF (.*?) ON ", sql):
            kept[name].update(re.split(r",\s*", columns[1]))
        elif "BEFORE UPDATE" in sql:
            refused.add((name, "UPDATE"))
    every = {each.name: set(each.columns.keys()) for each in _tables(connection)}
    return refused | {(name, "UPDATE") for name in kept if kept[name] >= every[name]}


def _sittings(connection: Connection) -> Iterator[_Found]:
    """Compare what stands about one thing in two places."""
    wrong = [
        (says, ids)
        for says, query in _contradictions()
        if (ids := connection.scalars(query.limit(_SHOWN)).all())
    ]
    for says, ids in wrong:
        yield "fault", f"{says}: {', '.join(map(str, ids))}", _RESTORE
    if not wrong:
        yield "ok", "places, points, attempts and outcomes agree", ""


def _contradictions() -> Iterator[tuple[str, Select[Any]]]:
    """Return what must never be, and which rows are so."""
    attempt, outcome = table(tables.Attempt), table(tables.Outcome)
    sitting, place = table(tables.Sitting), table(tables.SittingItem)
    here = (place.c.sitting_id == attempt.c.sitting_id) & (place.c.position == attempt.c.position)
    pinned = attempt.join(place, here).join(sitting, sitting.c.id == place.c.sitting_id)
    differs: list[ColumnElement[bool]] = [
        attempt.c[name] != place.c[name] for name in ("item", "revision", "seed", "candidate")
    ]
    yield (
        "attempts that answer another variant than stands at their place",
        select(attempt.c.id)
        .select_from(pinned)
        .where(or_(*differs, attempt.c.learner_id != sitting.c.learner_id)),
    )
    yield (
        "sittings whose places are not numbered from 1 on",
        select(place.c.sitting_id)
        .group_by(place.c.sitting_id)
        .having((func.min(place.c.position) != 1) | (func.max(place.c.position) != func.count())),
    )
    yield (
        "sittings without a place",
        select(sitting.c.id).where(
            ~select(place.c.position).where(place.c.sitting_id == sitting.c.id).exists()
        ),
    )
    yield (
        "sittings with points below 0",
        select(place.c.sitting_id).where(place.c.points < 0).distinct(),
    )
    yield (
        "sittings that were handed in by nobody, or by somebody and are open",
        select(sitting.c.id).where(
            sitting.c.submitted_at.is_(None) != sitting.c.submitted_by.is_(None)
        ),
    )
    yield (
        "attempts whose score is not in 0 to 1",
        select(outcome.c.attempt_id).where((outcome.c.score < 0) | (outcome.c.score > 1)),
    )


def _waiting(connection: Connection, now: datetime) -> Iterator[_Found]:
    sitting = tables.Sitting
    overdue = connection.scalar(
        select(func.count()).where(sitting.submitted_at.is_(None), sitting.deadline_at < now)
    )
    # No warning: each is handed in, as of its deadline, by whoever looks at it next.
    yield "ok", f"{overdue} sittings are past their deadline, and end when somebody looks", ""


_LOOKS: dict[str, _Look] = {
    "durability": _durability,
    "integrity": _integrity,
    "schema": _schema,
    "references": _references,
    "logs": _logs,
    "sittings": _sittings,
}

"""How well what was committed is kept: for the log at the start, for admins and their checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.store import journal

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NEEDED = ("fsync", "full_page_writes", "synchronous_commit")
"""The settings of PostgreSQL without which a power loss takes what was acknowledged."""


@dataclass(frozen=True, slots=True)
class Durability:
    """By what commits are kept, in words for an admin; as text, all there is to say."""

    kept_by: str
    warning: str = ""
    """What is not as it should be, and what to do; empty if all is well."""

    def __str__(self) -> str:
        return f"{self.kept_by}. {self.warning}".rstrip()


def of(connection: Connection) -> Durability:
    """Ask a database what is really in force."""

    def ask(query: str) -> str:
        return str(connection.exec_driver_sql(query).scalar_one())

    if connection.dialect.name == "sqlite":
        mode, version = ask("PRAGMA journal_mode"), ask("SELECT sqlite_version()")
        return Durability(
            f"SQLite {version}, journal {mode.upper()}, synced at every commit",
            journal.weakness(mode),
        )
    off = [name for name in _NEEDED if ask(f"SHOW {name}") == "off"]
    warning = f"A power loss can take what was acknowledged: switch on {', '.join(off)} in it."
    kept_by = f"PostgreSQL {ask('SHOW server_version')}"
    return Durability(kept_by, warning) if off else Durability(f"{kept_by}, synced at every commit")

"""Bring a database's schema to this version's, by the Alembic scripts that come with it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from quizsvc.errors import NewerSchemaError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from quizsvc.store.db import Database

_PACKAGE = Path(__file__).resolve().parents[1]


def scripts() -> Path:
    """Return the folder of the migration scripts, in a wheel or in a checkout."""
    shipped = _PACKAGE / "_shipped" / "migrations"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "migrations"


def upgrade(database: Database, folder: Path | None = None) -> None:
    """Make the schema current: in one transaction, once, however many processes start at a time.

    Parameters
    ----------
    database : Database
        The database; an SQLite file is created if it is missing.
    folder : Path | None
        The migration scripts, by default this version's.

    Raises
    ------
    NewerSchemaError
        A newer version of quizsvc has written this database; it is left alone.
    NotSavedError
        The database could not be written.
    """
    folder = folder or scripts()
    with database.reading() as session:
        if _is_current(session.connection(), folder):
            return  # also where nothing can be written
    with migration(database, folder) as config:
        command.upgrade(config, "head")


def schema(connection: Connection) -> str | None:
    """Return the name of the schema that a database has; None where it has none of ours."""
    return next(iter(MigrationContext.configure(connection).get_current_heads()), None)


def newest(folder: Path | None = None) -> str:
    """Return the name of this version's schema."""
    return str(ScriptDirectory(str(folder or scripts())).get_current_head())


@contextmanager
def migration(database: Database, folder: Path | None = None) -> Iterator[Config]:
    """Give Alembic's commands a connection in a transaction that locks out all other migrations."""
    folder = folder or scripts()
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    with database.migrating() as connection:
        _is_current(connection, folder)
        config.attributes["connection"] = connection
        yield config


def _is_current(connection: Connection, folder: Path) -> bool:
    """Tell whether the schema is this version's; refuse one that this version does not know."""
    versions = ScriptDirectory(str(folder))
    known = {script.revision for script in versions.walk_revisions()}
    found = set(MigrationContext.configure(connection).get_current_heads())
    if unknown := found - known:
        raise NewerSchemaError(
            f"the database was written by a newer version of quizsvc (schema {min(unknown)}): "
            "install that version, or restore a backup from before"
        )
    return found == set(versions.get_heads())

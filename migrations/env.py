"""Run by Alembic around every migration.

The service passes the connection of its own locked transaction. The `alembic` command, with which
a developer writes a new migration, takes the database from QUIZSVC_DATABASE_URL.
"""

import os
from datetime import UTC, datetime
from typing import Literal

from alembic import context
from sqlalchemy import Connection, TypeDecorator

from quizsvc.store import Database
from quizsvc.store.tables import Base


def plain_type(kind: str, written: object, _autogen: object) -> str | Literal[False]:
    """Write our own types as what they are stored as: a migration must not change with our code."""
    if kind == "type" and isinstance(written, TypeDecorator):
        return f"sa.{written.impl!r}"
    return False


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=plain_type,
        render_as_batch=True,  # SQLite alters a table by making it anew
        transactional_ddl=True,  # on SQLite too: we begin its transactions ourselves
    )
    context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    database = Database(os.environ["QUIZSVC_DATABASE_URL"], clock=lambda: datetime.now(UTC))
    with database.migrating() as own:
        migrate(own)

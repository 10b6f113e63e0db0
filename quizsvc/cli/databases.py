"""``quizsvc db …``: a whole database moved to another, and its schema."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from quizsvc.cli.complaining import complaints
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store import Database

# The store is imported where it is used: authors' commands load no SQLAlchemy.


@click.group()
def db() -> None:
    """Move a database to another one, or bring its schema up to date."""


@db.command()
@click.argument("source", metavar="FROM_URL")
@click.argument("target", metavar="TO_URL")
def copy(source: str, target: str) -> None:
    """Copy a database into an empty one, of either kind: all of it or nothing.

    Stop the service first: what learners do meanwhile is not copied. Both are compared in the
    end, row by row. Then point QUIZSVC_DATABASE_URL to the new one, and keep QUIZSVC_SECRET.
    """
    from quizsvc.store import copying, serving

    with _opened(source) as before, _opened(target) as after:
        if serving.in_use(before):
            click.echo(
                "Somebody uses the source: what is stored from now on is left out.", err=True
            )
        copied = copying.copy(before, after)
        for name, found in copied.items():
            click.echo(f"{name:<16}{found.rows:>12,}  {str(found)[:16]}")
        rows = sum(found.rows for found in copied.values())
        click.echo(f"{rows:,} rows, the same in both.")


@db.command()
def upgrade() -> None:
    """Make the schema that of this version, as the service does when it starts."""
    from quizsvc.store import migrate

    with _opened(None) as database:
        migrate.upgrade(database)
        click.echo(f"The schema is {migrate.newest()}.")


@contextmanager
def _opened(url: str | None) -> Iterator[Database]:
    """Open a database, by default the service's."""
    from quizsvc.store import Database

    with complaints():
        if url is None:
            settings = Settings.from_environment(os.environ)
            settings.make_var()
            url = settings.database_url
        database = Database(url, clock=lambda: datetime.now(UTC))
        try:
            yield database
        finally:
            database.dispose()

"""``quizsvc backup`` and ``quizsvc restore``."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quizsvc.cli.complaining import complaints, fail
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store import Database
    from quizsvc.store.backups import Contents

# The store is imported where it is used: authors' commands load no SQLAlchemy.

_file = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.command()
@_file
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@click.option("--with-secret", is_flag=True, help="Keep the secret beside it, as FILE.secret.")
def backup(file: Path, *, force: bool, with_secret: bool) -> None:
    """Write everything that was acknowledged by now into one file, while the service runs."""
    from quizsvc.store import backups

    began = time.monotonic()
    with _database() as (settings, db):
        made = backups.make(db, file, force=force)
        click.echo(
            f"{file}: {_said(made)}, {file.stat().st_size:,} bytes, "
            f"{time.monotonic() - began:.1f} s"
        )
        if with_secret:
            _keep_secret(settings, file.with_name(f"{file.name}.secret"))
        else:
            name = "QUIZSVC_SECRET" if settings.secret else settings.var / "secret"
            click.echo(f"Keep {name} too, in another place: guests are recognised by it.")


@click.command()
@_file
@click.option("--yes", is_flag=True, help="Replace what is there without asking; it is kept.")
def restore(file: Path, *, yes: bool) -> None:
    """Put a backup in the place of the database, with the service stopped.

    What was there before is kept beside it. A backup of either kind of database restores into
    either kind.
    """
    from quizsvc.store import restoring

    with _database() as (settings, db):
        if not yes and restoring.replaces(db):
            click.confirm(
                "There is a database already. Put the backup in its place (and keep it beside)?",
                abort=True,
            )
        settings.make_var()
        done = restoring.restore(db, file)
        click.echo(f"Restored: {_said(done.contents)}.")
        if done.kept:
            click.echo(f"What was there is kept: {done.kept}")
        _compare_secret(settings, file.with_name(f"{file.name}.secret"))


def _said(contents: Contents) -> str:
    newest = f"{contents.newest:%Y-%m-%d %H:%M:%S} UTC" if contents.newest else "none"
    return f"schema {contents.schema}, {contents.rows:,} rows, newest attempt {newest}"


def _keep_secret(settings: Settings, file: Path) -> None:
    secret = settings.secret or _read(settings.var / "secret")
    if not secret:
        fail("There is no secret to keep: neither QUIZSVC_SECRET nor a file.")
    _write(file, secret)
    click.echo(f"{file}: the secret; keep it where nobody else can read it.")


def _compare_secret(settings: Settings, file: Path) -> None:
    """Put a secret that was kept with a backup in its place, if none is there."""
    kept, present = _read(file), settings.secret or _read(settings.var / "secret")
    if kept and not present:
        _write(settings.var / "secret", kept)
        click.echo(f"The secret is in its place again: {settings.var / 'secret'}")
    elif kept and kept != present:
        click.echo(f"{file} is another secret than the service’s: with that guests lose their way.")
    elif not present:
        click.echo("There is no secret: put back the one of then, or guests are not recognised.")


def _read(file: Path) -> str:
    return file.read_text(encoding="ascii").strip() if file.is_file() else ""


def _write(file: Path, secret: str) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:  # noqa: PTH123
        opened.write(secret)
        opened.flush()
        os.fsync(opened.fileno())
    shutil.move(draft, file)


@contextmanager
def _database() -> Iterator[tuple[Settings, Database]]:
    """Open the service's database as it is; files that cannot be written end the command."""
    from quizsvc.store import Database

    with complaints():
        settings = Settings.from_environment(os.environ)
        db = Database(settings.database_url, clock=lambda: datetime.now(UTC))
        try:
            yield settings, db
        except OSError as error:
            fail(f"{error.filename}: {error.strerror}")
        finally:
            db.dispose()

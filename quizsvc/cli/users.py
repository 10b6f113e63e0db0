"""``quizsvc user …``: accounts from the command line, for admins on the machine itself."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from quizsvc.cli.complaining import complaints, fail
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store import Database
    from quizsvc.store.audit import Action
    from quizsvc.store.people import Account, Role

# The store is imported where it is used: the other commands load no SQLAlchemy.

ROLES = ("learner", "instructor", "admin")

_of_role = click.Choice(ROLES)
_at_url = click.option(
    "--url", help="Where the service is reached, such as https://quiz.example.org."
)


@click.group()
def user() -> None:
    """Make and change accounts."""


@user.command()
@click.argument("name")
@click.option("--role", default="learner", show_default=True, type=_of_role)
@_at_url
def add(name: str, role: str, url: str | None) -> None:
    """Make an account, and print a one-time link that sets its password."""
    from quizsvc.store import names, people

    name = name.strip()
    if problem := names.problem(name):
        fail(problem)
    with _database() as db:
        try:
            account = people.add(db, name, role=cast("Role", role))
        except people.NameTakenError:
            fail(f"There is an account named “{name}” already, or one that looks like it.")
        _note(db, "account made", account, role=role)
        click.echo(_link(_made_link(db, account), url))


@user.command()
@click.argument("name")
@click.argument("role", type=_of_role)
def role(name: str, role: str) -> None:
    """Say what somebody may open."""
    from quizsvc.store import people

    with _database() as db:
        account = _found(db, name)
        try:
            people.set_role(db, account.learner, cast("Role", role))
        except people.LastAdminError:
            fail(f"“{name}” is the only admin.")
        _note(db, "role changed", account, before=account.role, after=role)


@user.command(name="list")
def list_all() -> None:
    """List the accounts: name, role, time factor and whether there is a password, with tabs."""
    from quizsvc.store import people

    with _database() as db:
        for account in people.search(db):
            password = "password" if account.has_password else "no password"
            facts = (account.name, account.role, f"{account.time_factor:g}", password)
            click.echo("\t".join(facts))


@user.command()
@click.argument("name")
@_at_url
def link(name: str, url: str | None) -> None:
    """Print a one-time link with which somebody chooses a new password, within 24 hours."""
    with _database() as db:
        click.echo(_link(_made_link(db, _found(db, name)), url))


@user.command()
@click.argument("name")
@click.argument("factor", type=click.FloatRange(1, 4))
def time(name: str, factor: float) -> None:
    """Multiply somebody's time limits, from the next quiz on; 1 is no extra time."""
    from quizsvc.store import people

    with _database() as db:
        account = _found(db, name)
        people.set_time_factor(db, account.learner, factor)
        _note(db, "time factor changed", account, before=account.time_factor, after=factor)


@user.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(name: str, file: Path) -> None:
    """Write all that is kept of somebody into a new FILE, as JSON."""
    from quizsvc.content import ItemBank
    from quizsvc.store import audit
    from quizsvc.web import downloads, spreadsheets
    from quizsvc.web.service import Service

    with _database() as db:
        account, now = _found(db, name), db.now()
        # What it asks of a service is in the database: revisions, not the content of today.
        kept = downloads.everything(Service(ItemBank(), db, b""), account.learner, now)
        try:
            # Nobody else on the machine may read it.
            opened = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="utf-8") as new:
                new.write(spreadsheets.as_json(kept) + "\n")
        except OSError as error:
            fail(f"{file}: {error.strerror}")
        with db.writing() as session:
            audit.note(
                session, "data exported", f"All that is kept of: {account.name}",
                now=now, account=None, section=None, learner=account.learner,
            )  # fmt: skip


@user.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(name: str, *, yes: bool) -> None:
    """Erase somebody for good: answers stay, without anything that tells whose they are.

    The name goes, the password, memberships, drafts and every text in the learner's own words.
    What was answered in numbers, choices and formulas stays for statistics. Backups that were
    made before still hold everything.
    """
    from quizsvc.store import erasing, people

    with _database() as db:
        account = _found(db, name)
        if not yes:
            click.confirm(f"Erase “{account.name}” for good?", abort=True)
        try:
            erasing.erase(db, account.learner, by=None)
        except people.LastAdminError:
            fail(f"“{name}” is the only admin.")


@contextmanager
def _database() -> Iterator[Database]:
    """Open the service's database, made or brought up to date if need be."""
    from quizsvc.store import Database, migrate

    with complaints():
        settings = Settings.from_environment(os.environ)
        settings.make_var()
        db = Database(settings.database_url, clock=lambda: datetime.now(UTC))
        try:
            migrate.upgrade(db)
            yield db
        finally:
            db.dispose()


def _found(db: Database, name: str) -> Account:
    from quizsvc.store import people

    return people.by_name(db, name) or fail(f"There is no account named “{name}”.")


def _made_link(db: Database, account: Account) -> str:
    """Return the token of a new one-time link."""
    from quizsvc.store import links

    token = links.make(db, account.learner)
    _note(db, "link made", account)
    return token


def _note(db: Database, action: Action, account: Account, **detail: Any) -> None:
    """Write into the audit what the command line did, and changes nothing else by."""
    from quizsvc.store import audit

    with db.writing() as session:
        audit.note(
            session, action, account.name, now=db.now(), account=None, section=None, **detail
        )


def _link(token: str, url: str | None) -> str:
    settings = Settings.from_environment(os.environ)
    return f"{(url or settings.url).rstrip('/')}/link?token={token}"

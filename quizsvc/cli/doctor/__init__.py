"""``quizsvc doctor``: what is in order, what is not, and what to do about it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from quizsvc.cli.complaining import complaints
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store.checking import Finding

# Store and service are imported where they are used: authors' commands load neither.

DEFAULT_ATTEMPTS = 1000
"""Attempts that are judged again, the newest."""


@click.command()
@click.option("--all", "every", is_flag=True, help="Judge every attempt again, not the newest.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as one JSON array.")
def doctor(*, every: bool, as_json: bool) -> None:
    """Look at settings, files, database and scores; change nothing; end with exit 1 on a fault.

    The newest 1,000 attempts are judged again from what is stored with them.
    """
    with complaints():
        settings = Settings.from_environment(os.environ)
        found = []
        for finding in _findings(settings, None if every else DEFAULT_ATTEMPTS):
            found.append(finding)
            if not as_json:
                click.echo(f"{finding.level:<8} {finding.about:<11} {finding.says}")
                if finding.do:
                    click.echo(f"{'':<20} {finding.do}")
    if as_json:
        click.echo(json.dumps([asdict(each) for each in found], ensure_ascii=False))
    raise SystemExit(any(each.level == "fault" for each in found))


def _findings(settings: Settings, limit: int | None) -> Iterator[Finding]:
    from quizsvc.cli.doctor import scores
    from quizsvc.cli.doctor import settings as around
    from quizsvc.errors import StoreError
    from quizsvc.store import Database, checking
    from quizsvc.store.checking import Finding
    from quizsvc.store.serving import file_of

    yield from around.findings(settings)
    file = file_of(settings.database_url)
    try:
        if file is not None:
            file.stat()
    except FileNotFoundError:
        do = "Start the service once, or restore a backup."
        yield Finding("database", "fault", f"there is no file {file}", do)
        return
    except OSError as error:
        yield Finding("database", "fault", f"{file}: {error.strerror}", around.AS_THE_SERVICE)
        return
    db = Database(settings.database_url, clock=lambda: datetime.now(UTC))
    try:
        for finding in checking.findings(db):
            yield finding
            if finding.about in (checking.UNREACHED, checking.UNREAD):
                return
        yield from scores.findings(db, limit)
    except StoreError as error:
        do = "Mend what is said above, then look again."
        yield Finding("scores", "fault", f"they could not be looked at: {error}", do)
    finally:
        db.dispose()

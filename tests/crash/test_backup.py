"""Backups made while learners answer: each is whole, and has all that was acknowledged before."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from quizsvc.cli import main
from quizsvc.store import Database, attempts, backups

from .auditing import Ledger
from .browser import Browser
from .harness import Learner

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from ..conftest import Server

pytestmark = pytest.mark.crash

LEARNERS = 3


def quizsvc(var: Path, *arguments: str) -> Result:
    """Run a command of the admin's, in another process than the service's."""
    return CliRunner(env={"QUIZSVC_VAR": str(var)}).invoke(main, arguments)


def practise(learner: Learner, answered: threading.Semaphore, enough: threading.Event) -> None:
    number = 0
    while not enough.is_set():
        number += 1
        learner.practise("pick-one", number, "three")
        answered.release()


def missing(file: Path, tokens: list[str]) -> list[str]:
    database = Database(f"sqlite:///{file}", clock=lambda: datetime.now(UTC))
    try:
        return [each for each in tokens if attempts.by_token(database, each) is None]
    finally:
        database.dispose()


def back_up_under_load(server: Server, folder: Path, times: int) -> list[int]:
    """Make backups while learners answer, and return how many answers each has to hold."""
    answered, enough = threading.Semaphore(0), threading.Event()
    ledger = Ledger()
    learners = [Learner(f"learner {n}", Browser(server), ledger) for n in range(LEARNERS)]
    before: list[list[str]] = []
    with ThreadPoolExecutor(LEARNERS) as pool:
        running = [pool.submit(practise, each, answered, enough) for each in learners]
        try:
            for number in range(times):
                for _ in range(LEARNERS):
                    assert answered.acquire(timeout=60), "nobody gets an answer"
                before.append(list(ledger.answers))
                done = quizsvc(server.folder / "var", "backup", str(folder / str(number)))
                assert done.exit_code == 0, done.stderr
        finally:
            enough.set()
        for each in running:
            each.result()
    for number, tokens in enumerate(before):
        file = folder / str(number)
        with backups.opened(file) as connection:
            assert backups.look_through(connection).rows
        assert missing(file, tokens) == []
    return [len(each) for each in before]


def restore_and_examine(server: Server, backup: Path, elsewhere: Path) -> None:
    """Do the drill of the admin's guide: the backup as the database of another folder."""
    refused = quizsvc(server.folder / "var", "restore", "--yes", str(backup))
    assert (refused.exit_code, refused.stderr) == (
        1,
        "a service uses this database: stop it first\n",
    )
    restored = quizsvc(elsewhere, "restore", str(backup))
    assert restored.exit_code == 0, restored.stderr
    examined = quizsvc(elsewhere, "doctor", "--all")
    assert examined.exit_code == 0, examined.stdout
    assert "judged again: the same scores" in examined.stdout


def test_a_backup_under_load_has_all_that_was_acknowledged_before_it(
    server: Server, tmp_path: Path
) -> None:
    folder, elsewhere = tmp_path / "backups", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir(mode=0o700)
    held = back_up_under_load(server, folder, 2)
    assert held[-1] >= 2 * LEARNERS
    restore_and_examine(server, folder / "1", elsewhere)


@pytest.mark.long
def test_many_backups_under_load(server: Server, tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "backups", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir(mode=0o700)
    held = back_up_under_load(server, folder, 40)
    print(f"40 backups, from {held[0]} to {held[-1]} acknowledged answers, none missing")
    restore_and_examine(server, folder / "39", elsewhere)

"""``quizsvc user …`` as an admin on the machine meets it."""

from __future__ import annotations

import json
import os
import re
import stat
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from quizsvc.cli import main
from quizsvc.store import Database, audit, links, people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def user(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["user", *arguments])


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The database that the commands will make and use."""
    monkeypatch.setenv("QUIZSVC_VAR", str(tmp_path / "var"))
    database = Database(
        f"sqlite:///{tmp_path}/var/quizsvc.sqlite3", clock=lambda: datetime.now(UTC)
    )
    yield database
    database.dispose()


def token(result: Result) -> str:
    found = re.fullmatch(r"http://127\.0\.0\.1:8000/link\?token=(\S+)\n", result.stdout)
    assert found, result.output
    return found[1]


def test_before_the_first_start_an_admin_can_be_made(database: Database) -> None:
    made = user("add", " Ann Lee ", "--role", "admin")
    account = people.by_name(database, "Ann Lee")
    assert account is not None
    assert (account.role, account.has_password) == ("admin", False)
    assert links.find(database, token(made)) == links.Link(account)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("command", ["user add Ann", "db upgrade"])
def test_what_a_command_makes_nobody_else_can_read(tmp_path: Path, command: str) -> None:
    before = os.umask(0o022)
    try:
        made = CliRunner().invoke(main, command.split())
    finally:
        os.umask(before)
    assert made.exit_code == 0
    var = tmp_path / "var"
    assert stat.S_IMODE(var.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in var.iterdir()} == {0o600}


def test_a_link_names_the_address_that_it_is_told(database: Database) -> None:
    user("add", "Ann")
    made = user("link", "ann", "--url", "https://quiz.example.org/")
    assert made.stdout.startswith("https://quiz.example.org/link?token=")
    assert links.find(database, made.stdout.strip().partition("=")[2])


def test_roles_and_extra_time_are_given_and_listed(database: Database) -> None:
    for name in ("Ann", "Bob"):
        user("add", name)
    assert user("role", "ann", "instructor").exit_code == 0
    assert user("time", "bob", "1.5").exit_code == 0
    assert user("list").stdout.splitlines() == [
        "Ann\tinstructor\t1\tno password",
        "Bob\tlearner\t1.5\tno password",
    ]
    assert {each.role for each in people.search(database)} == {"instructor", "learner"}


def test_what_the_command_line_gives_is_on_record_as_its_own(database: Database) -> None:
    user("add", "Ann", "--role", "instructor")
    user("role", "ann", "admin")
    user("time", "ann", "1.5")
    user("link", "ann")
    noted = audit.of_all(database)[::-1]
    assert [(each.action, dict(each.detail)) for each in noted] == [
        ("account made", {"role": "instructor"}),
        ("link made", {}),
        ("role changed", {"before": "instructor", "after": "admin"}),
        ("time factor changed", {"before": 1, "after": 1.5}),
        ("link made", {}),
    ]
    assert {(each.subject, each.account, each.name) for each in noted} == {("Ann", None, None)}
    user("add", "Root", "--role", "admin")
    user("erase", "Ann", "--yes")
    assert "Ann" not in {each.subject for each in audit.of_all(database)}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["add", "ann"], "already"), (["add", "A\u202eB"], "U+202E"), (["add", " "], "called"),
        (["link", "Nobody"], "no account named “Nobody”"),
        (["role", "Ann", "learner"], "only admin"),
        (["time", "Nobody", "2"], "no account"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_in_a_sentence(arguments: list[str], complaint: str) -> None:
    user("add", "Ann", "--role", "admin")
    refused = user(*arguments)
    assert refused.exit_code == 1
    assert complaint in refused.stderr
    assert refused.stdout == ""


@pytest.mark.parametrize("arguments", [["role", "Ann", "boss"], ["time", "Ann", "9"], ["add"]])
def test_what_is_not_understood_is_refused(arguments: list[str]) -> None:
    assert user(*arguments).exit_code == 2


def test_all_that_is_kept_of_somebody_goes_into_a_file_of_the_admins_own(
    database: Database, tmp_path: Path
) -> None:
    user("add", "Ann")
    file = tmp_path / "ann.json"
    assert user("export", "ann", str(file)).exit_code == 0
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["account"]["name"] == "Ann"
    assert kept["attempts"] == []
    assert file.stat().st_mode & 0o077 == 0
    again = user("export", "ann", str(file))
    assert (again.exit_code, again.stderr) == (1, f"{file}: File exists\n")
    assert audit.of_all(database)[0].action == "data exported"


def test_somebody_is_erased_after_a_question(database: Database) -> None:
    user("add", "Ann")
    kept = CliRunner().invoke(main, ["user", "erase", "ann"], input="n\n")
    assert "Erase “Ann” for good?" in kept.output
    assert people.by_name(database, "Ann")
    assert CliRunner().invoke(main, ["user", "erase", "ann"], input="y\n").exit_code == 0
    assert people.by_name(database, "Ann") is None
    user("add", "Root", "--role", "admin")
    refused = user("erase", "Root", "--yes")
    assert (refused.exit_code, refused.stderr) == (1, "“Root” is the only admin.\n")
    user("add", "Bob")
    assert user("erase", "Bob", "--yes").exit_code == 0

import io
import logging
import os
import runpy
import signal
import socket
import stat
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gunicorn.errors import AppImportError

import quizsvc
from quizsvc import server
from quizsvc.errors import SettingsError
from quizsvc.settings import Settings
from quizsvc.store import Database, links, migrate, people

from .bank import write_bank
from .conftest import Server, serving


class Terminal(io.StringIO):
    """Where somebody is looking."""

    def isatty(self) -> bool:
        return True


def settings(var: Path, **more: str) -> Settings:
    return Settings.from_environment({"QUIZSVC_VAR": str(var), **more})


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"
    first, second = (server.with_secret(settings(var)).secret for _ in range(2))
    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((var / "secret").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret"]


def test_a_secret_that_others_can_read_or_that_was_cut_short_stops_the_start(
    tmp_path: Path,
) -> None:
    kept = tmp_path / "secret"
    made = server.with_secret(settings(tmp_path)).secret
    for mode in (0o640, 0o604, 0o660):
        kept.chmod(mode)
        with pytest.raises(SettingsError, match=f"run: chmod 600 {kept}"):
            server.with_secret(settings(tmp_path))
    kept.chmod(0o600)
    assert server.with_secret(settings(tmp_path)).secret == made
    for text in ("", made[:20], "0" * 64):
        kept.write_text(text, encoding="ascii")
        with pytest.raises(SettingsError, match=f"{kept}: ") as refused:
            server.with_secret(settings(tmp_path))
        assert not text or text not in str(refused.value)


def test_a_given_secret_makes_no_file(tmp_path: Path) -> None:
    given = settings(tmp_path / "var", QUIZSVC_SECRET="given by somebody, and long enough")
    assert server.with_secret(given) is given
    assert not (tmp_path / "var").exists()


def test_whoever_could_run_several_servers_is_told_that_they_need_one_secret(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.with_secret(settings(tmp_path))
    assert not caplog.records
    server.with_secret(settings(tmp_path, QUIZSVC_DATABASE_URL="postgresql+psycopg://db/quiz"))
    assert "must be given the same" in caplog.text


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"QUIZSVC_VAR: .*file"):
        server.with_secret(settings(tmp_path / "file" / "var"))


def test_a_port_that_is_taken_is_refused_clearly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"cannot listen on .*, port {port}: "):
            server.listen("127.0.0.1", port, patience=0.1)


def test_plain_gunicorn_is_told_in_a_sentence_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUIZSVC_SECRET", "")
    with pytest.raises(AppImportError, match="QUIZSVC_SECRET"):
        runpy.run_path(str(Path(quizsvc.__file__).parents[1] / "wsgi.py"))


def test_while_there_is_no_admin_each_start_invites_one_and_voids_the_link_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(tmp_path)
    db = Database(given.database_url, clock=lambda: datetime.now(UTC))
    migrate.upgrade(db)
    monkeypatch.setattr("sys.stdout", Terminal())
    first, second = (server.invitation(given, "http://127.0.0.1:8000/") for _ in range(2))
    tokens = [line.partition("http://127.0.0.1:8000/link?token=")[2] for (line,) in (first, second)]
    assert [links.find(db, token) for token in tokens] == [None, links.Link(None)]
    people.add(db, "Ann", role="admin")
    assert server.invitation(given, "http://127.0.0.1:8000/") == []
    db.dispose()


def test_where_nobody_looks_at_a_terminal_the_link_is_in_a_file_for_as_long_as_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = settings(
        tmp_path, QUIZSVC_PROXIES="1", QUIZSVC_HOSTS="quiz.example.org,www.example.org"
    )
    db = Database(given.database_url, clock=lambda: datetime.now(UTC))
    migrate.upgrade(db)
    monkeypatch.setattr("sys.stdout", io.StringIO())
    kept = tmp_path / "first-admin-link"
    for _ in range(2):
        (line,) = server.invitation(given, "http://127.0.0.1:8000/")
        assert line.endswith(f"the link is in {kept}")
        address, _, token = kept.read_text().strip().partition("?token=")
        assert address == "https://quiz.example.org/link"
        assert links.find(db, token) == links.Link(None)
        assert token not in line
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    people.add(db, "Ann", role="admin")
    assert server.invitation(given, "http://127.0.0.1:8000/") == []
    assert not kept.exists()
    db.dispose()


def test_a_database_that_is_away_does_not_keep_the_service_from_starting(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = settings(tmp_path, QUIZSVC_DATABASE_URL=f"sqlite:///{tmp_path}/none/db.sqlite3")
    with caplog.at_level(logging.WARNING, logger="quizsvc"):
        assert server.invitation(away, "http://127.0.0.1:8000/") == []
    assert "no link for an admin" in caplog.text


def test_a_database_whose_tables_could_not_be_made_does_not_either(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="quizsvc"):
        assert server.invitation(settings(tmp_path), "http://127.0.0.1:8000/") == []
    (said,) = [record for record in caplog.records if "no link for an admin" in record.message]
    assert "the tables of the database could not be made" in said.message
    assert said.exc_info is None


def test_a_worker_in_the_place_of_a_killed_one_serves_what_was_mended_since_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZSVC_CONTENT_RELOAD", "3600")  # only a new worker looks by itself
    content = write_bank(tmp_path / "content")
    with serving(tmp_path, content) as running:
        file = content / "items" / "double.yaml"
        wrong = file.read_text(encoding="utf-8")
        file.write_text(wrong.replace("Twice a number", "Mended"), encoding="utf-8")
        killed = running.workers
        for worker in killed:
            os.kill(worker, signal.SIGKILL)
        with urllib.request.urlopen(f"{running.url}/practice/double/1") as page:  # noqa: S310
            assert "Mended" in page.read().decode()
        assert not set(killed) & set(running.workers)


def test_the_first_start_leads_to_a_link_that_makes_the_admin(server: Server) -> None:
    said, led, path = server.said_next().partition(": the link is in ")
    assert (said, led) == ("Make yourself the admin (once, within 24 hours)", ": the link is in ")
    link = Path(path.strip()).read_text().strip()
    assert link.startswith(f"{server.url}/link?token=")
    with urllib.request.urlopen(link) as page:  # noqa: S310 - our own address
        assert "Become the admin" in page.read().decode()

import runpy
import socket
import stat
from pathlib import Path

import pytest
from gunicorn.errors import AppImportError

import quizsvc
from quizsvc import server
from quizsvc.errors import SettingsError
from quizsvc.settings import Settings


def settings(var: Path, **more: str) -> Settings:
    return Settings.from_environment({"QUIZSVC_VAR": str(var), **more})


def test_the_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    var = tmp_path / "new" / "var"
    first, second = (server.with_secret(settings(var)).secret for _ in range(2))
    assert first == second
    assert len(first) == 64
    assert stat.S_IMODE((var / "secret").stat().st_mode) == 0o600
    assert [path.name for path in var.iterdir()] == ["secret"]


def test_a_given_secret_makes_no_file(tmp_path: Path) -> None:
    given = settings(tmp_path / "var", QUIZSVC_SECRET="given " * 6)
    assert server.with_secret(given) is given
    assert not (tmp_path / "var").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match=r"QUIZSVC_VAR: .*file"):
        server.with_secret(settings(tmp_path / "file" / "var"))


def test_a_port_that_is_taken_is_refused_clearly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=rf"cannot listen on .*, port {port}: "):
            server.listen("127.0.0.1", port)


def test_plain_gunicorn_is_told_in_a_sentence_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUIZSVC_SECRET", "")
    with pytest.raises(AppImportError, match="QUIZSVC_SECRET"):
        runpy.run_path(str(Path(quizsvc.__file__).parents[1] / "wsgi.py"))

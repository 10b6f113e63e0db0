"""What the admin guide says to copy and to type is what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

import quizsvc
from quizsvc.cli import main
from quizsvc.hosting import GRACE, Worker, options
from quizsvc.settings import TABLE, Settings
from quizsvc.web import metrics
from quizsvc.web.teaching import class_list

GUIDE = (Path(quizsvc.__file__).parent / "guides" / "admin.md").read_text(encoding="utf-8")


def tool(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        message = f"{name} is missing: apt-get install {name.partition('-')[0]}"
        if os.environ.get("QUIZSVC_TEST_REQUIRE_ALL") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return found


def block(language: str) -> str:
    """Return the one block of the guide in a language."""
    (text,) = re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)
    return str(text)


def test_nginx_takes_the_site_as_it_stands(tmp_path: Path) -> None:
    nginx, openssl = tool("nginx"), tool("openssl")
    key, certificate = tmp_path / "key", tmp_path / "pem"
    subject = ["-subj", "/CN=quiz.example.org", "-keyout", str(key), "-out", str(certificate)]
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject]
    subprocess.run(made, check=True, capture_output=True)
    site = block("nginx")
    for path, ours in {"pem": certificate, "key": key}.items():
        site = site.replace(f"/etc/ssl/quiz.example.org.{path}", str(ours))
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\n{site}\n}}\n")
    tested = subprocess.run(
        [nginx, "-t", "-p", tmp_path, "-e", tmp_path / "error.log", "-c", whole],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stderr
    assert "warn" not in tested.stderr


def test_nginx_takes_forms_as_large_as_the_service_does() -> None:
    mebibytes = int(re.findall(r"client_max_body_size (\d+)m;", block("nginx"))[0])
    assert mebibytes * 2**20 > class_list.LARGEST


def test_nginx_leaves_it_to_the_service_to_say_how_long_https_holds() -> None:
    assert "Strict-Transport-Security" not in block("nginx")


def test_caddy_takes_the_site_as_it_stands(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("caddy is missing: apt-get install caddy")
    site = block("caddy")
    said = subprocess.run([caddy, "version"], capture_output=True, text=True, check=True).stdout
    major, minor = map(int, re.findall(r"\d+", said)[:2])
    if (major, minor) < (2, 7):  # in the words that the guide has for it
        assert "`buffer_requests`\nand `max_buffer_size 4MiB`" in GUIDE
        older = "buffer_requests\n        max_buffer_size 4MiB"
        site = site.replace("request_buffers 4MiB", older)
    file = tmp_path / "Caddyfile"
    file.write_text(site)
    tested = subprocess.run(
        [caddy, "validate", "--adapter", "caddyfile", "--config", file],
        env=os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stderr


def test_caddy_keeps_whole_forms_until_they_have_arrived() -> None:
    buffered = int(re.findall(r"request_buffers (\d+)MiB", block("caddy"))[0])
    assert buffered * 2**20 > class_list.LARGEST
    assert f"waits {Worker.patience:.0f} seconds for a request" in GUIDE


def test_systemd_takes_the_unit_as_it_stands(tmp_path: Path) -> None:
    analyze = tool("systemd-analyze")
    unit = block("ini").replace("/opt/quizsvc/.venv/bin/quizsvc", "/bin/true")
    file = tmp_path / "quizsvc.service"
    file.write_text(unit.replace("User=quizsvc", "User=root"))
    tested = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stderr
    assert "quizsvc" not in tested.stderr


def test_systemd_waits_longer_than_a_graceful_stop_takes() -> None:
    assert int(re.findall(r"TimeoutStopSec=(\d+)", block("ini"))[0]) > GRACE


def test_nginx_waits_no_longer_for_a_page_than_a_worker_may_take() -> None:
    patience = int(re.findall(r"proxy_read_timeout (\d+)s", block("nginx"))[0])
    assert patience >= int(options(Settings.from_environment({}))["timeout"])


COMMANDS = sorted(set(re.findall(r"(?:`|/bin/)quizsvc ([a-z]+(?: [a-z]+)?)", GUIDE)))


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_that_it_names_exists(words: str) -> None:
    command: click.Command = main
    for word in words.split():
        if isinstance(command, click.Group):
            assert word in command.commands, words
            command = command.commands[word]


def test_every_setting_that_it_names_exists() -> None:
    named = set(re.findall(r"QUIZSVC_[A-Z_]*[A-Z]", GUIDE))
    assert named <= {setting.variable for setting in TABLE}


def test_every_block_of_settings_lets_the_service_start() -> None:
    blocks = re.findall(r"(?:^    QUIZSVC_[A-Z_]+=\S+\n)+", GUIDE, re.MULTILINE)
    assert len(blocks) >= 2
    for each in blocks:
        Settings.from_environment(dict(line.split("=") for line in each.split()))


def test_every_figure_that_it_names_is_counted() -> None:
    told = set(re.findall(r"^\| `(quizsvc_\w+)`", GUIDE, re.MULTILINE))
    counted = set(re.findall(r"# TYPE (\w+) ", metrics.Metrics().exposed().decode()))
    of_the_moment = {"quizsvc_content_faults", "quizsvc_connections_not_accepted"}
    assert told == {each for each in counted if not each.endswith("_created")} | of_the_moment

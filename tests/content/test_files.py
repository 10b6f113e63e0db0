"""Whatever stands where content is read, it is told in a sentence and nothing waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from quizsvc.cli import main
from quizsvc.content import load_bank
from quizsvc.content.watching import snapshot
from quizsvc.web.author import create_author_app

from ..bank import write_bank

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


def put(kind: str, path: Path) -> None:
    """Make something that is no file, or one that cannot be read."""
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(path.name)
        case "dangling":
            path.symlink_to("nowhere")


KINDS = {
    "pipe": "This is no file that can be read.",
    "folder": "This is no file that can be read.",
    "device": "This is no file that can be read.",
    "loop": "The file cannot be read: Too many levels of symbolic links.",
    "dangling": "The file cannot be read: No such file or directory.",
}


@pytest.mark.parametrize("name", ["items/odd.yaml", "figures/odd.yaml", "claims.yaml"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_file_that_can_be_read_is_one_fault(kind: str, name: str, root: Path) -> None:
    path = root / name
    path.unlink(missing_ok=True)
    without, state = load_bank(root), snapshot(root)
    put(kind, path)
    bank = load_bank(root)

    (fault,) = set(bank.faults) - set(without.faults)
    assert (fault.file.rpartition("/")[2], fault.line) in ((path.name, 1), ("zero", 1))
    assert fault.message == KINDS[kind]
    assert bank.items.keys() == without.items.keys()
    assert snapshot(root) != state
    page = create_author_app(root).test_client().get("/author/")
    assert page.status_code == 200
    assert KINDS[kind] in page.text


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"folder"}))
def test_check_says_of_a_path_in_a_sentence_that_it_cannot_be_read(kind: str, root: Path) -> None:
    put(kind, root / "items" / "odd.yaml")
    checked = subprocess.run(
        [sys.executable, "-m", "quizsvc.cli", "check", str(root / "items" / "odd.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert checked.returncode == 1
    assert checked.stderr.count("\n") == 1
    assert "odd.yaml:1:1: " in checked.stderr


def test_a_folder_that_nobody_can_look_into_is_a_fault(root: Path) -> None:
    for path in (root / "items").iterdir():
        path.unlink()
    (root / "items").rmdir()
    (root / "items").symlink_to("items")

    messages = [fault.message for fault in load_bank(root).faults]
    assert "The folder cannot be read: Too many levels of symbolic links." in messages
    checked = CliRunner().invoke(main, ["check", str(root / "items" / "double.yaml")])
    assert checked.exit_code == 1
    assert "This cannot be read: Too many levels of symbolic links." in checked.stderr

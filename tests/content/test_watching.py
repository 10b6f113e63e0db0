"""A content directory is read again once it has changed and come to rest."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from quizsvc.content import Watch
from quizsvc.content.watching import snapshot

from ..bank import write_bank

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


@pytest.fixture
def watch(root: Path) -> Watch:
    return Watch(root)


def test_nothing_is_told_while_nothing_changes(watch: Watch) -> None:
    assert [watch.changed() for _ in range(3)] == [None] * 3


def test_a_change_is_told_once_two_looks_have_found_the_same(root: Path, watch: Watch) -> None:
    (root / "items" / "double.yaml").write_text("half a f")
    assert watch.changed() is None
    (root / "items" / "double.yaml").write_text("half a file, now whole")
    assert watch.changed() is None
    state = watch.changed()
    assert state == snapshot(root)
    assert watch.changed() == state  # until somebody takes it
    watch.take(state)
    assert watch.changed() is None


def test_a_change_that_is_taken_back_is_none(root: Path, watch: Watch) -> None:
    (root / "items" / "new.yaml").write_text("id: new")
    assert watch.changed() is None
    (root / "items" / "new.yaml").unlink()
    assert watch.changed() is None
    assert watch.changed() is None


@pytest.mark.parametrize("file", ["items/double.yaml", "lessons/numbers.yaml", "claims.yaml"])
def test_each_way_to_save_a_file_is_a_change(root: Path, file: str) -> None:
    path, before = root / file, snapshot(root)
    text = path.read_text()

    path.write_text(text + " ")
    longer = snapshot(root)
    other = path.with_suffix(".new")
    other.write_text(text + " ")
    other.replace(path)
    replaced = snapshot(root)
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    path.write_text(text + "!")
    os.utime(path, ns=times)  # as a program does that restores a file with its old time
    restored = snapshot(root)
    path.rename(path.with_name("renamed.yaml"))
    renamed = snapshot(root)
    path.with_name("renamed.yaml").unlink()

    assert len({before, longer, replaced, restored, renamed, snapshot(root)}) == 6


def test_what_is_no_content_changes_nothing(root: Path) -> None:
    before = snapshot(root)
    (root / "items" / ".double.yaml.swp").write_text("")
    (root / "items" / ".#double.yaml").symlink_to("nowhere")
    (root / "notes.txt").write_text("")
    assert snapshot(root) == before


def test_a_directory_that_is_gone_is_a_state_of_its_own(root: Path, watch: Watch) -> None:
    shutil.rmtree(root)
    assert watch.changed() is None
    assert watch.changed() == frozenset()

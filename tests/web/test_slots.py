"""Slots, held here by several objects of one process: a lock is held by an open file."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from quizsvc.web.slots import Slots

SIZES = {"counter": 4096, "gauge": 64}


class Processes:
    """What processes of a service would hold, one after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "metrics"
        self.held: list[Slots] = []

    def begin(self, ahead: int = 0) -> Slots:
        self.held.append(Slots(self.folder, SIZES, {"gauge": b"\0"}, ahead))
        return self.held[-1]


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    made = Processes(tmp_path)
    yield made
    for each in made.held:
        each.close()


def test_each_process_has_a_number_of_its_own(processes: Processes) -> None:
    held = [processes.begin() for _ in range(3)]
    assert [each.number() for each in held] == [0, 1, 2]


def test_the_number_of_a_process_that_ended_is_given_again_with_its_counters(
    processes: Processes,
) -> None:
    first, second = processes.begin(), processes.begin()
    second.file("counter", 1).write_bytes(b"counted")
    second.file("gauge", 1).write_bytes(b"\1")
    second.close()
    assert [path.name for path in first.files_of_living("gauge")] == ["gauge_0.db"]
    third = processes.begin()
    assert third.number() == 1
    assert third.file("counter", 1).read_bytes() == b"counted"
    assert third.file("gauge", 1).read_bytes() == b"\0"


def test_who_comes_first_after_all_ended_starts_from_nothing(processes: Processes) -> None:
    held = [processes.begin() for _ in range(2)]
    held[0].file("counter", 0).write_bytes(b"counted")
    for each in held:
        each.close()
    again = processes.begin()
    assert again.number() == 0
    assert again.file("counter", 0).read_bytes() == bytes(4096)
    assert [path.name for path in again.files("counter")] == ["counter_0.db"]


def test_a_child_takes_a_number_of_its_own_and_its_parent_keeps_the_one_it_has(
    processes: Processes,
) -> None:
    parent = processes.begin()
    child = os.fork()
    if child == 0:
        os._exit(parent.number())
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert parent.number() == 0
    assert [path.name for path in parent.files_of_living("gauge")] == ["gauge_0.db"]


def test_files_for_workers_to_come_take_up_their_room_at_once(processes: Processes) -> None:
    held = processes.begin(ahead=3)
    for path in held.files("counter"):
        assert path.stat().st_blocks * 512 >= 4096
    assert len(held.files("counter")) == 3


def test_a_folder_that_cannot_be_made_is_refused(processes: Processes) -> None:
    processes.folder.write_text("")
    with pytest.raises(OSError, match="metrics"):
        processes.begin()

"""When the power fails, what was acknowledged is there: measured on recorded calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.store import journal

from .disk import File
from .power import in_memory, lose_power
from .tracing import require_strace
from .writing import CONTROLS, OURS

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = pytest.mark.crash


def newest(_of: str, calls: Sequence[int]) -> int:
    return len(calls) - 1


def synced(_of: str, _calls: Sequence[int]) -> int:
    return 0


def test_a_file_has_what_was_synced_and_may_have_what_was_written_since() -> None:
    file = File.found(b"old")
    file.write(1, 0, b"new")
    file.write(2, 600, b"far")
    assert file.left("", synced) == b"old"
    assert file.left("", newest) == b"new" + bytes(597) + b"far"
    only_the_second = file.left("", lambda _of, calls: int(calls[-1] == 2))
    assert only_the_second == b"old" + bytes(597) + b"far"
    file.sync(begun=1)  # the second write came while it went on
    assert file.left("", synced) == b"old"
    file.sync(begun=2)
    assert file.left("", synced) == b"new" + bytes(597) + b"far"


def test_a_file_that_was_cut_short_is_whole_or_holds_nothing_of_it() -> None:
    file = File.found(b"journal")
    file.truncate(1, 0)
    assert file.left("", synced) == b"journal"
    assert file.left("", newest) == b""
    file.write(2, 0, b"begun")
    assert file.left("", newest) == b"begun"
    assert file.left("", synced) == b"journal"


def test_no_power_loss_takes_an_acknowledged_commit_unless_the_settings_are_others() -> None:
    require_strace()
    hasty = "WAL + NORMAL"
    with in_memory() as folder:
        found = lose_power([*OURS, hasty], folder, writers=1, commits=2, one_in=4)
    if journal.has_wal_reset_bug(journal.sqlite.sqlite_version_info):
        del found["WAL + FULL"]  # the service would not use it here
    for setting, losses in found.items():
        assert losses.states > 30
        assert losses.harmless == (setting != hasty), f"{setting}: {losses}"


@pytest.mark.long
def test_power_losses_under_two_writers_that_write_the_wal_back_all_the_time() -> None:
    require_strace()
    with in_memory() as folder:
        found = lose_power([*OURS, *CONTROLS], folder, writers=2, commits=12)
    assert {setting for setting, losses in found.items() if losses.harmless} == set(OURS)
    assert all(losses.states > 1000 for losses in found.values())

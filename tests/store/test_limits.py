"""How often something may be tried."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from quizsvc.store import limits, tables
from quizsvc.store.limits import Limit

from .samples import rows

if TYPE_CHECKING:
    from quizsvc.store import Database

    from .conftest import Clock

THREE_A_MINUTE = Limit("test", 3, timedelta(minutes=1))


def test_one_more_than_the_limit_has_to_wait_for_the_end_of_the_stretch(
    database: Database, clock: Clock
) -> None:
    counter = [(THREE_A_MINUTE, "a")]
    for _ in range(3):
        assert limits.count(database, counter) is None
        clock.advance(10)
    assert limits.count(database, counter) == timedelta(seconds=30)
    clock.advance(29)
    assert limits.count(database, counter) == timedelta(seconds=1)
    assert limits.count(database, [(THREE_A_MINUTE, "b")]) is None
    clock.advance(1)
    assert limits.count(database, counter) is None


def test_what_is_refused_uses_up_no_other_limit(database: Database) -> None:
    tight, wide = (Limit("tight", 1, timedelta(minutes=1)), "a"), (THREE_A_MINUTE, "a")
    for _ in range(9):
        limits.count(database, [tight, wide])
    assert limits.count(database, [wide]) is None
    assert limits.count(database, [wide]) is None
    assert limits.count(database, [wide])


def test_a_counter_can_be_cleared_and_one_try_taken_back(database: Database) -> None:
    counter = [(THREE_A_MINUTE, "a")]
    for _ in range(9):
        assert limits.count(database, counter) is None
        limits.take_back(database, counter)
    for _ in range(3):
        limits.count(database, counter)
    limits.clear(database, counter)
    assert limits.count(database, counter) is None


def test_tries_at_the_same_time_are_all_counted(database: Database) -> None:
    allowed: list[bool] = []

    def hurry() -> None:
        counter = [(Limit("t", 12, timedelta(1)), "a")]
        allowed.extend(limits.count(database, counter) is None for _ in range(5))

    workers = [threading.Thread(target=hurry) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(allowed) == [False] * 8 + [True] * 12


def test_old_counters_are_forgotten(database: Database, clock: Clock) -> None:
    for number in range(5):
        limits.count(database, [(THREE_A_MINUTE, str(number))])
    clock.advance(3600)
    limits.count(database, [(THREE_A_MINUTE, "new")])
    assert rows(database, tables.Tally) == 1

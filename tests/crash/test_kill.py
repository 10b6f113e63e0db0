"""Nothing that was acknowledged is lost or doubled, whatever dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ..bank import write_bank
from .auditing import Ledger, audit
from .browser import Browser
from .controls import EARLY, FATAL
from .harness import Learner, run
from .long import ACKNOWLEDGEMENTS, KILLS, run_long
from .victim import Victim

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.crash


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Victim]:
    victim = Victim(tmp_path, write_bank(tmp_path / "content"))
    victim.start()
    yield victim
    victim.kill()


def test_kills_lose_and_double_nothing_acknowledged_and_ctrl_c_ends_it_cleanly(
    victim: Victim,
) -> None:
    course = run(
        victim,
        learners=4,
        until=lambda acknowledged, kills: acknowledged >= 60 and kills >= 5,
        every=10,
        master_at=4,
    )
    assert course.found.clean, course.found
    assert course.ledger.contradicted == 0
    assert course.workers_killed >= 4
    assert course.masters_killed >= 1
    assert course.ledger.repeated > 0, "no kill has met a request"
    Learner("the last", Browser(victim), Ledger()).practise(EARLY, 1, "three")
    assert victim.stop() == 0  # a worker that has hardly begun to boot misses the signal


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Victim]:
    victim = Victim(tmp_path, write_bank(tmp_path / "content"), module="tests.crash.controls")
    victim.start()
    yield victim
    victim.kill()


def test_the_harness_finds_what_is_doubled_without_tokens_and_lost_if_acknowledged_early(
    faulty: Victim,
) -> None:
    ledger = Ledger()
    Learner("of ours", Browser(faulty), ledger).practise(FATAL, 1, "7")
    assert audit(faulty.database_url, ledger).clean
    assert ledger.repeated == 1

    without = Learner("without a token", Browser(faulty), ledger, keeps_tokens=False)
    for number in (1, 2):
        without.practise(FATAL, number, "7")
    assert audit(faulty.database_url, ledger).doubled == 2

    hasty = Ledger(sent=ledger.sent)

    def kill(_acknowledged: int) -> None:
        for which in range(len(faulty.workers)):
            faulty.kill_worker(which)

    Learner("too early", Browser(faulty), hasty, kill).practise(EARLY, 1, "three")
    assert audit(faulty.database_url, hasty).lost == list(hasty.answers)


@pytest.mark.long
def test_five_hundred_kills_lose_and_double_nothing_of_ten_thousand(victim: Victim) -> None:
    course = run_long(victim)
    assert course.found.clean, course.found
    assert course.ledger.contradicted == 0
    assert course.workers_killed + course.masters_killed >= KILLS
    assert course.ledger.acknowledgements >= ACKNOWLEDGEMENTS

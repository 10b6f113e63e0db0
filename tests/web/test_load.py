import math

import pytest

from quizsvc.web.load import BUCKETS, LastMinute, Load, added_up


class Seconds:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


def test_nothing_was_asked_of_a_service_that_just_began(clock: Seconds) -> None:
    assert added_up([LastMinute(clock=clock).cells], clock.now) == Load(0, 0, None)


def test_requests_are_forgotten_after_a_minute(clock: Seconds) -> None:
    ring = LastMinute(clock=clock)
    for _ in range(100):
        ring.note(0.02, not_saved=False)
        clock.now += 1
    assert added_up([ring.cells], clock.now - 1).requests == 60
    clock.now += 59
    assert added_up([ring.cells], clock.now - 1).requests == 1
    assert added_up([ring.cells], clock.now).requests == 0


def test_a_second_that_comes_round_again_starts_from_nothing(clock: Seconds) -> None:
    ring = LastMinute(clock=clock)
    ring.note(0.02, not_saved=True)
    clock.now += 64
    ring.note(0.02, not_saved=False)
    assert added_up([ring.cells], clock.now) == Load(1, 0, 0.025)


def test_processes_are_added_up(clock: Seconds) -> None:
    rings = [LastMinute(clock=clock) for _ in range(3)]
    for ring in rings:
        ring.note(0.02, not_saved=True)
    assert added_up([ring.cells for ring in rings], clock.now) == Load(3, 3, 0.025)


@pytest.mark.parametrize(("slow", "p95"), [(0, 0.01), (5, 0.01), (6, 0.5), (100, 0.5)])
def test_95_of_100_requests_were_as_fast_as_is_told(clock: Seconds, slow: int, p95: float) -> None:
    ring = LastMinute(clock=clock)
    for number in range(100):
        ring.note(0.5 if number < slow else 0.001, not_saved=False)
    assert added_up([ring.cells], clock.now).p95 == p95


def test_what_takes_longer_than_any_bucket_is_said_to_be_so(clock: Seconds) -> None:
    ring = LastMinute(clock=clock)
    ring.note(BUCKETS[-1] + 1, not_saved=False)
    p95 = added_up([ring.cells], clock.now).p95
    assert p95 is not None
    assert math.isinf(p95)

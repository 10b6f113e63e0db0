"""What an assignment allows one learner."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from quizsvc.model import Exemption, Rules, allowed, on_trial, over_at

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_sitting_ends_with_its_time_or_with_the_assignment_whichever_comes_first() -> None:
    may = allowed(Rules(time_limit=30, closes_at=NOON), None)
    assert may.deadline(NOON - HOUR) == NOON - timedelta(minutes=30)
    assert may.deadline(NOON - timedelta(minutes=10)) == NOON
    assert allowed(Rules(), None).deadline(NOON) is None


@pytest.mark.parametrize(
    ("exemption", "minutes"),
    [
        (None, 45),
        (Exemption(time_factor=2), 60),
        (Exemption(time_factor=1), 30),
        (Exemption(extra_minutes=10), 55),
    ],
)
def test_an_overrides_factor_takes_the_place_of_the_accounts_and_minutes_are_added_to_it(
    exemption: Exemption | None, minutes: float
) -> None:
    assert allowed(Rules(time_limit=30), exemption, 1.5).minutes == minutes


def test_what_comes_between_closing_and_the_end_is_late() -> None:
    may = allowed(Rules(closes_at=NOON, late_until=NOON + HOUR), None)
    assert may.ends_at == NOON + HOUR
    assert not may.is_late(NOON)
    assert may.is_late(NOON + timedelta(microseconds=1))


def test_an_own_closing_time_after_the_time_for_late_work_is_in_time() -> None:
    exemption = Exemption(closes_at=NOON + 2 * HOUR)
    may = allowed(Rules(closes_at=NOON, late_until=NOON + HOUR), exemption)
    assert may.ends_at == NOON + 2 * HOUR
    assert not may.is_late(NOON + 2 * HOUR)


def test_of_an_override_and_terms_that_changed_later_the_better_holds() -> None:
    exemption = Exemption(closes_at=NOON, sittings=2)
    may = allowed(Rules(closes_at=NOON + HOUR, sittings=3), exemption)
    assert (may.closes_at, may.ends_at, may.sittings) == (NOON + HOUR, NOON + HOUR, 3)
    may = allowed(Rules(closes_at=NOON - HOUR, sittings=1), exemption)
    assert (may.closes_at, may.sittings) == (NOON, 2)
    may = allowed(Rules(sittings=None), exemption)
    assert (may.closes_at, may.ends_at, may.sittings) == (None, None, None)


@pytest.mark.parametrize("own", [NOON - HOUR, NOON + HOUR])
def test_an_own_opening_time_holds_whether_earlier_or_later(own: datetime) -> None:
    assert allowed(Rules(opens_at=NOON), Exemption(opens_at=own)).opens_at == own


def test_it_is_over_for_everybody_when_the_last_of_all_may_hand_in_no_more() -> None:
    rules = Rules(closes_at=NOON)
    assert over_at(rules, []) == NOON
    assert over_at(rules, [Exemption(closes_at=NOON + HOUR), Exemption()]) == NOON + HOUR
    assert over_at(rules, [Exemption(closes_at=NOON - HOUR)]) == NOON
    assert over_at(Rules(), [Exemption(closes_at=NOON)]) is None


def test_a_refusal_says_what_stands_against_another_sitting() -> None:
    may = allowed(Rules(opens_at=NOON - HOUR, closes_at=NOON, sittings=1), None)
    assert may.refusal(NOON - 2 * HOUR, 0) == "not open yet"
    assert may.refusal(NOON, 0) is None
    assert may.refusal(NOON, 1) == "none left"
    assert may.refusal(NOON + HOUR, 0) == "over"
    assert allowed(Rules(sittings=None), Exemption(sittings=2)).refusal(NOON, 99) is None
    assert allowed(Rules(sittings=1), Exemption(sittings=2)).refusal(NOON, 1) is None


def test_who_tries_an_assignment_has_its_time_and_no_date() -> None:
    may = on_trial(Rules(opens_at=NOON, closes_at=NOON, time_limit=30), 2)
    assert may.refusal(NOON + HOUR, 99) is None
    assert may.deadline(NOON) == NOON + HOUR

"""The schedule against py-fsrs called directly, and the reviews of a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from fsrs import Card, Rating, Scheduler

from quizsvc.learning.encounters import counting, encounters
from quizsvc.learning.reviews import agenda, done_by_day, due_by_day, rating_of, schedules
from quizsvc.model import Preferences

from .logs import (
    HELPED,
    PARTLY,
    PENDING,
    RIGHT,
    SQUARED,
    START,
    TOLD,
    UNRATED,
    WRONG,
    entry,
    log,
    rated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.learning.reviews import Schedule
    from quizsvc.model import LogEntry


def plans(
    entries: list[LogEntry], catalogue: Catalogue, retention: float = 0.9
) -> Mapping[str, Schedule]:
    counted = counting(encounters(entries, catalogue))
    return schedules(counted, catalogue.offered, retention)


@pytest.mark.parametrize(
    ("attempts", "rating"),
    [
        ([RIGHT], Rating.Good),
        ([HELPED], Rating.Hard),
        ([WRONG, RIGHT], Rating.Hard),
        ([PARTLY, RIGHT], Rating.Hard),
        ([PARTLY], Rating.Again),
        ([WRONG], Rating.Again),
        ([WRONG, TOLD], Rating.Again),
        ([SQUARED], Rating.Again),
        ([SQUARED, RIGHT], Rating.Again),
        ([rated(1)], Rating.Good),
        ([rated(0.5)], Rating.Hard),
        ([rated(0)], Rating.Again),
        ([UNRATED], None),
    ],
)
def test_the_rating_is_read_off_what_happened(
    catalogue: Catalogue, attempts: list[dict[str, Any]], rating: Rating | None
) -> None:
    (met,) = encounters([entry(number=1, **each) for each in attempts], catalogue)
    assert rating_of(met) == rating


@pytest.mark.parametrize("retention", [0.7, 0.9, 0.97])
def test_the_schedule_is_that_of_fsrs(catalogue: Catalogue, retention: float) -> None:
    days, answers = (0, 0.2, 3, 9, 30), (WRONG, RIGHT, RIGHT, HELPED, RIGHT)
    answered = [entry(day=day, **answer) for day, answer in zip(days, answers, strict=True)]
    plan = plans(answered, catalogue, retention)["double"]

    fsrs = Scheduler(
        desired_retention=retention, learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    card = Card(card_id=0, due=START)
    ratings = (Rating.Again, Rating.Good, Rating.Good, Rating.Hard, Rating.Good)
    for day, rating in zip(days, ratings, strict=True):
        card, _ = fsrs.review_card(card, rating, START + timedelta(days=day))
    assert plan.card == card
    assert [review.rating for review in plan.reviews] == list(ratings)
    now = START + timedelta(days=45)
    known = agenda({"double": plan}, Preferences(retention=retention), now).retention
    assert known == {"double": fsrs.get_card_retrievability(card, now)}


def test_levels_share_a_card_and_what_no_lesson_offers_has_none(catalogue: Catalogue) -> None:
    answered = [entry("lists", **RIGHT), entry("lists-level-2", 3, **RIGHT), entry("gone", **RIGHT)]
    (plan,) = plans(answered, catalogue).values()
    assert plan.family == "lists"
    assert [review.item for review in plan.reviews] == ["lists", "lists-level-2"]


def test_what_does_not_count_is_no_review(catalogue: Catalogue) -> None:
    assert not plans(log(TOLD, PENDING, UNRATED), catalogue)


def test_to_keep_more_means_to_come_back_sooner(catalogue: Catalogue) -> None:
    answered = [entry(day=0, **RIGHT), entry(day=5, **RIGHT)]
    due = [plans(answered, catalogue, retention)["double"].due for retention in (0.7, 0.9, 0.97)]
    assert due == sorted(due, reverse=True)
    assert len(set(due)) == 3


def test_a_regrade_changes_the_schedule(catalogue: Catalogue) -> None:
    wrong = entry(**WRONG)
    before = plans([wrong], catalogue)["double"]
    after = plans([replace(wrong, score=1.0)], catalogue)["double"]
    assert before.due < after.due


def answered_once(catalogue: Catalogue) -> Mapping[str, Schedule]:
    """Four families, met on the same day: the worse the answer, the sooner each comes back."""
    return plans(
        [
            entry("double", **WRONG),
            entry("block", **HELPED),
            entry("picture", **RIGHT),
            entry("lists", **WRONG),
        ],
        catalogue,
    )


def test_what_is_most_likely_forgotten_comes_first_up_to_the_daily_limit(
    catalogue: Catalogue,
) -> None:
    met = answered_once(catalogue)
    later = START + timedelta(days=20)
    day = agenda(met, Preferences(daily_limit=3), later)
    assert [plan.family for plan in day.today] == ["double", "lists", "block"]
    assert [plan.family for plan in day.waiting] == ["picture"]
    assert not agenda(met, Preferences(daily_limit=0), later).today


def test_nothing_is_due_before_its_day_and_all_of_it_from_its_day_on(catalogue: Catalogue) -> None:
    met = answered_once(catalogue)
    plan = met["picture"]
    midnight = plan.card.due.replace(hour=0, minute=0, second=0)
    early = agenda({"picture": plan}, Preferences(), midnight - timedelta(seconds=1))
    assert not early.today
    assert early.coming == (plan,)
    assert agenda({"picture": plan}, Preferences(), midnight).today == (plan,)


def test_reviews_done_today_use_up_the_daily_limit(catalogue: Catalogue) -> None:
    first = [entry(item, **WRONG) for item in ("double", "block", "picture")]
    review, new = entry("double", 2, **RIGHT), entry("lists", 2, **RIGHT)
    met = plans([*first, review, new], catalogue)
    day = agenda(met, Preferences(daily_limit=2), START + timedelta(days=2.1))
    assert day.done == 1
    assert [plan.family for plan in day.today] == ["block"]
    assert [plan.family for plan in day.waiting] == ["picture"]
    assert done_by_day(met.values()) == {review.at.date(): 1}


def test_what_is_overdue_is_due_today(catalogue: Catalogue) -> None:
    met = answered_once(catalogue).values()
    today = (START + timedelta(days=20)).date()
    assert due_by_day(met, today) == {today: 4}


def test_results_that_were_released_late_are_reviewed_at_the_time_of_the_answer(
    catalogue: Catalogue,
) -> None:
    late = entry(day=0, in_sitting=True, since=START + timedelta(days=9), **WRONG)
    plan = plans([entry(day=4, **RIGHT), late], catalogue)["double"]
    assert [review.rating for review in plan.reviews] == [Rating.Again, Rating.Good]

"""Time limits, answers that are checked one by one, flags: decided by the moment of arrival."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest

from quizsvc.errors import SittingClosedError, StoreError
from quizsvc.model import GRACE
from quizsvc.store import Database, attempts, sittings
from quizsvc.store.attempts import ResponseTokenReusedError
from quizsvc.store.drafts import (
    AnswerFinalError,
    DraftOvertakenError,
    TimeIsUpError,
    flag,
    save_draft,
)
from quizsvc.store.sittings import Sitting, Terms
from quizsvc.store.submitting import record_answer, submit, submit_at_deadline

from .conftest import Clock, OpenDatabase
from .samples import LEARNER, OTHER_LEARNER, SITTING, answers, sitting

TEN_MINUTES = timedelta(minutes=10)
AN_INSTANT = timedelta(microseconds=1)


@pytest.fixture
def timed(database: Database) -> Sitting:
    return sittings.start(database, replace(SITTING, time_limit=TEN_MINUTES))


def deadline(of: Sitting) -> datetime:
    assert of.deadline_at is not None
    return of.deadline_at


def again(database: Database, of: Sitting) -> Sitting:
    found = sittings.find(database, of.id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("limit", "closing", "after"),
    [(None, None, None), (10, None, 10), (None, 7, 7), (10, 7, 7), (10, 12, 10)],
)
def test_the_deadline_is_the_first_end_that_comes(
    database: Database, clock: Clock, limit: int | None, closing: int | None, after: int | None
) -> None:
    started = sittings.start(
        database,
        sitting(
            time_limit=None if limit is None else timedelta(minutes=limit),
            ends_at=None if closing is None else clock.now + timedelta(minutes=closing),
            closes_at=None if closing is None else clock.now + timedelta(minutes=closing),
            feedback="closing",
            late_drafts="discard",
        ),
    )
    ends = None if after is None else clock.now + timedelta(minutes=after)
    assert again(database, started) == started
    assert started.deadline_at == ends
    assert (started.feedback, started.late_drafts) == ("closing", "discard")


def test_a_draft_at_the_end_of_the_grace_is_in_time_and_an_instant_later_is_not(
    database: Database, timed: Sitting
) -> None:
    end = deadline(timed) + GRACE
    last = save_draft(database, timed.id, 1, {"answer": "4"}, 0, arrived_at=end)
    with pytest.raises(TimeIsUpError):
        save_draft(database, timed.id, 1, {"answer": "5"}, 1, arrived_at=end + AN_INSTANT)
    with pytest.raises(TimeIsUpError):
        flag(database, timed.id, 1, flagged=True, arrived_at=end + AN_INSTANT)
    assert last.saved_at == deadline(timed)
    assert again(database, timed).drafts == {1: last}


def test_what_arrived_in_time_is_kept_however_late_it_is_written(
    database: Database, timed: Sitting, clock: Clock
) -> None:
    clock.advance(3600)
    save_draft(database, timed.id, 1, {"answer": "4"}, 0, arrived_at=deadline(timed))
    handed_in = submit(database, timed.id, answers(timed.id), arrived_at=deadline(timed))
    assert (handed_in.submitted_at, handed_in.submitted_by) == (deadline(timed), "learner")


def test_handing_in_an_instant_late_stores_nothing(database: Database, timed: Sitting) -> None:
    late = deadline(timed) + GRACE + AN_INSTANT
    with pytest.raises(TimeIsUpError):
        submit(database, timed.id, answers(timed.id), arrived_at=late)
    assert again(database, timed) == timed
    assert attempts.history(database, LEARNER) == ()


def test_the_clock_hands_in_as_of_the_deadline(
    database: Database, timed: Sitting, clock: Clock
) -> None:
    clock.advance(86_400)
    closed = submit_at_deadline(database, timed.id, answers(timed.id))
    assert (closed.submitted_at, closed.submitted_by) == (deadline(timed), "deadline")
    assert {attempt.created_at for attempt in closed.attempts.values()} == {deadline(timed)}
    with pytest.raises(SittingClosedError):
        save_draft(database, timed.id, 1, {"answer": "4"}, 0, arrived_at=deadline(timed))
    later = submit(database, timed.id, answers(timed.id))
    assert (later, later.created) == (closed, False)


def test_of_several_that_close_a_sitting_at_once_one_does(
    url: str, open_database: OpenDatabase, clock: Clock
) -> None:
    workers = [open_database(url) for _ in range(4)]
    timed = sittings.start(workers[0], replace(SITTING, time_limit=TEN_MINUTES))
    clock.advance(611)
    together = Barrier(4)

    def close(worker: Database) -> Sitting:
        together.wait()
        return submit_at_deadline(worker, timed.id, answers(timed.id), seen={})

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(close, workers))
    assert [result.created for result in results].count(True) == 1
    assert results == [results[0]] * 4
    assert len(attempts.history(workers[0], LEARNER)) == 2


def test_a_sitting_without_a_deadline_is_never_closed_by_the_clock(database: Database) -> None:
    started = sittings.start(database, SITTING)
    assert submit_at_deadline(database, started.id, []) == started


def test_the_clock_leaves_a_sitting_open_whose_deadline_was_moved_meanwhile(
    database: Database, timed: Sitting, clock: Clock
) -> None:
    looked_at = deadline(timed) - TEN_MINUTES / 2 + GRACE + AN_INSTANT
    assert submit_at_deadline(database, timed.id, answers(timed.id), now=looked_at) == timed
    clock.now = deadline(timed) + GRACE
    assert submit_at_deadline(database, timed.id, answers(timed.id)) == timed
    clock.now += AN_INSTANT
    assert submit_at_deadline(database, timed.id, answers(timed.id)).submitted_by == "deadline"


def test_a_checked_answer_is_final_and_stored_once(
    database: Database, timed: Sitting, clock: Clock
) -> None:
    new = answers(timed.id)[0]
    save_draft(database, timed.id, 1, {"answer": "0"}, 0)
    clock.advance(60)
    first = record_answer(database, timed.id, new, 1)
    assert record_answer(database, timed.id, new, 1) == first
    assert (first.created_at, first.position) == (clock.now, 1)
    with pytest.raises(ResponseTokenReusedError):
        record_answer(database, timed.id, replace(new, raw_response={"answer": "x"}), 2)
    with pytest.raises(AnswerFinalError):
        save_draft(database, timed.id, 1, {"answer": "x"}, 2)
    now = again(database, timed)
    assert (now.submitted_at, now.attempts) == (None, {1: first})
    assert now.drafts[1].raw_response == new.raw_response
    rest = answers(timed.id)[1:]
    assert submit(database, timed.id, rest, seen=now.drafts).attempts.keys() == {1, 2}


def test_of_an_answer_that_is_checked_many_times_at_once_one_is_stored(
    url: str, open_database: OpenDatabase
) -> None:
    together, workers = Barrier(4), [open_database(url) for _ in range(4)]
    begun = sittings.start(workers[0], SITTING)

    def check(worker: Database) -> attempts.StoredAttempt:
        together.wait()
        return record_answer(worker, begun.id, answers(begun.id)[0], 0)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(check, workers))
    assert len({result.id for result in results}) == 1
    assert again(workers[0], begun).attempts.keys() == {1}
    assert len(attempts.history(workers[0], LEARNER)) == 1


def test_an_answer_is_not_checked_from_a_stale_page_nor_after_the_deadline(
    database: Database, timed: Sitting
) -> None:
    new = answers(timed.id)[0]
    save_draft(database, timed.id, 1, {"answer": "in another tab"}, 0)
    with pytest.raises(DraftOvertakenError):
        record_answer(database, timed.id, new, 0)
    with pytest.raises(TimeIsUpError):
        record_answer(database, timed.id, new, 1, arrived_at=deadline(timed) + GRACE + AN_INSTANT)
    with pytest.raises(ValueError, match="is not of learner"):
        record_answer(database, timed.id, replace(new, learner=OTHER_LEARNER), 1)
    with pytest.raises(ValueError, match="has a position"):
        record_answer(database, timed.id, replace(new, position=None), 1)
    assert attempts.history(database, LEARNER) == ()


def test_a_flag_is_set_and_removed_until_the_sitting_is_handed_in(
    database: Database, timed: Sitting
) -> None:
    flag(database, timed.id, 2, flagged=True)
    assert again(database, timed).flagged == {2}
    flag(database, timed.id, 1, flagged=True)
    flag(database, timed.id, 2, flagged=False)
    assert again(database, timed).flagged == {1}
    with pytest.raises(StoreError, match="no position"):
        flag(database, timed.id, 3, flagged=True)
    submit(database, timed.id, [])
    with pytest.raises(SittingClosedError):
        flag(database, timed.id, 1, flagged=False)
    assert again(database, timed).flagged == {1}


@pytest.mark.parametrize("act", [submit, submit_at_deadline])
def test_the_terms_of_sittings_are_read_without_the_rest(
    database: Database, timed: Sitting, clock: Clock, act: Callable[..., Sitting]
) -> None:
    clock.advance(600 if act is submit else 611)
    closed = act(database, timed.id, [])
    terms = Terms(feedback="submission", closes_at=None, submitted_at=closed.submitted_at)
    assert sittings.terms(database, [timed.id, "0" * 32]) == {timed.id: terms}
    assert sittings.terms(database, []) == {}

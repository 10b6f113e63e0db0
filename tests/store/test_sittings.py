from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from quizsvc.errors import SittingClosedError, StaleDraftError, StoreError, TokenReusedError
from quizsvc.store import Database, attempts, revisions, sittings
from quizsvc.store.drafts import Draft, DraftOvertakenError, save_draft
from quizsvc.store.sittings import Sitting
from quizsvc.store.submitting import submit

from .conftest import Clock, OpenDatabase
from .samples import LEARNER, OTHER_LEARNER, SITTING, answers, attempt, sitting


@pytest.fixture
def started(database: Database) -> Sitting:
    return sittings.start(database, SITTING)


def again(database: Database, of: Sitting) -> Sitting:
    found = sittings.find(database, of.id)
    assert found is not None
    return found


def test_a_sitting_keeps_what_was_pinned_at_its_start(
    database: Database, started: Sitting, clock: Clock
) -> None:
    assert started.created
    assert again(database, started) == started
    assert started.items == tuple(SITTING.items)
    assert (started.number, started.started_at, started.submitted_at) == (1, clock.now, None)
    assert (started.drafts, started.attempts) == ({}, {})
    assert revisions.source(database, "r-add-gate") == {"id": "add-gate"}


def test_the_same_start_again_returns_the_first_sitting(
    database: Database, started: Sitting
) -> None:
    second = sittings.start(database, SITTING)
    assert second == started
    assert not second.created


@pytest.mark.parametrize("changes", [{"learner": OTHER_LEARNER}, {"assessment": "another"}])
def test_a_start_token_of_another_sitting_is_refused(
    database: Database, started: Sitting, changes: Mapping[str, str]
) -> None:
    with pytest.raises(TokenReusedError):
        sittings.start(database, sitting(**changes))
    assert sittings.of_learner(database, LEARNER) == (started,)
    assert sittings.of_learner(database, OTHER_LEARNER) == ()


def test_a_learners_sittings_are_numbered_for_each_assessment(
    database: Database, started: Sitting, clock: Clock
) -> None:
    clock.advance(1)
    second = sittings.start(database, sitting("start-2"))
    clock.advance(1)
    other = sittings.start(database, sitting("start-3", assessment="another"))
    assert (second.number, other.number) == (2, 1)
    assert sittings.of_learner(database, LEARNER) == (other, second, started)
    assert sittings.of_learner(database, LEARNER, SITTING.assessment) == (second, started)


def test_starts_at_once_get_different_numbers(url: str, open_database: OpenDatabase) -> None:
    together = Barrier(6)
    workers = [open_database(url) for _ in range(6)]

    def start(n: int) -> Sitting:
        together.wait()
        return sittings.start(workers[n], sitting(f"start-{n // 2}"))  # each token twice

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(start, range(6)))
    assert sorted({result.number for result in results}) == [1, 2, 3]
    assert sum(result.created for result in results) == 3


def test_a_draft_is_kept_and_counted(database: Database, started: Sitting, clock: Clock) -> None:
    assert save_draft(database, started.id, 1, {"answer": "4"}, 0).counter == 1
    clock.advance(5)
    assert save_draft(database, started.id, 1, {"answer": "42"}, 1).counter == 2
    drafts = again(database, started).drafts
    assert drafts == {1: Draft({"answer": "42"}, 2, clock.now)}


def test_the_same_text_again_is_no_new_draft_whatever_counter_comes_with_it(
    database: Database, started: Sitting
) -> None:
    save_draft(database, started.id, 1, {"answer": "4"}, 0)
    assert save_draft(database, started.id, 1, {"answer": "4"}, 0).counter == 1
    assert save_draft(database, started.id, 1, {"answer": "4"}, 1).counter == 1


@pytest.mark.parametrize("counter", [0, 2, -1])
def test_a_draft_from_a_stale_page_is_refused_with_the_stored_one(
    database: Database, started: Sitting, counter: int
) -> None:
    save_draft(database, started.id, 1, {"answer": "new"}, 0)
    with pytest.raises(DraftOvertakenError) as refusal:
        save_draft(database, started.id, 1, {"answer": "old"}, counter)
    assert isinstance(refusal.value, StaleDraftError)
    assert refusal.value.position == 1
    assert refusal.value.stored == again(database, started).drafts[1]
    assert refusal.value.stored.raw_response == {"answer": "new"}


def test_of_two_tabs_that_save_at_once_one_is_told_of_the_other(
    url: str, open_database: OpenDatabase
) -> None:
    tabs = [open_database(url), open_database(url)]
    started = sittings.start(tabs[0], SITTING)
    together = Barrier(2)

    def save(n: int) -> str:
        together.wait()
        try:
            save_draft(tabs[n], started.id, 1, {"answer": f"tab {n}"}, 0)
        except StaleDraftError:
            return "stale"
        return "saved"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(save, range(2))) == ["saved", "stale"]


@pytest.mark.parametrize("position", [0, 3])
def test_a_draft_for_a_place_that_is_not_there_is_refused(
    database: Database, started: Sitting, position: int
) -> None:
    with pytest.raises(StoreError, match="no position"):
        save_draft(database, started.id, position, {"answer": "4"}, 0)


def test_a_sitting_that_is_not_there_takes_nothing(database: Database) -> None:
    with pytest.raises(StoreError, match="no sitting"):
        save_draft(database, "0" * 32, 1, {"answer": "4"}, 0)
    with pytest.raises(StoreError, match="no sitting"):
        submit(database, "0" * 32, [])


def test_submitting_stores_all_attempts_at_their_places(
    database: Database, started: Sitting, clock: Clock
) -> None:
    clock.advance(600)
    submitted = submit(database, started.id, answers(started.id))
    assert submitted.created
    assert submitted.submitted_at == clock.now
    assert again(database, started) == submitted
    assert {p: a.raw_response for p, a in submitted.attempts.items()} == {
        1: {"answer": "1"},
        2: {"answer": "2"},
    }
    assert {a.sitting for a in submitted.attempts.values()} == {started.id}
    assert {a.seed for a in submitted.attempts.values()} == {i.seed for i in started.items}


def test_submitting_again_returns_the_first_result(
    database: Database, started: Sitting, clock: Clock
) -> None:
    first = submit(database, started.id, answers(started.id))
    clock.advance(1)
    others = [replace(a, token=f"x{a.token}") for a in answers(started.id)]
    second = submit(database, started.id, others)
    assert second == first
    assert not second.created
    assert len(attempts.history(database, LEARNER)) == 2


def test_of_two_submissions_at_once_one_counts(url: str, open_database: OpenDatabase) -> None:
    workers = [open_database(url) for _ in range(4)]
    started = sittings.start(workers[0], SITTING)
    together = Barrier(4)

    def hand_in(worker: Database) -> Sitting:
        together.wait()
        return submit(worker, started.id, answers(started.id))

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(hand_in, workers))
    assert [result.created for result in results].count(True) == 1
    assert results == [results[0]] * 4
    assert len(attempts.history(workers[0], LEARNER)) == 2


def test_a_submitted_sitting_takes_no_more_drafts(database: Database, started: Sitting) -> None:
    submit(database, started.id, answers(started.id))
    with pytest.raises(SittingClosedError):
        save_draft(database, started.id, 1, {"answer": "late"}, 0)


def test_a_draft_saved_after_grading_keeps_a_submission_from_losing_it(
    database: Database, started: Sitting
) -> None:
    save_draft(database, started.id, 1, {"answer": "graded"}, 0)
    seen = again(database, started).drafts
    save_draft(database, started.id, 1, {"answer": "in another tab"}, 1)
    with pytest.raises(DraftOvertakenError):
        submit(database, started.id, answers(started.id), seen=seen)
    assert again(database, started).submitted_at is None
    assert attempts.history(database, LEARNER) == ()
    seen = again(database, started).drafts
    assert submit(database, started.id, answers(started.id), seen=seen).created


def test_a_submission_that_fails_half_way_stores_nothing(
    database: Database, started: Sitting
) -> None:
    practised = attempts.record(database, attempt(f"{started.id}-2"))
    with pytest.raises(TokenReusedError):
        submit(database, started.id, answers(started.id))
    assert again(database, started) == started
    assert attempts.history(database, LEARNER) == (practised,)


def test_nobody_submits_another_learners_sitting(database: Database, started: Sitting) -> None:
    with pytest.raises(ValueError, match="is not of learner"):
        submit(database, started.id, answers(started.id, learner=OTHER_LEARNER))
    assert again(database, started) == started

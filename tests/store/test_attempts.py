import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from quizsvc.errors import TokenReusedError
from quizsvc.store import Database, attempts, judgements, learners, revisions, sittings

from .conftest import Clock, OpenDatabase
from .samples import (
    ATTEMPT,
    LEARNER,
    OTHER_LEARNER,
    RIGHT,
    SITTING,
    SOURCE,
    WRONG,
    attempt,
)


def count(database: Database, table: str) -> int:
    with database.reading() as session:
        rows: int = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
        return rows


def test_a_recorded_attempt_is_read_back_as_it_was_given(database: Database, clock: Clock) -> None:
    stored = attempts.record(database, ATTEMPT)
    assert stored.created
    assert stored.created_at == clock.now
    assert attempts.find(database, stored.id) == stored
    assert attempts.by_token(database, ATTEMPT.token) == stored
    assert (stored.seed, stored.parameters, stored.outcome) == (
        2**128 - 1,
        ATTEMPT.parameters,
        RIGHT,
    )
    assert stored.reason == "graded"


def test_learner_and_revision_are_written_with_the_first_attempt(database: Database) -> None:
    assert learners.find(database, LEARNER) is None
    assert revisions.source(database, "r1") is None
    attempts.record(database, ATTEMPT)
    learner = learners.find(database, LEARNER)
    assert learner is not None
    assert learner.created_at == database.now()
    assert revisions.source(database, "r1") == SOURCE


def test_the_source_of_a_revision_keeps_its_order_and_its_first_text(database: Database) -> None:
    attempts.record(database, ATTEMPT)
    attempts.record(database, attempt("token-2", source={"id": "another"}))
    source = revisions.source(database, "r1")
    assert source is not None
    assert list(source["let"]) == ["b", "a"]


def test_times_come_back_in_utc_whatever_zone_they_were_given_in(
    database: Database, clock: Clock
) -> None:
    moment = clock.now
    clock.now = moment.astimezone()
    stored = attempts.record(database, ATTEMPT)
    found = attempts.find(database, stored.id)
    assert found is not None
    assert (found.created_at, found.created_at.tzinfo) == (moment, UTC)


def test_a_naive_time_is_refused(database: Database, clock: Clock) -> None:
    clock.now = datetime(2026, 1, 1)  # noqa: DTZ001
    with pytest.raises(Exception, match="lacks a time zone"):
        attempts.record(database, ATTEMPT)


@pytest.mark.parametrize(
    "typed", ["", "\0", "−½ · π ≠ 𝟙\r\n", "'; DROP TABLE attempt; --", "x" * 50_000]
)
def test_what_a_learner_typed_is_kept_to_the_letter(database: Database, typed: str) -> None:
    stored = attempts.record(database, attempt(raw_response={"answer": typed}))
    found = attempts.find(database, stored.id)
    assert found is not None
    assert found.raw_response == {"answer": typed}


def test_numbers_are_kept_to_the_last_bit(database: Database) -> None:
    numbers = {"x": [0.1 + 0.2, 5e-324, -0.0, 1.7976931348623157e308, 3]}
    stored = attempts.record(database, attempt(parameters=numbers))
    found = attempts.find(database, stored.id)
    assert found is not None
    assert repr(found.parameters) == repr(numbers)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_what_is_not_a_number_is_refused(database: Database, bad: float) -> None:
    with pytest.raises(Exception, match="not JSON compliant"):
        attempts.record(database, attempt(key={"answer": bad}))
    assert count(database, "attempt") == 0


def test_the_same_submission_again_returns_the_attempt_stored_first(
    database: Database, clock: Clock
) -> None:
    first = attempts.record(database, ATTEMPT)
    clock.advance(60)
    # Meanwhile the content was reloaded, with a mended key.
    again = attempts.record(database, attempt(revision="r2", key={"answer": 0.0}, outcome=WRONG))
    assert again == first
    assert not again.created
    assert (count(database, "attempt"), count(database, "outcome")) == (1, 1)


def test_the_same_token_with_another_response_is_refused_with_both(database: Database) -> None:
    first = attempts.record(database, ATTEMPT)
    other = attempt(raw_response={"answer": "0"}, revision="r2")
    with pytest.raises(attempts.ResponseTokenReusedError) as refusal:
        attempts.record(database, other)
    assert isinstance(refusal.value, TokenReusedError)
    assert refusal.value.stored == first
    assert refusal.value.refused == {"answer": "0"}
    assert count(database, "attempt") == 1
    assert revisions.source(database, "r2") is None


@pytest.mark.parametrize("changes", [{"item": "another"}, {"seed": 7}])
def test_the_same_token_for_another_variant_is_refused(
    database: Database, changes: dict[str, Any]
) -> None:
    attempts.record(database, ATTEMPT)
    with pytest.raises(TokenReusedError):
        attempts.record(database, attempt(**changes))


def test_another_learners_token_is_refused_without_showing_what_it_stored(
    database: Database,
) -> None:
    attempts.record(database, ATTEMPT)
    with pytest.raises(attempts.ResponseTokenReusedError) as refusal:
        attempts.record(database, attempt(learner=OTHER_LEARNER))
    assert refusal.value.stored is None
    assert learners.find(database, OTHER_LEARNER) is None


def test_of_the_same_submission_many_times_at_once_one_is_stored(
    url: str, open_database: OpenDatabase
) -> None:
    together = Barrier(8)
    workers = [open_database(url) for _ in range(8)]

    def submit(worker: Database) -> attempts.StoredAttempt:
        together.wait()
        return attempts.record(worker, ATTEMPT)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(submit, workers))
    assert len({result.id for result in results}) == 1
    assert [result.created for result in results].count(True) == 1
    assert (count(workers[0], "attempt"), count(workers[0], "outcome")) == (1, 1)


def _record_in_a_process(url: str, tokens: list[str]) -> list[bool]:
    database = Database(url, clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    created = [attempts.record(database, attempt(token)).created for token in tokens]
    database.dispose()
    return created


def test_two_processes_that_send_the_same_tokens_store_each_once(
    url: str, open_database: OpenDatabase
) -> None:
    tokens = [f"token-{n}" for n in range(100)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        here, there = pool.starmap(_record_in_a_process, [(url, tokens), (url, tokens)])
        pool.close()
        pool.join()
    assert [mine != yours for mine, yours in zip(here, there, strict=True)] == [True] * 100
    database = open_database(url)
    assert (count(database, "attempt"), count(database, "outcome")) == (100, 100)


def test_different_writers_at_once_all_succeed(url: str, open_database: OpenDatabase) -> None:
    workers = [open_database(url) for _ in range(4)]

    def submit_many(number: int) -> None:
        for n in range(25):
            attempts.record(workers[number], attempt(f"{number}-{n}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(submit_many, range(4)))
    assert count(workers[0], "attempt") == 100


def test_the_newest_outcome_is_in_force_and_the_older_stay(database: Database) -> None:
    stored = attempts.record(database, attempt(outcome=None))
    assert (stored.outcome, stored.reason) == (None, None)
    judgements.add(database, stored.id, WRONG, "graded later")
    judgements.add(database, stored.id, RIGHT, "regraded")
    found = attempts.find(database, stored.id)
    assert found == replace(stored, outcome=RIGHT, reason="regraded")
    with database.reading() as session:
        log = session.execute(text("SELECT score, misconception FROM outcome ORDER BY id")).all()
    assert [tuple(row) for row in log] == [(0.0, "drop-skip"), (1.0, None)]


def test_attempts_whose_grading_failed_are_found_again(database: Database) -> None:
    lost = attempts.record(database, attempt(outcome=None))
    attempts.record(database, attempt("token-2"))
    assert attempts.ungraded(database) == (lost,)
    judgements.add(database, lost.id, RIGHT, "graded later")
    assert attempts.ungraded(database) == ()


def test_the_latest_self_rating_counts_and_touches_no_score(database: Database) -> None:
    stored = attempts.record(database, attempt(outcome={**RIGHT, "score": None}))
    judgements.rate(database, stored.id, "proof", 0.5)
    judgements.rate(database, stored.id, "proof", 1.0)
    found = attempts.find(database, stored.id)
    assert found is not None
    assert found.ratings == {"proof": 1.0}
    assert found.outcome == stored.outcome
    assert count(database, "self_rating") == 2


def test_the_same_rating_once_more_is_not_appended(url: str, open_database: OpenDatabase) -> None:
    together, workers = Barrier(4), [open_database(url) for _ in range(4)]
    stored = attempts.record(workers[0], attempt(outcome={**RIGHT, "score": None}))

    def rate(worker: Database) -> None:
        together.wait()
        judgements.rate(worker, stored.id, "proof", 0.5)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rate, workers))
    assert count(workers[0], "self_rating") == 1
    for rating in (1.0, 1.0, 0.5):
        judgements.rate(workers[0], stored.id, "proof", rating)
    assert count(workers[0], "self_rating") == 3


def test_what_was_judged_meanwhile_is_not_graded_later(
    url: str, open_database: OpenDatabase
) -> None:
    together, workers = Barrier(4), [open_database(url) for _ in range(4)]
    stored = attempts.record(workers[0], attempt(outcome=None))

    def grade(worker: Database) -> None:
        together.wait()
        judgements.add(worker, stored.id, WRONG, "graded later")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(grade, workers))
    assert count(workers[0], "outcome") == 1
    judgements.add(workers[0], stored.id, RIGHT, "regraded")
    grade_again = replace(stored, outcome=RIGHT, reason="regraded")
    judgements.add(workers[0], stored.id, WRONG, "graded later")
    assert attempts.find(workers[0], stored.id) == grade_again


def test_a_history_is_newest_first_even_within_one_instant(database: Database) -> None:
    for n in range(5):
        attempts.record(database, attempt(f"token-{n}"))
    attempts.record(database, attempt("else", item="another"))
    attempts.record(database, attempt("other", learner=OTHER_LEARNER))
    everything = attempts.history(database, LEARNER)
    of_item = attempts.history(database, LEARNER, "add-gate", limit=2)
    assert [a.token for a in everything] == ["else", *(f"token-{n}" for n in (4, 3, 2, 1, 0))]
    assert [a.token for a in of_item] == ["token-4", "token-3"]


def test_the_numbers_seen_are_those_of_attempts_and_of_what_a_sitting_has_pinned(
    database: Database,
) -> None:
    assert attempts.numbers_seen(database, LEARNER, "add-gate") == set()
    attempts.record(database, attempt(variant_number=4))
    attempts.record(database, attempt("token-2", variant_number=2))
    attempts.record(database, attempt("token-3", variant_number=None))
    assert attempts.numbers_seen(database, LEARNER, "add-gate") == {2, 4}
    sittings.start(database, SITTING)
    assert attempts.numbers_seen(database, LEARNER, "add-gate") == {2, 4, 11}
    assert attempts.numbers_seen(database, OTHER_LEARNER, "add-gate") == set()


@pytest.mark.parametrize("attempt_id", ["", "0" * 32, "x\0y", "'--"])
def test_an_unknown_id_finds_nothing(database: Database, attempt_id: str) -> None:
    assert attempts.find(database, attempt_id) is None
    assert sittings.find(database, attempt_id) is None


@pytest.mark.parametrize("table", ["attempt", "outcome", "self_rating"])
@pytest.mark.parametrize("change", ["UPDATE {} SET created_at = created_at", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_a_log(
    database: Database, table: str, change: str
) -> None:
    stored = attempts.record(database, ATTEMPT)
    judgements.rate(database, stored.id, "answer", 1.0)
    with pytest.raises(DBAPIError, match=f"{table} is append-only"), database.writing() as session:
        session.execute(text(change.format(table)))
    assert count(database, table) == 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # Python 3.12, under xdist
def test_a_database_made_before_a_fork_serves_on_both_sides(database: Database) -> None:
    attempts.record(database, ATTEMPT)
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=attempts.record, args=(database, attempt("child")))
    child.start()
    child.join()
    assert child.exitcode == 0
    attempts.record(database, attempt("parent"))
    assert [a.token for a in attempts.history(database, LEARNER)] == ["parent", "child", "token-1"]

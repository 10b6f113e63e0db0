"""Aids and shared variants, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from quizsvc.store import Database, aids, attempts, judgements, learners, revisions, shared
from quizsvc.store.aids import Aid
from quizsvc.store.shared import ALPHABET, LENGTH, SharedVariant

from .conftest import Clock
from .samples import ATTEMPT, LEARNER, OTHER_LEARNER, RIGHT, SOURCE, WRONG, attempt

PLACE = (LEARNER, "add-gate", 1)
UNRATED = {**RIGHT, "score": None}
VARIANT = SharedVariant(
    item="add-gate",
    revision="r1",
    variant_number=1,
    seed=2**128 - 1,
    candidate=3,
    parameters={"x": [1.0, -2.5]},
    key={"answer": 0.1},
)


def test_nothing_was_taken_at_first(database: Database) -> None:
    assert aids.find(database, *PLACE) == Aid()
    assert learners.find(database, LEARNER) is None


def test_hints_are_counted_up_and_the_first_time_stays(database: Database, clock: Clock) -> None:
    first = clock.now
    assert aids.hint(database, *PLACE, 1) == Aid(1, first)
    clock.advance(60)
    assert aids.hint(database, *PLACE, 2) == Aid(2, first)
    assert aids.hint(database, *PLACE, 1) == Aid(2, first)
    assert aids.find(database, *PLACE) == Aid(2, first)


def test_the_solution_is_shown_for_the_first_time_once(database: Database, clock: Clock) -> None:
    first = clock.now
    assert aids.solve(database, *PLACE) == Aid(solved_at=first)
    clock.advance(60)
    assert aids.solve(database, *PLACE) == Aid(solved_at=first)
    assert aids.hint(database, *PLACE, 1) == Aid(1, clock.now, first)


def test_help_is_of_one_learner_one_item_and_one_number(database: Database) -> None:
    aids.hint(database, *PLACE, 1)
    aids.solve(database, *PLACE)
    for other in [
        (OTHER_LEARNER, "add-gate", 1),
        (LEARNER, "block-jacobian", 1),
        (LEARNER, "add-gate", 2),
    ]:
        assert aids.find(database, *other) == Aid()


def test_help_taken_in_two_tabs_at_once_is_one_row_with_all_of_it(database: Database) -> None:
    together = Barrier(4)

    def take(hints: int) -> None:
        together.wait()
        if hints:
            aids.hint(database, *PLACE, hints)
        else:
            aids.solve(database, *PLACE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(take, [1, 3, 2, 0]))
    assert aids.find(database, *PLACE) == Aid(3, database.now(), database.now())


def test_a_variant_with_help_counts_as_seen(database: Database) -> None:
    attempts.record(database, attempt(variant_number=2))
    aids.hint(database, LEARNER, "add-gate", 5, 1)
    assert attempts.numbers_seen(database, LEARNER, "add-gate") == {2, 5}
    assert attempts.parameters_met(database, LEARNER, "add-gate") == {2: ATTEMPT.parameters}


def test_a_variant_is_through_once_it_was_answered_right_or_in_words(database: Database) -> None:
    outcomes = {1: RIGHT, 2: WRONG, 3: UNRATED, 4: None, 5: {**WRONG, "score": 0.5}}
    for number, outcome in outcomes.items():
        attempts.record(database, attempt(f"t{number}", variant_number=number, outcome=outcome))
    through = {n for n in range(1, 7) if attempts.through(database, LEARNER, "add-gate", n)}
    assert through == {1, 3}
    assert not attempts.through(database, OTHER_LEARNER, "add-gate", 1)


def test_a_regrade_decides_whether_a_variant_is_through(database: Database) -> None:
    stored = attempts.record(database, attempt(outcome=WRONG))
    judgements.add(database, stored.id, RIGHT, "regraded")
    assert attempts.through(database, *PLACE)
    judgements.add(database, stored.id, WRONG, "regraded")
    assert not attempts.through(database, *PLACE)


def test_a_code_stands_for_a_variant_and_outlives_its_file(database: Database) -> None:
    code = shared.share(database, LEARNER, VARIANT, SOURCE)
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert shared.find(database, code) == VARIANT
    assert revisions.source(database, "r1") == SOURCE


def test_asking_again_gives_the_same_code_and_another_variant_another(database: Database) -> None:
    code = shared.share(database, LEARNER, VARIANT, SOURCE)
    assert shared.share(database, LEARNER, VARIANT, SOURCE) == code
    others = {
        shared.share(database, LEARNER, replace(VARIANT, variant_number=2), SOURCE),
        shared.share(database, LEARNER, replace(VARIANT, revision="r2"), SOURCE),
        shared.share(database, OTHER_LEARNER, VARIANT, SOURCE),
    }
    assert len(others | {code}) == 4


def test_two_who_ask_for_one_code_at_once_get_the_same(database: Database) -> None:
    together = Barrier(4)

    def ask(_: int) -> str:
        together.wait()
        return shared.share(database, LEARNER, VARIANT, SOURCE)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(4)))) == 1


def test_an_unknown_code_finds_nothing(database: Database) -> None:
    for code in ("", "0" * LENGTH, "'--"):
        assert shared.find(database, code) is None

"""A learner's log, with what he may not know yet left out, and what he has chosen."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, update

from quizsvc.model import GRACE, Named, Preferences
from quizsvc.store import (
    attempts,
    drafts,
    export,
    judgements,
    learners,
    log,
    preferences,
    sittings,
    submitting,
)
from quizsvc.store.statements import table
from quizsvc.store.tables import Aid, Sitting

from .samples import ATTEMPT, LEARNER, OTHER_LEARNER, RIGHT, WRONG, answers, attempt, sitting

if TYPE_CHECKING:
    from quizsvc.model import LogEntry
    from quizsvc.store import Database

    from .conftest import Clock


def read(database: Database) -> tuple[LogEntry, ...]:
    return log.of_learner(database, LEARNER, database.now())


def aid(database: Database, **facts: Any) -> None:
    row = {"learner_id": LEARNER, "item": ATTEMPT.item, "variant_number": 1, "hints": 0, **facts}
    with database.writing() as session:
        learners.remember(session, LEARNER, database.now())
        session.execute(insert(table(Aid)), row)


def pin(database: Database, sitting_id: str, **facts: Any) -> None:
    """Set what an assessment says of its sittings."""
    with database.writing() as session:
        session.execute(update(table(Sitting)).where(Sitting.id == sitting_id), facts)


def test_an_answer_is_in_the_log_with_its_outcome(database: Database) -> None:
    stored = attempts.record(database, replace(ATTEMPT, outcome=WRONG))
    attempts.record(database, attempt("of somebody else", learner=OTHER_LEARNER))
    (entry,) = read(database)
    assert (entry.id, entry.item, entry.variant_number) == (stored.id, ATTEMPT.item, 1)
    assert json.loads(entry.content) == ATTEMPT.parameters
    assert (entry.at, entry.since) == (stored.created_at, stored.created_at)
    assert (entry.judged, entry.score, entry.in_sitting) == (True, 0.0, False)


def test_all_misconceptions_of_all_parts_are_named_each_once(database: Database) -> None:
    part = {"status": "graded", "score": 0.0, "misconception": None, "message": "Wrong."}
    parts = {
        "a": {**part, "misconception": "drop-skip", "message": "The skip is missing."},
        "b": part,
        "c": {**part, "misconception": "plain-network", "message": "All of it."},
        "d": {**part, "misconception": "drop-skip", "message": "The skip is missing."},
    }
    attempts.record(database, replace(ATTEMPT, outcome={**WRONG, "parts": parts}))
    (entry,) = read(database)
    assert entry.misconceptions == (
        Named("drop-skip", "The skip is missing."),
        Named("plain-network", "All of it."),
    )


def test_the_outcome_in_force_counts_and_one_still_to_come_is_known_as_such(
    database: Database,
) -> None:
    stored = attempts.record(database, replace(ATTEMPT, outcome=None))
    (entry,) = read(database)
    assert (entry.judged, entry.score) == (False, None)
    judgements.add(database, stored.id, WRONG, "graded later")
    judgements.add(database, stored.id, RIGHT, "regraded")
    (entry,) = read(database)
    assert (entry.judged, entry.score, entry.misconceptions) == (True, 1.0, ())


def test_the_latest_ratings_of_all_parts_make_one(database: Database) -> None:
    stored = attempts.record(database, ATTEMPT)
    for part, rating in [("a", 0.0), ("b", 0.5), ("a", 1.0)]:
        judgements.rate(database, stored.id, part, rating)
    (entry,) = read(database)
    assert entry.self_rating == 0.75


def test_help_counts_only_if_it_was_taken_before_the_answer(
    database: Database, clock: Clock
) -> None:
    hinted_at, solved_at = clock.now + timedelta(minutes=1), clock.now + timedelta(minutes=3)
    aid(database, hints=2, hinted_at=hinted_at, solved_at=solved_at)
    for minute, token in enumerate(["before", "hinted", "still", "solved"]):
        attempts.record(database, attempt(token))
        clock.advance(60)
        assert len(read(database)) == minute + 1
    assert [(entry.hints, entry.solved) for entry in read(database)] == [
        (0, False),
        (2, False),
        (2, False),
        (2, True),
    ]


def test_the_solution_of_another_variant_is_known_by_its_time(
    database: Database, clock: Clock
) -> None:
    shown = clock.now
    aid(database, variant_number=7, solved_at=shown)
    clock.advance(5)
    attempts.record(database, ATTEMPT)
    (entry,) = read(database)
    assert (entry.solved, entry.shown_at) == (False, shown)


def test_an_open_sitting_is_not_in_the_log_unless_each_answer_is_shown_at_once(
    database: Database,
) -> None:
    begun = sittings.start(database, sitting())
    with database.writing() as session:  # an answer that is checked on the way
        attempts.add(session, answers(begun.id)[0], database.now(), begun.id)
    assert read(database) == ()
    pin(database, begun.id, feedback="answer")
    assert [entry.in_sitting for entry in read(database)] == [True]


def test_a_sitting_that_was_handed_in_is_in_the_log(database: Database, clock: Clock) -> None:
    begun = sittings.start(database, sitting())
    clock.advance(60)
    submitting.submit(database, begun.id, answers(begun.id))
    assert [entry.item for entry in read(database)] == ["add-gate", "block-jacobian"]


def test_results_held_back_come_into_the_log_when_the_assessment_closes(
    database: Database, clock: Clock
) -> None:
    begun = sittings.start(database, sitting())
    closes_at = clock.now + timedelta(hours=1)
    pin(database, begun.id, feedback="closing", closes_at=closes_at)
    submitting.submit(database, begun.id, answers(begun.id))
    clock.advance(1800)
    practised = attempts.record(database, attempt("meanwhile"))
    assert [entry.id for entry in read(database)] == [practised.id]

    clock.now = out_at = closes_at + GRACE
    assert len(read(database)) == 1
    clock.advance(1e-6)
    first, *late = read(database)
    assert first.id == practised.id  # what is released later changes nothing before it
    assert [entry.since for entry in late] == [out_at, out_at]
    assert all(entry.at < first.at for entry in late)


def test_what_is_pinned_in_an_open_sitting_is_known(database: Database) -> None:
    assert log.pinned_items(database, LEARNER, database.now()) == {}
    begun = sittings.start(database, sitting())
    pinned = log.pinned_items(database, LEARNER, database.now())
    assert pinned == {each.item: {each.revision} for each in begun.items}
    assert pinned.keys() == {"add-gate", "block-jacobian"}
    assert log.pinned_items(database, OTHER_LEARNER, database.now()) == {}
    submitting.submit(database, begun.id, answers(begun.id))
    assert log.pinned_items(database, LEARNER, database.now()) == {}


def test_preferences_are_kept_and_changed(database: Database) -> None:
    assert preferences.find(database, LEARNER) == Preferences(daily_limit=10, retention=0.9)
    for chosen in (Preferences(0, 0.97), Preferences(100, 0.7)):
        preferences.save(database, LEARNER, chosen)
        assert preferences.find(database, LEARNER) == chosen
    assert learners.find(database, LEARNER) is not None


def test_an_export_holds_everything_but_keys_and_seeds(database: Database) -> None:
    stored = attempts.record(database, replace(ATTEMPT, outcome=WRONG))
    judgements.rate(database, stored.id, "answer", 0.5)
    aid(database, hints=1, hinted_at=database.now())
    begun = sittings.start(database, sitting())
    drafts.save_draft(database, begun.id, 1, {"answer": "typed"}, 0)
    kept = export.of_learner(database, LEARNER, database.now())
    (answer,) = kept["attempts"]
    assert (answer["raw_response"], answer["outcome"]) == (ATTEMPT.raw_response, WRONG)
    assert (answer["hints_before"], answer["solution_shown_before"]) == (1, False)
    assert [rating["rating"] for rating in answer["self_ratings"]] == [0.5]
    assert [row["assessment"] for row in kept["sittings"]] == ["residual-connections-quiz"]
    assert [row["raw_response"] for row in kept["drafts"]] == [{"answer": "typed"}]
    assert [row["hints"] for row in kept["aids"]] == [1]
    names = {name for rows in kept.values() for row in rows for name in row}
    assert names.isdisjoint({"key", "seed", "candidate", "token", "parameters"})
    nothing = export.of_learner(database, OTHER_LEARNER, database.now())
    assert not any(nothing.values())


@pytest.mark.parametrize(("feedback", "told"), [("submission", True), ("closing", False)])
def test_an_export_holds_an_outcome_only_when_it_is_released(
    database: Database, clock: Clock, feedback: str, *, told: bool
) -> None:
    begun = sittings.start(database, sitting())
    pin(database, begun.id, feedback=feedback, closes_at=clock.now + timedelta(hours=1))
    submitting.submit(database, begun.id, answers(begun.id))
    kept = export.of_learner(database, LEARNER, database.now())
    assert [row["outcome"] is not None for row in kept["attempts"]] == [told, told]
    assert [row["released"] for row in kept["sittings"]] == [told]

"""Sent twice, sent late, sent from a page of before: nothing is doubled, nothing overwritten.

What one kind of page adds to this stands beside its other tests.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from quizsvc.model import GRACE, Rules
from quizsvc.store import people, tables

from ..classes import PASSWORD
from .pages import Visitor, forms_of, words_of
from .signing import cookie, with_cookie
from .test_assigned import Clock, learner, page_of, start, taught
from .test_sittings import autosave, begin, hand_in, key_of, save

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.store import Database

    from ..classes import Class

__all__ = ["learner", "taught"]

LEARNT = (
    tables.Account, tables.Aid, tables.Attempt, tables.Draft, tables.Learner, tables.Outcome,
    tables.SelfRating, tables.Sitting, tables.SittingItem,
)  # fmt: skip
"""All that learners leave behind."""


@pytest.fixture
def clock() -> Clock:
    return Clock()


def everything(db: Database) -> dict[str, set[tuple[Any, ...]]]:
    """Return all that learners have left behind, table by table."""
    found = {}
    with db.reading() as session:
        for kind in LEARNT:
            columns = kind.__table__.columns
            rows = session.execute(select(*columns)).all()
            found[kind.__tablename__] = {tuple(map(repr, row)) for row in rows}
            assert len(found[kind.__tablename__]) == len(rows)
    return found


def practise(ann: Visitor) -> tuple[TestResponse, dict[str, str]]:
    return ann.get("/practice/double/1"), {"answer": "7"}


def in_a_lesson(ann: Visitor) -> tuple[TestResponse, dict[str, str]]:
    return ann.get("/lessons/counting"), {"answer": "7"}


def begin_a_quiz(ann: Visitor) -> tuple[TestResponse, dict[str, str]]:
    return ann.get("/assessments/final"), {}


def keep_a_draft(ann: Visitor) -> tuple[TestResponse, dict[str, str]]:
    return ann.get(f"{begin(ann)}/1"), {"answer": "7", "go": "flag"}


def hand_it_in(ann: Visitor) -> tuple[TestResponse, dict[str, str]]:
    sitting = begin(ann)
    save(ann, f"{sitting}/1", "7")
    return ann.get(f"{sitting}/submit"), {}


def rate(ann: Visitor) -> tuple[TestResponse, dict[str, str]]:
    return ann.answer("say-why", "So."), {"rating": "0.5"}


@pytest.mark.parametrize(
    "act", [practise, in_a_lesson, begin_a_quiz, keep_a_draft, hand_it_in, rate]
)
def test_what_is_sent_again_changes_nothing_and_leads_to_the_same(
    ann: Visitor, clock: Clock, act: Callable[[Visitor], tuple[TestResponse, dict[str, str]]]
) -> None:
    page, typed = act(ann)
    first = ann.send(page, typed)
    once = everything(ann.service.db)
    clock.advance(seconds=30)  # after a time-out
    assert ann.send(page, typed).location == first.location
    with_cookie(ann.app, cookie(ann)).send(page, typed)  # as from a browser that was restored
    assert everything(ann.service.db) == once


@pytest.mark.parametrize("button", ["Show a hint", "Show the solution"])
def test_help_that_is_asked_for_again_is_taken_once(
    ann: Visitor, clock: Clock, button: str
) -> None:
    page = ann.get("/practice/double/1")
    status = 200 if "hint" in button else 303
    ann.press(page, button, {"answer": "7"}, status)
    once = everything(ann.service.db)
    clock.advance(seconds=30)
    ann.press(page, button, {"answer": "8"}, status)
    assert everything(ann.service.db) == once


def test_a_page_of_before_the_second_hint_takes_none_of_it_back(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    one = ann.press(page, "Show a hint")
    ann.press(one, "Show the next hint (2 of 2)")
    both = everything(ann.service.db)
    ann.press(page, "Show a hint")
    assert everything(ann.service.db) == both


def test_signing_up_again_in_the_browser_that_has_done_so_makes_no_other_account(
    ann: Visitor,
) -> None:
    ann.answer("double", "7")
    page = ann.follow(ann.send(ann.get("/sign-up"), {"name": "Ann"}))
    first = ann.send(page, {"new_password": PASSWORD})
    once = everything(ann.service.db)
    again = ann.client.post(
        "/sign-up/password", data={**forms_of(page)[0].fields, "new_password": PASSWORD}
    )
    assert again.status_code < 500
    assert first.status_code == 303
    assert everything(ann.service.db) == once
    assert len(people.search(ann.service.db)) == 1


def test_an_answer_that_counts_already_leads_to_it_also_after_handing_in(ann: Visitor) -> None:
    sitting = begin(ann)
    page = ann.get(f"{sitting}/2")
    ann.send(page, {"answer": "two"})
    hand_in(ann, sitting)
    once = everything(ann.service.db)
    led = ann.send(page, {"answer": "two"})
    assert ann.follow(led, 303).location == f"{sitting}/review#question-2"
    told = autosave(ann, f"{sitting}/2", {"answer": "two"}, 0, 409)
    assert (told["state"], told["counts"]) == ("closed", True)
    assert autosave(ann, f"{sitting}/2", {"answer": "three"}, 0, 409)["counts"] is False
    assert everything(ann.service.db) == once


def test_a_flag_from_a_stale_page_changes_neither_the_answer_nor_the_flag(ann: Visitor) -> None:
    sitting = begin(ann)
    old = ann.get(f"{sitting}/1")
    save(ann, f"{sitting}/1", "7")
    once = everything(ann.service.db)
    ann.send(old, {"answer": "8", "go": "flag"}, status=409)
    assert everything(ann.service.db) == once


def test_a_stale_page_hands_in_what_was_saved_last(ann: Visitor) -> None:
    sitting = begin(ann)
    save(ann, f"{sitting}/1", "7")
    old = ann.get(f"{sitting}/submit")
    save(ann, f"{sitting}/1", key_of(ann, sitting, 1))
    assert "2 of 3 points" in words_of(ann.follow(ann.send(old)))


def test_a_start_that_is_sent_again_after_handing_in_leads_to_the_review(
    taught: Class, learner: Visitor
) -> None:
    assignment = taught.assign("exam")
    page, other = page_of(learner, assignment), page_of(learner, assignment)
    first = learner.press(page, "Start the quiz", status=303)
    sitting = first.location.removesuffix("/1")
    hand_in(learner, sitting)
    once = everything(taught.service.db)
    assert learner.press(page, "Start the quiz", status=303).location == first.location
    assert learner.get(first.location, 303).location == f"{sitting}/review#question-1"
    refused = learner.press(other, "Start the quiz", status=409)
    assert "and no sitting is left" in words_of(refused)
    assert everything(taught.service.db) == once


def test_a_hand_in_whose_answer_was_lost_is_sent_again_after_the_grace_and_stands(
    taught: Class, learner: Visitor, clock: Clock
) -> None:
    sitting = start(learner, taught.assign("exam", Rules(time_limit=10)))
    page = learner.get(f"/sittings/{sitting.id}/submit")
    clock.advance(minutes=10)
    clock.now += GRACE
    first = learner.press(page, "Hand in", status=303)
    once = everything(taught.service.db)
    clock.now += timedelta(minutes=1)
    again = learner.press(page, "Hand in", status=303)
    assert again.location == first.location
    assert everything(taught.service.db) == once
    assert "Handed in 1 Mar 2026, 12:10 UTC" in " ".join(words_of(learner.follow(again)).split())


def test_what_is_graded_later_is_graded_once(
    ann: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("quizsvc.grading.grade", crash)
        page = ann.answer("double", "7")
    ann.send(page)
    once = everything(ann.service.db)
    with_cookie(app, cookie(ann)).send(page)
    assert everything(ann.service.db) == once

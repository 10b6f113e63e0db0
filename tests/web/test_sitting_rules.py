"""Time limits and when results are shown: what an assessment says is what happens."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from quizsvc.errors import NotSavedError
from quizsvc.model import GRACE
from quizsvc.store import attempts, drafts, sittings, submitting, tables
from quizsvc.web import create_app

from .pages import Visitor, forms_of
from .test_sittings import autosave, save

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.settings import Settings
    from quizsvc.store import Database
    from quizsvc.store.attempts import NewAttempt
    from quizsvc.store.sittings import Sitting

ITEMS = """
  - {item: double, points: 2}
  - {item: pick-one}
  - {item: say-why}
"""
SENTINEL = 918_273.0
"""The key of “secret”: a number that stands on no other page."""

SECRET = f"""
id: secret
title: A secret
objectives: [doubling]
stem: What is half of {SENTINEL * 2:.0f}?
ask:
  number: {SENTINEL}
explanation: It is {SENTINEL:.0f}.
"""
CLOSES = datetime(2026, 3, 1, 18, 0, tzinfo=UTC)

QUIZZES = {
    "timed": f"time_limit: 10\nitems:{ITEMS}",
    "strict": f"time_limit: 10\nat_deadline: discard\nitems:{ITEMS}",
    "ending": f'time_limit: 10\ncloses: "2026-03-01T19:00+01:00"\nitems:{ITEMS}',
    "at-once": f"feedback: answer\nitems:{ITEMS}",
    "held": (
        'closes: "2026-03-01T18:00Z"\nfeedback: closing\nitems:\n'
        "  - {item: secret}\n  - {item: double}\n"
    ),
}


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **stretch: float) -> None:
        self.now += timedelta(**stretch)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, content: Path, clock: Clock) -> Flask:
    (content / "items/secret.yaml").write_text(SECRET, encoding="utf-8")
    for name, rules in QUIZZES.items():
        text = f"id: {name}\ntitle: The {name} quiz\ninstructions: Go.\n{rules}"
        (content / f"assessments/{name}.yaml").write_text(text, encoding="utf-8")
    return create_app(settings, clock=clock)


def begin(visitor: Visitor, quiz: str) -> str:
    page = visitor.get(f"/assessments/{quiz}")
    return visitor.send(page).location.removesuffix("/1")


def stored(visitor: Visitor, sitting: str) -> Sitting:
    found = sittings.find(visitor.service.db, sitting.rpartition("/")[2])
    assert found is not None
    return found


def key_of(visitor: Visitor, sitting: str, position: int) -> str:
    return f"{stored(visitor, sitting).items[position - 1].key['answer']}"


def hand_in(visitor: Visitor, sitting: str) -> TestResponse:
    return visitor.follow(visitor.send(visitor.get(f"{sitting}/submit")))


def test_the_rules_are_told_before_the_start(ann: Visitor) -> None:
    timed = ann.get("/assessments/timed").text
    assert "Time: 10 minutes, from the moment you start." in timed
    assert "what you have typed until then is handed in by itself" in timed
    assert "what you have not handed in does not count" in ann.get("/assessments/strict").text
    assert "It closes at <time" in ann.get("/assessments/ending").text
    assert "can be checked at once and is final" in ann.get("/assessments/at-once").text
    assert "shown when the quiz has closed" in ann.get("/assessments/held").text


def test_a_learner_with_more_time_is_told_so_and_gets_it(ann: Visitor, clock: Clock) -> None:
    begin(ann, "timed")
    row = {
        "learner_id": ann.learner, "name": "Ann", "name_key": "ann", "password_hash": None,
        "role": "learner", "time_factor": 1.5, "created_at": clock.now,
    }  # fmt: skip
    with ann.service.db.writing() as session:
        session.execute(insert(tables.Account), [row])
    assert "Time: 15 minutes for you (10 × 1.5)" in ann.get("/assessments/timed").text
    second = stored(ann, begin(ann, "timed"))
    assert second.deadline_at == clock.now + timedelta(minutes=15)


def test_a_page_of_a_timed_sitting_says_how_long_it_was_when_made(
    ann: Visitor, clock: Clock
) -> None:
    sitting = begin(ann, "timed")
    clock.advance(seconds=19)
    for url in (sitting, f"{sitting}/1", f"{sitting}/submit"):
        page = ann.get(url).text
        assert 'data-left="581.000"' in page
        assert "12:10:00 UTC</time>; 9 minutes and 41 seconds were left" in page


def test_what_arrived_in_time_is_handed_in_by_the_clock_and_nothing_after_it(
    ann: Visitor, clock: Clock
) -> None:
    sitting = begin(ann, "timed")
    key = key_of(ann, sitting, 1)
    old = ann.get(f"{sitting}/1")
    clock.advance(minutes=10)
    assert autosave(ann, f"{sitting}/1", {"answer": "1"}, 0)["left"] == 0
    clock.advance(seconds=GRACE.total_seconds())
    assert autosave(ann, f"{sitting}/1", {"answer": key}, 1)["left"] == -GRACE.total_seconds()
    page = ann.follow(ann.get(f"{sitting}/review", 303)).text
    assert 'data-left="-10.000" data-grace="10"' in page
    assert "12:10:00 UTC</time>; 0 seconds were left when this page was made" in page
    assert stored(ann, sitting).submitted_at is None
    clock.advance(microseconds=1)
    refused = ann.send(old, {"answer": "777", "counter": "2"}, status=409)
    assert "Time was up at 12:10:00 UTC" in refused.text
    assert "777" in refused.text
    late = autosave(ann, f"{sitting}/1", {"answer": "777"}, 2, 409)
    assert (late["state"], late["title"]) == ("closed", "Time was up at 12:10:00 UTC")
    review = ann.get(f"{sitting}/review").text
    assert "Submitted by the clock at" in review
    assert "2 of 3 points" in review
    assert "submitted by the clock" in ann.get("/history").text
    closed = stored(ann, sitting)
    assert closed.submitted_by == "deadline"
    assert closed.submitted_at == closed.deadline_at
    assert closed.attempts[1].created_at == closed.deadline_at


@pytest.mark.parametrize("url", ["/", "/history", "/assessments/timed"])
def test_whoever_looks_next_finds_a_sitting_handed_in(ann: Visitor, clock: Clock, url: str) -> None:
    sitting = begin(ann, "timed")
    save(ann, f"{sitting}/2", "two")
    clock.advance(minutes=10)
    assert "two" not in {a.raw_response["answer"] for a in _log(ann)}
    clock.advance(days=1)
    ann.get(url)
    assert stored(ann, sitting).submitted_by == "deadline"
    assert [a.raw_response for a in _log(ann)] == [{"answer": "two"}]


def _log(visitor: Visitor) -> tuple[attempts.StoredAttempt, ...]:
    return attempts.history(visitor.service.db, visitor.learner)


def test_what_cannot_be_read_at_the_deadline_scores_nothing_and_is_kept_as_typed(
    ann: Visitor, clock: Clock
) -> None:
    sitting = begin(ann, "timed")
    save(ann, f"{sitting}/1", "1 1/2")
    save(ann, f"{sitting}/2", "two")
    clock.advance(minutes=11)
    review = ann.get(f"{sitting}/review").text
    assert "1 of 3 points" in review
    attempt = stored(ann, sitting).attempts[1]
    assert attempt.raw_response == {"answer": "1 1/2"}
    assert attempt.outcome is not None
    assert attempt.outcome["parts"]["answer"]["message"] in review


def test_a_quiz_that_discards_what_was_not_handed_in_says_so(ann: Visitor, clock: Clock) -> None:
    sitting = begin(ann, "strict")
    save(ann, f"{sitting}/2", "two")
    assert "What is not handed in when the time is up does not count." in ann.get(sitting).text
    clock.advance(minutes=11)
    review = ann.get(f"{sitting}/review").text
    assert "0 of 3 points" in review
    assert "Only what was checked or handed in before that counts." in review
    assert "Not handed in in time" in review
    data = ann.get("/progress/data.json").get_json()
    assert [kept["raw_response"] for kept in data["drafts"]] == [{"answer": "two"}]
    assert _log(ann) == ()


def test_a_sitting_is_closed_once_by_many_that_look_at_once(
    app: Flask, ann: Visitor, clock: Clock
) -> None:
    sitting = begin(ann, "timed")
    save(ann, f"{sitting}/2", "two")
    clock.advance(minutes=11)
    cookie = ann.client.get_cookie("quizsvc")
    assert cookie is not None
    together = Barrier(4)

    def look(_: int) -> int:
        client = app.test_client()
        client.set_cookie("quizsvc", cookie.value)
        together.wait()
        return client.get(f"{sitting}/review").status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(look, range(4))) == [200] * 4
    assert len(_log(ann)) == 1


def test_a_draft_written_while_the_clock_closes_is_still_counted(
    ann: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = begin(ann, "timed")
    in_time = clock.now + timedelta(minutes=10)
    close = submitting.submit_at_deadline

    def late_close(db: Database, sitting_id: str, made: list[NewAttempt], **how: Any) -> Sitting:
        monkeypatch.setattr(submitting, "submit_at_deadline", close)
        drafts.save_draft(db, sitting_id, 2, {"answer": "two"}, 0, arrived_at=in_time)
        return close(db, sitting_id, made, **how)

    monkeypatch.setattr(submitting, "submit_at_deadline", late_close)
    clock.advance(minutes=11)
    ann.get(f"{sitting}/review")
    assert [a.raw_response for a in _log(ann)] == [{"answer": "two"}]


def test_a_quiz_that_has_closed_cannot_be_started_and_says_so(ann: Visitor, clock: Clock) -> None:
    page = ann.get("/assessments/ending")
    clock.now = CLOSES
    last = ann.send(page).location.removesuffix("/1")
    assert stored(ann, last).deadline_at == CLOSES
    clock.advance(microseconds=1)
    fresh = ann.client.post(
        "/assessments/ending", data={**forms_of(page)[0].fields, "token": "0" * 32}
    )
    assert fresh.status_code == 409
    assert "This quiz closed at" in fresh.text
    closed = ann.get("/assessments/ending")
    assert "This quiz closed at" in closed.text
    assert not forms_of(closed)


def test_an_open_sitting_is_offered_first(ann: Visitor) -> None:
    sitting = begin(ann, "timed")
    page = ann.get("/assessments/timed").text
    assert page.index(f'href="{sitting}">Go on<') < page.index("Start anew")
    assert f'href="{sitting}"' in ann.get("/").text


def test_a_checked_answer_shows_its_result_at_once_and_is_final(ann: Visitor) -> None:
    sitting = begin(ann, "at-once")
    page = ann.get(f"{sitting}/2")
    assert "The answer is final then" in page.text
    checked = ann.follow(ann.send(page, {"answer": "three", "go": "check"}))
    assert checked.request.path == f"{sitting}/2"
    assert "Three is odd." in checked.text
    assert "This answer is final." in checked.text
    assert not [form for form in forms_of(checked) if "answer" in form.fields]
    assert ann.send(page, {"answer": "three", "go": "check"}).location == f"{sitting}/2"
    again = ann.send(page, {"answer": "two", "go": "check"}, status=409)
    assert "This answer is final" in again.text
    assert autosave(ann, f"{sitting}/2", {"answer": "two"}, 1, 409)["state"] == "closed"
    assert "checked" in ann.get(sitting).text
    assert "1 point" in ann.get(sitting).text
    assert len(_log(ann)) == 1
    assert "Not right" in ann.get("/history").text
    save(ann, f"{sitting}/1", key_of(ann, sitting, 1))
    assert "2 of 3 points" in hand_in(ann, sitting).text
    assert len(_log(ann)) == 2


@pytest.mark.parametrize("answer", ["", "1 1/2"])
def test_what_is_blank_or_cannot_be_read_is_not_checked(ann: Visitor, answer: str) -> None:
    sitting = begin(ann, "at-once")
    page = ann.get(f"{sitting}/1")
    refused = ann.send(page, {"answer": answer, "go": "check"}, status=422)
    assert "<title>Error: " in refused.text
    assert forms_of(refused)[0].fields["answer"] == [answer]
    assert _log(ann) == ()


def test_only_a_quiz_that_says_so_lets_an_answer_be_checked(ann: Visitor) -> None:
    sitting = begin(ann, "timed")
    assert 'value="check"' not in ann.get(f"{sitting}/2").text
    save(ann, f"{sitting}/2", "two", go="check")
    assert _log(ann) == ()


def test_the_solution_of_an_open_question_is_not_printed_though_others_were_checked(
    ann: Visitor,
) -> None:
    sitting = begin(ann, "at-once")
    save(ann, f"{sitting}/2", "three", go="check")
    assert "Two is even." not in ann.get(f"{sitting}/paper?solution=yes").text
    assert "Solution</h3>" not in ann.get(f"{sitting}/paper?solution=yes").text


def test_a_written_answer_that_was_checked_is_rated_where_it_stands(ann: Visitor) -> None:
    sitting = begin(ann, "at-once")
    checked = ann.follow(save(ann, f"{sitting}/3", "It is.", go="check"))
    rated = ann.send(checked, {"rating": "1"})
    assert rated.location == f"{sitting}/3"
    assert "Self-rated: 100 %" in ann.follow(rated).text
    hand_in(ann, sitting)
    assert ann.get(f"{sitting}/3", 303).location == f"{sitting}/review#question-3"


def test_nothing_of_a_result_is_shown_anywhere_before_the_quiz_has_closed(
    ann: Visitor, clock: Clock
) -> None:
    sitting = begin(ann, "held")
    save(ann, f"{sitting}/1", "1")
    save(ann, f"{sitting}/2", key_of(ann, sitting, 2))
    waiting = hand_in(ann, sitting)
    assert "Results are shown after" in waiting.text
    assert "answered" in waiting.text
    given = [attempt.id for attempt in _log(ann)]
    assert len(given) == 2
    for attempt in given:
        assert ann.get(f"/attempts/{attempt}", 303).location == f"{sitting}/review"
    addresses = [
        "/", "/history", "/assessments/held", "/lessons/numbers", "/lessons/counting",
        *(f"/lessons/counting?attempt={attempt}" for attempt in given),
        f"{sitting}/review", f"{sitting}/paper", f"{sitting}/paper?solution=yes",
    ]  # fmt: skip
    for url in addresses:
        page = ann.get(url).text
        assert f"{SENTINEL:.0f}" not in page, url
        assert not re.search('class="mark (right|partly|wrong)', page), url
        assert "of 2 points" not in page, url
    assert "Results after 1 Mar 2026, 18:00 UTC" in ann.get("/history").text
    assert "handed in, results after" in ann.get("/assessments/held").text

    clock.now = CLOSES + GRACE
    assert "Results are shown after" in ann.get(f"{sitting}/review").text
    clock.advance(microseconds=1)
    assert "1 of 2 points" in ann.get(f"{sitting}/review").text
    assert f"{SENTINEL:.0f}" in ann.get(f"{sitting}/paper?solution=yes").text
    assert "Not right" in ann.get("/history").text
    assert "Not right" in ann.get(f"/attempts/{given[1]}").text


def test_a_list_goes_on_though_a_sitting_cannot_be_closed_now(
    ann: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting = begin(ann, "timed")
    clock.advance(minutes=11)

    def refuse(*_: object, **__: object) -> None:
        raise NotSavedError("not saved: the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(submitting, "submit_at_deadline", refuse)
        assert "not handed in yet" in ann.get("/history").text
        ann.get(f"{sitting}/review", 503)
    assert "Submitted by the clock" in ann.get(f"{sitting}/review").text

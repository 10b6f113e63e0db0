import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from quizsvc.settings import Settings
from quizsvc.store import Database, attempts

from .conftest import Clock
from .pages import Visitor, forms_of


@contextmanager
def unwritable(visitor: Visitor, settings: Settings) -> Iterator[None]:
    """Keep the database locked, and the service impatient."""
    patient = visitor.service.db
    visitor.service.db = Database(settings.database_url, clock=Clock(), patience=0.01)
    with patient.writing() as holder:
        if patient.dialect == "postgresql":  # one writer keeps out no other: tables have to be held
            holder.execute(text("LOCK TABLE attempt, sitting IN EXCLUSIVE MODE"))
        yield
    visitor.service.db.dispose()
    visitor.service.db = patient


def test_an_answer_that_cannot_be_stored_is_said_to_be_not_saved_and_can_be_sent_again(
    ann: Visitor, settings: Settings
) -> None:
    page = ann.get("/practice/double/1")
    with unwritable(ann, settings):
        refused = ann.send(page, {"answer": "7654321"}, status=503)
    assert "Not saved" in refused.text
    assert refused.headers["Retry-After"]
    assert '<span class="typed">7654321</span>' in refused.text
    assert attempts.history(ann.service.db, ann.learner) == ()
    assert "7654321" in ann.follow(ann.send(refused)).text


@contextmanager
def unreachable(visitor: Visitor) -> Iterator[None]:
    """Let the database be where none is."""
    there = visitor.service.db
    visitor.service.db = Database("sqlite:////nowhere/quizsvc.db", clock=Clock())
    yield
    visitor.service.db.dispose()
    visitor.service.db = there


def test_an_answer_that_did_not_reach_the_database_can_be_sent_again(ann: Visitor) -> None:
    page, sign_in = ann.get("/practice/double/1"), ann.get("/sign-in")
    with unreachable(ann):
        refused = ann.send(page, {"answer": "7654321"}, status=503)
        unknown = ann.send(sign_in, {"name": "Ann", "password": "tree house"}, status=503)
    assert "The database cannot be reached" in refused.text
    assert "7654321" in ann.follow(ann.press(refused, "Send it again", status=303)).text
    assert "Send it again" not in unknown.text  # without the password it would be another


def test_handing_in_can_be_sent_again_though_nothing_is_typed_for_it(
    ann: Visitor, settings: Settings
) -> None:
    sitting = ann.send(ann.get("/assessments/final")).location.rpartition("/")[0]
    page = ann.get(f"{sitting}/submit")
    with unwritable(ann, settings):
        refused = ann.press(page, "Hand in", status=503)
    assert ann.press(refused, "Send it again", status=303).location == f"{sitting}/review"


def test_a_matrix_that_was_not_saved_is_listed_in_one_piece_and_sent_again_by_cells(
    ann: Visitor, settings: Settings
) -> None:
    page = ann.get("/practice/block/1")
    cells = {"answer.0.0": "1", "answer.0.1": "5", "answer.1.0": "-2", "answer.1.1": "3"}
    with unwritable(ann, settings):
        refused = ann.send(page, cells, status=503)
    assert '<dt>answer</dt><dd><span class="typed">1\t5\n-2\t3</span></dd>' in refused.text
    again = forms_of(refused)[0].fields
    assert {name: again[name] for name in cells} == {name: [cells[name]] for name in cells}


def file_in(page: TestResponse) -> str:
    """Return the text that a page offers as a file."""
    link = re.search(r'href="data:text/plain;charset=utf-8,([^"]*)" download=', page.text)
    assert link, page.text
    return unquote(link[1])


def test_what_an_expired_form_a_crash_a_used_page_or_a_closed_quiz_refuse_can_be_downloaded(
    ann: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ann.get("/practice/double/1")
    expired = ann.send(page, {"answer": "7654321", "csrf_token": ""}, status=400)
    ann.send(page, {"answer": "1"})
    used = ann.send(page, {"answer": "7654321"}, status=409)
    sitting = ann.send(ann.get("/assessments/final")).location
    question = ann.get(sitting)
    ann.send(ann.get(f"{sitting.rpartition('/')[0]}/submit"))
    closed = ann.send(question, {"answer": "7654321"}, status=409)
    monkeypatch.setitem(app.view_functions, "practice.answer", lambda **_: 1 // 0)
    crashed = ann.send(page, {"answer": "7654321"}, status=500)
    for refused in (expired, used, closed, crashed):
        assert "\n\nanswer:\n7654321\n" in file_in(refused)


def test_a_file_of_what_was_typed_holds_no_password(ann: Visitor) -> None:
    page = ann.get("/sign-in")
    secret = {"name": "Ann", "password": "tree house by the lake", "csrf_token": ""}
    file = file_in(ann.send(page, secret, status=400))
    assert "\nname:\nAnn\n" in file
    assert "tree house" not in file


def test_a_draft_that_cannot_be_stored_is_said_to_be_not_saved(
    ann: Visitor, settings: Settings
) -> None:
    sitting = ann.send(ann.get("/assessments/final")).location
    page = ann.get(sitting)
    with unwritable(ann, settings):
        refused = ann.send(page, {"answer": "7654321"}, status=503)
    assert "7654321" in refused.text


def test_pages_can_be_read_while_nothing_can_be_written(ann: Visitor, settings: Settings) -> None:
    ann.answer("double", "7")
    with unwritable(ann, settings):
        for url in ("/", "/history", "/lessons/numbers", "/practice/double/2"):
            ann.get(url)


def test_a_megabyte_is_too_long(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    assert "too long" in ann.send(page, {"answer": "1" * 1_000_000}, status=413).text


def test_an_answer_that_is_long_for_a_number_is_unreadable_and_kept(ann: Visitor) -> None:
    page = ann.get("/practice/double/1")
    again = ann.send(page, {"answer": "1" * 100_000}, status=422)
    assert forms_of(again)[0].fields["answer"] == ["1" * 100_000]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_wrong_method_is_refused_with_those_allowed(ann: Visitor, method: str) -> None:
    csrf = forms_of(ann.get("/practice/double/1"))[0].fields["csrf_token"]
    send = getattr(ann.client, method)
    refused = send("/practice/double/1", data={"csrf_token": csrf})
    assert refused.status_code == 405
    assert "GET" in refused.headers["Allow"]
    assert "<h1>" in refused.text


@pytest.mark.parametrize("url", ["/no/such/page", "/practice/", "/%00", "/lessons/%2e%2e"])
def test_an_unknown_address_gets_a_page(ann: Visitor, url: str) -> None:
    assert "There is nothing here" in ann.get(url, 404).text


def test_a_crash_gets_a_page_without_a_traceback(
    ann: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash() -> str:
        raise ZeroDivisionError("in the dark")

    monkeypatch.setitem(app.view_functions, "lessons.home", crash)
    page = ann.get("/", 500)
    assert "Something broke on our side" in page.text
    assert "in the dark" not in page.text
    assert "in the dark" in caplog.text


def test_what_was_typed_never_becomes_markup(ann: Visitor) -> None:
    page = ann.get("/practice/say-why/1")
    markup = "<script>alert(1)</script>{{ 7 * 7 }}"
    assert markup not in ann.follow(ann.send(page, {"answer": markup})).text
    again = ann.send(page, {"answer": markup, "csrf_token": ""}, status=400)
    assert markup not in again.text
    assert "&lt;script&gt;" in again.text

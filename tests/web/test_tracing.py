"""Every request has an id; what is logged of it names no address, query, learner or answer."""

from __future__ import annotations

import logging
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc import logs
from quizsvc.store import sittings
from quizsvc.web import create_app, metrics, starting

from .signing import person, sign_in, sign_up
from .test_errors import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from quizsvc.content import ItemBank
    from quizsvc.settings import Settings

    from .conftest import Clock
    from .pages import Visitor

MADE = re.compile(r"[0-9a-f]{16}")


@pytest.fixture
def access(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger=logs.ACCESS)
    return caplog


@contextmanager
def counted(name: str, **labels: str) -> Iterator[list[float]]:
    """Yield a list that holds afterwards by how much a figure has grown."""
    grown: list[float] = []
    before = figure(name, **labels)
    yield grown
    grown.append(figure(name, **labels) - before)


def figure(name: str, **labels: str) -> float:
    told = ",".join(f'{key}="{value}"' for key, value in labels.items())
    line = f"{name}{{{told}}}" if told else name
    text = metrics.current().exposed().decode()
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_a_request_is_one_line_with_its_pattern_and_id(
    ann: Visitor, access: pytest.LogCaptureFixture
) -> None:
    page = ann.get("/practice/double/1?seen=1")
    (record,) = access.records
    assert re.fullmatch(r"GET /practice/<item_id>/<number> 200 \d+ ms", record.getMessage())
    assert record.__dict__["endpoint"] == "practice.show"
    assert MADE.fullmatch(page.headers["X-Request-ID"])


def test_an_address_that_leads_nowhere_is_not_repeated(
    ann: Visitor, access: pytest.LogCaptureFixture
) -> None:
    ann.get("/link/of/somebody", 404)
    assert access.records[0].getMessage().startswith("GET - 404 ")


def test_health_is_no_line(ann: Visitor, access: pytest.LogCaptureFixture) -> None:
    ann.get("/healthz")
    assert access.records == []


def test_anybody_can_send_an_id_and_nobody_believes_it(ann: Visitor) -> None:
    page = ann.client.get("/", headers={"X-Request-ID": "chosen"})
    assert MADE.fullmatch(page.headers["X-Request-ID"])


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("a-Z_9" * 12, True), ("a" * 65, False), ("a b", False), ("<b>", False), ("", False)],
)
def test_a_proxy_that_is_trusted_names_the_request_sanely(
    settings: Settings, bank: ItemBank, sent: str, *, kept: bool
) -> None:
    behind = create_app(replace(settings, proxies=1), bank=bank)
    answered = behind.test_client().get("/", headers={"X-Request-ID": sent})
    assert (answered.headers["X-Request-ID"] == sent) == kept


def test_a_page_about_a_crash_has_the_reference_of_the_traceback(
    ann: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def crash(**_named: object) -> str:
        seen.append(logs.request_id.get())
        raise ZeroDivisionError

    seen: list[str] = []
    monkeypatch.setitem(app.view_functions, "practice.show", crash)
    page = ann.get("/practice/double/1", 500)
    assert seen == [page.headers["X-Request-ID"]]
    assert f"Reference: <code>{seen[0]}</code>" in page.text
    assert "GET /practice/<item_id>/<number> failed" in caplog.text
    assert logs.request_id.get() == ""


def test_what_was_not_saved_has_a_reference_and_is_counted(
    ann: Visitor, settings: Settings
) -> None:
    page = ann.get("/practice/double/1")
    with unwritable(ann, settings), counted("quizsvc_not_saved_total") as grown:
        refused = ann.send(page, {"answer": "7"}, status=503)
    assert refused.headers["X-Request-ID"] in refused.text
    assert grown == [1]


def test_a_page_that_is_in_order_has_no_reference(ann: Visitor) -> None:
    assert "Reference:" not in ann.get("/").text
    assert "Reference:" not in ann.get("/none", 404).text


def test_requests_and_grading_are_counted_by_page_group(ann: Visitor) -> None:
    labels = {"group": "practice", "method": "POST", "status": "3xx"}
    with (
        counted("quizsvc_requests_total", **labels) as posts,
        counted("quizsvc_grading_seconds_count") as gradings,
        counted("quizsvc_request_seconds_count", group="practice") as timed,
    ):
        ann.answer("double", "7")
    assert (posts, gradings, timed) == ([1], [1], [3])
    assert figure("quizsvc_requests_in_progress") == 0


def test_a_failed_sign_in_is_counted(ann: Visitor) -> None:
    person(ann, "Ann Lee")
    with counted("quizsvc_sign_in_failures_total") as grown:
        sign_in(ann, "Ann Lee", "wrong", status=422)
        sign_in(ann, "Ann Lee")
    assert grown == [1]


def test_a_sitting_that_the_clock_hands_in_is_counted_once(ann: Visitor, clock: Clock) -> None:
    ann.answer("double", "7")
    quiz = ann.service.bank.assessments["final"]
    new = starting.drawn(ann.service, ann.learner, quiz, "0f" * 16)
    sitting = sittings.start(ann.service.db, replace(new, time_limit=timedelta(minutes=30)))
    with counted("quizsvc_deadline_closings_total") as grown:
        clock.now += timedelta(days=1)
        ann.get(f"/sittings/{sitting.id}/1", 303)
        ann.get(f"/sittings/{sitting.id}/1", 303)
    assert grown == [1]


def test_an_autosave_that_was_not_stored_is_counted_and_a_form_that_was_not_is_none(
    ann: Visitor, settings: Settings
) -> None:
    sitting = ann.send(ann.get("/assessments/final")).location
    page = ann.get(sitting)
    ann.client.environ_base["HTTP_ACCEPT"] = "application/json"
    with (
        unwritable(ann, settings),
        counted("quizsvc_autosave_failures_total", status="503") as grown,
    ):
        ann.send(page, {"answer": "7"}, status=503)
        del ann.client.environ_base["HTTP_ACCEPT"]
        ann.send(page, {"answer": "7"}, status=503)
    assert grown == [1]


def test_labels_name_no_learner_no_item_and_no_address(ann: Visitor) -> None:
    sign_up(ann, "Sentinel")
    ann.answer("double", "7654321")
    ann.client.open("/practice/double/1", method="SENTINEL")
    text = metrics.current().exposed().decode()
    for private in ("Sentinel", "SENTINEL", "double", "7654321", ann.learner, "/"):
        assert private not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)

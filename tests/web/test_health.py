"""What machines ask: it says nothing of learners, sets no cookie, and costs next to nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.store import Database
from quizsvc.web import create_app, health
from quizsvc.web.security import HEADERS

from .test_errors import unwritable

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.content import ItemBank
    from quizsvc.settings import Settings

    from .pages import Visitor

TOKEN = "of the tests, 32 characters long"  # noqa: S105


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing that was found out hold for longer than a question."""
    monkeypatch.setattr(health, "PATIENCE", 0.0)


def fetch(app: Flask, path: str, **sent: str) -> TestResponse:
    headers = {name.replace("_", "-"): value for name, value in sent.items()}
    return app.test_client().get(path, headers=headers)


@pytest.mark.parametrize(("path", "says"), [("/healthz", "ok\n"), ("/readyz", "ready\n")])
def test_a_service_in_order_says_so_without_a_cookie(app: Flask, path: str, says: str) -> None:
    answer = fetch(app, path)
    assert (answer.status_code, answer.text) == (200, says)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_health_is_nobodys_page_under_any_name_of_the_host(app: Flask) -> None:
    app.config["TRUSTED_HOSTS"] = ["quiz.example.org"]
    assert fetch(app, "/healthz", Host="192.0.2.1").status_code == 200


def test_health_takes_no_form(app: Flask) -> None:
    assert app.test_client().post("/healthz").status_code == 405
    assert app.test_client().head("/healthz").data == b""


def test_a_database_that_is_locked_makes_it_unready_but_not_unhealthy(
    app: Flask, ann: Visitor, settings: Settings
) -> None:
    with unwritable(ann, settings):
        unready = fetch(app, "/readyz")
        assert (unready.status_code, unready.text) == (503, "writing\n")
        assert fetch(app, "/healthz").status_code == 200
    assert fetch(app, "/readyz").status_code == 200


def test_a_database_that_is_away_is_one_word_and_no_path(app: Flask, ann: Visitor) -> None:
    away = f"sqlite:////none/{__name__}/db.sqlite3"
    ann.service.db = Database(away, clock=ann.service.db.now)
    unready = fetch(app, "/readyz")
    assert (unready.status_code, unready.text) == (503, "database\n")


def test_readiness_is_found_out_once_in_a_while_however_often_it_is_asked(
    app: Flask, ann: Visitor, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 3600.0)
    assert fetch(app, "/readyz").status_code == 200
    with unwritable(ann, settings):
        assert fetch(app, "/readyz").status_code == 200


def test_metrics_open_on_this_machine_when_no_proxy_stands_in_front(app: Flask) -> None:
    found = fetch(app, "/metrics")
    assert found.status_code == 200
    assert "# TYPE quizsvc_requests_total counter" in found.text


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
def test_metrics_stay_closed_to_what_came_through_a_proxy(app: Flask, header: str) -> None:
    assert fetch(app, "/metrics", **{header: "127.0.0.1"}).status_code == 404


def test_metrics_stay_closed_to_another_machine(app: Flask) -> None:
    away = app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": "192.0.2.1"})
    assert away.status_code == 404


@pytest.mark.parametrize("name", ["evil.example", "localhost.evil.example:8000", "[", ""])
def test_metrics_stay_closed_to_names_that_are_not_ours(app: Flask, name: str) -> None:
    assert fetch(app, "/metrics", Host=name).status_code == 404


@pytest.mark.parametrize("name", ["localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_metrics_open_by_the_names_of_this_machine(app: Flask, name: str) -> None:
    assert fetch(app, "/metrics", Host=name).status_code == 200


@pytest.mark.parametrize("change", [{"proxies": 1}, {"secure_cookies": True}])
def test_behind_a_proxy_only_the_token_opens_metrics(
    settings: Settings, bank: ItemBank, change: dict[str, Any]
) -> None:
    settings = replace(settings, metrics_token=TOKEN, **change)
    app = create_app(settings, bank=bank)
    sent = {"X_Forwarded_For": "192.0.2.1"}
    assert fetch(app, "/metrics").status_code == 404
    assert fetch(app, "/metrics", Authorization=f"Bearer {TOKEN}x").status_code == 404
    assert fetch(app, "/metrics", Authorization="Bearer ü").status_code == 404
    assert fetch(app, "/metrics", Authorization=f"Bearer {TOKEN}", **sent).status_code == 200


def test_without_a_token_no_token_opens_anything(app: Flask) -> None:
    sent = {"X_Forwarded_For": "192.0.2.1", "Authorization": "Bearer "}
    assert fetch(app, "/metrics", **sent).status_code == 404


def test_connections_that_nobody_took_are_counted() -> None:
    import socket  # noqa: PLC0415

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert health.connections_not_accepted(str(port)) == 0
        with socket.create_connection(("127.0.0.1", port)):
            assert health.connections_not_accepted(str(port)) == 1
    assert health.connections_not_accepted("") is None

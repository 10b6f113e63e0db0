"""How often names, passwords and links may be tried, and that no class is locked out by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import limits, links, tables
from quizsvc.store.limits import Limit
from quizsvc.web import create_app

from ..classes import PASSWORD
from .pages import Visitor, forms_of
from .signing import person, sign_in, sign_out, sign_up

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from quizsvc.settings import Settings

    from .conftest import Clock


class Still:
    """A clock that stands until it is told to advance."""

    def __init__(self, clock: Clock) -> None:
        self.now = clock.now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def still(clock: Clock) -> Still:
    return Still(clock)


@pytest.fixture
def app(settings: Settings, still: Still) -> Flask:
    return by_https(create_app(settings, clock=still))


def by_https(app: Flask) -> Flask:
    """Let visitors come from anywhere: over plain HTTP only this machine is let in."""
    app.config["PREFERRED_URL_SCHEME"] = "https"
    return app


def fail_often(visitor: Visitor, name: str, times: int = limits.SIGN_INS_OF_NAME.most) -> None:
    for _ in range(times):
        sign_in(visitor, name, "wrong", status=422)


@pytest.mark.parametrize("name", ["Ann", "Nobody"])
def test_ten_wrong_passwords_for_a_name_are_enough_for_a_while(
    ann: Visitor, still: Still, name: str
) -> None:
    person(ann, "Ann")
    fail_often(ann, name)
    refused = sign_in(ann, name, PASSWORD, status=429)
    assert refused.headers["Retry-After"] == "900"
    assert "Please wait 15 minutes." in refused.text
    assert forms_of(refused)[0].fields["name"] == [name]
    assert PASSWORD not in refused.text
    still.now += timedelta(minutes=14, seconds=30)
    assert "Please wait 1 minute." in sign_in(ann, name, PASSWORD, status=429).text
    still.now += timedelta(seconds=30)
    sign_in(ann, name, "wrong", status=422)


def test_nobody_is_locked_out_of_a_browser_that_he_has_used(ann: Visitor, bob: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    sign_out(ann)
    fail_often(bob, "Ann")
    sign_in(bob, "Ann", status=429)
    sign_in(Visitor(ann.app), "Ann", status=429)
    sign_in(ann, "Ann")
    sign_out(ann)
    fail_often(ann, "Ann")
    sign_in(ann, "Ann", status=429)


def test_a_right_password_clears_the_count_of_its_name(ann: Visitor) -> None:
    person(ann, "Ann")
    for _ in range(3):
        fail_often(ann, "Ann", times=limits.SIGN_INS_OF_NAME.most - 1)
        sign_in(ann, "Ann")
        sign_out(ann)


def test_a_class_behind_one_address_signs_in_though_many_mistype(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SIGN_INS_FROM_ADDRESS", Limit("sign-in", 6, timedelta(minutes=15)))
    for number in range(3):
        name = f"Ann-{number}"
        person(ann, name)
        pupil = Visitor(ann.app)
        fail_often(pupil, name, times=2)
        if number < 2:
            sign_in(pupil, name)  # what is right is not counted
    sign_in(Visitor(ann.app), "Ann-0", status=429)
    elsewhere = Visitor(ann.app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "10.0.0.2"
    sign_in(elsewhere, "Ann-0")


def test_the_limits_let_a_class_of_sixty_mistype_thrice_and_sign_up() -> None:
    assert limits.SIGN_INS_FROM_ADDRESS.most >= 3 * 60
    assert limits.SIGN_UPS_FROM_ADDRESS.most >= 3 * 60
    assert limits.SIGN_INS_OF_NAME.most > 3


def test_sign_ups_from_one_address_have_a_limit(
    ann: Visitor, bob: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SIGN_UPS_FROM_ADDRESS", Limit("sign-up", 1, timedelta(hours=1)))
    sign_up(ann)
    page = bob.follow(bob.send(bob.get("/sign-up"), {"name": "Bob"}))
    refused = bob.send(page, {"new_password": PASSWORD}, status=429)
    assert refused.headers["Retry-After"] == "3600"
    assert "Bob-" in refused.text
    assert PASSWORD not in refused.text


def test_guessed_links_have_a_limit_and_a_good_one_passes(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINKS_FROM_ADDRESS", Limit("link", 2, timedelta(hours=1)))
    token = links.make(ann.service.db, person(ann, "Ann").learner)
    page = ann.get(f"/link?token={token}")
    for status in (404, 404, 429):
        ann.send(page, {"token": "guessed", "new_password": PASSWORD}, status)
    ann.send(page, {"new_password": PASSWORD})


def test_no_name_and_no_address_is_kept_with_the_counters(ann: Visitor) -> None:
    sign_in(ann, "Somebody", "wrong", status=422)
    with ann.service.db.reading() as session:
        keys = [row.key for row in session.query(tables.Tally)]
    assert len(keys) == 2
    assert not any("omebody" in key or "127.0.0.1" in key for key in keys)


def test_whoever_has_a_whole_network_of_addresses_is_counted_as_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SIGN_INS_FROM_ADDRESS", Limit("sign-in", 2, timedelta(minutes=15)))
    for number, status in enumerate((422, 422, 429)):
        visitor = Visitor(app)
        visitor.client.environ_base["REMOTE_ADDR"] = f"2001:db8::{number}"
        sign_in(visitor, f"name {number}", "wrong", status)
    visitor.client.environ_base["REMOTE_ADDR"] = "2001:db8:0:1::1"
    sign_in(visitor, "name 9", "wrong", status=422)


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 422)])
def test_the_address_before_the_proxy_counts_if_there_is_said_to_be_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, proxies: int, status: int
) -> None:
    monkeypatch.setattr(limits, "SIGN_INS_FROM_ADDRESS", Limit("sign-in", 1, timedelta(minutes=15)))
    visitor = Visitor(by_https(create_app(replace(settings, proxies=proxies))))
    visitor.client.environ_base["HTTP_X_FORWARDED_PROTO"] = "https"
    for number, expected in enumerate((422, status)):
        visitor.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"10.0.0.{number}"
        sign_in(visitor, f"name {number}", "wrong", expected)


def test_numbers_are_not_drawn_without_end(ann: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PROPOSALS_FROM_ADDRESS", Limit("proposal", 1, timedelta(hours=1)))
    page = ann.get("/sign-up")
    ann.send(page, {"name": "Ann"})
    assert "too many tries" in ann.send(page, {"name": "Ann"}, status=429).text

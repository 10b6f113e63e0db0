"""Accounts: what opens what, and what tells nobody anything."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import Database, attempts, links, passwords, people, signins

from ..classes import PASSWORD
from .pages import Visitor, forms_of, words_of
from .signing import cookie, person, sign_in, sign_out, sign_up, with_cookie

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Clock


def test_who_would_leave_a_quiz_behind_by_signing_in_is_told_so(ann: Visitor) -> None:
    assert "as a guest. Hand it in" not in ann.get("/sign-in").text
    ann.send(ann.get("/assessments/final"))
    assert "as a guest. Hand it in" in ann.get("/sign-in").text


def test_after_signing_out_the_guests_own_answers_are_there_again(ann: Visitor) -> None:
    person(ann, "Ann")
    ann.answer("double", "7")
    guest = ann.learner
    sign_in(ann, "ann")
    assert ann.learner != guest
    assert "Nothing yet" in ann.get("/history").text
    assert "stays with the guest of this browser" in Visitor(ann.app).get("/sign-in").text
    sign_out(ann)
    assert ann.learner == guest
    assert "Nothing yet" not in ann.get("/history").text


def test_every_sign_in_has_a_token_of_its_own_and_voids_the_one_before(ann: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    first = cookie(ann)
    form = ann.get("/account")
    with_cookie(ann.app, first).get("/account")
    csrf = forms_of(form)[0].fields["csrf_token"]
    again = ann.client.post(
        "/sign-in", data={"name": "Ann", "password": PASSWORD, "csrf_token": csrf}
    )
    assert again.status_code == 303
    with_cookie(ann.app, first).get("/account", 303)
    ann.send(form, status=400)
    ann.get("/account")


def test_a_copied_cookie_opens_nothing_after_signing_out(ann: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    copy = with_cookie(ann.app, cookie(ann))
    assert "Ann" in words_of(copy.get("/"))
    sign_out(ann)
    assert copy.get("/account", 303).location == "/sign-in?next=/account"
    assert "You are a guest" in copy.get("/").text


def test_other_browsers_are_signed_out_by_a_button(ann: Visitor, bob: Visitor) -> None:
    person(ann, "Ann")
    for browser in (ann, bob):
        sign_in(browser, "Ann")
    page = ann.get("/account")
    assert "in 2 browsers" in words_of(page)
    done = ann.follow(ann.send(page, place=1))
    assert "in this browser only" in words_of(done)
    bob.get("/account", 303)


def test_another_password_signs_out_all_other_browsers(ann: Visitor, bob: Visitor) -> None:
    person(ann, "Ann")
    for browser in (ann, bob):
        sign_in(browser, "Ann")
    copy = with_cookie(ann.app, cookie(ann))
    change = {"password": PASSWORD, "new_password": "a boat on the lake"}
    page = ann.get("/account")
    wrong = ann.send(page, {**change, "password": "wrong"}, status=422, place=2)
    assert "The present password is not right." in wrong.text
    ann.send(page, {**change, "new_password": "ann"}, status=422, place=2)
    assert "Your password is changed" in ann.follow(ann.send(page, change, place=2)).text
    ann.get("/account")
    for browser in (bob, copy):
        browser.get("/account", 303)
    sign_in(bob, "Ann", status=422)
    sign_in(bob, "Ann", "a boat on the lake")


def test_what_is_wrong_about_a_sign_in_is_not_told(ann: Visitor) -> None:
    person(ann, "Ann")
    people.add(ann.service.db, "Without password")
    pages = [
        sign_in(ann, name, password, status=422)
        for name, password in (("Ann", "wrong"), ("Eve", "wrong"), ("Without password", "wrong"))
    ]
    assert all("Name or password is not right." in page.text for page in pages)
    shown = {re.sub(r'value="[^"]*"', "", page.text) for page in pages}
    assert len(shown) == 1
    assert [forms_of(page)[0].fields["name"] for page in pages] == [
        ["Ann"], ["Eve"], ["Without password"],
    ]  # fmt: skip
    assert not any("wrong" in str(forms_of(page)) for page in pages)


def test_the_same_work_is_done_for_a_name_that_there_is_not(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(ann, "Ann")
    worked = []
    match = passwords.match

    def watched(kept: str | None, given: str) -> bool:
        worked.append(kept is None)
        return match(kept, given)

    monkeypatch.setattr(passwords, "match", watched)
    for name in ("Ann", "Eve"):
        sign_in(ann, name, "wrong", status=422)
    assert worked == [False, True]


def test_a_hash_of_weaker_parameters_is_renewed(
    ann: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = person(ann, "Ann")
    _, before = people.credentials(ann.service.db, "Ann") or (None, None)
    monkeypatch.setattr(passwords, "is_outdated", lambda _hash: True)
    sign_in(ann, "Ann")
    found, after = people.credentials(ann.service.db, "Ann") or (None, None)
    assert found == account
    assert before != after
    assert passwords.match(after, PASSWORD)


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/practice/double/1", "/practice/double/1"), ("/people?q=a", "/people?q=a"),
        ("//evil.example", "/"), ("/\\evil.example", "/"), ("https://evil.example", "/"),
        ("/\t/evil.example", "/"), ("javascript:alert(1)", "/"), ("", "/"),
    ],
)  # fmt: skip
def test_signing_in_leads_on_only_to_pages_of_ours(ann: Visitor, asked: str, led: str) -> None:
    person(ann, "Ann")
    typed = {"name": "Ann", "password": PASSWORD, "next": asked}
    assert ann.send(ann.get("/sign-in"), typed).location == led
    assert ann.client.get("/sign-in", query_string={"next": asked}).location == led


def test_a_sign_in_lasts_while_something_is_sent_and_90_days_after(
    ann: Visitor, clock: Clock
) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    clock.now += timedelta(days=60)
    ann.answer("double", "7")
    clock.now += timedelta(days=60)
    ann.get("/account")
    clock.now += timedelta(days=40)
    ann.get("/account", 303)


def test_looking_at_pages_writes_nothing(ann: Visitor, clock: Clock) -> None:
    account = person(ann, "Ann")
    sign_in(ann, "Ann")
    clock.now += timedelta(days=89)
    ann.get("/account")
    clock.now += timedelta(days=2)
    assert signins.count(ann.service.db, account.learner) == 0


# Forgotten passwords


def test_a_one_time_link_sets_a_password_and_signs_in(ann: Visitor, bob: Visitor) -> None:
    account = person(ann, "Ann-1234")
    sign_in(bob, "Ann-1234")
    link = f"/link?token={links.make(ann.service.db, account.learner)}"
    for _ in range(2):
        page = ann.get(link)
        assert forms_of(page)[0].fields["new_password"] == [""]
    assert "must not be the name" in ann.send(page, {"new_password": "ann-1234"}, status=422).text
    ann.send(page, {"new_password": "a boat on the lake"})
    assert ann.learner == account.learner
    bob.get("/account", 303)
    sign_in(bob, "Ann-1234", status=422)
    used, unknown = (Visitor(ann.app).get(each, 404) for each in (link, "/link?token=unknown"))
    assert used.text == unknown.text
    assert "This link does not work" in used.text


def test_the_first_admin_chooses_a_name(ann: Visitor) -> None:
    person(ann, "Bob")
    ann.answer("double", "7")
    guest = ann.learner
    page = ann.get(f"/link?token={links.make_for_admin(ann.service.db)}")
    taken = ann.send(page, {"name": "bob", "new_password": PASSWORD}, status=422)
    assert "already" in taken.text
    same = ann.send(page, {"name": "Carol Lee", "new_password": "carol lee"}, status=422)
    assert "must not be the name" in same.text
    ann.send(page, {"name": "Carol Lee", "new_password": PASSWORD})
    assert ann.learner == guest
    ann.get("/people")


# The end


def test_a_deleted_account_is_gone_and_its_answers_open_to_nobody(
    ann: Visitor, bob: Visitor
) -> None:
    result = ann.answer("double", "7").request.full_path
    before = cookie(ann)
    name = sign_up(ann)
    learner = ann.learner
    page = ann.get("/account/delete")
    assert "stays under a random number" in page.text
    assert "is not right" in ann.send(page, {"password": "wrong"}, status=422).text
    assert "deleted" in ann.follow(ann.send(page, {"password": PASSWORD})).text
    for browser in (ann, with_cookie(ann.app, before)):
        browser.get(result, 403)
    sign_in(bob, name, status=422)
    assert len(attempts.history(ann.service.db, learner)) == 1


def test_the_only_admin_stays(ann: Visitor) -> None:
    person(ann, "Ann", "admin")
    sign_in(ann, "Ann")
    page = ann.send(ann.get("/account/delete"), {"password": PASSWORD}, status=409)
    assert "You are the only admin" in page.text


def test_a_page_that_needs_an_account_asks_to_sign_in(ann: Visitor) -> None:
    assert ann.get("/account/delete", 303).location == "/sign-in?next=/account/delete"
    csrf = forms_of(ann.get("/sign-in"))[0].fields["csrf_token"]
    refused = ann.client.post("/account/others", data={"csrf_token": csrf})
    assert refused.status_code == 403
    assert "Please sign in first" in refused.text


def test_what_is_sent_after_the_sign_in_has_ended_elsewhere_is_handed_back(
    ann: Visitor, bob: Visitor
) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    sign_in(bob, "Ann")
    begun = [ann.get("/practice/double/1") for _ in range(2)]
    bob.send(bob.get("/account"), place=1)
    refused = ann.send(begun[0], {"answer": "12345"}, status=403)
    assert "not signed in any more" in refused.text
    assert "12345" in refused.text
    assert 'href="/sign-in"' in refused.text
    # The variant of that number is another one for the guest that this browser is now.
    ann.get("/practice/double/1")
    assert "12345" in ann.send(begun[1], {"answer": "12345"}, status=400).text
    assert "Nothing yet" in ann.get("/history").text


def test_that_a_sign_in_has_ended_is_said_once(ann: Visitor, bob: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    sign_in(bob, "Ann")
    bob.send(bob.get("/account"), place=1)
    assert "not signed in any more" in ann.get("/").text
    assert "not signed in any more" not in ann.get("/").text
    sign_in(ann, "Ann")


def test_a_password_is_on_no_error_page(ann: Visitor) -> None:
    person(ann, "Ann")
    typed = {"name": "Ann", "password": PASSWORD, "csrf_token": "old"}
    page = ann.send(ann.get("/sign-in"), typed, status=400)
    assert "Ann" in page.text
    assert PASSWORD not in page.text


def test_a_database_that_is_away_is_said_to_be_so_to_who_is_signed_in(
    ann: Visitor, tmp_path: Path
) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    here = ann.service.db
    ann.service.db = Database(f"sqlite:///{tmp_path}/none/away.sqlite3", clock=here.now)
    away = ann.get("/", 503).text
    assert "The database cannot be reached" in away
    assert "data-owner" not in away  # nothing is cleared as if somebody else had come
    assert "There is nothing here" in ann.get("/none", 404).text
    ann.service.db = here
    back = ann.get("/")
    assert "You are signed in as Ann" in words_of(back)
    assert f'<body data-owner="{ann.learner}">' in back.text

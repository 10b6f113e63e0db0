"""Signing up: what a guest did is kept, and nobody learns who else has an account."""

from __future__ import annotations

import re

import pytest

from quizsvc.store import attempts, people

from ..classes import PASSWORD
from .pages import Visitor, forms_of, words_of
from .signing import cookie, person, sign_in, sign_out, sign_up, with_cookie

MARKUP = "<script>alert(1)</script>"


def test_what_a_guest_did_is_his_accounts_when_he_signs_up(ann: Visitor, bob: Visitor) -> None:
    ann.answer("double", "7")
    guest = ann.learner
    name = sign_up(ann, "Ann")
    assert re.fullmatch(r"Ann-\d{4}", name)
    assert ann.learner == guest
    assert "7" in ann.get("/history").text
    sign_in(bob, name)
    assert bob.learner == guest
    assert len(attempts.history(bob.service.db, guest)) == 1
    assert "Nothing yet" not in bob.get("/history").text


def test_an_old_copy_of_a_guests_cookie_does_not_open_his_account(ann: Visitor) -> None:
    result = ann.answer("double", "7").request.full_path
    thief = with_cookie(ann.app, cookie(ann))
    thief.get(result)
    sign_up(ann)
    thief.get(result, 403)
    assert "Nothing yet" in thief.get("/history").text
    thief.answer("double", "3")
    assert thief.learner != ann.learner


def test_signing_up_takes_the_guest_out_of_the_cookie(ann: Visitor) -> None:
    ann.answer("double", "7")
    sign_up(ann)
    with ann.client.session_transaction() as session:
        assert "learner" not in session
    sign_out(ann)
    assert "Nothing yet" in ann.get("/history").text


def test_a_name_that_is_taken_looks_like_one_that_is_free(ann: Visitor, bob: Visitor) -> None:
    sign_up(ann, "Ann")
    pages = []
    for name in ("Ann", "Zoe"):
        page = bob.follow(bob.send(bob.get("/sign-up"), {"name": name}))
        pages.append(re.sub(r"-\d{4}", "-0000", page.text).replace(name, "NAME"))
    assert re.sub(r'value="[^"]*"', "", pages[0]) == re.sub(r'value="[^"]*"', "", pages[1])


def test_another_number_can_be_drawn(ann: Visitor) -> None:
    page = ann.follow(ann.send(ann.get("/sign-up"), {"name": "Ann"}))
    other = ann.follow(ann.send(page, place=1))
    names = [forms_of(each)[0].fields["sign_in_name"][0] for each in (page, other)]
    assert all(re.fullmatch(r"Ann-\d{4}", name) for name in names)
    stale = ann.send(page, {"new_password": PASSWORD}, status=409)
    assert names[1] in stale.text, "the page of before holds a name that is not proposed any more"
    assert people.search(ann.service.db) == []


def test_a_name_that_was_taken_meanwhile_is_replaced_and_said_so(ann: Visitor) -> None:
    page = ann.follow(ann.send(ann.get("/sign-up"), {"name": "Ann"}))
    proposed = forms_of(page)[0].fields["sign_in_name"][0]
    person(ann, proposed)
    again = ann.send(page, {"new_password": PASSWORD}, status=409)
    assert "is now Ann-" in again.text
    assert PASSWORD not in again.text
    ann.send(again, {"new_password": PASSWORD})
    assert len(people.search(ann.service.db)) == 2


def test_a_name_to_sign_in_with_cannot_be_forged(ann: Visitor) -> None:
    page = ann.follow(ann.send(ann.get("/sign-up"), {"name": "Ann"}))
    ann.send(page, {"sign_in_name": "Admin", "new_password": PASSWORD}, status=409)
    assert people.search(ann.service.db) == []
    assert Visitor(ann.app).get("/sign-up/password", 303).location == "/sign-up"


def test_a_double_click_makes_one_account_and_signs_in(ann: Visitor) -> None:
    ann.answer("double", "7")
    guest = ann.learner
    page = ann.follow(ann.send(ann.get("/sign-up"), {"name": "Ann"}))
    before = cookie(ann)
    ann.send(page, {"new_password": PASSWORD})
    second = with_cookie(ann.app, before)
    second.send(page, {"new_password": PASSWORD})
    assert second.learner == guest
    assert len(people.search(ann.service.db)) == 1
    with_cookie(ann.app, before).send(page, {"new_password": "another password"}, status=409)


@pytest.mark.parametrize(
    ("name", "said"), [("", "want to be called"), ("x" * 41, "at most 40"), ("a\u202eb", "U+202E")]
)
def test_a_name_is_refused_with_a_reason_and_kept(ann: Visitor, name: str, said: str) -> None:
    page = ann.send(ann.get("/sign-up"), {"name": name}, status=422)
    assert "<title>Error: " in page.text
    assert said in words_of(page)
    assert 'href="#name"' in page.text
    assert 'aria-invalid="true"' in page.text
    assert forms_of(page)[0].fields["name"] == [name]


def test_a_password_is_refused_with_a_reason_and_not_kept(ann: Visitor) -> None:
    page = ann.follow(ann.send(ann.get("/sign-up"), {"name": "Ann"}))
    for password, said in (("short", "at least 8"), ("qwertyui", "anybody would try")):
        again = ann.send(page, {"new_password": password}, status=422)
        assert said in again.text
        assert password not in again.text
        assert "<title>Error: " in again.text


def test_a_name_with_markup_is_a_name_and_nothing_else(ann: Visitor, bob: Visitor) -> None:
    person(bob, "Admin", "admin")
    sign_in(bob, "Admin")
    name = sign_up(ann, MARKUP)
    assert name.startswith(MARKUP)
    learner = f"/people/{ann.learner}"
    pages = [ann.get(url) for url in ("/", "/account", "/account/delete")]
    pages += [bob.get(url) for url in ("/people", f"/people?q={MARKUP}", learner)]
    pages.append(bob.send(bob.get(learner), status=200))
    assert all(MARKUP not in page.text and "&lt;script&gt;" in page.text for page in pages)

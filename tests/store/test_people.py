"""Accounts, sign-ins and one-time links, as the pages use them."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from quizsvc.store import (
    attempts,
    drafts,
    erasing,
    learners,
    links,
    people,
    signins,
    sittings,
    tables,
)
from quizsvc.store.people import LastAdminError, NameTakenError

from .samples import LEARNER, attempt, rows, sitting

if TYPE_CHECKING:
    from quizsvc.store import Database
    from quizsvc.store.people import Role

    from .conftest import Clock

DAY = 24 * 3600.0
HASH = "a hash; the store does not look into it"


# Accounts


def test_an_account_takes_over_what_the_guest_did(database: Database) -> None:
    kept = attempts.record(database, attempt())
    account = people.add(database, "Ann", guest=LEARNER, password_hash=HASH)
    assert account.learner == LEARNER
    assert people.find(database, LEARNER) == account
    assert attempts.history(database, account.learner) == (kept,)


def test_a_guest_is_taken_over_once(database: Database) -> None:
    assert not learners.is_claimed(database, LEARNER)
    first = people.add(database, "Ann", guest=LEARNER)
    second = people.add(database, "Bob", guest=LEARNER)
    assert learners.is_claimed(database, LEARNER)
    assert first.learner == LEARNER != second.learner
    assert learners.is_claimed(database, second.learner)


def test_what_is_no_id_of_ours_is_not_taken_over(database: Database) -> None:
    assert people.add(database, "Ann", guest="x" * 99).learner != "x" * 99


@pytest.mark.parametrize("other", ["ann lee", " ANN  LEE ", "Ａｎｎ Lee", "Ann\u00a0Lee"])
def test_names_that_look_alike_are_one(database: Database, other: str) -> None:
    account = people.add(database, "Ann Lee")
    assert people.by_name(database, other) == account
    with pytest.raises(NameTakenError):
        people.add(database, other, guest=LEARNER)
    assert not learners.is_claimed(database, LEARNER), "nothing of it was kept"


def test_what_no_database_takes_finds_nobody(database: Database) -> None:
    account = people.add(database, "Ann")
    assert people.by_name(database, "A\0nn") == account
    assert people.by_name(database, "\0") is None
    assert people.find(database, "\0") is None
    assert people.search(database, "\0") == [account]


def test_of_two_who_want_a_name_at_once_one_gets_it(database: Database) -> None:
    outcomes = []
    ready = threading.Barrier(2)

    def want() -> None:
        ready.wait()
        try:
            outcomes.append(people.add(database, "Ann").name)
        except NameTakenError:
            outcomes.append("taken")

    both = [threading.Thread(target=want) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert sorted(outcomes) == ["Ann", "taken"]


def test_the_proposed_name_has_a_free_number_whether_or_not_the_name_is_taken(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter([7, 7, 7, 42])
    monkeypatch.setattr(secrets, "randbelow", lambda _below: next(numbers, 42))
    assert people.propose(database, "Ann") == "Ann-0007"
    people.add(database, "ann-0007")
    assert people.propose(database, "Ann") == "Ann-0042"


def test_when_numbers_run_out_they_get_longer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda _below: 5)
    for name in ("Ann-0005", "Ann-000005"):
        assert people.propose(database, "Ann") == name
        people.add(database, name)


def test_the_search_finds_a_piece_of_a_name_and_pages(database: Database) -> None:
    for name in ("Bob", "Ann-1", "Ann-2", "100% sure", "Zoë"):
        people.add(database, name)
    assert [each.name for each in people.search(database)] == [
        "100% sure", "Ann-1", "Ann-2", "Bob", "Zoë",
    ]  # fmt: skip
    assert [each.name for each in people.search(database, "NN-", offset=1, limit=1)] == ["Ann-2"]
    assert [each.name for each in people.search(database, "%")] == ["100% sure"]
    assert people.search(database, "_") == []


def test_time_limits_are_multiplied_for_whom_it_was_said(database: Database) -> None:
    account = people.add(database, "Ann")
    people.set_time_factor(database, account.learner, 1.5)
    assert people.time_factor(database, account.learner) == 1.5
    assert people.time_factor(database, LEARNER) == 1.0


def test_the_last_admin_stays(database: Database) -> None:
    first = people.add(database, "Ann", role="admin").learner
    with pytest.raises(LastAdminError):
        people.set_role(database, first, "learner")
    with pytest.raises(LastAdminError):
        erasing.erase(database, first, by=None)
    second = people.add(database, "Bob").learner
    people.set_role(database, second, "admin")
    people.set_role(database, first, "instructor")
    assert people.has_admin(database)
    erasing.erase(database, first, by=None)
    assert people.find(database, first) is None


def test_a_deleted_account_leaves_only_the_log_that_nobody_opens(database: Database) -> None:
    kept = attempts.record(database, attempt())
    begun = sittings.start(database, sitting())
    drafts.save_draft(database, begun.id, 1, {"answer": "3"}, 0)
    learner = people.add(database, "Ann", guest=LEARNER, password_hash=HASH).learner
    token = signins.begin(database, learner)
    links.make(database, learner)
    with database.writing() as session:
        session.add(tables.Preferences(learner_id=learner, daily_limit=5, retention=0.9))
        session.add(tables.Aid(learner_id=learner, item="add-gate", variant_number=1, hints=1))
    other = people.add(database, "Bob").learner
    signins.begin(database, other)
    erasing.erase(database, learner, by=None)
    assert signins.account(database, token) is None
    left = {each.__name__: rows(database, each) for each in (
        tables.Account, tables.SignIn, tables.OneTimeLink, tables.Preferences, tables.Aid,
        tables.Draft)}  # fmt: skip
    assert left == {
        "Account": 1, "SignIn": 1, "OneTimeLink": 0, "Preferences": 0, "Aid": 0, "Draft": 0,
    }  # fmt: skip
    assert attempts.history(database, learner) == (kept,)
    assert learners.is_claimed(database, learner)
    assert people.add(database, "Ann", guest=learner).learner != learner


# Sign-ins


def test_a_sign_in_opens_the_account_until_it_is_ended(database: Database) -> None:
    account = people.add(database, "Ann")
    first, second = (signins.begin(database, account.learner) for _ in range(2))
    assert first != second
    assert signins.account(database, first) == account
    assert signins.account(database, "another token") is None
    signins.end(database, first)
    assert signins.account(database, first) is None
    assert signins.account(database, second) == account


def test_the_token_itself_is_not_kept(database: Database) -> None:
    account = people.add(database, "Ann")
    tokens = signins.begin(database, account.learner), links.make(database, account.learner)
    with database.reading() as session:
        selects = text("SELECT * FROM sign_in"), text("SELECT * FROM one_time_link")
        kept = [str(session.execute(each).all()) for each in selects]
    assert not any(token in line for token in tokens for line in kept)


def test_signing_in_again_voids_the_token_of_before(database: Database) -> None:
    account = people.add(database, "Ann")
    first = signins.begin(database, account.learner)
    second = signins.begin(database, account.learner, instead_of=first)
    assert signins.account(database, first) is None
    assert signins.account(database, second) == account
    assert signins.count(database, account.learner) == 1


def test_all_other_browsers_are_signed_out_at_once(database: Database) -> None:
    ann, bob = (people.add(database, name).learner for name in ("Ann", "Bob"))
    here, *elsewhere = (signins.begin(database, ann) for _ in range(3))
    bobs = signins.begin(database, bob)
    signins.end_others(database, ann, here)
    assert signins.count(database, ann) == 1
    assert signins.account(database, here)
    assert signins.account(database, bobs)
    assert not any(signins.account(database, token) for token in elsewhere)


def test_a_sign_in_lasts_90_days_from_when_it_was_last_noted(
    database: Database, clock: Clock
) -> None:
    learner = people.add(database, "Ann").learner
    noted, only_read = (signins.begin(database, learner) for _ in range(2))
    clock.advance(89 * DAY)
    assert signins.account(database, noted, note=True)
    assert signins.account(database, only_read)
    clock.advance(1 * DAY)
    assert signins.account(database, noted)
    assert signins.account(database, only_read) is None
    assert signins.count(database, learner) == 1
    signins.begin(database, learner)
    assert rows(database, tables.SignIn) == 2, "what is void was removed"


# One-time links


@pytest.mark.parametrize("role", ["instructor", "admin"])
def test_staff_stay_signed_in_for_a_day_without_sending_anything(
    database: Database, clock: Clock, role: Role
) -> None:
    token = signins.begin(database, people.add(database, "Skip", role=role).learner)
    for _ in range(29):
        clock.advance(23 * 3600)
        assert signins.account(database, token, note=True) is not None
    clock.advance(24 * 3600)
    assert signins.account(database, token) is None


@pytest.mark.parametrize(("role", "days"), [("learner", 400), ("instructor", 30)])
def test_a_sign_in_ends_at_last_whatever_is_sent(
    database: Database, clock: Clock, role: Role, days: int
) -> None:
    person = people.add(database, "Skip", role=role)
    token = signins.begin(database, person.learner)
    for _ in range(2 * days):
        clock.advance(12 * 3600)
        signed_in = signins.account(database, token, note=True) is not None
    assert not signed_in
    assert signins.count(database, person.learner) == 0


def test_a_link_sets_a_password_once_and_ends_all_sign_ins(database: Database) -> None:
    account = people.add(database, "Ann")
    signed_in = signins.begin(database, account.learner)
    token = links.make(database, account.learner)
    for _ in range(2):
        found = links.find(database, token)
        assert found == links.Link(account), "to look at it does not use it"
    done = links.set_password(database, token, HASH)
    assert done is not None
    assert done.has_password
    assert people.credentials(database, "ann") == (done, HASH)
    assert signins.account(database, signed_in) is None
    assert links.find(database, token) is None
    assert links.set_password(database, token, "another") is None
    assert people.credentials(database, "ann") == (done, HASH)


def test_a_link_is_void_after_24_hours(database: Database, clock: Clock) -> None:
    token = links.make(database, people.add(database, "Ann").learner)
    clock.advance(DAY)
    assert links.find(database, token) is None
    assert links.set_password(database, token, HASH) is None


def test_another_link_for_the_same_account_voids_the_earlier(database: Database) -> None:
    ann, bob = (people.add(database, name).learner for name in ("Ann", "Bob"))
    earlier, bobs, later = (links.make(database, each) for each in (ann, bob, ann))
    assert links.find(database, earlier) is None
    assert links.find(database, bobs)
    assert links.find(database, later)


def test_the_first_admin_is_made_by_a_link_and_no_second_one(database: Database) -> None:
    assert not people.has_admin(database)
    old, token = (links.make_for_admin(database) for _ in range(2))
    assert links.find(database, old) is None
    assert links.find(database, token) == links.Link(None)
    assert links.set_password(database, token, HASH) is None, "it is for something else"
    people.add(database, "Ann")
    with pytest.raises(NameTakenError):
        links.make_admin(database, token, "ann", guest=None, password_hash=HASH)
    admin = links.make_admin(database, token, "Bob", guest=LEARNER, password_hash=HASH)
    assert admin is not None
    assert (admin.role, admin.learner) == ("admin", LEARNER)
    assert people.has_admin(database)
    assert links.make_admin(database, token, "Eve", guest=None, password_hash=HASH) is None


def test_a_link_for_the_first_admin_is_void_once_there_is_one(database: Database) -> None:
    token = links.make_for_admin(database)
    people.add(database, "Ann", role="admin")
    assert links.find(database, token) is None

"""Who may do what for whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc.store import audit, enrolling, erasing, links, members, people, sections

from .pages import Visitor, forms_of, words_of
from .signing import person, sign_in

if TYPE_CHECKING:
    from quizsvc.store.people import Account, Role
    from quizsvc.store.sections import Section, SectionRole

ROLES: tuple[Role, ...] = ("learner", "instructor", "admin")


def taught_by(visitor: Visitor, instructor: Account, *members: Account) -> Section:
    """Make a section of an instructor's, which others have come into."""
    db = visitor.service.db
    section = sections.make(db, "2026", instructor.learner)
    with db.writing() as session:
        for member in members:
            role: SectionRole = "learner" if member.role == "learner" else "instructor"
            sections.add_member(session, section.id, member.learner, role, db.now())
    return section


def post(visitor: Visitor, url: str, **data: str) -> int:
    """Send what no page offered, with a good CSRF token."""
    csrf = forms_of(visitor.get("/"))[-1].fields["csrf_token"][0]
    return visitor.client.post(url, data={"csrf_token": csrf, **data}).status_code


@pytest.mark.parametrize("acting", ROLES)
@pytest.mark.parametrize("other", ROLES)
def test_who_may_do_what_for_whom(ann: Visitor, acting: Role, other: Role) -> None:
    person(ann, "Root", "admin")
    mine, his = person(ann, "Ann", acting), person(ann, "Bob", other)
    taught_by(ann, mine, his)
    page = f"/people/{his.learner}"
    sign_in(ann, "Ann")
    sees = acting != "learner"
    changes = acting == "admin" or (acting == "instructor" and other == "learner")
    assert [ann.client.get(url).status_code for url in ("/people", page)] == [
        200 if sees else 403
    ] * 2
    assert post(ann, f"{page}/link") == (200 if changes else 403)
    assert post(ann, f"{page}/time", time_factor="1,5") == (303 if changes else 403)
    assert post(ann, f"{page}/role", role="instructor") == (303 if acting == "admin" else 403)
    bob = people.by_name(ann.service.db, "Bob")
    assert bob is not None
    assert bob.time_factor == (1.5 if changes else 1)
    assert bob.role == ("instructor" if acting == "admin" else other)
    shown = words_of(ann.get("/"))
    assert ("People" in shown) == sees
    if sees:
        shown = words_of(ann.get(page))
        assert ("as much again" in shown) == (acting == "admin" or bob.role == "learner")
        assert ("Set the role" in shown) == (acting == "admin")


def test_who_is_not_signed_in_is_asked_to(ann: Visitor) -> None:
    assert ann.get("/people?q=bob", 303).location == "/sign-in?next=/people?q%3Dbob"
    refused = ann.client.post("/people/x/link")
    assert refused.status_code == 400, "no CSRF token"


def test_whom_a_page_is_for_is_said(ann: Visitor) -> None:
    person(ann, "Ann")
    sign_in(ann, "Ann")
    assert "This page is for instructors and admins" in ann.get("/people", 403).text


def test_every_change_needs_its_csrf_token(ann: Visitor) -> None:
    page = f"/people/{person(ann, 'Bob').learner}"
    person(ann, "Ann", "admin")
    sign_in(ann, "Ann")
    for url in (f"{page}/link", f"{page}/time", f"{page}/role", "/sign-out", "/account/others"):
        assert ann.client.post(url, data={"role": "admin", "time_factor": "2"}).status_code == 400


def test_a_link_is_shown_once_and_sets_a_password(ann: Visitor, bob: Visitor) -> None:
    his = person(ann, "Bob")
    learner = his.learner
    taught_by(ann, person(ann, "Ann", "instructor"), his)
    sign_in(ann, "Ann")
    made = ann.send(ann.get("/people?q=bo"), status=200, place=1)
    assert made.headers["Cache-Control"] == "no-store"
    found = re.search(r"http://localhost(/link\?token=[\w-]+)", made.text)
    assert found
    assert found[1] not in ann.get(f"/people/{learner}").text
    bob.send(bob.get(found[1]), {"new_password": "a boat on the lake"})
    assert bob.learner == learner


def test_people_are_found_by_a_piece_of_their_name_and_listed_by_pages(ann: Visitor) -> None:
    for number in range(people.PAGE):
        people.add(ann.service.db, f"Learner {number:03}")
    person(ann, "Zoe", "admin")
    sign_in(ann, "Zoe")
    first = ann.get("/people")
    assert "Learner 049" in words_of(first)
    assert 'href="/account"' in first.text
    assert "people.show" not in first.text
    assert first.text.count('href="/people/') == people.PAGE
    assert 'href="/people?page=2"' in first.text
    second = ann.get("/people?page=2")
    assert second.text.count('href="/people/') == 1
    assert 'href="/people?page=3"' not in second.text
    assert ann.get("/people?q=learner+01").text.count('href="/people/') == 10
    assert "Nobody’s name holds “none”" in words_of(ann.get("/people?q=none"))
    assert ann.get("/people?page=-1&q=%00").status_code == 200


@pytest.mark.parametrize("factor", ["0.5", "5", "nan", "inf", "", "twice"])
def test_extra_time_is_a_number_from_1_to_4(ann: Visitor, factor: str) -> None:
    his = person(ann, "Bob")
    page = f"/people/{his.learner}"
    taught_by(ann, person(ann, "Ann", "instructor"), his)
    sign_in(ann, "Ann")
    refused = ann.send(ann.get(page), {"time_factor": factor}, status=422, place=1)
    assert "from 1 to 4" in refused.text
    assert forms_of(refused)[1].fields["time_factor"] == [factor]
    ann.send(ann.get(page), {"time_factor": "1.25"}, place=1)
    assert "1.25" in words_of(ann.get(page))


def test_the_last_admin_cannot_give_up_the_role(ann: Visitor) -> None:
    page = f"/people/{person(ann, 'Ann', 'admin').learner}"
    sign_in(ann, "Ann")
    refused = ann.send(ann.get(page), {"role": "learner"}, status=409, place=2)
    assert "Ann is the only admin" in refused.text
    assert post(ann, f"{page}/role", role="boss") == 422


def test_an_unknown_person_is_not_there(ann: Visitor) -> None:
    person(ann, "Ann", "admin")
    sign_in(ann, "Ann")
    ann.get("/people/none", 404)


@pytest.fixture
def teachers(ann: Visitor, bob: Visitor) -> dict[str, Account]:
    """Ann and Bob teach; they are signed in."""
    found = {name: person(ann, name, "instructor") for name in ("Ann", "Bob")}
    sign_in(ann, "Ann")
    sign_in(bob, "Bob")
    return found


def test_an_instructor_finds_only_who_is_in_his_sections(
    ann: Visitor, bob: Visitor, teachers: dict[str, Account]
) -> None:
    his = person(ann, "Vic")
    taught_by(ann, teachers["Ann"], his)
    assert "Vic" in words_of(ann.get("/people"))
    assert "Vic" not in words_of(bob.get("/people?q=vic"))
    for url in ("", "/link", "/time"):
        page = f"/people/{his.learner}{url}"
        assert (post(bob, page) if url else bob.client.get(page).status_code) == 404


def test_nobody_takes_over_an_account_by_putting_it_on_a_class_list(
    ann: Visitor, bob: Visitor, teachers: dict[str, Account]
) -> None:
    his = person(ann, "Vic")
    section = sections.make(bob.service.db, "B", teachers["Bob"].learner)
    line = enrolling.Line(number=2, name="vic", register_id=None)
    seen = enrolling.mark(enrolling.plan(bob.service.db, section.id, [line]))
    enrolling.apply(
        bob.service.db, section.id, [line], seen=seen, token="one", by=teachers["Bob"].learner
    )
    page = bob.get(f"/people/{his.learner}")
    assert "Only an admin can make links and grant time here" in words_of(page)
    assert post(bob, f"/people/{his.learner}/link") == 403
    # Being on somebody's list takes nothing from the instructor to whom he came by himself.
    taught_by(ann, teachers["Ann"], his)
    assert post(ann, f"/people/{his.learner}/link") == 200


def test_whoever_has_come_to_two_instructors_is_an_admins_to_look_after(
    ann: Visitor, teachers: dict[str, Account]
) -> None:
    his = person(ann, "Vic")
    taught_by(ann, teachers["Ann"], his)
    assert post(ann, f"/people/{his.learner}/link") == 200
    taught_by(ann, teachers["Bob"], his)
    assert post(ann, f"/people/{his.learner}/link") == 403
    assert post(ann, f"/people/{his.learner}/time", time_factor="2") == 403


@pytest.mark.parametrize("end", ["password", "joins", "removed", "stops", "role", "erased"])
def test_a_link_ends_with_the_right_of_its_maker(
    ann: Visitor, bob: Visitor, teachers: dict[str, Account], end: str
) -> None:
    db, his, other = ann.service.db, person(ann, "Vic"), person(ann, "Other")
    mine = taught_by(ann, teachers["Ann"], his)
    with db.writing() as session:
        sections.add_member(session, mine.id, teachers["Bob"].learner, "instructor", db.now())
    elsewhere = taught_by(bob, teachers["Bob"], other)
    page = ann.client.post(
        f"/people/{his.learner}/link",
        data={"csrf_token": forms_of(ann.get("/"))[-1].fields["csrf_token"][0]},
    )
    shown = re.search(r"/link\?token=[\w-]+", page.text)
    assert shown
    link, untouched = shown[0], links.make(db, other.learner)
    guest = Visitor(ann.app)
    form = guest.get(link)
    if end == "password":
        people.set_password(db, his.learner, "his own")
    elif end == "joins":
        members.join(db, elsewhere.id, his.learner)
    elif end == "removed":
        members.remove_member(db, mine, his.learner, by=teachers["Bob"].learner)
    elif end == "stops":
        members.remove_member(db, mine, teachers["Ann"].learner, by=teachers["Bob"].learner)
    elif end == "role":
        people.set_role(db, teachers["Ann"].learner, "learner")
    else:
        erasing.erase(db, teachers["Ann"].learner, by=None)
    guest.send(form, {"new_password": "words of somebody else"}, status=404)
    assert "This link does not work" in guest.get(link, 404).text
    assert links.find(db, untouched), "of another section"


def test_what_an_admin_has_made_ends_with_his_role(ann: Visitor) -> None:
    db, his = ann.service.db, person(ann, "Vic")
    person(ann, "Root", "admin")
    former = person(ann, "Former", "admin")
    token = links.make(db, his.learner)
    people.set_role(db, former.learner, "instructor")
    assert links.find(db, token) is None


def test_another_role_voids_links_and_ends_what_an_instructor_taught(ann: Visitor) -> None:
    db = ann.service.db
    root, his = person(ann, "Root", "admin"), person(ann, "Vic", "instructor")
    section = taught_by(ann, his)
    token = links.make(db, his.learner)
    sign_in(ann, "Root")
    assert post(ann, f"/people/{his.learner}/role", role="learner") == 303
    assert links.find(db, token) is None
    assert sections.role_in(db, section.id, his.learner) is None
    assert [(each.action, each.account) for each in audit.of_all(db)] == [
        ("role changed", root.learner)
    ]


def test_links_and_extra_time_are_in_the_records(ann: Visitor) -> None:
    his = person(ann, "Vic")
    person(ann, "Root", "admin")
    sign_in(ann, "Root")
    post(ann, f"/people/{his.learner}/link")
    post(ann, f"/people/{his.learner}/time", time_factor="2")
    said = words_of(ann.get("/records"))
    assert "Link made: Vic" in said
    assert "Time factor changed: Vic" in said
    assert "before: 1; after: 2" in said


def test_an_admin_hands_out_all_that_is_kept_of_somebody(ann: Visitor) -> None:
    person(ann, "Root", "admin")
    bob = person(ann, "Bob")
    sign_in(ann, "Root")
    file = ann.get(f"/people/{bob.learner}/data.json")
    assert re.fullmatch(
        r'attachment; filename="quizsvc-Bob-[-\d]+\.json"', file.headers["Content-Disposition"]
    )
    assert file.json is not None
    assert file.json["account"]["name"] == "Bob"
    (entry, *_) = audit.of_all(ann.service.db)
    assert (entry.action, entry.subject) == ("data exported", "All that is kept of: Bob")


def test_an_admin_erases_whom_he_names(ann: Visitor) -> None:
    root, bob = person(ann, "Root", "admin"), person(ann, "Bob")
    sign_in(ann, "Root")
    page = ann.get(f"/people/{bob.learner}/erase")
    assert "This cannot be undone" in words_of(page)
    assert "type its name: Bob" in ann.send(page, {"name": "Rob"}, 422).text
    assert people.find(ann.service.db, bob.learner) == bob
    assert "is erased" in ann.follow(ann.send(page, {"name": " bob "})).text
    assert people.find(ann.service.db, bob.learner) is None
    assert "Bob" not in ann.get("/records").text
    only = ann.get(f"/people/{root.learner}/erase")
    assert "only admin" in ann.send(only, {"name": "Root"}, 409).text


@pytest.mark.parametrize("acting", ["learner", "instructor"])
def test_nobody_but_an_admin_erases_or_takes_personal_data(ann: Visitor, acting: Role) -> None:
    mine, bob = person(ann, "Ann", acting), person(ann, "Bob")
    taught_by(ann, mine, bob)
    sign_in(ann, "Ann")
    page = f"/people/{bob.learner}"
    ann.get(f"{page}/data.json", 403)
    ann.get(f"{page}/erase", 403)
    assert post(ann, f"{page}/erase", name="Bob") == 403
    assert people.find(ann.service.db, bob.learner) == bob
    assert "Erase" not in ann.client.get(page).text

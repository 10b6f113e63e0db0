"""How accounts and people look: each state, and how somebody gets there."""

from __future__ import annotations

from quizsvc.store import links, sections

from .tour import Tour, shows


@shows("accounts/sign-in.html", "signing in, wrongly")
def _sign_in(tour: Tour) -> None:
    tour.open("/sign-in")
    tour.press("Sign in")


@shows("accounts/forgotten.html", "a forgotten password")
def _forgotten(tour: Tour) -> None:
    tour.open("/forgotten")


@shows("accounts/sign-up.html", "signing up, without a name")
def _sign_up(tour: Tour) -> None:
    tour.open("/sign-up")
    tour.press("Continue")


@shows("accounts/choose-password.html", "signing up, with a password that anybody would try")
def _choose_password(tour: Tour) -> None:
    tour.choose("W" * 40, "password")


@shows("accounts/account.html", "one's account, with a name of 40 wide letters")
def _account(tour: Tour) -> None:
    tour.sign_up("W" * 40)


@shows("accounts/delete.html", "before an account is deleted, without the password")
def _delete(tour: Tour) -> None:
    tour.sign_up("W" * 40)
    tour.page.get_by_role("link", name="What is deleted").click()
    tour.press("Delete my account")


@shows("people.html", "people")
def _people(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open("/people")


@shows("admin.html", "the service at a glance, with a section and a record")
def _admin(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    sections.make(tour.stage.db, "Residual networks, group B", tour.learner)
    tour.open(f"/people/{tour.learner}")
    tour.press("Make a link")
    tour.open("/admin")


@shows("person.html", "somebody's account, with too little time")
def _person(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open(f"/people/{tour.learner}")
    tour.page.get_by_label("Time limits").fill("0")
    tour.press("Set")


@shows("one-time-link.html", "a one-time link for somebody")
def _one_time_link(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open(f"/people/{tour.learner}")
    tour.press("Make a link")


@shows("accounts/link.html", "a one-time link, opened")
def _link(tour: Tour) -> None:
    tour.sign_up("W" * 40)
    tour.open(f"/link?token={links.make(tour.stage.db, tour.learner)}")


@shows("accounts/link.html", "the link of the first admin, with nothing typed")
def _first_link(tour: Tour) -> None:
    tour.open(f"/link?token={links.make_for_admin(tour.stage.db)}")
    tour.press("Keep this password")


@shows("erase.html", "before somebody is erased, with another name")
def _erase(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open(f"/people/{tour.learner}/erase")
    tour.page.get_by_label("Name").fill("Somebody else")
    tour.press("Erase for good")

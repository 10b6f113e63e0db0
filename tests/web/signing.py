"""Visitors who sign up and in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.store import people

from ..classes import PASSWORD, password_hash
from .pages import Visitor, forms_of

if TYPE_CHECKING:
    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.store.people import Account, Role


def sign_up(visitor: Visitor, name: str = "Ann", password: str = PASSWORD) -> str:
    """Sign up, and return the name to sign in with."""
    page = visitor.follow(visitor.send(visitor.get("/sign-up"), {"name": name}))
    visitor.send(page, {"new_password": password})
    return forms_of(page)[0].fields["sign_in_name"][0]


def sign_in(
    visitor: Visitor, name: str, password: str = PASSWORD, status: int = 303
) -> TestResponse:
    """Try to sign in."""
    typed = {"name": name, "password": password}
    return visitor.send(visitor.get("/sign-in"), typed, status)


def sign_out(visitor: Visitor) -> TestResponse:
    """Press the button of the frame."""
    return visitor.send(visitor.get("/"), place=-1)


def person(visitor: Visitor, name: str, role: Role = "learner") -> Account:
    """Make an account that nobody had to sign up for."""
    db = visitor.service.db
    return people.add(db, name, role=role, password_hash=password_hash())


def signed_in_as(visitor: Visitor, name: str, role: Role) -> Visitor:
    """Make somebody of a role, unless there is one, and sign the visitor in as him."""
    if people.credentials(visitor.service.db, name) is None:
        person(visitor, name, role)
    sign_in(visitor, name)
    return visitor


def cookie(visitor: Visitor) -> str:
    """Return the cookie as it is sent."""
    kept = visitor.client.get_cookie("quizsvc")
    assert kept is not None
    return kept.value


def with_cookie(app: Flask, value: str) -> Visitor:
    """Return another browser with a copy of a cookie."""
    visitor = Visitor(app)
    visitor.client.set_cookie("quizsvc", value)
    return visitor

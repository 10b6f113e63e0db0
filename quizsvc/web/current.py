"""What a request stands in: the service behind it and the learner before it.

A guest is a random id in the signed cookie. It is made at the first visit that needs one; a row in
the store follows with the first submission, so that looking around leaves no trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast
from uuid import uuid4

from flask import current_app, session

if TYPE_CHECKING:
    from quizsvc.web.service import Service

EXTENSION = "quizsvc"
_LEARNER = "learner"


def service() -> Service:
    """Return the application's service."""
    return cast("Service", current_app.extensions[EXTENSION])


def known_learner() -> str | None:
    """Return the visitor's learner id, if the cookie holds one."""
    return session.get(_LEARNER)


def current_learner() -> str:
    """Return the visitor's learner id, making one that the response's cookie will carry."""
    if _LEARNER not in session:
        session[_LEARNER] = new_token()
        session.permanent = True
    return str(session[_LEARNER])


def new_token() -> str:
    """Return a random id, as a form carries one to take effect only once."""
    return uuid4().hex


class _Account(Protocol):
    """To be replaced by the accounts' own, in the merge."""

    role: str


def current_account() -> _Account | None:
    """To be replaced by the accounts' own, in the merge: so far nobody signs in."""
    return None

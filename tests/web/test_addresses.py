"""Addresses that are remembered are those that Flask puts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask, url_for
from werkzeug.routing import BuildError

if TYPE_CHECKING:
    from quizsvc.web.addresses import App

ADDRESSES: list[tuple[str, dict[str, Any]]] = [
    ("lessons.home", {}),
    ("practice.show", {"item_id": "double", "number": 3}),
    ("practice.show", {"item_id": "double", "number": 4, "attempt": "0" * 32}),
    ("practice.show", {"item_id": "a b/ä{0}", "number": 4, "for": "due & more"}),
    ("practice.hint", {"item_id": "double", "number": 3, "wanted": 1, "_anchor": "help"}),
    ("practice.hint", {"item_id": "double", "number": 3, "wanted": 2, "_anchor": "über uns"}),
    ("practice.start", {"item_id": "double", "for": None}),
    ("practice.start", {"item_id": ""}),
    ("practice.start", {"item_id": True}),
    ("static", {"filename": "style.css", "v": "0123456789ab"}),
    ("links.show", {"token": "Ab_-9", "_external": True}),
    (".start", {"item_id": "double"}),
]


@pytest.mark.parametrize("prefix", ["", "/course"])
def test_each_is_what_flask_makes_of_it_the_first_time_and_again(app: App, prefix: str) -> None:
    with app.test_request_context("/practice/double/1", base_url=f"http://localhost{prefix}"):
        for endpoint, given in ADDRESSES * 2:
            assert url_for(endpoint, **given) == Flask.url_for(app, endpoint, **given)


def test_what_leads_nowhere_is_still_an_error(app: App) -> None:
    with app.test_request_context("/"):
        for _ in range(2):
            with pytest.raises(BuildError):
                url_for("practice.show", item_id="double")
            with pytest.raises(BuildError):
                url_for("practice.nothing")

"""An application that remembers what its addresses look like.

A page has two dozen of them, and Flask puts each together anew for some twenty microseconds: more
than all else in the page.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from flask import Flask, request
from werkzeug.routing import BuildError

_PATTERNS = 1024
_PLAIN = re.compile(r"[0-9A-Za-z_-]+")
"""What stands in an address as it is, in a path, a query and an anchor alike."""
_FIRST_PLACE = 8_102_046_000
"""Stands, with the numbers after it, where an address has a value that is filled in later."""


class App(Flask):
    """Flask, whose `url_for` fills in what it has put together before."""

    def __init__(self, import_name: str) -> None:
        super().__init__(import_name)
        self._pattern = lru_cache(maxsize=_PATTERNS)(self._put_together)

    def url_for(self, /, endpoint: str, **given: Any) -> str:
        """Return the address of an endpoint."""
        asked = {name: value for name, value in given.items() if value is not None}
        pattern = None
        if all(_is_plain(value) for value in asked.values()):
            if endpoint.startswith("."):
                endpoint = f"{request.blueprint}{endpoint}"
            pattern = self._pattern(request.root_path, endpoint, tuple(asked))
        return super().url_for(endpoint, **given) if pattern is None else pattern.format(**asked)

    def _put_together(self, _prefix: str, endpoint: str, names: tuple[str, ...]) -> str | None:
        """Return the address with its values still to be filled in, if it is of such a kind."""
        places = dict(zip(names, range(_FIRST_PLACE, _FIRST_PLACE + len(names)), strict=False))
        given: dict[str, Any] = {
            name: str(place) if name == "_anchor" else place for name, place in places.items()
        }
        try:
            address = super().url_for(endpoint, **given)
        except (BuildError, ValueError):
            return None
        for name, place in places.items():
            address = address.replace(str(place), f"{{{name}}}")
        return address


def _is_plain(value: object) -> bool:
    return type(value) is int or (type(value) is str and _PLAIN.fullmatch(value) is not None)

"""Every address, asked by everybody, in every state: who is let in, and that nobody else changes
anything; no change without its CSRF token, and none by looking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from quizsvc.web.security import HEADERS
from quizsvc.web.teaching import rights

from .access import CLOSING_GETS, TABLE, WRITING_GETS, Row
from .world import EVERYBODY, HOUR, START, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.test import TestResponse


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("world"))


@dataclass(frozen=True)
class Cell:
    """One request of the matrix."""

    rule: str
    row: Row
    visitor: str

    @property
    def method(self) -> str:
        return self.rule.partition(" ")[0]

    @property
    def endpoint(self) -> str:
        return self.rule.partition(" ")[2]

    @property
    def expected(self) -> int:
        return self.row.status(self.visitor, self.method)

    @property
    def is_refused(self) -> bool:
        return self.visitor not in self.row.may or self.expected == 403

    def __str__(self) -> str:
        return f"{self.rule} {self.row.state or 'as it is'}, {self.visitor}"


def cells(*, all_of_them: bool) -> Iterator[Cell]:
    """Return what is refused, and what is let in: for everybody, or for one of each row."""
    for rule, rows in TABLE.items():
        for row in rows:
            for visitor in EVERYBODY:
                cell = Cell(rule, row, visitor)
                if all_of_them or cell.is_refused or visitor == row.may[-1]:
                    yield cell


def methods(app_methods: set[str] | None) -> list[str]:
    return sorted((app_methods or set()) - {"HEAD", "OPTIONS"})


def test_every_address_has_its_row(world: World) -> None:
    rules = {
        f"{method} {rule.endpoint}"
        for rule in world.app.url_map.iter_rules()
        for method in methods(rule.methods)
    }
    assert rules - TABLE.keys() == set(), "addresses that tests/web/access.py does not list"
    assert TABLE.keys() - rules == set(), "rows of addresses that are gone"
    assert {method for rule in rules for method in rule.split()[:1]} == {"GET", "POST"}


def problems(cell: Cell, answer: TestResponse, *, changed: bool) -> list[str]:
    """Return what is not as it should be."""
    found = []
    location = answer.headers.get("Location")
    if answer.status_code != cell.expected:
        found.append(f"{answer.status_code} and not {cell.expected}, to {location}")
    if cell.is_refused and changed:
        found.append("refused, and yet something was written")
    if cell.method == "GET" and changed and cell.endpoint not in WRITING_GETS:
        found.append("something was written by looking")
    if location is not None and (not location.startswith("/") or location.startswith("//")):
        found.append(f"leads to {location}")
    is_sign_in = location is not None and location.startswith("/sign-in?next=/")
    if cell.is_refused and cell.expected == 303 and not is_sign_in:
        found.append(f"does not ask to sign in, but leads to {location}")
    found += [f"has no {name}" for name in HEADERS if name not in answer.headers]
    return [f"{cell}: {each}" for each in found]


def run(world: World, chosen: Iterator[Cell]) -> list[str]:
    """Ask all of these, each in the world as it was, and return what is not as it should be."""
    found: list[str] = []
    forms: dict[tuple[str, str], dict[str, object]] = {}
    world.restore()
    with world.watched() as watch:
        for cell in chosen:
            row, data = cell.row, None
            if cell.method == "POST":
                if (key := (cell.rule, row.state)) not in forms:
                    forms[key] = dict(row.form(world))
                    watch.changed()  # a form may stand on a page that writes
                data = {**forms[key], "csrf_token": world.tokens[cell.visitor]}
            address = world.address(cell.endpoint, row.state, **row.at)
            answer = world.ask(cell.visitor, cell.method, address, data)
            changed = watch.changed()
            found += problems(cell, answer, changed=changed)
            answer.close()
            if changed and cell.method == "POST":
                world.restore()
                watch.renew()
    return found


def test_each_address_lets_in_whom_its_row_says_and_nobody_else(world: World) -> None:
    assert run(world, cells(all_of_them=False)) == []


@pytest.mark.long
def test_each_address_answers_everybody_as_its_row_says(world: World) -> None:
    assert run(world, cells(all_of_them=True)) == []


def test_a_page_that_forgets_to_ask_whose_section_it_is_would_be_found(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rights, "_teaches", lambda _section: True)
    chosen = [Cell(rule, TABLE[rule][0], "colleague") for rule in TABLE if "sections." in rule]
    found = run(world, iter(chosen))
    assert (
        "POST sections.close as it is, colleague: refused, and yet something was written" in found
    )
    assert "GET sections.show as it is, colleague: 200 and not 404, to None" in found


def test_nothing_is_changed_without_a_csrf_token_of_the_same_browser(world: World) -> None:
    world.restore()
    taken = [(rule, rows[0]) for rule, rows in TABLE.items() if rule.startswith("POST ")]
    assert len(taken) >= 40
    with world.watched() as watch:
        for rule, row in taken:
            address = world.address(rule.partition(" ")[2], row.state, **row.at)
            form = dict(row.form(world))
            form.pop("csrf_token", None)
            watch.changed()
            for token in ({}, {"csrf_token": "none"}, {"csrf_token": world.tokens["classmate"]}):
                sent = world.ask(row.may[-1], "POST", address, form | token)
                assert (sent.status_code, watch.changed()) == (400, False), (rule, token)


def gets() -> Iterator[tuple[str, Row, str]]:
    """Return each address and state with those who may look, one of each kind."""
    for rule, rows in TABLE.items():
        if rule.startswith("GET "):
            for row in rows:
                for visitor in sorted({row.may[-1], "owner"} & {*row.may}):
                    yield rule.partition(" ")[2], row, visitor


def test_after_the_closing_time_looking_writes_only_what_is_listed(world: World) -> None:
    writing: set[str] = set()
    world.restore()
    world.clock.now = START + 2 * HOUR
    try:
        with world.watched() as watch:
            for endpoint, row, visitor in gets():
                address = world.address(endpoint, row.state, **row.at)
                for method in ("HEAD", "OPTIONS", "GET"):
                    world.ask(visitor, method, address).close()
                    if watch.changed():
                        assert method != "OPTIONS", endpoint
                        writing.add(endpoint)
                        world.restore()
                        watch.renew()
    finally:
        world.clock.now = START
    assert writing == WRITING_GETS.keys() | CLOSING_GETS

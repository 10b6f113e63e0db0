"""Fill in the fields of a part, whatever its question type, as a learner does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from quizsvc.interactions.assignments import LETTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from quizsvc.model import DrawnPart


def fill(page: Page, drawn: DrawnPart, value: Any) -> None:
    """Give a part the response that has this value, in the form of its key."""
    kind = drawn.part.interaction.type
    if kind == "ordering":
        shown = [each for each, _ in drawn.part.interaction.offered(drawn)]
        value = {LETTERS[shown.index(step)]: place for place, step in enumerate(value, 1)}
    if kind == "matching":
        shown = [each for each, _ in drawn.part.interaction.offered(drawn)]
        value = {term: LETTERS[shown.index(option)] for term, option in value}
    if kind in _FILL:
        _FILL[kind](page, drawn.name, value)
    else:
        _field(page, drawn.name).fill(json.dumps(value))


def _field(page: Page, name: str, value: str = "") -> Any:
    chosen = f'[value="{value}"]' if value else ""
    return page.locator(f'[name="{name}"]{chosen}')


def _choose(page: Page, name: str, value: Any) -> None:
    for choice in [value] if isinstance(value, str) else value:
        _field(page, name, choice).check()


def _fill_grid(page: Page, name: str, value: Any) -> None:
    for i, row in enumerate(value):
        for j, entry in enumerate(row):
            _field(page, f"{name}.{i}.{j}").fill(f"{entry:.17g}")


def _select(page: Page, name: str, value: Any) -> None:
    for prompt, choice in value.items():
        _field(page, f"{name}.{prompt}").select_option(str(choice))


def _find_error(page: Page, name: str, value: Any) -> None:
    _field(page, name, value["line"]).check()
    _field(page, f"{name}.value").fill(json.dumps(value["value"]))


_FILL: dict[str, Callable[[Page, str, Any], None]] = {
    "single-choice": _choose,
    "multiple-choice": _choose,
    "matrix": _fill_grid,
    "ordering": _select,
    "matching": _select,
    "find-error": _find_error,
    "words": lambda page, name, value: _field(page, name).fill(", ".join(value)),
    "power-of-ten": lambda page, name, value: _field(page, name).fill(f"10^({value!r})"),
    "expression": lambda page, name, value: _field(page, name).fill(value),
    "written": lambda page, name, _: _field(page, name).fill("In my own words."),
}

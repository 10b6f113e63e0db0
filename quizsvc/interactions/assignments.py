"""Responses that give each of several prompts one value: places in an order, matches.

A page calls what it shows in an order of its own by letters, since ids would tell where each
belongs.

The raw response is a line of ``prompt=value``, separated by spaces, so that a form that is half
filled in comes back as it was.
"""

from __future__ import annotations

import re
import string
from typing import TYPE_CHECKING

from quizsvc.interactions.base import first

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ASSIGNMENT = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z0-9-]+)\s*=\s*([A-Za-z0-9-]+)")
"""It begins where a word does: else a long word would be tried from each of its letters."""
LETTERS = string.ascii_uppercase
"""Of what a variant shows, from the top; ids have small letters only."""


def by_letter(ids: Sequence[str], order: Sequence[int]) -> dict[str, str]:
    """Return letter to id, as a variant shows them in `order`.

    >>> by_letter(["one", "two", "three"], (2, 0, 1))
    {'A': 'three', 'B': 'one', 'C': 'two'}
    """
    return {letter: ids[place] for letter, place in zip(LETTERS, order, strict=False)}


def posted_assignments(
    posted: Mapping[str, Sequence[str]], name: str, prompts: Iterable[str]
) -> str:
    """Return the raw response of the fields ``name.prompt``; blank if all of them are."""
    values = {prompt: first(posted, f"{name}.{prompt}").strip() for prompt in prompts}
    return " ".join(f"{prompt}={value}" for prompt, value in values.items() if value)


def assignments(raw: str) -> dict[str, str]:
    """Return prompt to value.

    >>> assignments("relu=2 conv = 1")
    {'relu': '2', 'conv': '1'}
    """
    return dict(_ASSIGNMENT.findall(raw))

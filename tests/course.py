"""The shipped content, read once in each process of the tests."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from quizsvc.content import load_bank
from quizsvc.settings import shipped

if TYPE_CHECKING:
    from quizsvc.content import ItemBank


@cache
def shipped_bank() -> ItemBank:
    """Return the bank of the shipped content; nobody changes it."""
    return load_bank(shipped("content"))

"""Somebody who learns: answers right or wrong, and comes back days later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from .conftest import Clock
    from .pages import Visitor


def later(visitor: Visitor, days: float) -> datetime:
    """Let time pass."""
    clock = cast("Clock", visitor.service.db.now)
    clock.now += timedelta(days=days)
    return clock.now


def key(visitor: Visitor, number: int) -> int:
    """Return what is right for the nth variant of ``double``."""
    return int(visitor.variant("double", number).key["answer"])


def right(visitor: Visitor, number: int) -> TestResponse:
    """Answer the nth variant of ``double`` right."""
    visitor.get(f"/practice/double/{number}")
    return visitor.answer("double", str(key(visitor, number)), number)


def squared(visitor: Visitor, number: int) -> TestResponse:
    """Answer the nth variant of ``double`` with its misconception."""
    visitor.get(f"/practice/double/{number}")
    return visitor.answer("double", str((key(visitor, number) // 2) ** 2), number)

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from quizsvc.settings import Settings
from quizsvc.web import create_app

from .bank import write_bank
from .pages import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask


class Clock:
    """A clock that moves a minute with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


@pytest.fixture
def settings(content: Path, tmp_path: Path) -> Settings:
    return Settings.from_environment(
        {
            "QUIZSVC_CONTENT": str(content),
            "QUIZSVC_VAR": str(tmp_path / "var"),
            "QUIZSVC_SECRET": "for tests only, 32 characters ...",
        }
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Flask:
    return create_app(settings, clock=clock)


@pytest.fixture
def ann(app: Flask) -> Visitor:
    return Visitor(app)


@pytest.fixture
def bob(app: Flask) -> Visitor:
    return Visitor(app)

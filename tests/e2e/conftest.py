"""A real Chromium; where there is none, the tests say so and are skipped, unless all must run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from quizsvc.interactions import REGISTRY
from quizsvc.settings import shipped

from ..conftest import Server, serving
from ..course import shipped_bank
from .stage import Stage
from .tour import EVERY_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = Path("/usr/bin/chromium")

# A busy machine is slow and not wrong; only a test that fails waits so long.
expect.set_options(timeout=20_000)

ONE_QUESTION = """
id: one-question
title: One question against the clock
instructions: Answer it.
time_limit: 30
items:
  - {item: block-jacobian}
"""
ALL_TYPES = f"""
id: {EVERY_TYPE}
title: A question of every type
summary: All of them.
objectives:
  - id: all-types
    text: Meet them all.
text: |
"""
HELD_BACK = """
id: held-back
title: A quiz whose results come later
instructions: Answer all.
feedback: closing
closes: "2099-01-01T00:00Z"
items:
  - {item: quiz-number-of-paths}
"""


def item_asking(kind: str) -> str:
    """Return the first shipped item that asks with one question type alone."""
    return next(
        item.id
        for item in shipped_bank().items.values()
        if {part.interaction.type for part in item.parts} == {kind}
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("QUIZSVC_TEST_REQUIRE_ALL") == "1":
            pytest.fail(f"{CHROMIUM} is missing and QUIZSVC_TEST_REQUIRE_ALL=1")
        pytest.skip(f"{CHROMIUM} is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that neither stop it nor look at all that it holds."""
    with serving(tmp_path_factory.mktemp("running")) as server:
        yield server


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One application in this process, whose clock a test may set."""
    folder = tmp_path_factory.mktemp("stage")
    content = folder / "content"
    shutil.copytree(shipped("content"), content)
    (content / "assessments" / "held-back.yaml").write_text(HELD_BACK)
    (content / "assessments" / "one-question.yaml").write_text(ONE_QUESTION)
    questions = "\n".join(f"  ::check{{{item_asking(kind)}}}\n" for kind in REGISTRY)
    (content / "lessons" / f"{EVERY_TYPE}.yaml").write_text(ALL_TYPES + questions)
    stage = Stage(folder / "var", content)
    stage.start()
    yield stage
    stage.stop()

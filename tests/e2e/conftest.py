"""A real Chromium; where there is none, the tests say so and are skipped, unless all must run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from quizsvc.settings import shipped

from ..conftest import Server, serving
from .stage import Stage

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
HELD_BACK = """
id: held-back
title: A quiz whose results come later
instructions: Answer all.
feedback: closing
closes: "2099-01-01T00:00Z"
items:
  - {item: quiz-number-of-paths}
"""


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
    stage = Stage(folder / "var", content)
    stage.start()
    yield stage
    stage.stop()

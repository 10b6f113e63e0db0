"""What instructors see of the content and of its faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from quizsvc.web import create_app

from ..pages import Visitor, words_of
from ..signing import signed_in_as

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from quizsvc.settings import Settings
    from quizsvc.web.reloading import Reloading

    from ..conftest import Clock


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Flask:
    """An application whose content is read from its folder."""
    return create_app(settings, clock=clock)


@pytest.fixture
def watching(app: Flask) -> Reloading:
    return cast("Reloading", app.extensions["quizsvc.reloading"])


def test_an_instructor_sees_what_is_served_and_each_fault_with_its_line(
    colleague: Visitor,
) -> None:
    page = colleague.get("/content")
    words = " ".join(words_of(page).split())
    assert "8 items from 7 files, 2 lessons, 3 quizzes, 1 figure, 1 course." in words
    assert "<code>items/broken.yaml:6:13</code>: Something is missing" in page.text
    assert '<span class="quiet">6</span>   number: 2 <mark>*</mark> * nothing' in page.text
    assert "Not served" in words
    assert "Served as before" not in words
    assert "after the next start" in words


def test_what_breaks_is_listed_as_served_as_before_until_it_is_mended(
    colleague: Visitor, watching: Reloading, content: Path
) -> None:
    path = content / "items" / "double.yaml"
    text = path.read_text()
    path.write_text(text.replace("number: 2 * n", "number: <b>"))
    assert watching.look() or watching.look()
    page = colleague.get("/content")
    assert '<a href="/practice/double">double</a>' in page.text
    assert "items/double.yaml:8:" in page.text
    assert "<b>" not in page.text
    path.write_text(text)
    assert watching.look() or watching.look()
    assert "Served as before" not in colleague.get("/content").text


def test_a_folder_that_cannot_be_served_is_told(
    colleague: Visitor, watching: Reloading, content: Path
) -> None:
    content.rename(content.with_name("away"))
    assert not watching.look()
    assert not watching.look()
    page = colleague.get("/content")
    assert "There is no such content directory." in page.text
    assert str(content) not in page.text


def test_learners_and_guests_do_not_see_it(ann: Visitor, bob: Visitor) -> None:
    signed_in_as(ann, "Ann", "learner").get("/content", 403)
    bob.get("/content", 303)

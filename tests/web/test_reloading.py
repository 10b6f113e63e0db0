"""Content that changes under a running service: a class goes on, whatever an author does."""

from __future__ import annotations

import logging
import os
import shutil
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, cast

import pytest
from flask import current_app

from quizsvc.content.watching import PATIENCE
from quizsvc.errors import NotSavedError
from quizsvc.store import revisions
from quizsvc.web import create_app
from quizsvc.web import reloading as module
from quizsvc.web.current import EXTENSION, service
from quizsvc.web.reloading import Reloading

from .pages import Visitor

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from quizsvc.content import ItemBank
    from quizsvc.settings import Settings

    from .conftest import Clock


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Flask:
    """An application whose content is read from its folder."""
    return create_app(settings, clock=clock)


@pytest.fixture
def watching(app: Flask) -> Reloading:
    return cast("Reloading", app.extensions["quizsvc.reloading"])


def look(watching: Reloading) -> bool:
    """Look twice, as it takes for a change that has come to rest."""
    return watching.look() or watching.look()


def watching_bank(watching: Reloading) -> ItemBank:
    """Return what is served now."""
    return watching._service.bank


def change(path: Path, was: str, becomes: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, becomes), encoding="utf-8")


def test_a_saved_file_is_served_without_a_restart(
    ann: Visitor, watching: Reloading, content: Path
) -> None:
    change(content / "items" / "double.yaml", "Twice a number", "The double of a number")
    assert "The double" not in ann.get("/practice/double/1").text
    assert look(watching)
    assert "The double of a number" in ann.get("/practice/double/1").text
    assert "The double of a number" in ann.get("/lessons/numbers").text
    assert not look(watching)


def test_what_breaks_goes_on_as_it_was_and_its_faults_are_logged_once(
    ann: Visitor, watching: Reloading, content: Path, caplog: pytest.LogCaptureFixture
) -> None:
    page = ann.get("/practice/double/1")
    key = ann.variant("double").key["answer"]
    change(content / "items" / "double.yaml", "number: 2 * n", "number: 2 * q")
    change(content / "lessons" / "numbers.yaml", "summary:", "sumary:")
    with caplog.at_level(logging.INFO, logger="quizsvc"):
        assert look(watching)
        (content / "items" / "more.yaml").write_text("id: more")
        assert look(watching)

    assert caplog.text.count("items/double.yaml:8:15: “q” is not known here") == 1
    assert caplog.text.count("“sumary” is not a field here") == 1
    assert "broken.yaml" not in caplog.text  # it was so at the start
    assert caplog.text.count("the content was read again") == 2
    assert "Right" in ann.follow(ann.send(page, {"answer": f"{key:g}"})).text
    ann.get("/practice/double/2")
    assert "About numbers" in ann.get("/lessons/numbers").text


def test_of_several_processes_only_the_first_tells_what_has_changed(
    watching: Reloading,
    settings: Settings,
    clock: Clock,
    content: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = cast("Reloading", create_app(settings, clock=clock).extensions["quizsvc.reloading"])
    other._told = watching._told  # as after a fork
    file = content / "items" / "double.yaml"
    right = file.read_text(encoding="utf-8")
    with caplog.at_level(logging.INFO, logger="quizsvc"):
        for times in (1, 2):
            file.write_text(right.replace("number: 2 * n", "number: 2 * q"), encoding="utf-8")
            assert look(watching)
            assert look(other)
            assert caplog.text.count("“q” is not known here") == times
            file.write_text(right, encoding="utf-8")
            assert look(other)
            assert look(watching)
    assert caplog.text.count("the content was read again") == 4


def test_an_answer_to_a_page_that_was_overtaken_counts_as_it_was_asked(
    ann: Visitor, watching: Reloading, content: Path
) -> None:
    page = ann.get("/practice/double/1")
    change(content / "items" / "double.yaml", "number: 2 * n", "number: 3 * n")
    key = ann.variant("double").key["answer"]
    assert look(watching)
    assert "Right" in ann.follow(ann.send(page, {"answer": f"{key:g}"})).text


def test_a_sitting_goes_on_with_an_item_that_was_changed_or_deleted(
    ann: Visitor, watching: Reloading, content: Path
) -> None:
    begun = ann.follow(ann.send(ann.get("/assessments/final"))).request.path
    sitting = begun.rpartition("/")[0]
    asked = ann.get(f"{sitting}/1").text
    for item in (content / "items").iterdir():
        if item.stem in ("double", "pick-one"):
            item.unlink()
    change(content / "items" / "say-why.yaml", "Why is twice", "How is twice")
    assert look(watching)

    ann.get("/practice/double/1", 404)
    assert "What is twice" in asked
    assert "What is twice" in ann.get(f"{sitting}/1").text
    assert "Which is even" in ann.get(f"{sitting}/2").text
    assert "Why is twice" in ann.get(f"{sitting}/3").text
    ann.send(ann.get(f"{sitting}/submit"), place=0)
    assert "What is twice" in ann.get(f"{sitting}/review").text


def test_new_revisions_are_kept_before_anybody_meets_them(
    ann: Visitor, watching: Reloading, content: Path
) -> None:
    change(content / "items" / "double.yaml", "Twice a number", "The double of a number")
    assert look(watching)
    item = ann.service.item("double")
    assert revisions.source(ann.service.db, item.revision) == item.source


def test_content_that_cannot_be_remembered_yet_waits(
    ann: Visitor,
    watching: Reloading,
    content: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_given: object) -> None:
        raise NotSavedError("the disk is full")

    change(content / "items" / "double.yaml", "Twice a number", "The double of a number")
    with monkeypatch.context() as patched:
        patched.setattr(revisions, "remember", full)
        assert not look(watching)
        assert not look(watching)
    assert caplog.text.count("database cannot be written") == 1
    assert "Twice a number" in ann.get("/practice/double/1").text
    assert watching.look()
    assert "The double of a number" in ann.get("/practice/double/1").text
    assert watching.served.refused == ""


def test_without_anything_to_serve_all_stays_as_it_was(
    ann: Visitor, watching: Reloading, content: Path, caplog: pytest.LogCaptureFixture
) -> None:
    away = content.with_name("away")
    content.rename(away)
    assert not look(watching)
    assert not look(watching)
    assert caplog.text.count("There is no such content directory") == 1
    ann.get("/practice/double/1")

    shutil.copytree(away / "lessons", content / "lessons")
    assert not look(watching)
    assert "There is no item in it any more" in watching.served.refused
    ann.get("/practice/double/2")

    shutil.rmtree(content)
    away.rename(content)
    assert look(watching)
    assert watching.served.refused == ""


def test_a_bug_in_reading_leaves_everything_as_it_was_and_is_told(
    ann: Visitor,
    watching: Reloading,
    content: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def crash(*_given: object) -> None:
        raise ZeroDivisionError

    change(content / "items" / "double.yaml", "Twice", "Two times")
    with monkeypatch.context() as patched:
        patched.setattr(module, "load_bank", crash)
        assert not look(watching)
        assert not look(watching)
    assert caplog.text.count("the content could not be read") == 1
    assert "for a reason that nobody foresaw" in watching.served.refused
    ann.get("/practice/double/1")


def test_a_request_keeps_the_content_that_it_began_with(
    app: Flask, watching: Reloading, content: Path
) -> None:
    with app.test_request_context():
        bank = service().bank
        change(content / "items" / "double.yaml", "Twice", "Two times")
        assert look(watching)
        assert service().bank is bank
        assert current_app.extensions[EXTENSION].bank is not bank
    with app.test_request_context():
        assert service().bank is not bank


def test_each_process_watches_from_its_first_request_on_and_nothing_ends_that(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    looks: list[Reloading] = []
    at_onces: list[bool] = []
    twice = Event()

    def look(self: Reloading, *, at_once: bool = False) -> bool:
        at_onces.append(at_once)
        looks.append(self)
        if len(looks) == 1:
            raise ZeroDivisionError
        self.ended.set()
        twice.set()
        return False

    monkeypatch.setattr(Reloading, "look", look)
    visitor = Visitor(create_app(replace(settings, content_reload=1)))
    visitor.get("/")
    visitor.get("/")
    assert twice.wait(20)
    assert at_onces == [True, False]  # the first before the page, the others beside pages
    assert "looking at the content failed" in caplog.text


def test_a_worker_that_is_made_by_a_fork_watches_for_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    class Noted:
        """A thread of which only the start is noted."""

        def __init__(self, **_given: object) -> None: ...

        def start(self) -> None:
            started.append(os.getpid())

    monkeypatch.setattr(module, "Thread", Noted)
    visitor = Visitor(create_app(replace(settings, content_reload=1)))
    assert started == []
    visitor.get("/")
    visitor.get("/")
    monkeypatch.setattr(os, "getpid", lambda: 1)
    visitor.get("/")
    visitor.get("/")
    assert started[1:] == [1]


def test_a_worker_serves_what_was_mended_since_the_start_from_its_first_page_on(
    settings: Settings, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = Visitor(create_app(replace(settings, content_reload=3600)))
    visitor.get("/")
    change(content / "items" / "double.yaml", "Twice a number", "The double of a number")
    assert "Twice a number" in visitor.get("/practice/double/1").text  # until it looks again
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert "The double of a number" in visitor.get("/practice/double/1").text


def test_a_link_to_itself_is_one_fault_and_is_gone_with_it(
    ann: Visitor, watching: Reloading, content: Path
) -> None:
    before = watching_bank(watching).faults
    loop = content / "items" / "loop.yaml"
    loop.symlink_to("loop.yaml")
    change(content / "items" / "double.yaml", "Twice a number", "The double of a number")
    assert look(watching)
    (fault,) = set(watching_bank(watching).faults) - set(before)
    assert (fault.file, fault.line) == (str(loop), 1)
    assert "The file cannot be read: Too many levels of symbolic links" in fault.message
    assert "The double of a number" in ann.get("/practice/double/1").text
    loop.unlink()
    assert look(watching)
    assert watching_bank(watching).faults == before


def test_a_folder_that_nobody_can_look_into_keeps_what_it_had(
    ann: Visitor, watching: Reloading, content: Path
) -> None:
    items = list(watching_bank(watching).items)
    before = watching_bank(watching).faults
    away = content / "items.away"
    (content / "items").rename(away)
    (content / "items").symlink_to("items")
    change(content / "lessons" / "numbers.yaml", "About numbers", "On numbers")
    assert look(watching)
    bank = watching_bank(watching)
    assert list(bank.items) == items
    assert ("items", "double") in bank.older
    assert "The folder cannot be read" in "".join(each.message for each in bank.faults)
    assert "On numbers" in ann.get("/lessons/numbers").text
    ann.get("/practice/double/1")

    (content / "items").unlink()
    away.rename(content / "items")
    assert look(watching)
    assert watching_bank(watching).faults == before
    assert watching_bank(watching).older == []


def test_what_could_not_be_read_is_tried_again_after_a_while(
    ann: Visitor, watching: Reloading, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_given: object) -> None:
        raise ZeroDivisionError

    change(content / "items" / "double.yaml", "Twice a number", "The double of a number")
    with monkeypatch.context() as patched:
        patched.setattr(module, "load_bank", crash)
        assert not look(watching)
    assert [watching.look() for _ in range(PATIENCE)] == [False] * (PATIENCE - 1) + [True]
    assert "The double of a number" in ann.get("/practice/double/1").text
    assert watching.served.refused == ""


def test_with_0_seconds_nobody_watches(app: Flask, ann: Visitor, watching: Reloading) -> None:
    ann.get("/")
    assert watching.seconds == 0
    assert "_keep_watching" not in str(app.before_request_funcs)

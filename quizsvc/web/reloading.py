"""Content that changes while the service runs: read beside the old, then put in its place.

What an author breaks stays as it was, so that a class goes on, and is told in the log and under
``/content``. Every process of the service watches for itself.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from hashlib import sha256
from mmap import mmap
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, cast

from flask import current_app

from quizsvc.content import Memory, Watch, load_bank
from quizsvc.errors import ContentError, Fault, SettingsError, StoreError
from quizsvc.store import kept, revisions
from quizsvc.web.current import EXTENSION

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from quizsvc.content import ItemBank
    from quizsvc.content.watching import Snapshot
    from quizsvc.settings import Settings
    from quizsvc.store import Database
    from quizsvc.web.service import Service

logger = logging.getLogger(__name__)

_OWN = "quizsvc.reloading"

_UNFORESEEN = "It could not be read, for a reason that nobody foresaw: the log has it."


@dataclass(frozen=True, slots=True)
class Served:
    """Since when the content is served that is served, and why not what the folder holds now."""

    since: datetime
    refused: str = ""


class Reloading:
    """Watches the content directory and lets the service go on with what it finds there."""

    def __init__(self, settings: Settings) -> None:
        self.root = settings.content
        self.seconds = settings.content_reload
        self.served: Served
        self._app: Flask
        self._watch = Watch(self.root)  # before the content is read: what changes meanwhile counts
        self._memory = Memory()
        self._process: int | None = None
        self._starting = Lock()
        self._told = mmap(-1, 16)  # made before the fork, it is one for all processes
        self.ended = Event()
        """Set by whoever wants no more looks."""

    def first(self) -> ItemBank:
        """Read the content for the first time, and log its faults.

        Raises
        ------
        SettingsError
            There is no such directory.
        ContentError
            There is nothing to serve.
        """
        try:
            bank = load_bank(self.root, self._memory)
        except ContentError as problem:
            said = "\n".join(fault.message for fault in problem.faults)
            raise SettingsError(f"QUIZSVC_CONTENT: {self.root}: {said}") from problem
        for fault in bank.faults:
            logger.warning("%s", fault)
        if not bank.items:
            nothing = Fault(str(self.root), 1, 1, "There is no item in order: nothing to serve.")
            raise ContentError([*bank.faults, nothing])
        return bank

    def attach(self, app: Flask) -> None:
        """Watch for an application from its first request on, in each process that serves it."""
        self._app = app
        self.served = Served(self._service.db.now())
        app.extensions[_OWN] = self
        if self.seconds:
            app.before_request(self._keep_watching)

    def look(self, *, at_once: bool = False) -> bool:
        """Look at the directory, and tell whether other content is served from now on.

        `at_once`, what has changed is read though somebody may still be saving.
        """
        state = self._watch.changed(at_once=at_once)
        if state is None:
            return False
        try:
            bank = load_bank(self.root, self._memory, self._service.bank)
        except ContentError as problem:
            refused = "\n".join(fault.message for fault in problem.faults)
        except Exception:
            logger.exception("the content could not be read")
            refused = _UNFORESEEN
        else:
            refused = "" if bank.items else "There is no item in it any more."
        if refused:
            self._watch.put_off(state)
            self._refuse(refused)
            return False
        try:
            remember(self._service.db, bank, self._service.bank)
        except StoreError:  # the next look tries again
            self._refuse("The database cannot be written just now.")
            return False
        self._watch.take(state)
        self._serve(bank, state)
        return True

    @property
    def _service(self) -> Service:
        return cast("Service", self._app.extensions[EXTENSION])

    def _serve(self, bank: ItemBank, state: Snapshot) -> None:
        known = set(self._service.bank.faults)
        self._app.extensions[EXTENSION] = self._service.with_bank(bank)
        self.served = Served(self._service.db.now())
        if not self._is_first_to_tell(state):
            return
        for fault in bank.faults:
            if fault not in known:
                logger.warning("%s", fault)
        logger.info(
            "the content was read again: %d items, %d lessons, %d assessments; faults: %d; "
            "as they were before, since their files are out of order: %d",
            len(bank.items), len(bank.lessons), len(bank.assessments), len(bank.faults),
            len(bank.older),
        )  # fmt: skip

    def _refuse(self, why: str) -> None:
        if self.served.refused != why:
            if self._is_first_to_tell(why):
                logger.error("the content stays as it was: %s: %s", self.root, why)
            self.served = Served(self.served.since, why)

    def _is_first_to_tell(self, what: Snapshot | str) -> bool:
        """Tell whether no other process has logged this already, the last of all.

        Two that are at it in the same moment may both be first: that costs a line, not a lock.
        """
        known = sorted(what) if isinstance(what, frozenset) else what
        digest = sha256(repr(known).encode()).digest()[:16]
        if self._told[:] == digest:
            return False
        self._told[:] = digest
        return True

    def _keep_watching(self) -> None:
        # No thread survives the fork by which gunicorn makes its workers, and one that takes the
        # place of another inherits the content of the start: nobody is to meet that any more.
        if self._process != os.getpid():
            with self._starting:
                if self._process != os.getpid():
                    self._look_safely(at_once=True)
                    Thread(target=self._watch_on, name="content", daemon=True).start()
                    self._process = os.getpid()

    def _watch_on(self) -> None:
        while not self.ended.wait(self.seconds):
            self._look_safely()

    def _look_safely(self, *, at_once: bool = False) -> None:
        try:
            self.look(at_once=at_once)
        except Exception:
            logger.exception("looking at the content failed")


def reloading() -> Reloading:
    """Return what watches the content of the application."""
    return cast("Reloading", current_app.extensions[_OWN])


def remember(db: Database, bank: ItemBank, known: ItemBank | None = None) -> None:
    """Keep the source of each item that is not `known`, before anybody meets it.

    And note with assignments what is kept for them, before its file may go.

    Raises
    ------
    NotSavedError
        The database cannot be written.
    """
    before = {item.revision for item in known.items.values()} if known else set()
    new = [item for item in bank.items.values() if item.revision not in before]
    if new:
        with db.writing() as session:
            for item in sorted(new, key=lambda item: item.revision):  # as `sittings.start_in`
                revisions.remember(session, item.revision, item.id, item.source, db.now())
    kept.note(db, {each.id: each.kept for each in bank.assessments.values()})

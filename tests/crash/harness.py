"""Learners at work while the service is killed, and what is left of what it acknowledged.

Each answer, draft and quiz is an intention that a learner has once. He sends its form until the
service acknowledges it; the audit then looks for each in the database itself.
"""

from __future__ import annotations

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from .auditing import Audit, Ledger, audit
from .browser import Answer, Browser, CutOffError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .victim import Victim

QUIZ = {1: "{}", 2: "three", 3: "Since {}."}
"""The places of the quiz ``exam``, and what is answered there."""


class Killer:
    """Kills after every so many acknowledgements, a little later each time.

    Parameters
    ----------
    victim : Victim
    every : int
        Acknowledgements between two kills.
    master_at : int
        Of so many kills one is of the master, of every other one with all its workers; 0 for none.
    seed : int
        Of the choice of workers and moments.
    """

    def __init__(self, victim: Victim, *, every: int, master_at: int, seed: int) -> None:
        self.workers = self.masters = 0
        self._victim, self._every, self._master_at = victim, every, master_at
        self._random = random.Random(seed)  # noqa: S311 - nothing secret
        self._told: SimpleQueue[int | None] = SimpleQueue()
        self._thread = Thread(target=self._work)
        self._thread.start()

    @property
    def kills(self) -> int:
        """How many there were."""
        return self.workers + self.masters

    def tell(self, acknowledgements: int) -> None:
        """Say how many acknowledgements there were."""
        if acknowledgements % self._every == 0:
            self._told.put(acknowledgements)

    def stop(self) -> None:
        """Kill no more."""
        self._told.put(None)
        self._thread.join()

    def _work(self) -> None:
        while self._told.get() is not None:
            time.sleep(self._random.uniform(0, 0.02))  # in the midst of whatever comes
            if self._master_at and (self.kills + 1) % self._master_at == 0:
                self.masters += 1
                kill = [self._victim.kill_all, self._victim.kill_master][self.masters % 2]
                kill()
            elif self._victim.kill_worker(self._random.randrange(8)):
                self.workers += 1


class Learner:
    """Somebody who presses "send" again until an answer comes.

    Parameters
    ----------
    browser : Browser
    ledger : Ledger
    tell : Callable[[int], None]
        Hears of each acknowledgement.
    keeps_tokens : bool
        Whether he sends the same form again, as browsers do; a control asks for a new page each
        time, as with a service whose forms carry no token.
    """

    def __init__(
        self,
        name: str,
        browser: Browser,
        ledger: Ledger,
        tell: Callable[[int], None] = lambda _number: None,
        *,
        keeps_tokens: bool = True,
    ) -> None:
        self.name = name
        self.browser = browser
        self.ledger = ledger
        self._tell = tell
        self._keeps_tokens = keeps_tokens

    def practise(self, item: str, number: int, said: str) -> None:
        """Answer a variant, and now and then press twice."""
        path = f"/practice/{item}/{number}"
        form = self._form(path)
        while True:
            self.ledger.sent[form["token"]] = f"{self.name}: {path}"
            try:
                receipt = self._sent(path, {**form, "answer": said}).location
            except CutOffError:
                self._count_repeated()
                if not self._keeps_tokens:
                    form = self._form(path)
                continue
            break
        self.ledger.answers[form["token"]] = said
        self.ledger.receipts[form["token"]] = receipt
        self._acknowledged()
        if number % 4 == 0:
            again = self._insist(path, {**form, "answer": said}).location
            self.ledger.contradicted += again != receipt
            self._acknowledged()

    def sit(self, number: int, *, hand_in: bool = True) -> None:
        """Take the quiz: two drafts at each place, and one handing-in."""
        start = self._form("/assessments/exam")
        self.ledger.sent[start["token"]] = f"{self.name}: quiz {number}"
        address = self._insist("/assessments/exam", start).location.rpartition("/")[0]
        sitting = address.rpartition("/")[2]
        self.ledger.sittings[start["token"]] = sitting
        self._acknowledged()
        typed: dict[int, str] = {}
        for version in (1, 2):
            for position, answer in QUIZ.items():
                said = answer.format(1000 * number + version)
                self._draft(f"{address}/{position}", said)
                typed[position] = said
                self.ledger.drafts[sitting, position] = said
                self._acknowledged()
        if not hand_in:
            return
        form = self._form(f"{address}/submit")
        for position in QUIZ:
            token = f"{sitting}.{position}"
            self.ledger.sent[token] = token
        self._insist(f"{address}/submit", form)
        for position, said in typed.items():
            del self.ledger.drafts[sitting, position]
            self.ledger.answers[f"{sitting}.{position}"] = said
        self._acknowledged()

    def _draft(self, path: str, said: str) -> None:
        form = self._form(path)
        saved = self._insist(path, {**form, "answer": said}, script=True)
        assert '"state":"saved"' in saved.text.replace(" ", ""), saved.text

    def _form(self, path: str) -> dict[str, str]:
        while True:
            try:
                page = self.browser.ask(path)
            except CutOffError:
                continue
            if page.status == 200:
                return hidden(page.text)
            assert page.status == 503, f"{path}: {page.status} {page.text}"

    def _insist(self, path: str, form: dict[str, str], *, script: bool = False) -> Answer:
        while True:
            try:
                return self._sent(path, form, script=script)
            except CutOffError:
                self._count_repeated()

    def _sent(self, path: str, form: dict[str, str], *, script: bool = False) -> Answer:
        answer = self.browser.ask(path, form, script=script)
        if answer.status == 503:
            raise CutOffError
        assert answer.status == (200 if script else 303), f"{path}: {answer.status} {answer.text}"
        return answer

    def _count_repeated(self) -> None:
        with self.ledger.lock:
            self.ledger.repeated += 1

    def _acknowledged(self) -> None:
        with self.ledger.lock:
            self.ledger.acknowledgements += 1
            number = self.ledger.acknowledgements
        self._tell(number)


def hidden(page: str) -> dict[str, str]:
    """Return what the forms of a page carry."""
    values = {}
    for tag in re.findall(r'<input[^>]*type="hidden"[^>]*>', page):
        named, held = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if named and held:
            values[named[1]] = held[1]
    return values


@dataclass
class Course:
    """How a run went."""

    ledger: Ledger
    found: Audit
    workers_killed: int
    masters_killed: int
    starts: int
    seconds: float


def run(
    victim: Victim,
    *,
    learners: int,
    until: Callable[[int, int], bool],
    every: int,
    master_at: int,
    seed: int = 7,
) -> Course:
    """Let learners work while the service is killed, until enough has happened; then audit.

    Parameters
    ----------
    until : Callable[[int, int], bool]
        Given the acknowledgements and the kills so far, whether that is enough.
    every, master_at, seed : int
        As `Killer`.
    """
    ledger = Ledger()
    began = time.monotonic()
    killer = Killer(victim, every=every, master_at=master_at, seed=seed)

    def work(name: int) -> None:
        learner = Learner(f"learner {name}", Browser(victim), ledger, killer.tell)
        number = 0
        while not until(ledger.acknowledgements, killer.kills):
            number += 1
            learner.practise("double", number, str(number))
            learner.practise("pick-one", number, "three")
            if number % 3 == 0:
                learner.sit(number)
        learner.sit(number + 1, hand_in=False)

    try:
        with ThreadPoolExecutor(learners) as pool:
            list(pool.map(work, range(learners)))
    finally:
        killer.stop()
    found = audit(victim.database_url, ledger)
    seconds = time.monotonic() - began
    return Course(ledger, found, killer.workers, killer.masters, victim.starts, seconds)

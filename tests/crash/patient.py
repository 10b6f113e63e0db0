"""A learner at a service whose disk fails: what he sends is stored or said not to be, in words."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from quizsvc.store import journal

from .browser import Browser
from .harness import hidden

if TYPE_CHECKING:
    from collections.abc import Callable

    from .browser import Answer
    from .victim import Victim

TYPED = "What I think of “it” & why"


@dataclass(frozen=True)
class Sending:
    """A form about to be sent."""

    path: str
    form: dict[str, str]
    stored: Callable[[], bool]
    """Asks the database whether it is there, once."""
    typed: bool = True
    script: bool = False


class Patient:
    """Sends each kind of form, before, during and after a fault."""

    def __init__(self, victim: Victim) -> None:
        self.victim = victim
        self.browser = Browser(victim)
        self.number = 0

    def practice(self) -> Sending:
        """Return an answer in practice."""
        self.browser = Browser(self.victim)  # somebody who has begun no quiz that asks the same
        self.number += 1
        path = f"/practice/say-why/{self.number}"
        form = self._form(path)
        return Sending(
            path, {**form, "answer": TYPED}, lambda: self._attempts(form["token"]) == [TYPED]
        )

    def start(self) -> Sending:
        """Return the start of a quiz."""
        path = "/assessments/exam"
        form = self._form(path)
        return Sending(path, form, lambda: self._sittings(form["token"]) == 1, typed=False)

    def draft(self, *, script: bool = False) -> Sending:
        """Return an answer in a quiz."""
        path = f"{self._begun()}/3"
        sitting = path.split("/")[2]
        return Sending(
            path,
            {**self._form(path), "answer": TYPED},
            lambda: self._draft(sitting) == TYPED,
            script=script,
        )

    def autosave(self) -> Sending:
        """Return what the script of a quiz sends."""
        return self.draft(script=True)

    def hand_in(self) -> Sending:
        """Return the handing-in of a quiz with one answer."""
        draft = self.draft()
        assert self.send(draft).status == 303
        path = f"{draft.path.rpartition('/')[0]}/submit"
        token = draft.path.removeprefix("/sittings/").replace("/", ".")
        form = self._form(path)
        return Sending(path, form, lambda: self._attempts(token) == [TYPED], typed=False)

    def send(self, sending: Sending) -> Answer:
        """Send it, for the first time or again."""
        return self.browser.ask(sending.path, sending.form, script=sending.script)

    def judge(self, sending: Sending, answer: Answer) -> bool:
        """Tell whether it was acknowledged, and see that this is the truth and well said."""
        if answer.status == (200 if sending.script else 303):
            assert sending.stored(), f"{sending.path} was acknowledged and is not there"
            return True
        assert answer.status == 503, f"{sending.path}: {answer.status} {answer.text}"
        assert "<h1>Not saved</h1>" in answer.text or "cannot be reached</h1>" in answer.text
        self.judge_refusal(sending, answer)
        return False

    def judge_refusal(self, sending: Sending, answer: Answer) -> None:
        """See that what was typed is on the page, to be read and to be downloaded."""
        assert "Traceback" not in answer.text
        if sending.typed:
            assert escape(TYPED, quote=False) in answer.text
            assert 'href="data:text/plain;charset=utf-8,' in answer.text

    def _form(self, path: str) -> dict[str, str]:
        page = self.browser.ask(path)
        assert page.status == 200, f"{path}: {page.status} {page.text}"
        return hidden(page.text)

    def _begun(self) -> str:
        answer = self.send(self.start())
        assert answer.status == 303
        return answer.location.rpartition("/")[0]

    def _attempts(self, token: str) -> list[str]:
        rows = self._read("SELECT raw_response FROM attempt WHERE token = ?", token)
        return [json.loads(raw)["answer"] for raw in rows]

    def _sittings(self, token: str) -> int:
        return len(self._read("SELECT id FROM sitting WHERE token = ?", token))

    def _draft(self, sitting: str) -> str:
        rows = self._read("SELECT raw_response FROM draft WHERE sitting_id = ?", sitting)
        return str(json.loads(rows[0])["answer"]) if rows else ""

    def _read(self, query: str, given: str) -> list[str]:
        """Ask the file itself: the store would change the journal of a variant."""
        path = self.victim.database_url.removeprefix("sqlite:///")
        with closing(journal.sqlite.connect(path, timeout=10)) as connection:
            return [row[0] for row in connection.execute(query, (given,))]

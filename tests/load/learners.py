"""Learners who take a quiz: they read, think, type, are interrupted by nobody, and hand in."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .browsers import fields_of

if TYPE_CHECKING:
    import random

    from .browsers import Browser, Page

Form = list[tuple[str, str]]

_BY_SCRIPT = "application/json"


@dataclass
class Log:
    """What one learner was told, to be compared with the database afterwards."""

    sitting: str = ""
    acknowledged: dict[int, Form] = field(default_factory=dict)
    """Position to the form that was last said to be saved."""
    handed_in: bool = False


class Learner:
    """Somebody who takes a quiz.

    Parameters
    ----------
    browser : Browser
        Signed in.
    start : str
        The address of the quiz.
    pace : float
        Seconds that he thinks before he types and before he goes on, on average.
    saves : int
        How often the page saves by itself while he types one answer.
    numbers : random.Random
        His own.
    """

    def __init__(
        self, browser: Browser, start: str, pace: float, saves: int, numbers: random.Random
    ) -> None:
        self._browser = browser
        self._start = start
        self._pace = pace
        self._saves = saves
        self._numbers = numbers
        self.log = Log()

    async def take(self, after: float) -> None:
        """Wait as long, then begin, answer every question and hand in."""
        await asyncio.sleep(after)
        try:
            await self._take()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            return  # the browser has noted it
        finally:
            self._browser.close()

    async def _take(self) -> None:
        intro = await self._browser.get("the quiz’s own page", self._start)
        answer = await self._browser.post("start", self._start, _hidden(intro))
        question = await self._follow("question", answer)
        while "/submit" not in answer.location and question.status == 200:
            _, _, rest = answer.location.partition("/sittings/")
            self.log.sitting, _, position = rest.partition("/")
            if not position:
                break  # after the last question comes the list of all
            # By its address: what cannot be read yet leads back to where it was typed.
            answer = await self._answer(question, answer.location, int(position))
            if answer.status >= 400:
                return
            question = await self._follow("question", answer)
        await self._hand_in()

    async def _answer(self, question: Page, place: str, position: int) -> Page:
        counter = ""
        for save in range(self._saves + 1):
            await self._think()
            form = self._filled(question, counter)
            if save == self._saves:
                answer = await self._browser.post("save and next", place, [*form, ("go", "next")])
                if answer.status == 303:
                    self.log.acknowledged[position] = form
                return answer
            saved = await self._browser.post("autosave", place, form, _BY_SCRIPT)
            if saved.status == 200:
                self.log.acknowledged[position] = form
                counter = str(json.loads(saved.text)["counter"])
        raise AssertionError

    async def _hand_in(self) -> None:
        path = f"/sittings/{self.log.sitting}/submit"
        check = await self._browser.get("check before handing in", path)
        answer = await self._browser.post("hand in", path, _hidden(check))
        self.log.handed_in = answer.status == 303
        await self._follow("review", answer)

    async def _follow(self, kind: str, answer: Page) -> Page:
        return await self._browser.get(kind, answer.location) if answer.location else answer

    async def _think(self) -> None:
        await asyncio.sleep(self._numbers.expovariate(1 / self._pace) if self._pace else 0)

    def _filled(self, page: Page, counter: str) -> Form:
        form: Form = []
        for each in fields_of(page.text):
            if each.kind == "hidden":
                newer = counter if each.name == "counter" else ""
                form.append((each.name, newer or each.values[0]))
            elif each.kind in ("radio", "checkbox", "select"):
                form.append((each.name, self._numbers.choice(each.values)))
            elif each.kind == "textarea":  # beside the cells of a matrix: for what is pasted
                form.append((each.name, ""))
            else:
                form.append((each.name, str(self._numbers.randint(-99, 99))))
        return form


def _hidden(page: Page) -> Form:
    return [(each.name, each.values[0]) for each in fields_of(page.text) if each.kind == "hidden"]

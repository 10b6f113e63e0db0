"""A tour of the pages: a learner on the stage, and the states that `states_*.py` lead him to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.store import people

from ..conftest import SECRET
from .cookie import learner_in
from .filling import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, ViewportSize

    from quizsvc.model import Variant
    from quizsvc.store.people import Role

    from .stage import Stage

FAMILY = "block-jacobian"
LESSON = "paths"
EVERY_TYPE = "every-type"
QUIZ = "residual-connections-quiz"
ZOOMED: ViewportSize = {"width": 320, "height": 700}
"""What is left of 1280 pixels at 400 %."""
NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Wait until the page has taken note of a new size, as it does once for each picture."""
PASSWORD = "tree house by the lake"  # noqa: S105 - of nobody


@dataclass(frozen=True)
class State:
    """A state of a page."""

    name: str
    template: str
    """What is rendered, which the test of the state checks."""
    reach: Callable[[Tour], None]


STATES: list[State] = []


def shows(template: str, name: str) -> Callable[[Callable[[Tour], None]], Callable[[Tour], None]]:
    """Register a way to a state."""

    def register(reach: Callable[[Tour], None]) -> Callable[[Tour], None]:
        STATES.append(State(name, template, reach))
        return reach

    return register


@dataclass
class Tour:
    """A learner's page on the stage."""

    page: Page
    stage: Stage

    def open(self, path: str) -> None:
        """Open one of the service's pages."""
        self.page.goto(self.stage.url + path)

    def preview(self, path: str) -> None:
        """Open one of the pages that an author has on his own machine."""
        self.page.goto(f"{self.stage.preview_url}/author/{path}")

    def press(self, name: str) -> None:
        """Press a button."""
        self.page.get_by_role("button", name=name, exact=True).first.click()

    @property
    def learner(self) -> str:
        """The learner behind the cookie."""
        return learner_in(self.page.context, SECRET, self.stage.db)

    def practise(self, item: str, number: int = 1) -> Variant:
        """Open a variant."""
        self.open(f"/practice/{item}/{number}")
        service = self.stage.service
        return service.variant(service.item(item), self.learner, number)

    def answer(self, item: str, *, right: bool, number: int = 1) -> None:
        """Answer a variant with its key, or with what its first misconception would."""
        for drawn in self.practise(item, number).parts:
            fill(self.page, drawn, drawn.key if right else drawn.predicted[0].value)
        self.press("Check")
        self.page.wait_for_url("**attempt=*")

    def begin(self, assessment: str = QUIZ) -> str:
        """Begin a quiz and return the sitting's address."""
        self.open(f"/assessments/{assessment}")
        self.press("Start the quiz")
        self.page.wait_for_url("**/sittings/*/1")
        return self.page.url.removeprefix(self.stage.url).rpartition("/")[0]

    def choose(self, name: str, password: str) -> None:
        """Send what signing up asks for."""
        self.open("/sign-up")
        self.page.get_by_label("Name").fill(name)
        self.press("Continue")
        self.page.get_by_label("New password", exact=True).fill(password)
        self.press("Sign up")

    def sign_up(self, name: str, role: Role = "learner") -> None:
        """Make an account, and give it a role."""
        self.choose(name, PASSWORD)
        self.page.wait_for_url("**/account")
        if role != "learner":
            people.set_role(self.stage.db, self.learner, role)

"""A tour of the pages: each state that a page can be in, and how a learner gets there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.interactions import REGISTRY
from quizsvc.store import links, passwords, people

from ..conftest import SECRET
from .cookie import learner_in
from .filling import fill

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from quizsvc.model import Variant
    from quizsvc.store.people import Role

    from .stage import Stage

FAMILY = "block-jacobian"
LESSON = "paths"
QUIZ = "residual-connections-quiz"
PASSWORD = "tree house by the lake"  # noqa: S105 - of nobody
CODE = "Get a code for this variant"
TEACHER = "The teacher"


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

    def teach(self) -> None:
        """Sign in as an instructor, who is made the first time."""
        db = self.stage.db
        if people.by_name(db, TEACHER) is None:
            secret = passwords.make_hash(SECRET)
            people.add(db, TEACHER, role="instructor", password_hash=secret)
        self.open("/sign-in")
        self.page.locator('[name="name"]').fill(TEACHER)
        self.page.locator('[name="password"]').fill(SECRET)
        self.press("Sign in")
        self.page.get_by_role("link", name="People").wait_for()

    def begin(self, assessment: str = QUIZ) -> str:
        """Begin a quiz and return the sitting's address."""
        self.open(f"/assessments/{assessment}")
        self.press("Start the quiz")
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


def _item_of(kind: str, stage: Stage) -> str:
    """Return the first item that asks with a question type."""
    return next(
        item.id
        for item in stage.service.bank.items.values()
        if any(part.interaction.type == kind for part in item.parts)
    )


def _rejecting(kind: str) -> Callable[[Tour], None]:
    def reach(tour: Tour) -> None:
        tour.open(f"/practice/{_item_of(kind, tour.stage)}/1")
        tour.press("Check")

    return reach


for _kind in REGISTRY:
    shows("practice.html", f"{_kind}: asked, then not answered")(_rejecting(_kind))


@shows("home.html", "home: a newcomer")
def _home(tour: Tour) -> None:
    tour.open("/")


@shows("home.html", "home: somebody with answers and a quiz begun")
def _home_begun(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.begin()
    tour.open("/")


@shows("lesson.html", "lesson")
def _lesson(tour: Tour) -> None:
    tour.open(f"/lessons/{LESSON}")


@shows("claims.html", "claims")
def _claims(tour: Tour) -> None:
    tour.open("/claims?status=condition")


@shows("objectives.html", "objectives")
def _objectives(tour: Tour) -> None:
    tour.open("/practice")


@shows("result.html", "right")
def _right(tour: Tour) -> None:
    tour.answer(FAMILY, right=True)


@shows("practice.html", "a misconception")
def _wrong(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)


@shows("practice.html", "hints and a code")
def _helped(tour: Tour) -> None:
    tour.practise(FAMILY)
    tour.press("Show a hint")
    tour.page.locator(".hint").wait_for()
    tour.press(CODE)
    tour.page.locator("#code strong").wait_for()


@shows("result.html", "a misconception, solved")
def _wrong_solved(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.press("Show the solution")
    tour.page.get_by_role("heading", name="Worked solution").wait_for()


@shows("solution.html", "solved before any answer")
def _solved(tour: Tour) -> None:
    tour.practise(FAMILY)
    tour.press("Show the solution")
    tour.page.get_by_role("heading", name="Worked solution").wait_for()


@shows("codes.html", "a code that is none")
def _no_code(tour: Tour) -> None:
    tour.teach()
    tour.open("/variants/0000-0000-0000")


@shows("variant.html", "a variant by its code")
def _variant(tour: Tour) -> None:
    tour.practise(FAMILY)
    tour.press(CODE)
    code = tour.page.locator("#code strong").inner_text()
    tour.teach()
    tour.open(f"/variants/{code}")


@shows("history.html", "no answers")
def _no_history(tour: Tour) -> None:
    tour.open("/history")


@shows("history.html", "answers")
def _history(tour: Tour) -> None:
    tour.answer(FAMILY, right=False)
    tour.open("/history")


@shows("error.html", "nothing there")
def _error(tour: Tour) -> None:
    tour.open("/lessons/none")


@shows("assessment.html", "a quiz before it begins")
def _assessment(tour: Tour) -> None:
    tour.open(f"/assessments/{QUIZ}")


@shows("question.html", "a question of a quiz")
def _question(tour: Tour) -> None:
    tour.begin()


@shows("overview.html", "all questions of a quiz")
def _overview(tour: Tour) -> None:
    tour.open(tour.begin())


@shows("submit.html", "before handing in")
def _submit(tour: Tour) -> None:
    tour.open(tour.begin() + "/submit")


@shows("review.html", "handed in")
def _review(tour: Tour) -> None:
    tour.open(tour.begin() + "/submit")
    tour.press("Hand in now")


@shows("accounts/sign-in.html", "signing in, wrongly")
def _sign_in(tour: Tour) -> None:
    tour.open("/sign-in")
    tour.press("Sign in")


@shows("accounts/forgotten.html", "a forgotten password")
def _forgotten(tour: Tour) -> None:
    tour.open("/forgotten")


@shows("accounts/sign-up.html", "signing up, without a name")
def _sign_up(tour: Tour) -> None:
    tour.open("/sign-up")
    tour.press("Continue")


@shows("accounts/choose-password.html", "signing up, with a password that anybody would try")
def _choose_password(tour: Tour) -> None:
    tour.choose("W" * 40, "password")


@shows("accounts/account.html", "one's account, with a name of 40 wide letters")
def _account(tour: Tour) -> None:
    tour.sign_up("W" * 40)


@shows("accounts/delete.html", "before an account is deleted, without the password")
def _delete(tour: Tour) -> None:
    tour.sign_up("W" * 40)
    tour.page.get_by_role("link", name="What is deleted").click()
    tour.press("Delete my account")


@shows("people.html", "people")
def _people(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open("/people")


@shows("person.html", "somebody's account, with too little time")
def _person(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open(f"/people/{tour.learner}")
    tour.page.get_by_label("Time limits").fill("0")
    tour.press("Set")


@shows("one-time-link.html", "a one-time link for somebody")
def _one_time_link(tour: Tour) -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open(f"/people/{tour.learner}")
    tour.press("Make a link")


@shows("accounts/link.html", "a one-time link, opened")
def _link(tour: Tour) -> None:
    tour.sign_up("W" * 40)
    tour.open(f"/link?token={links.make(tour.stage.db, tour.learner)}")


@shows("accounts/link.html", "the link of the first admin, with nothing typed")
def _first_link(tour: Tour) -> None:
    tour.open(f"/link?token={links.make_for_admin(tour.stage.db)}")
    tour.press("Keep this password")

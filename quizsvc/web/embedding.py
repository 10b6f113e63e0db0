"""What stands in a lesson's text besides text: questions to answer there, examples, figures."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for
from markupsafe import Markup

from quizsvc.errors import NoVariantError
from quizsvc.model import Embedded, TextBlock
from quizsvc.web import asking, helping, showing, trying
from quizsvc.web.current import service
from quizsvc.web.rows import latest_mark
from quizsvc.web.service import stored_outcome
from quizsvc.web.standing import withheld
from quizsvc.web.texts import inline, template
from quizsvc.web.trying import Tried

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.model import Figure, Item, Lesson
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.web.asking import ItemView
    from quizsvc.web.forms import Ticket
    from quizsvc.web.showing import Mark, ResultView
    from quizsvc.web.trying import Address, HelpView

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """What decides how the embedded parts of one page look."""

    lesson: Lesson
    learner: str
    attempt: StoredAttempt | None = None
    """What was answered on the page just now."""
    sent: Tried | None = None
    """What was sent and is handed back at its place: it could not be read, or asked for help."""
    examples: Mapping[str, int] | None = None
    """Item to the number of the example that is asked for."""


@dataclass(frozen=True, slots=True)
class CheckView:
    """A question in the text, asked or answered."""

    kind = "check"
    item: str
    title: Markup
    number: int
    view: ItemView
    ticket: Ticket
    help: HelpView
    solution: ResultView | None
    """The solution by itself, where it was asked for before any answer."""
    result: ResultView | None
    attempt: StoredAttempt | None
    last: Mark | None
    """How the learner's latest answer was judged."""
    levels: Mapping[int, str]
    """Level to item, where there are several."""


@dataclass(frozen=True, slots=True)
class ExampleView:
    """A worked example with drawn numbers."""

    kind = "example"
    item: str
    solved: ResultView
    next: int
    random: bool


@dataclass(frozen=True, slots=True)
class FigureView:
    """A picture with its caption and its table."""

    kind = "figure"
    figure: Figure
    svg: Markup
    caption: Markup


@dataclass(frozen=True, slots=True)
class TextView:
    """A stretch of text."""

    kind = "text"
    text: Markup


@dataclass(frozen=True, slots=True)
class BrokenView:
    """An item or figure that is out of order."""

    kind = "broken"
    name: str


@dataclass(frozen=True, slots=True)
class WithheldView:
    """A question that would give away one of a quiz that the learner has begun."""

    kind = "withheld"
    title: Markup


View = CheckView | ExampleView | FigureView | TextView | BrokenView | WithheldView


def views(page: Page) -> list[View]:
    """Return what a lesson's page shows, from top to bottom."""
    asks = any(isinstance(each, Embedded) and each.kind != "figure" for each in page.lesson.blocks)
    kept = withheld() if asks else frozenset()
    return [_view(block, page, kept) for block in page.lesson.blocks]


def _view(block: TextBlock | Embedded, page: Page, kept: frozenset[str]) -> View:
    if isinstance(block, TextBlock):
        return TextView(template(block.text, {}))
    bank = service().bank
    if block.kind == "figure":
        figure = bank.figures.get(block.name)
        if figure is None:
            return BrokenView(block.name)
        return FigureView(figure, Markup(figure.svg), template(figure.caption, {}))  # noqa: S704
    item = bank.items.get(block.name)
    if item is None:
        return BrokenView(block.name)
    if item.id in kept:
        return WithheldView(inline(item.title))
    try:
        return _example(item, page) if block.kind == "example" else _check(item, page)
    except NoVariantError:
        logger.exception("item %s cannot be drawn", item.id)
        return BrokenView(block.name)


def _example(item: Item, page: Page) -> ExampleView:
    number = (page.examples or {}).get(item.id, 1)
    variant = service().example(item, number)
    solved = showing.result(variant, None, None, scope=f"example-{item.id}")
    return ExampleView(item.id, solved, number + 1, asking.is_random(item))


def _check(item: Item, page: Page) -> CheckView:
    answered = page.attempt if page.attempt and page.attempt.item == item.id else None
    tried = _tried(item, page, answered)
    variant, number = tried.variant, tried.number
    view = asking.item(variant, tried.raw, tried.invalid, scope=f"{item.id}-")
    standing = helping.standing(service(), page.learner, item.id, number)
    opened = standing.open
    result = solution = None
    if answered is not None:
        opened = helping.standing_of(service(), answered).open
        result = showing.result(
            service().restored(answered), answered, stored_outcome(answered),
            scope=item.id, opened=opened,
        )  # fmt: skip
    elif opened and tried is page.sent and tried.invalid is None:
        solution = showing.result(variant, None, None, scope=item.id)
    return CheckView(
        item=item.id,
        title=inline(item.title),
        number=number,
        view=view,
        ticket=tried.ticket,
        help=trying.help_view(variant, standing, _address(page, item, tried), scope=f"-{item.id}"),
        solution=solution,
        result=result,
        attempt=answered,
        last=latest_mark(page.learner, item.id),
        levels=service().bank.levels(item.id),
    )


def _tried(item: Item, page: Page, answered: StoredAttempt | None) -> Tried:
    """Return the variant to be asked: what was sent, what was answered, or a fresh one."""
    if page.sent is not None and page.sent.variant.item.id == item.id:
        return page.sent
    if answered is not None and answered.variant_number is not None:
        variant, number = service().restored(answered), answered.variant_number
        ticket = trying.ticket(answered.revision)
        return Tried(variant, page.learner, number, ticket, answered.raw_response)
    number = service().next_number(page.learner, item)
    variant = service().variant(item, page.learner, number)
    return Tried(variant, page.learner, number, trying.ticket(item.revision))


def _address(page: Page, item: Item, tried: Tried) -> Address:
    """Return the addresses of help in a lesson, which keep the attempt in sight."""
    kept: dict[str, Any] = {"attempt": page.attempt.id} if page.attempt else {}

    def address(action: str, **asked: Any) -> str:
        place: dict[str, Any] = {
            "lesson_id": page.lesson.id,
            "item_id": item.id,
            "number": tried.number,
        }
        asked.setdefault("_anchor", f"check-{item.id}")
        return url_for(f"lessons.{action}", **place, **kept, **asked)

    return address

"""What stands in a lesson's text besides text: questions to answer there, examples, figures."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from quizsvc.errors import NoVariantError
from quizsvc.model import TextBlock
from quizsvc.web import asking, showing
from quizsvc.web.current import new_token, service
from quizsvc.web.forms import AnswerForm
from quizsvc.web.service import stored_outcome
from quizsvc.web.texts import inline, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.model import Embedded, Figure, Invalid, Item, Lesson, RawResponse
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.web.asking import ItemView
    from quizsvc.web.showing import Mark, ResultView

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rejected:
    """An answer that could not be read, handed back at its place."""

    item: str
    number: int
    raw: RawResponse
    invalid: Invalid
    form: AnswerForm


@dataclass(frozen=True, slots=True)
class Page:
    """What decides how the embedded parts of one page look."""

    lesson: Lesson
    learner: str
    attempt: StoredAttempt | None = None
    """What was answered on the page just now."""
    rejected: Rejected | None = None
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
    form: AnswerForm
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


View = CheckView | ExampleView | FigureView | TextView | BrokenView


def views(page: Page) -> list[View]:
    """Return what a lesson's page shows, from top to bottom."""
    return [_view(block, page) for block in page.lesson.blocks]


def _view(block: TextBlock | Embedded, page: Page) -> View:
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
    rejected = page.rejected if page.rejected and page.rejected.item == item.id else None
    answered = page.attempt if page.attempt and page.attempt.item == item.id else None
    if rejected is None:
        number = service().next_number(page.learner, item)
        variant = service().variant(item, page.learner, number)
        view = asking.item(variant, {}, scope=f"{item.id}-")
        form = AnswerForm(formdata=None, token=new_token(), revision=item.revision)
    else:
        number, form = rejected.number, rejected.form
        old = service().item_at(item.id, form.revision.data)
        variant = service().variant(old, page.learner, number)
        view = asking.item(variant, rejected.raw, rejected.invalid, scope=f"{item.id}-")
    result = None
    if answered is not None:
        result = showing.result(
            service().restored(answered), answered, stored_outcome(answered), scope=item.id
        )
    return CheckView(
        item=item.id,
        title=inline(item.title),
        number=number,
        view=view,
        form=form,
        result=result,
        attempt=answered,
        last=showing.latest_mark(page.learner, item.id),
        levels=service().bank.levels(item.id),
    )

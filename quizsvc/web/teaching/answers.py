"""A response as its instructor reads it: what was typed, how it was read, how and why judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from quizsvc.model import Echo, Outcome, Unread
from quizsvc.results.pace import between_answers
from quizsvc.store import gradebook
from quizsvc.web import showing
from quizsvc.web.arrival import in_words
from quizsvc.web.current import service
from quizsvc.web.service import OutOfOrderError, UnknownError
from quizsvc.web.texts import block, inline, maths

if TYPE_CHECKING:
    from datetime import datetime

    from quizsvc.model import DrawnPart, RawResponse, Variant
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.sittings import PinnedItem, Sitting
    from quizsvc.web.scoring import Result
    from quizsvc.web.showing import Mark, PartView, ResultView

_WHY = {
    "graded": "when it was handed in",
    "graded later": "later, since grading had failed",
    "regraded": "by a regrade",
    "regrade undone": "when a regrade was undone",
}
"""Why an outcome was added to the log, in words."""


@dataclass(frozen=True, slots=True)
class PartDetail:
    """One part: what was typed, what was made of it, what is right."""

    view: PartView
    typed: str
    read: Markup
    """How the service reads what was typed; empty where it reads just that."""
    misconception: Markup
    """The name of what it was recognised as; empty if it was not."""
    notes: tuple[str, ...]
    """What else the grading found out."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One entry of the log of outcomes."""

    at: datetime
    why: str
    revision: str
    mark: Mark
    message: Markup
    in_force: bool


@dataclass(frozen=True, slots=True)
class ResponseView:
    """A place of a sitting with all that is known of it."""

    view: ResultView
    parts: tuple[PartDetail, ...]
    log: tuple[Judgement, ...]
    spent: str
    """The time since the answer before; empty where nothing was saved."""
    parameters: tuple[tuple[str, str], ...]


def response(sitting: Sitting, result: Result) -> ResponseView:
    """Put together what a response's page shows."""
    pinned, variant = result.pinned, result.variant
    raw = raw_of(sitting, pinned)
    view = showing.result(variant, result.attempt, result.outcome, discarded=raw)
    return ResponseView(
        view,
        tuple(
            _part(variant.part(part.name), part, raw, result.outcome, variant)
            for part in view.parts
        ),
        _log(result.attempt) if result.attempt else (),
        _spent(sitting, pinned.position),
        tuple((name, written(value)) for name, value in sorted(pinned.parameters.items())),
    )


def raw_of(sitting: Sitting, pinned: PinnedItem) -> RawResponse:
    """Return what stands at a place, handed in or not."""
    attempt, draft = sitting.attempts.get(pinned.position), sitting.drafts.get(pinned.position)
    return attempt.raw_response if attempt else draft.raw_response if draft else {}


def title_of(item: str, revision: str | None) -> str:
    """Return the title of an item in Markdown, though its file may have gone."""
    try:
        return service().item_at(item, revision).title if revision else service().item(item).title
    except (UnknownError, OutOfOrderError):
        return item


def title(pinned: PinnedItem) -> Markup:
    """Return the title of what is asked at a place."""
    return inline(title_of(pinned.item, pinned.mended_revision or pinned.revision))


def _part(
    drawn: DrawnPart, view: PartView, raw: RawResponse, outcome: Outcome | None, variant: Variant
) -> PartDetail:
    typed = raw.get(view.name, "")
    judged = outcome.parts.get(view.name) if outcome else None
    notes = []
    if judged and judged.followed:
        notes.append("Right from an earlier wrong value of the learner’s own (follow-through).")
    if judged and judged.recognised:
        notes.append("Recognised as another value of the same graph.")
    named = judged.misconception if judged else None
    return PartDetail(
        view,
        typed,
        _read(drawn, typed),
        _misconception(named, variant) if named else Markup(),
        tuple(notes),
    )


def _read(drawn: DrawnPart, typed: str) -> Markup:
    if not typed.strip():
        return Markup()
    words = drawn.part.interaction.response_in_words(typed, drawn)
    if words:
        return block(words)
    echo = drawn.part.interaction.echo(typed)
    if isinstance(echo, Unread):
        return escape(echo.message)
    if isinstance(echo, Echo):
        shown = maths(echo.latex) if echo.latex else Markup()
        return shown + Markup(" ") + escape(echo.words)
    return Markup()


def _misconception(name: str, variant: Variant) -> Markup:
    """Return the name of a misconception as its author titled it, or its id."""
    text = variant.item.source["misconceptions"].get(name, {})
    return inline(text.get("title") or name)


def _log(attempt: StoredAttempt) -> tuple[Judgement, ...]:
    entries = gradebook.judgements(service().db, attempt.id)
    return tuple(
        Judgement(
            each.at,
            _WHY.get(each.reason, each.reason),
            each.revision or attempt.revision,
            showing.mark_of(Outcome.from_json(each.outcome), {}),
            block(str(each.outcome["feedback"])),
            each is entries[-1],
        )
        for each in entries
    )


def _spent(sitting: Sitting, position: int) -> str:
    saved = {place: draft.saved_at for place, draft in sitting.drafts.items()}
    spent = between_answers(sitting.started_at, saved).get(position)
    return in_words(spent.total_seconds()) if spent is not None else ""


def written(value: object) -> str:
    """Return a parameter as it would be typed."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list):
        return f"[{', '.join(written(each) for each in value)}]"
    return str(value)

"""Attempts in lists: a line for each, with its mark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from quizsvc.store import attempts as log
from quizsvc.web import sitting_service as rules
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import service
from quizsvc.web.service import stored_outcome
from quizsvc.web.showing import PENDING, Mark, mark, mark_of, percent
from quizsvc.web.texts import inline, moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from quizsvc.model import Item, LogEntry
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.sittings import Terms


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """An attempt in a list."""

    id: str
    title: Markup
    mark: Mark
    at: datetime
    in_sitting: bool


def history_rows(attempts: Iterable[StoredAttempt], items: Mapping[str, Item]) -> list[HistoryRow]:
    """Return a line for each attempt; an item that has gone is named by its id.

    How an attempt was judged is left out while its sitting holds that back.
    """
    attempts = tuple(attempts)
    held = rules.held_back(service(), attempts, arrived_at())
    return [
        HistoryRow(
            id=attempt.id,
            title=inline(items[attempt.item].title)
            if attempt.item in items
            else escape(attempt.item),
            mark=_waiting(held[attempt.sitting])
            if attempt.sitting in held
            else mark_of(stored_outcome(attempt), attempt.ratings),
            at=attempt.created_at,
            in_sitting=attempt.sitting is not None,
        )
        for attempt in attempts
    ]


def _waiting(terms: Terms) -> Mark:
    """Return what stands for a judgement that is not shown yet."""
    until = None if terms.waits_for else terms.closes_at
    return Mark(
        f"Results after {moment(until).striptags()}" if until else "No results yet", "quiet"
    )


def latest_mark(learner: str, item_id: str) -> Mark | None:
    """Return how the learner's latest answer to an item was judged, as far as that is shown."""
    latest = log.history(service().db, learner, item_id, limit=1)
    return history_rows(latest, service().bank.items)[0].mark if latest else None


def log_rows(entries: Sequence[LogEntry]) -> list[HistoryRow]:
    """Return a line for each entry, the newest first; an item that has gone is named by its id."""
    items = service().bank.items
    return [
        HistoryRow(
            id=entry.id,
            title=inline(items[entry.item].title) if entry.item in items else escape(entry.item),
            mark=_mark(entry),
            at=entry.at,
            in_sitting=entry.in_sitting,
        )
        for entry in reversed(entries)
    ]


def _mark(entry: LogEntry) -> Mark:
    if not entry.judged:
        return PENDING
    if entry.score is None and entry.self_rating is not None:
        return Mark(f"Self-rated: {percent(entry.self_rating)}", "quiet")
    return mark(entry.score)

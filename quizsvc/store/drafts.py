"""Drafts: what a learner has typed so far, with a counter against stale tabs; and flags."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from quizsvc.errors import SittingClosedError, StaleDraftError, StoreError
from quizsvc.model import as_of, in_time
from quizsvc.store import settling, tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.model import RawResponse
    from quizsvc.store.db import Database


@dataclass(frozen=True, slots=True)
class Draft:
    """What a learner has typed so far at one place."""

    raw_response: RawResponse
    counter: int
    """How often it was saved; a page that sends an older one has been overtaken."""
    saved_at: datetime
    """When it arrived; in the grace of the deadline, the deadline."""


class DraftOvertakenError(StaleDraftError):
    """A draft came from a page that had been overtaken: the stored one is here to be shown."""

    def __init__(self, position: int, stored: Draft | None) -> None:
        super().__init__(f"the draft at position {position} has been changed elsewhere")
        self.position = position
        self.stored = stored


class TimeIsUpError(SittingClosedError):
    """Something arrived after the deadline of its sitting, and after its grace."""


class AnswerFinalError(SittingClosedError):
    """The answer at this place was checked: it is an attempt and no draft any more."""


def save_draft(
    db: Database,
    sitting_id: str,
    position: int,
    raw_response: RawResponse,
    counter: int,
    *,
    arrived_at: datetime | None = None,
) -> Draft:
    """Keep what was typed at one place, and return it with the counter to send next.

    Parameters
    ----------
    counter : int
        What the last save returned, or the draft's counter when the page was made; 0 before any.
    arrived_at : datetime | None
        When it reached the server, which decides whether it was in time; by default now.

    Raises
    ------
    DraftOvertakenError
        Another page has saved something else since.
    SittingClosedError
        The sitting was submitted; or, of its two kinds, the time is up or the answer is final.
    StoreError
        There is no such place.
    NotSavedError
        The database could not be written.
    """
    at = arrived_at or db.now()
    with db.writing() as session:
        at = counted(session, lock_open(session, sitting_id), at)
        return keep(session, (sitting_id, position), raw_response, counter, at)


def keep(
    session: Session,
    place: tuple[str, int],
    raw_response: RawResponse,
    counter: int,
    at: datetime,
) -> Draft:
    """Do the work of `save_draft` inside a transaction that has locked the sitting."""
    _item(session, place)
    if _attempted(session, place):
        raise AnswerFinalError("this answer was checked: it is final")
    row = session.get(tables.Draft, place)
    if row is not None and row.raw_response == raw_response:
        return _draft(row)
    if counter != (row.counter if row else 0):
        raise DraftOvertakenError(place[1], _draft(row) if row else None)
    if row is None:
        row = tables.Draft(sitting_id=place[0], position=place[1])
        session.add(row)
    row.raw_response = raw_response
    row.counter = counter + 1
    row.saved_at = at
    return _draft(row)


def flag(
    db: Database,
    sitting_id: str,
    position: int,
    *,
    flagged: bool,
    arrived_at: datetime | None = None,
) -> None:
    """Note whether the learner wants to come back to a place.

    Raises
    ------
    SittingClosedError
        The sitting was submitted, or the time is up.
    StoreError
        There is no such place.
    NotSavedError
        The database could not be written.
    """
    with db.writing() as session:
        counted(session, lock_open(session, sitting_id), arrived_at or db.now())
        _item(session, (sitting_id, position)).flagged = flagged


def lock(session: Session, sitting_id: str) -> tables.Sitting:
    """Return a sitting that no other transaction can change until this one ends."""
    sitting = session.get(tables.Sitting, sitting_id, with_for_update={"key_share": True})
    if sitting is None:
        raise StoreError(f"there is no sitting {sitting_id}")
    return sitting


def lock_open(session: Session, sitting_id: str) -> tables.Sitting:
    """Lock a sitting that nobody has handed in, or refuse."""
    sitting = lock(session, sitting_id)
    if sitting.submitted_at is not None:
        raise SittingClosedError("this sitting was submitted: nothing of it changes any more")
    return sitting


def counted(session: Session, sitting: tables.Sitting, arrived_at: datetime) -> datetime:
    """Return as of when something counts that arrived for a locked sitting; refuse what is late."""
    if not in_time(sitting.deadline_at, arrived_at):
        raise TimeIsUpError(f"the time of this sitting was up at {sitting.deadline_at}")
    ends = sitting.deadline_at, settling.closing(session, sitting)
    return as_of(arrived_at, ends, sitting.started_at)


def load(session: Session, sitting_ids: list[str]) -> Mapping[str, Mapping[int, Draft]]:
    """Return sitting to position to draft; a sitting without drafts has an empty mapping."""
    drafts: defaultdict[str, dict[int, Draft]] = defaultdict(dict)
    query = select(tables.Draft).where(tables.Draft.sitting_id.in_(sitting_ids))
    for row in session.scalars(query):
        drafts[row.sitting_id][row.position] = _draft(row)
    return drafts


def _item(session: Session, place: tuple[str, int]) -> tables.SittingItem:
    item = session.get(tables.SittingItem, place)
    if item is None:
        raise StoreError(f"sitting {place[0]} has no position {place[1]}")
    return item


def _attempted(session: Session, place: tuple[str, int]) -> bool:
    """Tell whether a place has its attempt already."""
    attempt = tables.Attempt
    query = select(attempt.serial).where(
        attempt.sitting_id == place[0], attempt.position == place[1]
    )
    return session.scalar(query) is not None


def _draft(row: tables.Draft) -> Draft:
    return Draft(row.raw_response, row.counter, row.saved_at)

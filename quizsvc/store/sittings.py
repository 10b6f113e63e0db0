"""Sittings: variants pinned at the start, drafts meanwhile, attempts at the end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from quizsvc.errors import SittingClosedError, StaleDraftError, StoreError, TokenReusedError
from quizsvc.store import attempts, learners, revisions, tables
from quizsvc.store.statements import InsertIfAbsent, is_id, new_id, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from quizsvc.model import RawResponse, Value
    from quizsvc.store.attempts import NewAttempt, StoredAttempt
    from quizsvc.store.db import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedItem:
    """A variant at its place in a sitting; no change of the content reaches it."""

    position: int
    item: str
    revision: str
    seed: int
    candidate: int
    parameters: Mapping[str, Value]
    key: Mapping[str, Value]
    points: float
    variant_number: int | None = None
    """The n from which the seed was derived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSitting:
    """A sitting about to start."""

    token: str
    """Made with the page and posted with the form: one token starts one sitting."""
    learner: str
    assessment: str
    title: str
    items: Sequence[PinnedItem]
    sources: Mapping[str, Mapping[str, Any]]
    """Revision to the item's canonical source, for every revision among the items."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a learner has typed so far at one place."""

    raw_response: RawResponse
    counter: int
    """How often it was saved; a page that sends an older one has been overtaken."""
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One learner going through one assessment once."""

    id: str
    learner: str
    assessment: str
    title: str
    number: int
    """This is the learner's nth sitting of this assessment."""
    started_at: datetime
    submitted_at: datetime | None
    items: tuple[PinnedItem, ...]
    """In order of position."""
    drafts: Mapping[int, Draft]
    """Position to draft, where there is one."""
    attempts: Mapping[int, StoredAttempt]
    """Position to attempt; empty until the sitting is submitted."""
    created: bool = field(default=False, compare=False)
    """Whether the very call that returned this has started or submitted it."""


class DraftOvertakenError(StaleDraftError):
    """A draft came from a page that had been overtaken: the stored one is here to be shown."""

    def __init__(self, position: int, stored: Draft | None) -> None:
        super().__init__(f"the draft at position {position} has been changed elsewhere")
        self.position = position
        self.stored = stored


_insert_sitting = InsertIfAbsent(tables.Sitting, "token")
_insert_items = insert(table(tables.SittingItem)).inline()


def start(db: Database, new: NewSitting) -> Sitting:
    """Start a sitting, or return the one that its token started.

    Raises
    ------
    TokenReusedError
        The token started a sitting of another learner or assessment.
    NotSavedError
        The database could not be written.
    """
    now = db.now()
    sitting_id = new_id()
    row = {
        "id": sitting_id,
        "token": new.token,
        "learner_id": new.learner,
        "assessment": new.assessment,
        "title": new.title,
        "started_at": now,
    }
    with db.writing() as session:
        learners.remember(session, new.learner, now)
        learners.lock(session, new.learner)  # or two starts at once would get the same number
        number = _sittings_so_far(session, new) + 1
        created = _insert_sitting(session, {**row, "number": number})
        if created:
            items_of_revisions = {pinned.revision: pinned.item for pinned in new.items}
            for revision, item in items_of_revisions.items():
                revisions.remember(session, revision, item, new.sources[revision], now)
            session.execute(_insert_items, [_item_row(sitting_id, pinned) for pinned in new.items])
        (sitting,) = _load(session, tables.Sitting.token == new.token, created=created)
        if (sitting.learner, sitting.assessment) != (new.learner, new.assessment):
            raise TokenReusedError("this token has started another sitting")
        return sitting


def find(db: Database, sitting_id: str) -> Sitting | None:
    """Return the sitting of that id, if there is one."""
    if not is_id(sitting_id):
        return None
    with db.reading() as session:
        return next(iter(_load(session, tables.Sitting.id == sitting_id)), None)


def of_learner(db: Database, learner: str, assessment: str | None = None) -> tuple[Sitting, ...]:
    """Return a learner's sittings, of one assessment or all, the newest first."""
    of_assessment = () if assessment is None else (tables.Sitting.assessment == assessment,)
    with db.reading() as session:
        return _load(session, tables.Sitting.learner_id == learner, *of_assessment)


def save_draft(
    db: Database, sitting_id: str, position: int, raw_response: RawResponse, counter: int
) -> int:
    """Keep what was typed at one place, and return the counter to send with the next save.

    Parameters
    ----------
    counter : int
        What the last save returned, or the draft's counter when the page was made; 0 before any.

    Raises
    ------
    DraftOvertakenError
        Another page has saved something else since.
    SittingClosedError
        The sitting was submitted.
    StoreError
        There is no such place.
    NotSavedError
        The database could not be written.
    """
    with db.writing() as session:
        if _lock(session, sitting_id).submitted_at is not None:
            raise SittingClosedError("this sitting was submitted: drafts are no longer kept")
        place = (sitting_id, position)
        if session.get(tables.SittingItem, place) is None:
            raise StoreError(f"sitting {sitting_id} has no position {position}")
        draft = session.get(tables.Draft, place)
        if draft is not None and draft.raw_response == raw_response:
            return draft.counter
        if counter != (draft.counter if draft else 0):
            raise DraftOvertakenError(position, _draft(draft) if draft else None)
        if draft is None:
            draft = tables.Draft(sitting_id=sitting_id, position=position)
            session.add(draft)
        draft.raw_response = raw_response
        draft.counter = counter + 1
        draft.saved_at = db.now()
        return draft.counter


def submit(
    db: Database,
    sitting_id: str,
    new_attempts: Sequence[NewAttempt],
    *,
    drafts: Mapping[int, Draft] | None = None,
) -> Sitting:
    """Close a sitting with its attempts, once and all together; again, return the first result.

    Parameters
    ----------
    new_attempts : Sequence[NewAttempt]
        At most one for each position, each with its position.
    drafts : Mapping[int, Draft] | None
        The drafts from which the attempts were made. With them nothing is lost that another page
        saves between reading and submitting: the call is refused, to be tried again.

    Raises
    ------
    DraftOvertakenError
        A draft is not what it was in `drafts`; nothing was stored.
    StoreError
        There is no such sitting.
    NotSavedError
        The database could not be written.
    """
    now = db.now()
    with db.writing() as session:
        sitting = _lock(session, sitting_id)
        open_until_now = sitting.submitted_at is None
        if open_until_now:
            if drafts is not None:
                _refuse_overtaken(_drafts(session, [sitting_id])[sitting_id], drafts)
            for new in new_attempts:
                if new.learner != sitting.learner_id:
                    raise ValueError(f"sitting {sitting_id} is not of learner {new.learner}")
                attempts.add(session, new, now, sitting_id)
            sitting.submitted_at = now
        condition = tables.Sitting.id == sitting_id
        (result,) = _load(session, condition, created=open_until_now)
        return result


def _sittings_so_far(session: Session, new: NewSitting) -> int:
    query = select(func.max(tables.Sitting.number)).where(
        tables.Sitting.learner_id == new.learner, tables.Sitting.assessment == new.assessment
    )
    return session.scalar(query) or 0


def _lock(session: Session, sitting_id: str) -> tables.Sitting:
    """Return a sitting that no other transaction can change until this one ends."""
    sitting = session.get(tables.Sitting, sitting_id, with_for_update={"key_share": True})
    if sitting is None:
        raise StoreError(f"there is no sitting {sitting_id}")
    return sitting


def _refuse_overtaken(stored: Mapping[int, Draft], seen: Mapping[int, Draft]) -> None:
    for position, draft in stored.items():
        if position not in seen or seen[position].counter != draft.counter:
            raise DraftOvertakenError(position, draft)


def _load(
    session: Session, *conditions: ColumnElement[bool], created: bool = False
) -> tuple[Sitting, ...]:
    """Read sittings with what hangs on them, the newest first."""
    newest_first = (tables.Sitting.started_at.desc(), tables.Sitting.number.desc())
    query = select(tables.Sitting).where(*conditions).order_by(*newest_first)
    rows = session.scalars(query).all()
    ids = [row.id for row in rows]
    items, drafts = _items(session, ids), _drafts(session, ids)
    answered: defaultdict[str | None, dict[int, StoredAttempt]] = defaultdict(dict)
    for attempt in attempts.load(session, tables.Attempt.sitting_id.in_(ids)):
        if attempt.position is not None:
            answered[attempt.sitting][attempt.position] = attempt
    return tuple(
        Sitting(
            id=row.id,
            learner=row.learner_id,
            assessment=row.assessment,
            title=row.title,
            number=row.number,
            started_at=row.started_at,
            submitted_at=row.submitted_at,
            items=tuple(items[row.id]),
            drafts=drafts[row.id],
            attempts=answered[row.id],
            created=created,
        )
        for row in rows
    )


def _items(session: Session, sitting_ids: list[str]) -> defaultdict[str, list[PinnedItem]]:
    items: defaultdict[str, list[PinnedItem]] = defaultdict(list)
    query = select(tables.SittingItem).where(tables.SittingItem.sitting_id.in_(sitting_ids))
    for row in session.scalars(query.order_by(tables.SittingItem.position)):
        facts = {name: getattr(row, name) for name in PinnedItem.__slots__}
        items[row.sitting_id].append(PinnedItem(**facts))
    return items


def _item_row(sitting_id: str, pinned: PinnedItem) -> dict[str, Any]:
    facts = {name: getattr(pinned, name) for name in PinnedItem.__slots__}
    return {"sitting_id": sitting_id, **facts}


def _drafts(session: Session, sitting_ids: list[str]) -> defaultdict[str, dict[int, Draft]]:
    drafts: defaultdict[str, dict[int, Draft]] = defaultdict(dict)
    query = select(tables.Draft).where(tables.Draft.sitting_id.in_(sitting_ids))
    for row in session.scalars(query):
        drafts[row.sitting_id][row.position] = _draft(row)
    return drafts


def _draft(row: tables.Draft) -> Draft:
    return Draft(row.raw_response, row.counter, row.saved_at)

"""Sittings: variants and rules pinned at the start, read back with all that hangs on them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from sqlalchemy import func, insert, select
from sqlalchemy.orm import aliased

from quizsvc.errors import TokenReusedError
from quizsvc.store import attempts, drafts, learners, revisions, tables
from quizsvc.store.statements import InsertIfAbsent, is_id, new_id, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from quizsvc.model import AtDeadline, Feedback, Value
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.db import Database
    from quizsvc.store.drafts import Draft


SubmittedBy: TypeAlias = Literal["learner", "deadline"]
"""Who handed a sitting in."""


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
    mended_revision: str | None = None
    """By which a regrade has judged it since; None while `revision` holds."""


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
    time_limit: timedelta | None = None
    """As long as this learner may take."""
    ends_at: datetime | None = None
    """Until when this learner may hand in."""
    closes_at: datetime | None = None
    """When the assessment closes for everybody."""
    feedback: Feedback = "submission"
    late_drafts: AtDeadline = "submit"
    assignment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What decides from when on the outcomes of a sitting are shown."""

    feedback: Feedback
    closes_at: datetime | None
    """When the assessment closes for everybody."""
    submitted_at: datetime | None
    waits_for: str | None = None
    """The title of an assignment that keeps its questions; the store leaves that open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting(Terms):
    """One learner going through one assessment once."""

    id: str
    learner: str
    assessment: str
    title: str
    number: int
    """This is the learner's nth sitting of this assessment, whatever it answers to."""
    turn: int
    """This is the learner's nth sitting of this assignment; or of the open quiz, if of none."""
    started_at: datetime
    deadline_at: datetime | None
    """The last moment at which a draft or a submission arrives in time."""
    late_drafts: AtDeadline
    """What becomes of drafts at the deadline."""
    submitted_by: SubmittedBy | None
    assignment: str | None
    """The assignment of a section that it answers to."""
    items: tuple[PinnedItem, ...]
    """In order of position."""
    flagged: frozenset[int]
    """The positions to which the learner wants to come back."""
    drafts: Mapping[int, Draft]
    """Position to draft, where there is one."""
    attempts: Mapping[int, StoredAttempt]
    """Position to attempt; until the sitting is submitted, only of answers that were checked."""
    created: bool = field(default=False, compare=False)
    """Whether the very call that returned this has started or submitted it."""


_before = aliased(tables.Sitting)

turn = (
    select(func.count())
    .select_from(_before)
    .where(
        _before.learner_id == tables.Sitting.learner_id,
        _before.assessment == tables.Sitting.assessment,
        _before.assignment_id.is_not_distinct_from(tables.Sitting.assignment_id),
        _before.number <= tables.Sitting.number,
    )
    .correlate(tables.Sitting)
    .scalar_subquery()
    .label("turn")
)
"""What `Sitting.turn` is."""

_insert_sitting = InsertIfAbsent(tables.Sitting, "token")
_insert_items = insert(table(tables.SittingItem)).inline()


def start(db: Database, new: NewSitting, *, arrived_at: datetime | None = None) -> Sitting:
    """Start a sitting, or return the one that its token started.

    The deadline is the end of the time limit, or the learner's last moment if that comes first.

    Raises
    ------
    TokenReusedError
        The token started a sitting of another learner or assessment.
    NotSavedError
        The database could not be written.
    """
    now = arrived_at or db.now()
    with db.writing() as session:
        learners.remember(session, new.learner, now)
        learners.lock(session, new.learner)  # or two starts at once would get the same number
        return start_in(session, new, now)


def start_in(session: Session, new: NewSitting, now: datetime) -> Sitting:
    """Do the work of `start` inside a transaction that has locked the learner."""
    sitting_id = new_id()
    ends = [now + new.time_limit] if new.time_limit else []
    ends += [new.ends_at] if new.ends_at else []
    row = {
        "id": sitting_id,
        "token": new.token,
        "learner_id": new.learner,
        "assessment": new.assessment,
        "title": new.title,
        "number": _sittings_so_far(session, new) + 1,
        "started_at": now,
        "deadline_at": min(ends, default=None),
        "closes_at": new.closes_at,
        "feedback": new.feedback,
        "late_drafts": new.late_drafts,
        "assignment_id": new.assignment,
    }
    created = _insert_sitting(session, row)
    if created:
        items_of_revisions = {pinned.revision: pinned.item for pinned in new.items}
        # In one order: two that insert the same ones in different orders would wait for each other.
        for revision, item in sorted(items_of_revisions.items()):
            revisions.remember(session, revision, item, new.sources[revision], now)
        session.execute(_insert_items, [_item_row(sitting_id, pinned) for pinned in new.items])
    (sitting,) = load(session, tables.Sitting.token == new.token, created=created)
    if (sitting.learner, sitting.assessment) != (new.learner, new.assessment):
        raise TokenReusedError("this token has started another sitting")
    return sitting


def find(db: Database, sitting_id: str) -> Sitting | None:
    """Return the sitting of that id, if there is one."""
    if not is_id(sitting_id):
        return None
    with db.reading() as session:
        return next(iter(load(session, tables.Sitting.id == sitting_id)), None)


def of_learner(db: Database, learner: str, assessment: str | None = None) -> tuple[Sitting, ...]:
    """Return a learner's sittings, of one assessment or all, the newest first."""
    of_assessment = () if assessment is None else (tables.Sitting.assessment == assessment,)
    with db.reading() as session:
        return load(session, tables.Sitting.learner_id == learner, *of_assessment)


def terms(db: Database, sitting_ids: Iterable[str]) -> dict[str, Terms]:
    """Return the terms of several sittings by id, without all that hangs on them."""
    row = tables.Sitting
    query = select(row.id, row.feedback, row.closes_at, row.submitted_at)
    with db.reading() as session:
        found = session.execute(query.where(row.id.in_(set(sitting_ids))))
        return {
            sitting_id: Terms(
                feedback=cast("Feedback", feedback), closes_at=closes, submitted_at=submitted
            )
            for sitting_id, feedback, closes, submitted in found
        }


def _sittings_so_far(session: Session, new: NewSitting) -> int:
    query = select(func.max(tables.Sitting.number)).where(
        tables.Sitting.learner_id == new.learner, tables.Sitting.assessment == new.assessment
    )
    return session.scalar(query) or 0


def load(
    session: Session, *conditions: ColumnElement[bool], created: bool = False
) -> tuple[Sitting, ...]:
    """Read sittings with what hangs on them, the newest first."""
    newest_first = (tables.Sitting.started_at.desc(), tables.Sitting.number.desc())
    query = select(tables.Sitting, turn).where(*conditions).order_by(*newest_first)
    rows = session.execute(query).all()
    ids = [row.id for row, _ in rows]
    items, flags = _items(session, ids)
    saved = drafts.load(session, ids)
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
            turn=nth,
            started_at=row.started_at,
            deadline_at=row.deadline_at,
            closes_at=row.closes_at,
            feedback=cast("Feedback", row.feedback),
            late_drafts=cast("AtDeadline", row.late_drafts),
            submitted_at=row.submitted_at,
            submitted_by=cast("SubmittedBy | None", row.submitted_by),
            assignment=row.assignment_id,
            items=tuple(items[row.id]),
            flagged=frozenset(flags[row.id]),
            drafts=saved[row.id],
            attempts=answered[row.id],
            created=created,
        )
        for row, nth in rows
    )


def _items(
    session: Session, sitting_ids: list[str]
) -> tuple[defaultdict[str, list[PinnedItem]], defaultdict[str, set[int]]]:
    """Return the items of each sitting, and which positions are flagged."""
    items: defaultdict[str, list[PinnedItem]] = defaultdict(list)
    flags: defaultdict[str, set[int]] = defaultdict(set)
    query = select(tables.SittingItem).where(tables.SittingItem.sitting_id.in_(sitting_ids))
    for row in session.scalars(query.order_by(tables.SittingItem.position)):
        facts = {name: getattr(row, name) for name in PinnedItem.__slots__}
        items[row.sitting_id].append(PinnedItem(**facts))
        if row.flagged:
            flags[row.sitting_id].add(row.position)
    return items, flags


def _item_row(sitting_id: str, pinned: PinnedItem) -> dict[str, Any]:
    facts = {name: getattr(pinned, name) for name in PinnedItem.__slots__}
    return {"sitting_id": sitting_id, **facts}

"""From drafts to attempts: one answer that is checked, or a whole sitting that is handed in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from quizsvc.model import in_time
from quizsvc.store import attempts, drafts, tables
from quizsvc.store.drafts import DraftOvertakenError
from quizsvc.store.sittings import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.store.attempts import NewAttempt, StoredAttempt
    from quizsvc.store.db import Database
    from quizsvc.store.drafts import Draft
    from quizsvc.store.sittings import Sitting, SubmittedBy


def record_answer(
    db: Database,
    sitting_id: str,
    new: NewAttempt,
    counter: int,
    *,
    arrived_at: datetime | None = None,
) -> StoredAttempt:
    """Make the answer at one place of an open sitting final, as its attempt; again, return it.

    Raises
    ------
    ResponseTokenReusedError
        The place has its attempt, with another response.
    DraftOvertakenError, SittingClosedError, StoreError, NotSavedError
        As `drafts.save_draft`.
    """
    if new.position is None:
        raise ValueError("an answer in a sitting has a position")
    at = arrived_at or db.now()
    with db.writing() as session:
        sitting = drafts.lock_open(session, sitting_id)
        _refuse_foreign(sitting, new)
        at = drafts.counted(session, sitting, at)
        with suppress(drafts.AnswerFinalError):  # add tells whether it is the same again
            drafts.keep(session, (sitting_id, new.position), new.raw_response, counter, at)
        return attempts.add(session, new, at, sitting_id)


def submit(
    db: Database,
    sitting_id: str,
    new_attempts: Sequence[NewAttempt],
    *,
    seen: Mapping[int, Draft] | None = None,
    arrived_at: datetime | None = None,
) -> Sitting:
    """Close a sitting with its attempts, once and all together; again, return the first result.

    Parameters
    ----------
    new_attempts : Sequence[NewAttempt]
        At most one for each position that has none yet, each with its position.
    seen : Mapping[int, Draft] | None
        The drafts from which the attempts were made. With them nothing is lost that another page
        saves between reading and submitting: the call is refused, to be tried again.
    arrived_at : datetime | None
        When the learner's wish reached the server; by default now. In the grace of the deadline it
        counts as of the deadline.

    Raises
    ------
    DraftOvertakenError
        A draft is not what it was in `seen`; nothing was stored.
    TimeIsUpError
        It arrived too late: this sitting is for `submit_at_deadline`.
    StoreError
        There is no such sitting.
    NotSavedError
        The database could not be written.
    """
    at = arrived_at or db.now()
    with db.writing() as session:
        sitting = drafts.lock(session, sitting_id)
        if sitting.submitted_at is None:
            at = drafts.counted(session, sitting, at)
        return _submit(session, sitting, new_attempts, seen, at, "learner")


def submit_at_deadline(
    db: Database,
    sitting_id: str,
    new_attempts: Sequence[NewAttempt],
    *,
    seen: Mapping[int, Draft] | None = None,
    now: datetime | None = None,
) -> Sitting:
    """Do what `submit` does in the name of the clock, for a sitting whose time is up.

    However late this happens, it counts from the deadline. A sitting that has time left after all,
    since somebody has moved its deadline meanwhile, is returned as it stands.

    Raises
    ------
    DraftOvertakenError, StoreError, NotSavedError
        As `submit`.
    """
    with db.writing() as session:
        sitting = drafts.lock(session, sitting_id)
        deadline = sitting.deadline_at
        if deadline is None or in_time(deadline, now or db.now()):
            return load(session, tables.Sitting.id == sitting_id)[0]
        return _submit(session, sitting, new_attempts, seen, deadline, "deadline")


def _submit(
    session: Session,
    sitting: tables.Sitting,
    new_attempts: Sequence[NewAttempt],
    seen: Mapping[int, Draft] | None,
    at: datetime,
    by: SubmittedBy,
) -> Sitting:
    open_until_now = sitting.submitted_at is None
    if open_until_now:
        if seen is not None:
            _refuse_overtaken(drafts.load(session, [sitting.id])[sitting.id], seen)
        for new in new_attempts:
            _refuse_foreign(sitting, new)
            attempts.add(session, new, at, sitting.id)
        sitting.submitted_at = at
        sitting.submitted_by = by
    (result,) = load(session, tables.Sitting.id == sitting.id, created=open_until_now)
    return result


def _refuse_foreign(sitting: tables.Sitting, new: NewAttempt) -> None:
    if new.learner != sitting.learner_id:
        raise ValueError(f"sitting {sitting.id} is not of learner {new.learner}")


def _refuse_overtaken(stored: Mapping[int, Draft], seen: Mapping[int, Draft]) -> None:
    for position, draft in stored.items():
        if position not in seen or seen[position].counter != draft.counter:
            raise DraftOvertakenError(position, draft)

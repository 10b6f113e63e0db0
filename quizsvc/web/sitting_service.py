"""Sittings without HTTP and HTML: find, check an answer, hand in, close in time, add up."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from quizsvc.errors import NotSavedError
from quizsvc.model import Invalid
from quizsvc.store import sittings, submitting
from quizsvc.store.drafts import DraftOvertakenError
from quizsvc.web import keeping, metrics, scoring
from quizsvc.web.places import places
from quizsvc.web.service import (
    ForeignError,
    OutOfOrderError,
    Service,
    UnknownError,
    judge,
    new_attempt,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from quizsvc.model import Outcome, RawResponse, Variant
    from quizsvc.results.marks import Total
    from quizsvc.store.attempts import NewAttempt, StoredAttempt
    from quizsvc.store.sittings import PinnedItem, Sitting, Terms
    from quizsvc.web.places import Place

logger = logging.getLogger(__name__)


class CannotBeReadError(Exception):
    """A sitting holds answers that cannot be read, and is not handed in with them."""


def find(service: Service, learner: str | None, sitting_id: str, now: datetime) -> Sitting:
    """Return one of the learner's own sittings as it stands.

    Raises
    ------
    UnknownError, ForeignError, OutOfOrderError, NotSavedError
    """
    found = sittings.find(service.db, sitting_id)
    if found is None:
        raise UnknownError(sitting_id)
    if found.learner != learner:
        raise ForeignError(sitting_id)
    return keeping.as_waiting(service, settled(service, found, now), now)


def of_learner(
    service: Service, learner: str, now: datetime, assessment_id: str | None = None
) -> tuple[Sitting, ...]:
    """Return a learner's sittings, of one assessment or all, as they stand, the newest first."""
    wait = keeping.waiting(service, learner, now)
    return tuple(
        keeping.with_wait(_listed(service, sitting, now), wait.get(sitting.id))
        for sitting in sittings.of_learner(service.db, learner, assessment_id)
    )


def _listed(service: Service, sitting: Sitting, now: datetime) -> Sitting:
    """Return a sitting as it stands, or as it was if it cannot be closed now: a list goes on."""
    try:
        return settled(service, sitting, now)
    except (NotSavedError, OutOfOrderError) as error:
        logger.warning("sitting %s is past its deadline and stays open: %s", sitting.id, error)
        return sitting


def settled(service: Service, sitting: Sitting, now: datetime) -> Sitting:
    """Return a sitting as it stands at a moment: handed in by the clock if its time is up.

    Nothing watches the clock meanwhile; whoever looks next finds it as if something had.

    Raises
    ------
    OutOfOrderError, NotSavedError
    """
    while _overdue(sitting, now):
        made = [] if sitting.late_drafts == "discard" else _attempts(service, sitting, final=True)
        try:
            sitting = submitting.submit_at_deadline(
                service.db, sitting.id, made, seen=sitting.drafts
            )
            metrics.current().count("deadline_closings")
        except DraftOvertakenError:  # one that came in time was still being written
            sitting = sittings.find(service.db, sitting.id) or sitting
    return sitting


def _overdue(sitting: Sitting, now: datetime) -> bool:
    return (
        sitting.submitted_at is None
        and sitting.deadline_at is not None
        and now > sitting.deadline_at
    )


def released(terms: Terms, now: datetime) -> bool:
    """Tell whether the outcomes of a sitting may be shown: the one place that decides.

    Those of answers that were checked are shown while the sitting is still open.
    """
    if terms.waits_for is not None:
        return False
    if terms.feedback == "answer":
        return True
    if terms.submitted_at is None:
        return False
    return terms.feedback == "submission" or terms.closes_at is None or now >= terms.closes_at


def held_back(
    service: Service, attempts: Iterable[StoredAttempt], now: datetime
) -> dict[str, Terms]:
    """Return id and terms of the sittings among attempts whose outcomes are not shown yet."""
    learners = {each.sitting: each.learner for each in attempts if each.sitting}
    wait: dict[str, str] = {}
    for learner in set(learners.values()):
        wait |= keeping.waiting(service, learner, now)
    terms = {
        sitting: keeping.with_wait(each, wait.get(sitting))
        for sitting, each in sittings.terms(service.db, learners).items()
    }
    return {sitting: each for sitting, each in terms.items() if not released(each, now)}


def check_answer(
    service: Service, sitting: Sitting, asked: Place, raw: RawResponse, counter: int, now: datetime
) -> Invalid | None:
    """Make an answer final and have it judged at once; hand it back if it cannot be read.

    Raises
    ------
    ResponseTokenReusedError
        Another answer at this place is final.
    DraftOvertakenError, SittingClosedError, NotSavedError
    """
    blank = not any(text.strip() for text in raw.values())
    outcome = judge(asked.variant, raw, in_sitting=not blank)
    if isinstance(outcome, Invalid):
        return outcome
    new = _attempt(sitting, asked.pinned, asked.variant, raw, outcome)
    submitting.record_answer(service.db, sitting.id, new, counter, arrived_at=now)
    return None


def submit(service: Service, sitting: Sitting, now: datetime) -> Sitting:
    """Hand a sitting in: each answered position becomes an attempt, all or none of them.

    Handing in twice gives the first result.

    Raises
    ------
    CannotBeReadError
        Some answer cannot be read; nothing was stored.
    DraftOvertakenError, NotSavedError
    """
    if sitting.submitted_at is not None:
        return sitting
    made = _attempts(service, sitting, final=False)
    return submitting.submit(service.db, sitting.id, made, seen=sitting.drafts, arrived_at=now)


def _attempts(service: Service, sitting: Sitting, *, final: bool) -> list[NewAttempt]:
    """Judge what was answered and has no attempt yet."""
    made = []
    for each in places(service, sitting):
        if each.status in ("not answered", "checked"):
            continue
        outcome = judge(each.variant, each.raw, in_sitting=True, final=final)
        if isinstance(outcome, Invalid):
            raise CannotBeReadError
        made.append(_attempt(sitting, each.pinned, each.variant, each.raw, outcome))
    return made


def _attempt(
    sitting: Sitting,
    pinned: PinnedItem,
    variant: Variant,
    raw: RawResponse,
    outcome: Outcome | None,
) -> NewAttempt:
    token = f"{sitting.id}.{pinned.position}"
    new = new_attempt(variant, raw, outcome, learner=sitting.learner, token=token)
    return replace(new, position=pinned.position)


def typed(sitting: Sitting, position: int) -> RawResponse:
    """Return what stands in the draft of a place, whether or not it was handed in."""
    draft = sitting.drafts.get(position)
    return draft.raw_response if draft else {}


def total_of(service: Service, sitting: Sitting) -> Total | None:
    """Return the points of a sitting, None while it is open or its results are held back."""
    shown = sitting.submitted_at is not None and released(sitting, service.db.now())
    return scoring.total(service, sitting, scoring.results(service, sitting)) if shown else None

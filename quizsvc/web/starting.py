"""The start of a sitting: which items, how long, and whether it is not too late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from quizsvc import variants
from quizsvc.content import pick
from quizsvc.problems.draw import shuffled
from quizsvc.store import given, people, sittings
from quizsvc.store.sittings import NewSitting, PinnedItem
from quizsvc.web.keeping import refuse_kept
from quizsvc.web.service import OutOfOrderError, Service, UnknownError

if TYPE_CHECKING:
    from datetime import datetime

    from quizsvc.model import Assessment
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a learner may take."""

    stated: float
    """In minutes, as the assessment says."""
    factor: float

    @property
    def minutes(self) -> float:
        """What it comes to for this learner."""
        return self.stated * self.factor


class AssessmentClosedError(Exception):
    """Nobody starts a sitting of an assessment: it has closed, or is sat by assignment alone."""


class IncompleteError(Exception):
    """An assignment begins with all of its questions or not at all: one of them is missing."""


def assessment(service: Service, assessment_id: str) -> Assessment:
    """Return an assessment of the bank.

    Raises
    ------
    UnknownError
    """
    found = service.bank.assessments.get(assessment_id)
    if found is None:
        raise UnknownError(assessment_id)
    return found


def time_limit(service: Service, learner: str | None, chosen: Assessment) -> TimeLimit | None:
    """Return how long a learner may take, with the factor that an account may have."""
    if chosen.time_limit is None:
        return None
    factor = people.time_factor(service.db, learner) if learner else 1.0
    return TimeLimit(chosen.time_limit, factor)


def has_closed(chosen: Assessment, now: datetime) -> bool:
    """Tell whether nobody may start any more."""
    return chosen.closes is not None and now > chosen.closes


def start(service: Service, learner: str, assessment_id: str, token: str, now: datetime) -> Sitting:
    """Start a sitting on the terms that the assessment states for everybody.

    Raises
    ------
    UnknownError, OutOfOrderError
        There is no such assessment, or none of its items can be served.
    AssessmentClosedError
        It has closed, or is sat by assignment alone.
    KeptQuestionError
        It asks what an assignment of his keeps.
    TokenReusedError, NotSavedError
    """
    chosen = assessment(service, assessment_id)
    if chosen.assigned_only or has_closed(chosen, now):
        raise AssessmentClosedError(assessment_id)
    limit = time_limit(service, learner, chosen)
    new = drawn(
        service,
        learner,
        chosen,
        token,
        shuffle=chosen.shuffle,
        time_limit=timedelta(minutes=limit.minutes) if limit else None,
        ends_at=chosen.closes,
        closes_at=chosen.closes,
        feedback=chosen.feedback,
        late_drafts=chosen.at_deadline,
    )
    refuse_kept(service, new, now)
    return sittings.start(service.db, new, arrived_at=now)


def start_assigned(
    service: Service,
    learner: str,
    assignment: Assignment,
    token: str,
    now: datetime,
    *,
    trial: bool = False,
) -> Sitting:
    """Start a sitting of an assignment; on trial, as an instructor who tries it.

    Raises
    ------
    UnknownError, OutOfOrderError
        Its assessment has gone, or none of its items can be served.
    IncompleteError
        Some of them cannot.
    KeptQuestionError
        It asks what another assignment keeps.
    CannotBeginError, TokenReusedError, StoreError, NotSavedError
        As `given.start`.
    """
    chosen = assessment(service, assignment.assessment)
    new = drawn(
        service,
        learner,
        chosen,
        token,
        shuffle=assignment.rules.shuffled,
        assignment=assignment.id,
    )
    if len(new.items) < chosen.length:
        raise IncompleteError(chosen.id)
    refuse_kept(service, new, now)
    return given.start(service.db, new, trial=trial, arrived_at=now)


def drawn(
    service: Service,
    learner: str,
    chosen: Assessment,
    token: str,
    *,
    shuffle: bool = False,
    **terms: Any,
) -> NewSitting:
    """Return a sitting about to start, with the items that are in order; `terms` as its own fields.

    The seeds come from the token instead of a number, so that no page of practice can show a
    variant of a sitting before it is handed in.

    Raises
    ------
    OutOfOrderError
        None of its items can be served.
    """
    seed = service.seed(learner, f"{chosen.id} {token}", 0)
    picked = pick(chosen.entries, service.bank.items, seed)
    if not picked:
        raise OutOfOrderError(chosen.id)
    if shuffle:
        picked = [picked[place] for place in shuffled(seed, len(picked))]
    found = [
        variants.draw(service.item(item), service.seed(learner, f"{item} {token}", 1))
        for item, _ in picked
    ]
    pinned = [
        PinnedItem(
            position=position,
            item=variant.item.id,
            revision=variant.item.revision,
            seed=variant.seed,
            candidate=variant.candidate,
            parameters=variant.parameters,
            key=variant.key,
            points=points,
        )
        for position, ((_, points), variant) in enumerate(zip(picked, found, strict=True), start=1)
    ]
    return NewSitting(
        token=token,
        learner=learner,
        assessment=chosen.id,
        title=chosen.title,
        items=pinned,
        sources={variant.item.revision: variant.item.source for variant in found},
        **terms,
    )

"""Sittings without HTTP and HTML: start, keep drafts, check, hand in, add up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from quizsvc import variants
from quizsvc.content import pick
from quizsvc.model import Invalid
from quizsvc.store import sittings
from quizsvc.store.sittings import NewSitting, PinnedItem
from quizsvc.web.service import (
    ForeignError,
    OutOfOrderError,
    Service,
    UnknownError,
    judge,
    new_attempt,
    stored_outcome,
)

if TYPE_CHECKING:
    from quizsvc.model import Assessment, Lesson, Outcome, RawResponse, Variant
    from quizsvc.store.attempts import NewAttempt, StoredAttempt
    from quizsvc.store.sittings import Sitting

Status = Literal["answered", "partly answered", "not answered", "cannot be read"]


@dataclass(frozen=True, slots=True)
class Place:
    """One position of an open sitting: its variant and what was typed so far."""

    pinned: PinnedItem
    variant: Variant
    raw: RawResponse
    counter: int
    status: Status
    invalid: Invalid | None


@dataclass(frozen=True, slots=True)
class Result:
    """One position of a sitting that was handed in."""

    pinned: PinnedItem
    variant: Variant
    attempt: StoredAttempt | None
    """None where nothing was answered."""
    outcome: Outcome | None
    """None where grading failed and is still to come."""

    @property
    def self_rated(self) -> bool:
        """Whether the learner alone judges some part of it."""
        return any("written" in drawn.part.interaction.yields for drawn in self.variant.parts)

    @property
    def points(self) -> float | None:
        """The points earned; None where no machine grades, answered or not."""
        by_machine = any("written" not in d.part.interaction.yields for d in self.variant.parts)
        if self.outcome is None or self.outcome.score is None or not by_machine:
            return None
        return self.outcome.score * self.pinned.points


@dataclass(frozen=True, slots=True)
class Total:
    """The points of a sitting, over what was graded by the machine."""

    earned: float
    possible: float


@dataclass(frozen=True, slots=True)
class ByObjective:
    """What a sitting earned of one objective, and the lesson that teaches it."""

    objective: str
    """In Markdown, as the lesson says it."""
    lesson: Lesson
    total: Total


class CannotBeReadError(Exception):
    """A sitting holds answers that cannot be read, and is not handed in with them."""


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


def start(service: Service, learner: str, assessment_id: str, token: str) -> Sitting:
    """Start a sitting with the items that are in order, or return what the token started.

    The seeds come from the token instead of a number, so that no page of practice can show a
    variant of a sitting before it is handed in.

    Raises
    ------
    UnknownError, OutOfOrderError
        There is no such assessment, or none of its items can be served.
    TokenReusedError, NotSavedError
    """
    chosen = assessment(service, assessment_id)
    seed = service.seed(learner, f"{chosen.id} {token}", 0)
    picked = pick(chosen.entries, service.bank.items, seed)
    if not picked:
        raise OutOfOrderError(assessment_id)
    drawn = [
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
        for position, ((_, points), variant) in enumerate(zip(picked, drawn, strict=True), start=1)
    ]
    new = NewSitting(
        token=token,
        learner=learner,
        assessment=chosen.id,
        title=chosen.title,
        items=pinned,
        sources={variant.item.revision: variant.item.source for variant in drawn},
    )
    return sittings.start(service.db, new)


def find(service: Service, learner: str | None, sitting_id: str) -> Sitting:
    """Return one of the learner's own sittings.

    Raises
    ------
    UnknownError, ForeignError
    """
    found = sittings.find(service.db, sitting_id)
    if found is None:
        raise UnknownError(sitting_id)
    if found.learner != learner:
        raise ForeignError(sitting_id)
    return found


def place(service: Service, sitting: Sitting, position: int) -> Place:
    """Return one position as it stands.

    Raises
    ------
    UnknownError
        There is no such position.
    """
    pinned = next((item for item in sitting.items if item.position == position), None)
    if pinned is None:
        raise UnknownError(f"{sitting.id}/{position}")
    variant = service.restored(pinned)
    draft = sitting.drafts.get(position)
    raw = draft.raw_response if draft else {}
    invalid, status = _read(variant, raw)
    return Place(pinned, variant, raw, draft.counter if draft else 0, status, invalid)


def places(service: Service, sitting: Sitting) -> tuple[Place, ...]:
    """Return all positions as they stand."""
    return tuple(place(service, sitting, pinned.position) for pinned in sitting.items)


def _read(variant: Variant, raw: RawResponse) -> tuple[Invalid | None, Status]:
    filled = [bool(raw.get(drawn.name, "").strip()) for drawn in variant.parts]
    if not any(filled):
        return None, "not answered"
    judged = judge(variant, raw, in_sitting=True)
    if isinstance(judged, Invalid):
        return judged, "cannot be read"
    return None, "answered" if all(filled) else "partly answered"


def submit(service: Service, sitting: Sitting) -> Sitting:
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
    standing = places(service, sitting)
    if any(each.invalid for each in standing):
        raise CannotBeReadError
    made = [_attempt(sitting, each) for each in standing if each.status != "not answered"]
    return sittings.submit(service.db, sitting.id, made, drafts=sitting.drafts)


def _attempt(sitting: Sitting, each: Place) -> NewAttempt:
    outcome = judge(each.variant, each.raw, in_sitting=True)
    if isinstance(outcome, Invalid):
        raise CannotBeReadError
    position = each.pinned.position
    token = f"{sitting.id}.{position}"
    new = new_attempt(each.variant, each.raw, outcome, learner=sitting.learner, token=token)
    return replace(new, position=position)


def results(service: Service, sitting: Sitting) -> tuple[Result, ...]:
    """Return what became of each position of a sitting that was handed in."""
    return tuple(_result(service, sitting, pinned) for pinned in sitting.items)


def _result(service: Service, sitting: Sitting, pinned: PinnedItem) -> Result:
    variant = service.restored(pinned)
    attempt = sitting.attempts.get(pinned.position)
    if attempt is not None:
        return Result(pinned, variant, attempt, stored_outcome(attempt))
    blank = judge(variant, dict.fromkeys(variant.key, ""), in_sitting=True)
    return Result(pinned, variant, None, None if isinstance(blank, Invalid) else blank)


def total_of(service: Service, sitting: Sitting) -> Total | None:
    """Return the points of a sitting, None while it is open."""
    return total(results(service, sitting)) if sitting.submitted_at else None


def by_objective(service: Service, judged: tuple[Result, ...]) -> list[ByObjective]:
    """Add up by objective, in the order in which the lessons teach them."""
    rows = []
    for lesson in service.bank.reading_order:
        for objective in lesson.objectives:
            asked = tuple(
                each for each in judged if objective.id in each.variant.item.objectives[:1]
            )
            earned = total(asked)
            if earned.possible:
                rows.append(ByObjective(objective.text, lesson, earned))
    return rows


def total(judged: tuple[Result, ...]) -> Total:
    """Add up the points of what the machine graded."""
    graded = [result for result in judged if result.points is not None]
    return Total(
        sum(result.points or 0.0 for result in graded),
        sum(result.pinned.points for result in graded),
    )

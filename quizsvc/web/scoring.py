"""What a sitting that was handed in comes to: place by place, by objective, and in all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.model import Invalid, SatPlace
from quizsvc.results import marks
from quizsvc.results.marks import InForce, Total
from quizsvc.store import adjusting, assignments
from quizsvc.web.service import judge, stored_outcome

if TYPE_CHECKING:
    from collections.abc import Collection

    from quizsvc.model import Judgement, Lesson, Outcome, Variant
    from quizsvc.results.marks import PlaceMark
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.sittings import PinnedItem, Sitting
    from quizsvc.web.service import Service


@dataclass(frozen=True, slots=True)
class Result:
    """One position of a sitting that was handed in."""

    pinned: PinnedItem
    variant: Variant
    attempt: StoredAttempt | None
    """None where nothing was answered."""
    outcome: Outcome | None
    """None where grading failed and is still to come."""
    mark: PlaceMark

    @property
    def left_out(self) -> bool:
        """Whether some part is no part of the score, since the learner alone judges it."""
        written = any("written" in drawn.part.interaction.yields for drawn in self.variant.parts)
        return written and self.mark.adjustment is None and self.mark.origin != "blank"

    @property
    def points(self) -> float | None:
        """The points earned; None where nothing counts, answered or not."""
        return self.mark.points


@dataclass(frozen=True, slots=True)
class ByObjective:
    """What a sitting earned of one objective, and the lesson that teaches it."""

    objective: str
    """In Markdown, as the lesson says it."""
    lesson: Lesson
    total: Total


def results(service: Service, sitting: Sitting) -> tuple[Result, ...]:
    """Return what became of each position of a sitting that was handed in."""
    decisions = _decisions(service, sitting)
    return tuple(_result(service, sitting, pinned, decisions) for pinned in sitting.items)


def result(service: Service, sitting: Sitting, pinned: PinnedItem) -> Result:
    """Return what became of one position of it."""
    return _result(service, sitting, pinned, _decisions(service, sitting))


def total(service: Service, sitting: Sitting, judged: tuple[Result, ...]) -> Total:
    """Add up the points of a sitting that was handed in, with what being late leaves of them."""
    share = late_share(service, sitting)
    return marks.total((each.mark for each in judged), 1.0 if share is None else share)


def late_share(service: Service, sitting: Sitting) -> float | None:
    """Return the share of the points that is left to a sitting that was handed in late."""
    found = assignments.find(service.db, sitting.assignment) if sitting.assignment else None
    if found is None or sitting.submitted_at is None:
        return None
    override = assignments.overrides(service.db, found.id).get(sitting.learner)
    exemption = override.exemption if override else None
    return marks.lateness(found.rules, exemption, sitting.submitted_at)


def by_objective(service: Service, judged: tuple[Result, ...]) -> list[ByObjective]:
    """Add up by objective, in the order in which the lessons teach them.

    Being late costs nothing here: it says nothing of what the learner can do.
    """
    rows = []
    for lesson in service.bank.reading_order:
        for objective in lesson.objectives:
            asked = [each for each in judged if objective.id in each.variant.item.objectives[:1]]
            earned = marks.total(each.mark for each in asked)
            if earned.possible:
                rows.append(ByObjective(objective.text, lesson, earned))
    return rows


def taken_out(service: Service, sitting: Sitting) -> Collection[str]:
    """Return the items that count for nobody any more."""
    return _decisions(service, sitting).dropped


def by_machine(variant: Variant) -> bool:
    """Tell whether a machine grades some part."""
    return any("written" not in drawn.part.interaction.yields for drawn in variant.parts)


def _decisions(service: Service, sitting: Sitting) -> InForce:
    made = adjusting.of_assignment(service.db, sitting.assignment) if sitting.assignment else ()
    return InForce(made)


def _result(service: Service, sitting: Sitting, pinned: PinnedItem, decisions: InForce) -> Result:
    variant = service.restored(pinned)
    attempt = sitting.attempts.get(pinned.position)
    if attempt is not None:
        outcome = stored_outcome(attempt)
    else:
        blank = judge(variant, dict.fromkeys(variant.key, ""), in_sitting=True)
        outcome = None if isinstance(blank, Invalid) else blank
    place = _place(pinned, variant, attempt, outcome)
    return Result(pinned, variant, attempt, outcome, marks.place_mark(sitting.id, place, decisions))


def _place(
    pinned: PinnedItem, variant: Variant, attempt: StoredAttempt | None, outcome: Outcome | None
) -> SatPlace:
    judgement: Judgement = "graded"
    score = outcome.score if outcome else None
    if attempt is None:
        judgement, score = "blank", 0.0 if by_machine(variant) else None
    elif outcome is None:
        judgement = "pending"
    return SatPlace(
        pinned.position, pinned.item, pinned.points, pinned.parameters, judgement, score
    )

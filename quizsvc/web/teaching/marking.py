"""The marks of sections without HTTP and HTML: store and results put together."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quizsvc.errors import NotSavedError, QuizsvcError
from quizsvc.results import marks
from quizsvc.results.marks import Ledger, Mark
from quizsvc.store import adjusting, assignments, gradebook, sections, sittings
from quizsvc.web import sitting_service
from quizsvc.web.service import OutOfOrderError, UnknownError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from quizsvc.model import Adjustment, Sat
    from quizsvc.results.marks import Effect
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sections import Member, Section
    from quizsvc.web.service import Service

logger = logging.getLogger(__name__)

NO_MARK = Mark()
"""Of whoever has not begun."""


@dataclass(frozen=True, slots=True)
class Gradebook:
    """Learner by assignment."""

    learners: tuple[Member, ...]
    """By name."""
    assignments: tuple[Assignment, ...]
    marks: Mapping[str, Mapping[str, Mark]]
    """By assignment and learner."""

    def mark(self, assignment: str, learner: str) -> Mark:
        """Return one cell."""
        return self.marks[assignment].get(learner, NO_MARK)


def settle(service: Service, section: Section, now: datetime) -> None:
    """Hand in what is overdue in a section, as far as that can be done.

    A sitting that cannot be closed stays open, and the others go on; but where nothing can be
    written at all, nothing more is tried.
    """
    for overdue in gradebook.overdue(service.db, section.id, now):
        try:
            found = sittings.find(service.db, overdue)
            if found is not None:
                sitting_service.settled(service, found, now)
        except NotSavedError as error:
            logger.warning("overdue sittings of section %s stay open: %s", section.id, error)
            return
        except QuizsvcError as error:
            logger.warning("sitting %s is past its deadline and stays open: %s", overdue, error)


def gradebook_of(service: Service, section: Section, now: datetime) -> Gradebook:
    """Return the marks of a section, with what is overdue handed in."""
    settle(service, section, now)
    given = assignments.of_section(service.db, section.id)
    exempt = gradebook.exemptions(service.db, section.id)
    adjusted = gradebook.adjustments(service.db, section.id)
    sat = gradebook.of_section(service.db, section.id, by_machine(service))
    by_assignment: dict[str, list[Sat]] = {each.id: [] for each in given}
    for each in sat:
        by_assignment[each.assignment].append(each)
    return Gradebook(
        learners_of(service, section),
        given,
        {
            each.id: Ledger(
                rules=each.rules,
                exemptions=exempt.get(each.id, {}),
                sittings=by_assignment[each.id],
                adjustments=adjusted.get(each.id, ()),
            ).marks()
            for each in given
        },
    )


def learners_of(service: Service, section: Section) -> tuple[Member, ...]:
    """Return the learners of a section, by name."""
    everybody = sections.members(service.db, section.id)
    return tuple(member for member in everybody if member.role == "learner")


def ledger(service: Service, assignment: Assignment, learner: str | None = None) -> Ledger:
    """Return all that the marks of an assignment are worked out from, of one learner or all."""
    graded = by_machine(service)
    if learner is None:
        sat = gradebook.of_assignment(service.db, assignment.id, graded)
    else:
        sat = gradebook.of_learner(service.db, assignment.id, learner, graded)
    overrides = assignments.overrides(service.db, assignment.id)
    return Ledger(
        rules=assignment.rules,
        exemptions={learner: each.exemption for learner, each in overrides.items()},
        sittings=sat,
        adjustments=adjusting.of_assignment(service.db, assignment.id),
    )


def effect_of(book: Ledger, new: Iterable[Adjustment]) -> Effect:
    """Return what decisions would change, before they are made."""
    return marks.effect(book, replace(book, adjustments=[*book.adjustments, *new]))


def by_machine(service: Service) -> gradebook.ByMachine:
    """Return who tells whether a machine grades some part of an item, at a revision."""

    def graded(item_id: str, revision: str) -> bool:
        try:
            item = service.item_at(item_id, revision)
        except (UnknownError, OutOfOrderError):
            # Written by a version that read content differently. Nearly all items are graded, and
            # what was answered has its outcome: this is about what was left blank.
            return True
        return any("written" not in part.interaction.yields for part in item.parts)

    return graded

"""What is assigned to a learner: what is to do, and what an assignment says of one sitting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from quizsvc.model import in_time
from quizsvc.store import assignments, given, people, sections
from quizsvc.web import terms

if TYPE_CHECKING:
    from quizsvc.model import Allowed
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.given import Given
    from quizsvc.store.people import Account
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.service import Service

_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment in a learner's list."""

    given: Given
    state: Literal["open", "coming", "past"]
    begun: bool
    """Whether a sitting goes on."""
    late: bool
    """Whether what is handed in now is late."""
    due: datetime | None
    """Until when it is to be handed in; of what is late already, the very end."""


@dataclass(frozen=True, slots=True)
class Tasks:
    """All that is assigned to a learner."""

    open: list[Task]
    """What is due first comes first."""
    coming: list[Task]
    past: list[Task]
    """The latest first."""


@dataclass(frozen=True, slots=True)
class Mine:
    """An assignment as its page shows it to whoever opens it."""

    assignment: Assignment
    section: str
    closed: bool
    """Whether the section is over."""
    given: Given | None
    """None for an instructor, who tries it."""

    @property
    def trial(self) -> bool:
        """Whether nothing of it counts."""
        return self.given is None

    @property
    def allowed(self) -> Allowed | None:
        """What it allows a learner."""
        return self.given.allowed if self.given else None


@dataclass(frozen=True, slots=True)
class Remark:
    """What the pages of a sitting say about its assignment."""

    trial: bool
    late: bool
    """Whether it was handed in late, or would be now."""
    closes_at: datetime | None
    cost: str
    """What being late costs, in words."""


def tasks(service: Service, learner: str, now: datetime) -> Tasks:
    """Return what is assigned to a learner, by what is to do about it."""
    found = [_task(each, now) for each in given.to_learner(service.db, learner)]
    of = {
        state: [task for task in found if task.state == state]
        for state in ("open", "coming", "past")
    }
    return Tasks(
        open=sorted(of["open"], key=lambda task: task.due or _NEVER),
        coming=sorted(of["coming"], key=lambda task: task.given.allowed.opens_at or now),
        past=sorted(of["past"], key=lambda task: task.due or now, reverse=True),
    )


def find(service: Service, account: Account, assignment_id: str) -> Mine | None:
    """Return an assignment that somebody learns or teaches with; None for anybody else."""
    found = given.find(service.db, assignment_id, account.learner)
    if found is not None:
        return Mine(found.assignment, found.section, found.closed, found)
    assignment = assignments.find(service.db, assignment_id)
    if assignment is None:
        return None
    section = sections.find(service.db, assignment.section)
    role = sections.role_in(service.db, assignment.section, account.learner)
    teaches = account.role == "admin" or (account.role == "instructor" and role == "instructor")
    if section is None or not teaches:
        return None
    return Mine(assignment, section.name, section.closed_at is not None, None)


def remark(service: Service, sitting: Sitting, now: datetime) -> Remark | None:
    """Return what to say on the pages of a sitting; None if no assignment asks for it."""
    if sitting.assignment is None:
        return None
    found = given.find(service.db, sitting.assignment, sitting.learner)
    if found is None:  # an instructor's, or of somebody who has left the section
        person = people.find(service.db, sitting.learner)
        if person is None or person.role == "learner":
            return None
        return Remark(trial=True, late=False, closes_at=None, cost="")
    may, at = found.allowed, sitting.submitted_at
    return Remark(
        trial=False,
        late=may.is_late(at) if at else may.would_be_late(now, sitting.started_at),
        closes_at=may.closes_at,
        cost=terms.late_share(found.assignment.rules),
    )


def _task(each: Given, now: datetime) -> Task:
    may, running = each.allowed, each.begun > each.submitted
    refusal = may.refusal(now, each.begun)
    grace = running and in_time(may.closes_at, now)
    late = may.is_late(now) and not grace
    return Task(
        given=each,
        state="open" if running or refusal is None else _STATES[refusal],
        begun=running,
        late=late,
        due=may.ends_at if late else may.closes_at,
    )


_STATES: dict[str, Literal["open", "coming", "past"]] = {
    "not open yet": "coming",
    "over": "past",
    "none left": "past",
}

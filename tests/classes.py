"""A section with learners whose answers are planted, made through the service as pages would."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from quizsvc.store import assignments, drafts, passwords, people, sections, sittings
from quizsvc.web import sitting_service, starting

if TYPE_CHECKING:
    from collections.abc import Callable

    from quizsvc.model import RawResponse, Rules, Variant
    from quizsvc.store import Database
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.people import Account, Role
    from quizsvc.store.sections import Section
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.service import Service

    Answer = Callable[[Variant], RawResponse]


PASSWORD = "tree house by the lake"  # noqa: S105 - of nobody


@cache
def password_hash() -> str:
    """Return what is kept of everybody's password; made once, since that is meant to be slow."""
    return passwords.make_hash(PASSWORD)


def account(db: Database, name: str, role: Role = "learner") -> Account:
    """Make somebody who can sign in; where the name is taken, with a number beside it."""
    try:
        return people.add(db, name, role=role, password_hash=password_hash())
    except people.NameTakenError:
        return account(db, people.propose(db, name), role)


def right(variant: Variant) -> RawResponse:
    """Answer every part with its key."""
    return {
        drawn.name: next(
            (each.raw for each in drawn.part.interaction.samples(drawn) if each.kind == "correct"),
            "in my own words",
        )
        for drawn in variant.parts
    }


def misled(misconception: str) -> Answer:
    """Return who answers as a misconception would, and rightly where it says nothing."""

    def answer(variant: Variant) -> RawResponse:
        return {
            drawn.name: next(
                (
                    each.raw
                    for each in drawn.part.interaction.samples(drawn)
                    if each.misconception == misconception
                ),
                right(variant)[drawn.name],
            )
            for drawn in variant.parts
        }

    return answer


def blank(variant: Variant) -> RawResponse:
    """Answer nothing."""
    return dict.fromkeys(variant.key, "")


def saying(text: str) -> Answer:
    """Return who types the same into every part."""
    return lambda variant: dict.fromkeys(variant.key, text)


@dataclass
class Class:
    """A section, its instructor and its learners.

    Parameters
    ----------
    service : Service
    learners : int
        How many there are, with names such as ``Learner 07``.
    """

    service: Service
    learners: int = 3
    name: str = "Residual networks, 2026"
    instructor: Account = field(init=False)
    section: Section = field(init=False)
    members: list[Account] = field(init=False)
    _tokens: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        db = self.service.db
        self.instructor = account(db, "Prof. Skip", "instructor")
        self.section = sections.make(db, self.name, self.instructor.learner)
        numbers = range(1, self.learners + 1)
        self.members = [account(db, f"Learner {number:02}") for number in numbers]
        with db.writing() as session:
            for number, member in enumerate(self.members, start=1):
                sections.add_member(
                    session, self.section.id, member.learner, "learner", db.now(), f"s{number:04}"
                )

    def assign(self, assessment: str, rules: Rules | None = None) -> Assignment:
        """Give the section an assessment of the bank."""
        title = self.service.bank.assessments[assessment].title
        return assignments.make(self.service.db, self.section.id, assessment, title, rules)

    def begin(self, member: Account, assignment: Assignment) -> Sitting:
        """Begin a sitting of an assignment."""
        self._tokens += 1
        chosen = self.service.bank.assessments[assignment.assessment]
        new = starting.drawn(
            self.service,
            member.learner,
            chosen,
            uuid5(UUID(self.section.id), str(self._tokens)).hex,
            shuffle=assignment.rules.shuffled,
            feedback=assignment.rules.feedback,
            closes_at=assignment.rules.closes_at,
            assignment=assignment.id,
        )
        return sittings.start(self.service.db, new)

    def type(self, sitting: Sitting, answers: dict[int, RawResponse]) -> Sitting:
        """Save drafts by position."""
        for position, raw in answers.items():
            counter = sitting.drafts[position].counter if position in sitting.drafts else 0
            drafts.save_draft(self.service.db, sitting.id, position, raw, counter)
        found = sittings.find(self.service.db, sitting.id)
        assert found is not None
        return found

    def sit(self, member: Account, assignment: Assignment, *answers: Answer) -> Sitting:
        """Go through a sitting and hand it in: an answer for each item id or position's turn.

        The nth of `answers` goes to the nth position; the last one to all that follow.
        """
        sitting = self.begin(member, assignment)
        typed = {
            pinned.position: answers[min(place, len(answers) - 1)](self.service.restored(pinned))
            for place, pinned in enumerate(sitting.items)
        }
        sitting = self.type(sitting, typed)
        return sitting_service.submit(self.service, sitting, self.service.db.now())

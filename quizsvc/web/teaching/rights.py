"""Who may look at a section: its own instructors, and admins at all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from quizsvc.store import assignments, audit, sections, sittings
from quizsvc.web import sitting_service
from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import current_account, service
from quizsvc.web.service import UnknownError

if TYPE_CHECKING:
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.audit import Action
    from quizsvc.store.people import Account
    from quizsvc.store.sections import Section
    from quizsvc.store.sittings import Sitting


@dataclass(frozen=True, slots=True)
class Assigned:
    """An assignment in a section that whoever is signed in teaches."""

    section: Section
    assignment: Assignment


def me() -> Account:
    """Return who is signed in, on a page that `require_role` has opened."""
    return cast("Account", current_account())


def taught() -> tuple[Section, ...]:
    """Return the sections of whoever is signed in."""
    return sections.of_member(service().db, me().learner, "instructor")


def section_taught(section_id: str) -> Section:
    """Return a section of whoever is signed in; an admin's are all.

    Raises
    ------
    UnknownError
        There is none, or it is somebody else's: which of the two is nobody's business.
    """
    found = sections.find(service().db, section_id)
    if found is None or not _teaches(found):
        raise UnknownError(section_id)
    return found


def assignment_taught(assignment_id: str) -> Assigned:
    """Return an assignment of a section of whoever is signed in.

    Raises
    ------
    UnknownError
    """
    found = assignments.find(service().db, assignment_id)
    if found is None:
        raise UnknownError(assignment_id)
    return Assigned(section_taught(found.section), found)


def sitting_taught(sitting_id: str) -> tuple[Assigned, Sitting]:
    """Return a sitting of such an assignment, as it stands.

    Raises
    ------
    UnknownError, OutOfOrderError, NotSavedError
    """
    found = sittings.find(service().db, sitting_id)
    if found is None or found.assignment is None:
        raise UnknownError(sitting_id)
    assigned = assignment_taught(found.assignment)
    return assigned, sitting_service.settled(service(), found, arrived_at())


def note(action: Action, subject: str, section: Section | None, **detail: Any) -> None:
    """Write into the audit what whoever is signed in does and changes nothing else by."""
    db = service().db
    with db.writing() as session:
        audit.note(
            session,
            action,
            subject,
            now=db.now(),
            account=me().learner,
            section=section.id if section else None,
            **detail,
        )


def _teaches(section: Section) -> bool:
    if me().role == "admin":
        return True
    return sections.role_in(service().db, section.id, me().learner) == "instructor"

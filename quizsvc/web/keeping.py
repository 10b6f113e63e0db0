"""Questions that an assignment keeps: no other quiz gives their keys before its results are out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from quizsvc.errors import QuizsvcError
from quizsvc.store import kept
from quizsvc.web.service import OutOfOrderError, Service, UnknownError

if TYPE_CHECKING:
    from datetime import datetime

    from quizsvc.store.kept import Kept
    from quizsvc.store.sittings import NewSitting, Sitting, Terms

_Terms = TypeVar("_Terms", bound="Terms")


class KeptQuestionError(QuizsvcError):
    """A quiz asks what an assignment of the learner's keeps; its title is here to be shown."""

    def __init__(self, title: str) -> None:
        super().__init__(f"a question of {title!r} is asked")
        self.title = title


def refuse_kept(service: Service, new: NewSitting, now: datetime) -> None:
    """Refuse a sitting that asks what another assignment keeps.

    Raises
    ------
    KeptQuestionError
    """
    asked = {pinned.item for pinned in new.items}
    for each in _kept(service, new.learner, now):
        if each.item in asked and each.assignment != new.assignment:
            raise KeptQuestionError(each.title)


def waiting(service: Service, learner: str, now: datetime) -> dict[str, str]:
    """Return the learner's sittings that ask what another assignment keeps, with its title.

    They began before that one did, or at once with it.
    """
    found = _kept(service, learner, now)
    if not found:
        return {}
    asked = kept.asked(service.db, learner, {each.item for each in found})
    return {
        sitting: each.title
        for sitting, item, assignment in asked
        for each in found
        if each.item == item and each.assignment != assignment
    }


def as_waiting(service: Service, sitting: Sitting, now: datetime) -> Sitting:
    """Return a sitting with what its results wait for, if they would be shown by themselves."""
    if sitting.submitted_at is None and sitting.feedback != "answer":
        return sitting
    return with_wait(sitting, waiting(service, sitting.learner, now).get(sitting.id))


def with_wait(terms: _Terms, title: str | None) -> _Terms:
    """Return terms that wait for the results of an assignment, if one is named."""
    return terms if title is None else replace(terms, waits_for=title)


def _kept(service: Service, learner: str, now: datetime) -> list[Kept]:
    """Return what is the same for everybody: of what is drawn each quiz has its own."""
    return [each for each in kept.of_learner(service.db, learner, now) if _is_fixed(service, each)]


def _is_fixed(service: Service, each: Kept) -> bool:
    try:
        return not service.item_at(each.item, each.revision).family.random
    except (OutOfOrderError, UnknownError):
        return True  # nobody can tell any more

"""Where the learner of this request stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.learning.catalogue import Catalogue
from quizsvc.learning.standing import Standing
from quizsvc.model import Preferences
from quizsvc.store import log, preferences
from quizsvc.web.current import current_account, known_learner, service

if TYPE_CHECKING:
    from quizsvc.model import Item


def standing() -> Standing:
    """Work out where the learner stands now; who is new has an empty log."""
    learner, db = known_learner(), service().db
    now = db.now()
    return Standing(
        log.of_learner(db, learner, now) if learner else (),
        Catalogue(service().bank),
        preferences.find(db, learner) if learner else Preferences(),
        now,
    )


def withheld() -> frozenset[str]:
    """Return the items that the learner must not practise now.

    Those of his quizzes that are open or whose results are held back; and those that a quiz which
    is sat by assignment alone asks of everybody, until he has seen his results of it.
    """
    learner, db = known_learner(), service().db
    return (log.pinned_items(db, learner, db.now()) if learner else frozenset()) | kept_back()


def kept_back() -> frozenset[str]:
    """Return the items that are kept for quizzes which are sat by assignment alone.

    Instructors see them: they assign them.
    """
    kept = {
        each.id: each.certain for each in service().bank.assessments.values() if each.assigned_only
    }
    account, db = current_account(), service().db
    if not kept or (account is not None and account.role != "learner"):
        return frozenset()
    learner = known_learner()
    shown = log.assessments_shown(db, learner, db.now()) if learner else frozenset()
    return frozenset().union(*(items for name, items in kept.items() if name not in shown))


def is_withheld(item: Item) -> bool:
    """Tell whether practising an item now would give away a question of a quiz.

    Only where its numbers are not drawn: otherwise practice and the quiz have their own.
    """
    return not item.family.random and item.id in withheld()

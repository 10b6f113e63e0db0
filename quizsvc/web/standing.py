"""Where the learner of this request stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.learning.catalogue import Catalogue
from quizsvc.learning.standing import Standing
from quizsvc.model import Preferences
from quizsvc.store import log, preferences
from quizsvc.web.current import known_learner, service

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
    """Return the items of the learner's quizzes that are open, or whose results are held back."""
    learner, db = known_learner(), service().db
    return log.pinned_items(db, learner, db.now()) if learner else frozenset()


def is_withheld(item: Item) -> bool:
    """Tell whether practising an item now would give away a question of a quiz.

    Only where its numbers are not drawn: otherwise practice and the quiz have their own.
    """
    return not item.family.random and item.id in withheld()

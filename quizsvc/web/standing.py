"""Where the learner of this request stands."""

from __future__ import annotations

from quizsvc.learning.catalogue import Catalogue
from quizsvc.learning.standing import Standing
from quizsvc.model import Preferences
from quizsvc.store import log, preferences
from quizsvc.web.current import known_learner, service


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
    """Return the items that the learner's open sittings ask."""
    learner = known_learner()
    return log.pinned_items(service().db, learner) if learner else frozenset()

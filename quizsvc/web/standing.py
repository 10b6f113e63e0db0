"""Where the learner of this request stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.learning.catalogue import Catalogue
from quizsvc.learning.standing import Standing
from quizsvc.model import Preferences
from quizsvc.store import kept, log, preferences
from quizsvc.web.current import current_account, known_learner, service
from quizsvc.web.service import OutOfOrderError, UnknownError, WithheldError

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    is sat by assignment alone asks of everybody, until he has seen his results of it. But only
    where the numbers are not drawn: otherwise practice and the quiz have their own.
    """
    return frozenset(item for item, pinned in _asked().items() if _is_fixed(item, pinned))


def refuse_withheld(item_id: str) -> None:
    """Refuse an item that the learner must not practise now, though its file may have gone.

    Raises
    ------
    WithheldError
    """
    asked = _asked()
    if item_id in asked and _is_fixed(item_id, asked[item_id]):
        raise WithheldError(item_id)


def refuse_key(item: Item) -> None:
    """Refuse a revision whose key would give away a question of a quiz; others may be drawn.

    Raises
    ------
    WithheldError
    """
    if not item.family.random and item.id in _asked():
        raise WithheldError(item.id)


def _asked() -> dict[str, set[str]]:
    """Return what is kept: item to the revisions at which the learner's own sittings ask it."""
    learner, db = known_learner(), service().db
    found = log.pinned_items(db, learner, db.now()) if learner else {}
    for item in _kept_back():
        found.setdefault(item, set())
    return found


def _kept_back() -> frozenset[str]:
    """Return the items that are kept for quizzes which are sat by assignment alone.

    What an assignment that is not over has kept it keeps, also where the file of its quiz has
    changed or gone. Instructors see them: they assign them.
    """
    account, db = current_account(), service().db
    if account is not None and account.role != "learner":
        return frozenset()
    now = db.now()
    assigned = kept.by_assignments(db, now)
    asked = {each.id: each.kept for each in service().bank.assessments.values() if each.kept}
    if not asked and not assigned:
        return frozenset()
    learner = known_learner()
    shown = log.assessments_shown(db, learner, now) if learner else frozenset()
    return frozenset().union(
        *(items for name, items in (*asked.items(), *assigned.items()) if name not in shown)
    )


def _is_fixed(item_id: str, pinned: Iterable[str]) -> bool:
    """Tell whether an item is the same for everybody, as it is served now or as it was pinned."""
    item = service().bank.items.get(item_id)
    if item is not None and not item.family.random:
        return True
    return any(_was_fixed(item_id, each) for each in pinned)


def _was_fixed(item_id: str, revision: str) -> bool:
    try:
        return not service().item_at(item_id, revision).family.random
    except (OutOfOrderError, UnknownError):
        return True  # nobody can tell any more

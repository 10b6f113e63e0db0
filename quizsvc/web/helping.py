"""Help with a variant in practice: hints in steps, the solution on demand, a code for a teacher.

What is kept of it decides what a page may show, so it stands here once, without HTTP and HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.store import aids, shared
from quizsvc.store.shared import SharedVariant
from quizsvc.web.service import UnknownError

if TYPE_CHECKING:
    from datetime import datetime

    from quizsvc.model import Variant
    from quizsvc.store.aids import Aid
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.web.service import Service

_GROUP = 4
_MISREAD = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Standing:
    """What help a learner took with a variant, and what its pages may show therefore."""

    hints: int
    solved_at: datetime | None
    open: bool
    """Whether the pages may show its key, solution and explanation.

    They may once the learner asked for it, has answered right, or has answered in words that he
    rates himself by the model answer.
    """


def standing(service: Service, learner: str, item_id: str, number: int) -> Standing:
    """Return how a learner stands with a variant."""
    aid, through = aids.standing(service.db, learner, item_id, number)
    return Standing(aid.hints, aid.solved_at, aid.solved_at is not None or through)


def hint(service: Service, variant: Variant, learner: str, number: int, wanted: int) -> Aid:
    """Show so many hints; a page that is sent again shows the same.

    Raises
    ------
    UnknownError
        There are not so many.
    """
    if not 1 <= wanted <= len(variant.item.hints):
        raise UnknownError(f"{variant.item.id}: hint {wanted}")
    return aids.hint(service.db, learner, variant.item.id, number, wanted)


def solve(service: Service, item_id: str, learner: str, number: int) -> Aid:
    """Show the solution: from now on an answer to this variant no longer counts."""
    return aids.solve(service.db, learner, item_id, number)


def standing_of(service: Service, attempt: StoredAttempt) -> Standing:
    """Return how the learner of an attempt stands with its variant.

    What belongs to a sitting is open: whether it is shown at all has rules of its own.
    """
    if attempt.sitting is not None or attempt.variant_number is None:
        return Standing(0, None, open=True)
    return standing(service, attempt.learner, attempt.item, attempt.variant_number)


def code(service: Service, variant: Variant, learner: str, number: int) -> str:
    """Return the code of a learner's variant, in groups that can be read aloud."""
    stored = shared.share(
        service.db,
        learner,
        SharedVariant(
            item=variant.item.id,
            revision=variant.item.revision,
            variant_number=number,
            seed=variant.seed,
            candidate=variant.candidate,
            parameters=variant.parameters,
            key=variant.key,
        ),
        variant.item.source,
    )
    return in_groups(stored)


def in_groups(stored: str) -> str:
    """Return a code as it is shown.

    >>> in_groups("7F3K9Q2MXW4T")
    '7F3K-9Q2M-XW4T'
    """
    return "-".join(stored[i : i + _GROUP] for i in range(0, len(stored), _GROUP))


def read_code(typed: str) -> str:
    """Return the code that somebody means: letters that are no part of one are read as digits.

    >>> read_code(" 7f3k 9q2m–xwio ")
    '7F3K9Q2MXW10'
    """
    return "".join(each for each in typed.upper() if each.isalnum()).translate(_MISREAD)


def shared_variant(service: Service, typed: str) -> tuple[str, Variant]:
    """Return the code that was meant, as it is shown, and its variant.

    Raises
    ------
    UnknownError
        There is no such code.
    """
    meant = read_code(typed)
    found = shared.find(service.db, meant)
    if found is None:
        raise UnknownError("code")
    return in_groups(meant), service.restored(found)

"""Shared variants: a code that a learner hands to a teacher, and the variant it stands for."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import select

from quizsvc.store import learners, revisions, tables
from quizsvc.store.statements import InsertIfAbsent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.model import Value
    from quizsvc.store.db import Database

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is taken for another when it is read aloud or copied."""
LENGTH = 12
"""Characters of a code, of 5 bits each: nobody finds one by trying."""

_insert = InsertIfAbsent(tables.SharedVariant, "learner_id", "item", "revision", "variant_number")
_FACTS = ("item", "revision", "variant_number", "seed", "candidate", "parameters", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedVariant:
    """A variant to be met again by whoever has its code."""

    item: str
    revision: str
    variant_number: int
    seed: int
    candidate: int
    parameters: Mapping[str, Value]
    key: Mapping[str, Value]
    mended_revision: ClassVar[None] = None
    """What was shown to a teacher stays what it was."""


def share(db: Database, learner: str, variant: SharedVariant, source: Mapping[str, Any]) -> str:
    """Return the code of a learner's variant, made the first time it is asked for.

    It is drawn and carries nothing; `source` is the item's, kept so that the code outlives its
    file.
    """
    now = db.now()
    facts = {name: getattr(variant, name) for name in _FACTS}
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    with db.writing() as session:
        learners.remember(session, learner, now)
        revisions.remember(session, variant.revision, variant.item, source, now)
        if _insert(session, {"code": code, "learner_id": learner, "created_at": now, **facts}):
            return code
        row = tables.SharedVariant
        return session.scalars(
            select(row.code).where(
                row.learner_id == learner,
                row.item == variant.item,
                row.revision == variant.revision,
                row.variant_number == variant.variant_number,
            )
        ).one()


def find(db: Database, code: str) -> SharedVariant | None:
    """Return the variant of a code, if there is such a code."""
    with db.reading() as session:
        row = session.get(tables.SharedVariant, code)
        return SharedVariant(**{name: getattr(row, name) for name in _FACTS}) if row else None

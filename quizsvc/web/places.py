"""The places of a sitting that is open: what was typed at each, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quizsvc.model import Invalid
from quizsvc.web import scoring
from quizsvc.web.service import Service, UnknownError, judge

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from quizsvc.model import RawResponse, Variant
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.sittings import PinnedItem, Sitting

Status = Literal["answered", "partly answered", "not answered", "cannot be read", "checked"]


@dataclass(frozen=True, slots=True)
class Place:
    """One position of an open sitting: its variant and what was typed so far."""

    pinned: PinnedItem
    variant: Variant
    raw: RawResponse
    counter: int
    saved_at: datetime | None
    flagged: bool
    status: Status
    invalid: Invalid | None
    attempt: StoredAttempt | None
    """Of an answer that was checked and is final."""
    taken_out: bool
    """Whether an instructor took the item out: it counts for nobody."""


def place(service: Service, sitting: Sitting, position: int) -> Place:
    """Return one position as it stands.

    Raises
    ------
    UnknownError
        There is no such position.
    """
    pinned = next((item for item in sitting.items if item.position == position), None)
    if pinned is None:
        raise UnknownError(f"{sitting.id}/{position}")
    return _place(service, sitting, pinned, scoring.taken_out(service, sitting))


def places(service: Service, sitting: Sitting) -> tuple[Place, ...]:
    """Return all positions as they stand."""
    out = scoring.taken_out(service, sitting)
    return tuple(_place(service, sitting, pinned, out) for pinned in sitting.items)


def _place(
    service: Service, sitting: Sitting, pinned: PinnedItem, taken_out: Collection[str]
) -> Place:
    position, variant = pinned.position, service.restored(pinned)
    draft = sitting.drafts.get(position)
    attempt = sitting.attempts.get(position)
    raw = attempt.raw_response if attempt else draft.raw_response if draft else {}
    invalid, status = (None, "checked") if attempt else _read(variant, raw)
    return Place(
        pinned=pinned,
        variant=variant,
        raw=raw,
        counter=draft.counter if draft else 0,
        saved_at=draft.saved_at if draft else None,
        flagged=position in sitting.flagged,
        status=status,
        invalid=invalid,
        attempt=attempt,
        taken_out=pinned.item in taken_out,
    )


def answered(sitting: Sitting) -> set[int]:
    """Return the positions at which something was typed, readable or not."""
    typed = {
        position
        for position, draft in sitting.drafts.items()
        if any(text.strip() for text in draft.raw_response.values())
    }
    return typed | sitting.attempts.keys()


def _read(variant: Variant, raw: RawResponse) -> tuple[Invalid | None, Status]:
    filled = [bool(raw.get(drawn.name, "").strip()) for drawn in variant.parts]
    if not any(filled):
        return None, "not answered"
    judged = judge(variant, raw, in_sitting=True)
    if isinstance(judged, Invalid):
        return judged, "cannot be read"
    return None, "answered" if all(filled) else "partly answered"

"""How long the places of a sitting took, as far as what was saved tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta


def between_answers(started_at: datetime, saved: Mapping[int, datetime]) -> dict[int, timedelta]:
    """Return position to the time between the save before its last one, or the start, and that.

    No clock runs for each question: whoever goes back to one has the time since his last save
    counted there.
    """
    before = started_at
    spent = {}
    for position, at in sorted(saved.items(), key=lambda pair: pair[1]):
        spent[position] = at - before
        before = at
    return spent

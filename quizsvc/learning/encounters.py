"""Encounters: the variants a learner has met, each with what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.content import base_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date, datetime

    from quizsvc.learning.catalogue import Catalogue
    from quizsvc.model import LogEntry


@dataclass(frozen=True, slots=True)
class Encounter:
    """One variant, or one place of a sitting, with all attempts at it."""

    entries: tuple[LogEntry, ...]
    """In the order of the log; never empty."""
    family: str
    """What all levels of an item share."""
    counts: bool
    """Whether it says anything of what the learner knows."""

    @property
    def item(self) -> str:
        """The item's id."""
        return self.entries[0].item

    @property
    def first(self) -> LogEntry:
        """The first attempt."""
        return self.entries[0]

    @property
    def at(self) -> datetime:
        """When it was first answered."""
        return self.first.at

    @property
    def clean(self) -> bool:
        """Whether the first attempt was right without help."""
        return _right(self.first) and not self.first.hints

    @property
    def missed(self) -> bool:
        """Whether the first attempt was not wholly right."""
        return self.first.score is not None and self.first.score < 1

    @property
    def solved(self) -> bool:
        """Whether some attempt before the worked solution was right."""
        return any(_right(entry) and not entry.solved for entry in self.entries)

    @property
    def named(self) -> bool:
        """Whether a misconception was recognised in some attempt."""
        return any(entry.misconceptions for entry in self.entries)


def encounters(log: Sequence[LogEntry], catalogue: Catalogue) -> tuple[Encounter, ...]:
    """Return what a learner met of the items in the bank, in the order of the log.

    One counts if it was first answered before its worked solution was shown, and if the same,
    down to the drawn numbers, has not counted on the same day: what was seen this morning is
    remembered, not known. An item without drawn numbers is thus good for one a day.
    """
    met: dict[object, list[LogEntry]] = {}
    for entry in log:
        if catalogue.knows(entry.item):
            met.setdefault(_variant(entry), []).append(entry)
    counted: dict[tuple[str, str], date] = {}
    found = []
    for entries in met.values():
        first = entries[0]
        content, day = (first.item, first.content), first.at.date()
        told = first.solved or (catalogue.is_fixed(first.item) and _day(first.shown_at) == day)
        counts = first.judged and not told and counted.get(content) != day
        if counts:
            counted[content] = day
        found.append(Encounter(tuple(entries), base_id(first.item), counts))
    return tuple(found)


def counting(met: Iterable[Encounter]) -> tuple[Encounter, ...]:
    """Return those that count."""
    return tuple(encounter for encounter in met if encounter.counts)


def _variant(entry: LogEntry) -> object:
    """Return what attempts at one variant share; a place of a sitting has one attempt."""
    if entry.in_sitting or entry.variant_number is None:
        return entry.id
    return entry.item, entry.variant_number


def _day(moment: datetime | None) -> date | None:
    return moment and moment.date()


def _right(entry: LogEntry) -> bool:
    return entry.score is not None and entry.score >= 1

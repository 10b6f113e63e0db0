"""What reading one file gave, kept so that a file that did not change is not compiled again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quizsvc.content.levels import base_id
from quizsvc.content.references import References

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from quizsvc.content.yaml_source import Source
    from quizsvc.errors import Fault


@dataclass(eq=False)
class Reading:
    """One file: what it makes, what is wrong with it, and the names in it that must lead on."""

    made: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    references: References = field(default_factory=References)

    def out_of_order(self, identifier: str, faults: list[Fault]) -> None:
        """Note that nothing, or not everything, could be made."""
        # What is wrong in every level of an item is told once.
        self.faults.extend(each for each in faults if each not in self.faults)
        self.broken[identifier] = tuple(faults)


class Memory:
    """The readings of a content directory, from one time that it is read to the next."""

    def __init__(self) -> None:
        self._before: dict[Hashable, tuple[Any, Reading]] = {}
        self._now: dict[Hashable, tuple[Any, Reading]] = {}

    def begin(self) -> None:
        """Read the directory anew: what is not asked for this time is forgotten."""
        self._before, self._now = {**self._before, **self._now}, {}

    def finish(self) -> None:
        """Keep what was read this time, for the next."""
        self._before, self._now = self._now, {}

    def recall(self, file: Hashable, rests_on: Any, read: Callable[[], Reading]) -> Reading:
        """Return the reading of a file, from memory if all that it rests on is the same."""
        known = self._before.get(file)
        reading = known[1] if known is not None and known[0] == rests_on else read()
        self._now[file] = (rests_on, reading)
        return reading


def kept(reading: Reading, file: str, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a file made `before` and cannot make now because it is out of order.

    What an author took out of a file is not kept, nor what a file made that is no longer there.
    """
    return {
        each: noun
        for each, noun in before.items()
        if base_id(each) == file
        and each not in reading.made
        and (each in reading.broken or file in reading.broken)
    }

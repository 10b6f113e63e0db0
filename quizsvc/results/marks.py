"""Marks: what each place comes to, what a sitting does, and what all of a learner's sittings do.

The one place that knows the order of decisions (an item taken out, then a score set by hand, then
full marks, then the grading), what being late costs, and which of several sittings counts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from statistics import fmean
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from quizsvc.model import allowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from quizsvc.model import Adjustment, Counts, Exemption, Rules, Sat, SatPlace

Origin: TypeAlias = Literal[
    "graded", "blank", "pending", "not graded", "full marks", "set", "dropped"
]
"""Where the score of a place comes from; *not graded* where no machine grades."""


class PlaceMark(NamedTuple):
    """What one place comes to."""

    place: SatPlace
    origin: Origin
    score: float | None
    """In [0, 1]; None where the place counts neither as earned nor as possible."""
    adjustment: Adjustment | None = None
    """The decision that overrules the grading, if one does."""

    @property
    def points(self) -> float | None:
        """The points earned; None where the place does not count."""
        return None if self.score is None else self.score * self.place.points

    @property
    def unread(self) -> bool:
        """Whether it is an answer that no machine grades and nobody has given points for."""
        return self.origin == "not graded" and self.place.judgement == "graded"


@dataclass(frozen=True, slots=True)
class Total:
    """The points of several places, over what counts."""

    in_time: float
    """Earned, before what being late costs."""
    possible: float
    share: float = 1.0
    """Of the points that are left, where the sitting was handed in late."""

    @property
    def earned(self) -> float:
        """The points that count."""
        return self.in_time * self.share

    @property
    def score(self) -> float | None:
        """In [0, 1]; None where nothing counts."""
        return min(self.earned / self.possible, 1.0) if self.possible > 0 else None


@dataclass(frozen=True)
class SittingMark:
    """What a sitting that was handed in comes to."""

    sat: Sat
    places: tuple[PlaceMark, ...]
    total: Total
    late: bool

    @cached_property
    def pending(self) -> int:
        """How many answers are still to be graded."""
        return sum(mark.origin == "pending" for mark in self.places)

    @cached_property
    def unread(self) -> int:
        """How many answers no machine grades and nobody has given points for."""
        return sum(mark.unread for mark in self.places)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What an assignment comes to for one learner."""

    sittings: tuple[SittingMark, ...] = ()
    """Those that were handed in, the oldest first."""
    open: tuple[Sat, ...] = ()
    """Those that are in progress."""
    counting: tuple[SittingMark, ...] = ()
    """Those of which the mark is made."""
    candidates: tuple[SittingMark, ...] = ()
    """Those of which it is made once all their answers have points."""
    score: float | None = None
    """In [0, 1]; None where there is no mark, which is not the same as 0."""
    earned: float = 0.0
    possible: float = 0.0

    @property
    def late(self) -> bool:
        """Whether something that counts was handed in late."""
        return any(each.late for each in self.counting)

    @property
    def pending(self) -> int:
        """How many answers that may count are still to be graded."""
        return sum(each.pending for each in self.candidates)

    @property
    def unread(self) -> int:
        """How many answers that may count wait for somebody to give points."""
        return sum(each.unread for each in self.candidates)


class InForce:
    """The decisions about points that are not undone, by what they are about."""

    def __init__(self, adjustments: Iterable[Adjustment]) -> None:
        self.dropped: dict[str, Adjustment] = {}
        self.read: set[str] = set()
        """The items of which somebody has given points for an answer, by hand."""
        self._set: dict[tuple[str | None, int | None], Adjustment] = {}
        self._full: defaultdict[str, list[Adjustment]] = defaultdict(list)
        for each in sorted(adjustments, key=lambda each: each.id):
            if each.undone_at is not None:
                continue
            if each.kind == "drop":
                self.dropped.setdefault(each.item, each)
            elif each.kind == "score":
                self._set[each.sitting, each.position] = each  # the last one set
                self.read.add(each.item)
            else:
                self._full[each.item].append(each)

    def of(self, sitting: str, place: SatPlace) -> Adjustment | None:
        """Return the decision that overrules the grading of a place, if there is one."""
        if place.item in self.dropped:
            return self.dropped[place.item]
        if (sitting, place.position) in self._set:
            return self._set[sitting, place.position]
        for each in self._full.get(place.item, ()):
            if each.parameters == place.parameters:
                return each
        return None

    def holds(self, adjustment: Adjustment) -> bool:
        """Tell whether a decision has an effect: it is neither undone nor replaced by a later one.

        A score that was set for a place whose item is out keeps waiting, and holds.
        """
        if adjustment.kind == "score":
            return self._set.get((adjustment.sitting, adjustment.position)) == adjustment
        return adjustment.undone_at is None


def place_mark(sitting: str, place: SatPlace, decisions: InForce) -> PlaceMark:
    """Return what a place comes to.

    What no machine grades counts once somebody reads it: as soon as one answer to an item has
    points, whoever left the item blank has none of them. Else a blank would beat an attempt.
    """
    decision = decisions.of(sitting, place)
    if decision is None:
        if place.judgement == "blank" and place.item in decisions.read:
            return PlaceMark(place, "blank", 0.0)
        by_nobody = place.score is None and place.judgement != "pending"
        return PlaceMark(place, "not graded" if by_nobody else place.judgement, place.score)
    if decision.kind == "drop":
        return PlaceMark(place, "dropped", None, decision)
    if decision.kind == "score":
        return PlaceMark(place, "set", decision.score, decision)
    return PlaceMark(place, "full marks", 1.0, decision)


def total(marks: Iterable[PlaceMark], share: float = 1.0) -> Total:
    """Add up what counts."""
    counted = [mark for mark in marks if mark.score is not None]
    return Total(
        sum(mark.points or 0.0 for mark in counted),
        sum(mark.place.points for mark in counted),
        share,
    )


def lateness(rules: Rules, exemption: Exemption | None, submitted_at: datetime) -> float | None:
    """Return the share of the points that is left to what was handed in late; None in time."""
    late = allowed(rules, exemption).is_late(submitted_at)
    return rules.late_share if late else None


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """All that the marks of an assignment are worked out from."""

    rules: Rules
    exemptions: Mapping[str, Exemption] = field(default_factory=dict)
    """By learner."""
    sittings: Sequence[Sat] = ()
    adjustments: Sequence[Adjustment] = ()

    def marks(self) -> dict[str, Mark]:
        """Return the mark of each learner who has begun."""
        decisions = InForce(self.adjustments)
        by_learner: defaultdict[str, list[Sat]] = defaultdict(list)
        for sat in sorted(self.sittings, key=lambda sat: sat.turn):
            by_learner[sat.learner].append(sat)
        return {
            learner: self._mark(sats, decisions, self.exemptions.get(learner))
            for learner, sats in by_learner.items()
        }

    def _mark(self, sats: Sequence[Sat], decisions: InForce, exemption: Exemption | None) -> Mark:
        handed_in = tuple(
            self._sitting(sat, sat.submitted_at, decisions, exemption)
            for sat in sats
            if sat.submitted_at is not None
        )
        still_open = tuple(sat for sat in sats if sat.submitted_at is None)
        return _of_sittings(handed_in, still_open, self.rules.counts)

    def _sitting(
        self, sat: Sat, submitted_at: datetime, decisions: InForce, exemption: Exemption | None
    ) -> SittingMark:
        share = lateness(self.rules, exemption, submitted_at)
        places = tuple(place_mark(sat.id, place, decisions) for place in sat.places)
        left = 1.0 if share is None else share
        return SittingMark(sat, places, total(places, left), share is not None)


def _of_sittings(sittings: tuple[SittingMark, ...], begun: tuple[Sat, ...], counts: Counts) -> Mark:
    """Return the mark that the sittings make, of which those without any points are no part.

    An average is one of shares, since two sittings may ask for different points.
    """
    scored = [(each.total.score, each) for each in sittings if each.total.score is not None]
    if not scored:
        return Mark(sittings=sittings, open=begun, candidates=sittings)
    candidates = sittings
    if counts == "average":
        score = min(fmean(share for share, _ in scored), 1.0)
        possible = fmean(each.total.possible for _, each in scored)
        counting = tuple(each for _, each in scored)
        earned = score * possible
    else:
        score, one = scored[-1] if counts == "last" else max(scored, key=lambda pair: pair[0])
        if counts == "last":
            candidates = sittings[sittings.index(one) :]
        counting, earned, possible = (one,), one.total.earned, one.total.possible
    return Mark(
        sittings=sittings,
        open=begun,
        counting=counting,
        candidates=candidates,
        score=score,
        earned=earned,
        possible=possible,
    )


class Average(NamedTuple):
    """The average of the marks of several learners."""

    score: float
    over: int
    """How many learners have a mark."""


def average(marks: Iterable[Mark]) -> Average | None:
    """Return the average of those who have a mark, None if nobody has."""
    scores = [mark.score for mark in marks if mark.score is not None]
    return Average(fmean(scores), len(scores)) if scores else None


class Change(NamedTuple):
    """Whom a decision changes."""

    learner: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision changes: known before it is made."""

    places: int
    """How many places of sittings that were handed in it is about."""
    changes: tuple[Change, ...]
    """The learners whose mark it changes."""
    before: Average | None
    after: Average | None


def effect(ledger: Ledger, changed: Ledger) -> Effect:
    """Compare the marks of two ledgers of one assignment."""
    before, after = ledger.marks(), changed.marks()
    places = sum(
        old.origin != new.origin or old.score != new.score
        for learner, mark in before.items()
        for was, now in zip(mark.sittings, after[learner].sittings, strict=True)
        for old, new in zip(was.places, now.places, strict=True)
    )
    changes = tuple(
        Change(learner, mark.score, after[learner].score)
        for learner, mark in before.items()
        if mark.score != after[learner].score
    )
    return Effect(places, changes, average(before.values()), average(after.values()))

"""The analysis of an assignment without HTTP and HTML: store, bank and statistics together."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc import variants
from quizsvc.model import Invalid
from quizsvc.results.analysis import items as statistics
from quizsvc.results.analysis.attention import findings
from quizsvc.results.analysis.choices import picks, taken
from quizsvc.results.analysis.differences import differences
from quizsvc.results.analysis.reliability import reliability, unreliable
from quizsvc.results.analysis.table import Table
from quizsvc.results.analysis.wrong import drawn_part, part_findings
from quizsvc.store import responses
from quizsvc.web.service import OutOfOrderError, UnknownError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from quizsvc.model import Answered, Item, Part, Variant
    from quizsvc.results.analysis.attention import Finding
    from quizsvc.results.analysis.choices import Taken
    from quizsvc.results.analysis.differences import Differences
    from quizsvc.results.analysis.figures import Figure
    from quizsvc.results.analysis.reliability import Reliability
    from quizsvc.results.analysis.wrong import PartFindings
    from quizsvc.store.assignments import Assignment
    from quizsvc.web.service import Service

logger = logging.getLogger(__name__)

WRONG_AT_A_GLANCE = 300
"""Wrong answers to each item that the page of the assessment looks into, the newest."""
READ = 10_000
"""Answers to an item that its own page reads, the newest."""
COMPARED = 2_000
"""Answers that are compared with the graph, or variant with variant, the newest."""


@dataclass(frozen=True, slots=True)
class Row:
    """An item in numbers."""

    number: int
    """In the order in which the items stand on average, from 1."""
    item: int
    """Its number in `Places.items`."""
    id: str
    graded: bool
    answers: int
    """Places that had it, answered or not."""
    facility: Figure
    discrimination: Figure
    upper_lower: Figure
    time: Figure
    variants: Differences
    parts: tuple[PartFindings, ...]
    """Of the wrong answers that were looked into."""
    findings: tuple[Finding, ...]


class Analysis:
    """What the answers to an assignment come to.

    Parameters
    ----------
    service : Service
    assignment : Assignment
    every : bool
        Whether all sittings of a learner count, or his first.
    """

    def __init__(self, service: Service, assignment: Assignment, *, every: bool = False) -> None:
        self._service = service
        self._assignment = assignment
        self.every = every
        self.places, self.still_open = responses.of_assignment(service.db, assignment.id)
        self._revisions: dict[tuple[str, str], Item | None] = {}
        graded = [self._is_graded(number) for number in range(len(self.places.items))]
        self.table = Table(self.places, np.array(graded, dtype=bool), every)

    @property
    def learners(self) -> int:
        """How many learners handed something in."""
        return len(np.unique(self.places.learner))

    @property
    def in_place(self) -> bool:
        """Whether a question has the same number in all sittings."""
        return self.table.in_place and self.table.same_items

    def number(self, item: str) -> int | None:
        """Return which of the items one is, from 1 on; None if nobody had it."""
        names = [self.places.items[each] for each in self.table.in_order]
        return names.index(item) + 1 if item in names else None

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """All items."""
        return tuple(
            self.row(number, item, self._wrong_at_a_glance(item))
            for number, item in enumerate(self.table.in_order, 1)
        )

    @cached_property
    def reliability(self) -> Reliability:
        """How far the total can be relied on."""
        if not self.table.same_items and self._assignment.rules.shuffled:
            return unreliable("the questions were drawn and shuffled, so no two sittings compare")
        return reliability(self.table)

    def item(self, item: int) -> Item | None:
        """Return an item as its newest answer was judged; None if it cannot be read any more."""
        p = self.places
        rows = np.flatnonzero(p.item == item)
        newest = rows[np.argmax(p.attempt[rows])]
        return self._at(p.items[item], p.variants[p.variant[newest]][1])

    def restored(self, answer: Answered) -> Variant:
        """Return the variant that a response answers, as it is judged now."""
        item = self._service.item_at(answer.item, answer.revision)
        key = answer.key if answer.revision == answer.pinned_revision else {}
        return variants.restore(item, answer.seed, answer.candidate, answer.parameters, key)

    def row(self, number: int, item: int, parts: tuple[PartFindings, ...]) -> Row:
        """Return an item in numbers."""
        p = self.places
        scores, rows = self.table.of(item), self.table.rows_of(item)
        facility = statistics.facility(scores.score)
        discrimination = statistics.discrimination(scores.score, scores.rest)
        compared = self._differences(scores.rows, scores.score)
        return Row(
            number=number,
            item=item,
            id=p.items[item],
            graded=bool(self.table.graded[item]),
            answers=len(rows),
            facility=facility,
            discrimination=discrimination,
            upper_lower=statistics.upper_lower(scores.score, scores.total),
            time=statistics.quartiles(self._times[rows]),
            variants=compared,
            parts=parts,
            findings=tuple(findings(item, facility, discrimination, compared, parts)),
        )

    def answered(self, item: int) -> tuple[Answered, ...]:
        """Return the judged answers to an item, the newest first, at most `READ`."""
        rows = self.table.rows_of(item)
        rows = rows[(self.places.attempt[rows] > 0) & self.places.judged[rows]]
        return self._chosen(rows, READ)

    def blank(self, item: int) -> int:
        """Return how many handed nothing in for an item."""
        return int((self.places.attempt[self.table.rows_of(item)] == 0).sum())

    def parts(self, answered: tuple[Answered, ...], item: Item) -> tuple[PartFindings, ...]:
        """Look into the answers to each part that a machine grades.

        Left out are those by revisions that cannot be read any more, or had no such part.
        """
        found = []
        revisions = {(each.item, each.revision) for each in answered}
        items = {revision: self._at(name, revision) for name, revision in revisions}
        for part in item.parts:
            having = {
                revision: each
                for revision, each in items.items()
                if each is not None and any(own.name == part.name for own in each.parts)
            }
            if "written" not in part.interaction.yields:
                own = [each for each in answered if each.revision in having]
                found.append(part_findings(having, part.name, own, most=COMPARED))
        return tuple(found)

    def choices(
        self, item: Item, part: Part, answered: tuple[Answered, ...]
    ) -> Mapping[str, tuple[Taken, ...]]:
        """Count what was chosen in a part, where there is something to choose."""
        own = [each for each in answered if each.revision == item.revision]
        kind = part.interaction.type
        if not own or not (part.interaction.texts or kind == "words"):
            return {}
        chosen = []
        for each in own:
            drawn = drawn_part(item, part.name, each)
            raw = each.raw_response.get(part.name, "")
            read = part.interaction.parse(raw, drawn) if raw.strip() else Invalid({})
            chosen.append([] if isinstance(read, Invalid) else picks(kind, read))
        drawn = drawn_part(item, part.name, own[0])
        ids = sorted(each for each, _ in part.interaction.offered(drawn))
        prompts = [""]
        if kind == "matching":
            prompts = [each for each, _ in part.interaction.prompts(drawn)]
        elif kind == "ordering":
            prompts = [str(place) for place in range(1, len(ids) + 1)]
        totals = dict(zip(self.places.attempt.tolist(), self._shares.tolist(), strict=True))
        total = np.array([totals[each.attempt] for each in own])
        return taken(chosen, total, dict.fromkeys(prompts, ids))

    def curve(self, item: int) -> list[tuple[float, float]]:
        """Return mean total and mean score of groups of learners."""
        scores = self.table.of(item)
        return statistics.curve(scores.score, scores.total)

    @cached_property
    def _shares(self) -> NDArray[Any]:
        """The total of the sitting of each place, shape (P,)."""
        return np.asarray(self.table.shares[self.places.sitting])

    @cached_property
    def _times(self) -> NDArray[Any]:
        p = self.places
        return statistics.time_spent(p.sitting, p.saved, p.started)

    def _differences(self, rows: NDArray[Any], score: NDArray[Any]) -> Differences:
        p = self.places
        newest = np.sort(np.argsort(p.attempt[rows], kind="stable")[-COMPARED:])
        variant = p.variant[rows[newest]]
        parameters = {each: json.loads(p.variants[each][2]) for each in np.unique(variant).tolist()}
        return differences(score[newest], variant, parameters)

    def _wrong_at_a_glance(self, item: int) -> tuple[PartFindings, ...]:
        found = self.item(item)
        rows = self.table.rows_of(item)
        rows = rows[(self.places.attempt[rows] > 0) & (self.places.score[rows] < 1)]
        if found is None or not len(rows):
            return ()
        return self.parts(self._chosen(rows, WRONG_AT_A_GLANCE), found)

    def _chosen(self, rows: NDArray[Any], most: int) -> tuple[Answered, ...]:
        serials = np.sort(self.places.attempt[rows])[-most:]
        return responses.chosen(self._service.db, serials.tolist())

    def _is_graded(self, item: int) -> bool:
        """Tell whether a machine grades some of an item; by its scores where it cannot be read."""
        found = self.item(item)
        if found is not None:
            return any("written" not in part.interaction.yields for part in found.parts)
        p = self.places
        return not bool(np.isnan(p.score[(p.item == item) & p.judged]).all())

    def _at(self, item: str, revision: str) -> Item | None:
        if (item, revision) not in self._revisions:
            try:
                self._revisions[item, revision] = self._service.item_at(item, revision)
            except (UnknownError, OutOfOrderError):
                logger.warning("item %s at revision %s cannot be analysed", item, revision)
                self._revisions[item, revision] = None
        return self._revisions[item, revision]

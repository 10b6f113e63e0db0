"""What went wrong in one part of an item: misconceptions, and what none of them explains."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from quizsvc.model import DrawnPart, Invalid
from quizsvc.problems.draw import shuffled
from quizsvc.render.numbers import to_text
from quizsvc.results.analysis.clusters import Cluster, by_likeness, by_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quizsvc.model import Answered, Item, Value

_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Recognised:
    """A misconception, and how often a part was answered as it would."""

    id: str
    count: int
    of_wrong: float
    """Share of the wrong answers to the part."""
    of_all: float
    example: Answered
    """The newest of them."""
    says: str
    """What its learner was told, in Markdown."""


@dataclass(frozen=True, slots=True)
class Alike:
    """Wrong answers that no misconception explains, with something in common."""

    says: str
    """In Markdown what they equal, or as plain text what was typed."""
    equals: bool
    answers: tuple[Answered, ...]
    """The newest first."""


@dataclass(frozen=True, slots=True)
class PartFindings:
    """How one part was answered."""

    part: str
    right: int
    wrong: int
    """Without blank ones."""
    blank: int
    recognised: tuple[Recognised, ...]
    """The most frequent first."""
    followed: int
    """Wrong for the key, right from the learner's own values of other parts."""
    unread: int
    """Handed in by the clock as they were, and could not be read."""
    unexplained: int
    looked_at: int
    """How many of the unexplained were compared with the graph: the newest."""
    alike: tuple[Alike, ...]
    """The largest first."""

    @property
    def patternless(self) -> int:
        """How many of those looked at have nothing in common with others."""
        return self.looked_at - sum(len(each.answers) for each in self.alike)


def part_findings(
    items: Mapping[str, Item], part: str, answered: Sequence[Answered], *, most: int
) -> PartFindings:
    """Look at the judged answers to one part.

    Parameters
    ----------
    items : mapping of revision to item
        Each has the part.
    answered : sequence of Answered
        The newest first, of these revisions.
    most : int
        How many unexplained answers are compared with the graph.
    """
    wrong: list[Answered] = []
    blank = followed = unread = 0
    by_misconception: defaultdict[str, list[Answered]] = defaultdict(list)
    unexplained: list[tuple[Answered, Value]] = []
    for each in answered:
        judged = each.parts.get(part)
        if not each.raw_response.get(part, "").strip():
            blank += 1
        elif judged and judged.get("followed"):
            followed += 1
        elif judged and judged["score"] is not None and judged["score"] < 1:
            wrong.append(each)
            if judged["misconception"] is not None:
                by_misconception[judged["misconception"]].append(each)
                continue
            response = _read(items, part, each)
            if isinstance(response, Invalid):
                unread += 1
            else:
                unexplained.append((each, response))
    looked_at = unexplained[:most]
    alike = [
        Alike(cluster.says, cluster.equals, tuple(some[place][0] for place in cluster.members))
        for some in _of_one_revision(looked_at)
        for cluster in _clusters(items[some[0][0].revision], part, some)
    ]
    recognised = [
        Recognised(
            id=name,
            count=len(some),
            of_wrong=len(some) / len(wrong),
            of_all=len(some) / len(answered),
            example=some[0],
            says=some[0].parts[part]["message"],
        )
        for name, some in by_misconception.items()
    ]
    return PartFindings(
        part=part,
        right=len(answered) - len(wrong) - blank - followed,
        wrong=len(wrong),
        blank=blank,
        recognised=tuple(sorted(recognised, key=lambda each: (-each.count, each.id))),
        followed=followed,
        unread=unread,
        unexplained=len(unexplained),
        looked_at=len(looked_at),
        alike=tuple(sorted(alike, key=lambda each: (not each.equals, -len(each.answers)))),
    )


def drawn_part(item: Item, part: str, answer: Answered) -> DrawnPart:
    """Return a part as far as reading a response needs it: what it was shown in, and its key."""
    number, found = next((n, p) for n, p in enumerate(item.parts) if p.name == part)
    order = shuffled(answer.seed + number, found.interaction.shuffles)
    return DrawnPart(found, answer.key.get(part), order=order)


def _read(items: Mapping[str, Item], part: str, answer: Answered) -> Value | Invalid:
    drawn = drawn_part(items[answer.revision], part, answer)
    return drawn.part.interaction.parse(answer.raw_response[part], drawn)


def _of_one_revision(
    answers: Iterable[tuple[Answered, Value]],
) -> Iterable[list[tuple[Answered, Value]]]:
    found: defaultdict[str, list[tuple[Answered, Value]]] = defaultdict(list)
    for each in answers:
        found[each[0].revision].append(each)
    return found.values()


def _clusters(
    item: Item, part: str, answers: Sequence[tuple[Answered, Value]]
) -> tuple[Cluster, ...]:
    """Put unexplained answers to one revision together: by the graph, then by what was typed."""
    interaction = next(each.interaction for each in item.parts if each.name == part)
    if interaction.texts:
        return ()  # what was chosen is counted choice by choice
    equal: tuple[Cluster, ...] = ()
    texts = [" ".join(answer.raw_response[part].split()) for answer, _ in answers]
    if interaction.computed:
        values = [value for _, value in answers]
        parameters = [answer.parameters for answer, _ in answers]
        labels = {each.name: each.label for each in item.parts if each.label}
        equal = tuple(
            replace(each, says=_labelled(each.says, labels))
            for each in by_likeness(item.family.likenesses(parameters, part, values))
        )
        texts = [to_text(value, digits=_DIGITS) for value in values]
    taken = frozenset(place for each in equal for place in each.members)
    return (*equal, *by_text(texts, taken))


def _labelled(says: str, labels: Mapping[str, str]) -> str:
    """Name another part as its learners know it."""
    head, quote, name = says.partition("“")
    known: Any = labels.get(name.removesuffix("”"))
    return f"{head}“{known}”" if quote and known else says

"""What the page of one item's analysis shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quizsvc.content import base_id
from quizsvc.render.numbers import to_text
from quizsvc.render.plot import Plot, Series
from quizsvc.results.analysis.attention import in_order
from quizsvc.results.analysis.choices import picks
from quizsvc.web.showing import percent
from quizsvc.web.teaching import analysis_words as words
from quizsvc.web.teaching.analysis_views import (
    FindingView,
    RowView,
    finding_view,
    row_view,
    title_of,
)
from quizsvc.web.texts import block, inline, template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.model import Answered, Item, Part, Template, Variant
    from quizsvc.results.analysis.choices import Taken
    from quizsvc.results.analysis.differences import Differences, Group
    from quizsvc.results.analysis.wrong import Alike, PartFindings, Recognised
    from quizsvc.web.teaching.analysing import Analysis

_EXAMPLES = 3
_MOST_ALIKE = 10
_LONGEST = 120
"""Characters of what stands in a table."""
_SMALL = 0.001


@dataclass(frozen=True, slots=True)
class Response:
    """A response, and whose sitting shows it."""

    typed: str
    sitting: str
    position: int


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One choice and who took it."""

    text: Markup
    is_key: bool
    count: int
    share: float
    words: str
    upper: str
    lower: str


@dataclass(frozen=True, slots=True)
class BeliefRow:
    """A misconception by count and share."""

    title: Markup
    count: int
    share: float
    """Of the wrong answers."""
    of_wrong: str
    of_all: str
    example: Response


@dataclass(frozen=True, slots=True)
class AlikeView:
    """Unexplained answers with something in common."""

    text: Markup
    equals: bool
    count: int
    examples: list[Response]


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of an item: how it was answered."""

    name: str
    label: Markup
    key: Markup
    found: PartFindings
    blank: int
    choices: list[tuple[Markup, list[ChoiceRow]]]
    """For each thing that is chosen for: what it is, and what was chosen."""
    thirds: bool
    """Whether the choices of the best and the weakest third are told."""
    beliefs: list[BeliefRow]
    alike: list[AlikeView]
    """The largest."""
    more_alike: int
    """How many smaller ones there are."""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Some variants against all others."""

    name: str
    group: Group
    mean: str
    others: str
    p: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item."""

    number: int
    id: str
    family: str
    title: Markup
    stem: Markup
    """As the newest answer met it; empty where nobody answered."""
    row: RowView
    findings: list[FindingView]
    curve: Plot | None
    parts: list[PartView]
    differences: Differences
    groups: list[GroupRow]
    read: int
    """How many answers its parts rest on."""


def item_view(analysis: Analysis, number: int) -> ItemView:
    """Put the analysis of the nth item into words."""
    item = analysis.table.in_order[number - 1]
    found, answered = analysis.item(item), analysis.answered(item)
    parts = analysis.parts(answered, found) if found else ()
    row = analysis.row(number, item, parts)
    page = _Page(analysis, found, answered, analysis.blank(item)) if found else None
    variant = page.variant if page else None
    return ItemView(
        number=number,
        id=row.id,
        family=base_id(row.id),
        title=title_of(analysis, item),
        stem=template(variant.item.stem, variant.values) if variant else Markup(),
        row=row_view(analysis, row),
        findings=[finding_view(analysis, each, number) for each in in_order(row.findings)],
        curve=_curve(analysis.curve(item)),
        parts=[page.part(each) for each in parts] if page else [],
        differences=row.variants,
        groups=_groups(analysis, row.variants),
        read=len(answered),
    )


class _Page:
    """An item with its judged answers."""

    def __init__(
        self, analysis: Analysis, item: Item, answered: tuple[Answered, ...], blank: int
    ) -> None:
        self._analysis = analysis
        self._item = item
        self._answered = answered
        self._blank = blank
        newest = next((each for each in answered if each.revision == item.revision), None)
        self.variant: Variant | None = analysis.restored(newest) if newest else None
        """An example: what the newest answer was about."""

    def part(self, found: PartFindings) -> PartView:
        """Put the answers to one part into words."""
        part = next(each for each in self._item.parts if each.name == found.part)
        key = Markup()
        if self.variant is not None:
            key = block(part.interaction.key_in_words(self.variant.part(part.name)))
        choices = self._choices(part)
        several = part.label and len(self._item.parts) > 1
        return PartView(
            name=part.name,
            label=inline(part.label) if several else Markup(),
            key=key,
            found=found,
            blank=self._blank + found.blank,
            choices=choices,
            thirds=any(row.upper for _, rows in choices for row in rows),
            beliefs=[self._belief(each, part.name) for each in found.recognised],
            alike=[_alike(each, part.name) for each in found.alike[:_MOST_ALIKE]],
            more_alike=max(0, len(found.alike) - _MOST_ALIKE),
        )

    def _belief(self, found: Recognised, part: str) -> BeliefRow:
        return BeliefRow(
            title=words.title_of(self._analysis.restored(found.example), found),
            count=found.count,
            share=found.of_wrong,
            of_wrong=percent(found.of_wrong),
            of_all=percent(found.of_all),
            example=_response(found.example, part),
        )

    def _choices(self, part: Part) -> list[tuple[Markup, list[ChoiceRow]]]:
        if self.variant is None:
            return []
        drawn = self.variant.part(part.name)
        chosen_for = self._analysis.choices(self._item, part, self._answered)
        kind = part.interaction.type
        offered = dict(part.interaction.offered(drawn))
        terms = dict(part.interaction.prompts(drawn)) if kind == "matching" else {}
        keys = _keys(kind, drawn.key)
        rows = []
        for prompt, several in chosen_for.items():
            name = Markup()
            if prompt in terms:
                name = self._text(terms[prompt])
            elif kind == "ordering":
                name = Markup("Place {}").format(prompt)
            own = [
                self._choice(each, offered.get(each.id), is_key=(prompt, each.id) in keys)
                for each in several
            ]
            rows.append((name, own))
        return rows

    def _choice(self, taken: Taken, text: Template | None, *, is_key: bool) -> ChoiceRow:
        return ChoiceRow(
            text=self._text(text)
            if text
            else Markup('<span class="typed">{}</span>').format(taken.id),
            is_key=is_key,
            count=taken.count,
            share=taken.share,
            words=percent(taken.share),
            upper="" if taken.upper is None else percent(taken.upper),
            lower="" if taken.lower is None else percent(taken.lower),
        )

    def _text(self, text: Template) -> Markup:
        assert self.variant is not None  # noqa: S101 - asked of an example only
        return template(text, self.variant.values)


def _keys(kind: str, key: Any) -> set[tuple[str, str]]:
    """Return the right choices: for what, and which."""
    return set(picks(kind, key))


def _alike(found: Alike, part: str) -> AlikeView:
    text = inline(found.says) if found.equals else Markup()
    return AlikeView(
        text=text or Markup('<span class="typed">{}</span>').format(found.says),
        equals=found.equals,
        count=len(found.answers),
        examples=[_response(each, part) for each in found.answers[:_EXAMPLES]],
    )


def _response(answer: Answered, part: str) -> Response:
    typed = " ".join(answer.raw_response.get(part, "").split())
    return Response(_cut(typed), answer.sitting, answer.position)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _curve(points: Sequence[tuple[float, float]]) -> Plot | None:
    if not points:
        return None
    shown = tuple((100 * x, 100 * y) for x, y in points)
    series = Series("this question", shown)
    return Plot("Mean total of a group, %", "Mean score, %", (series,), heights=(0, 100))


def _groups(analysis: Analysis, found: Differences) -> list[GroupRow]:
    """Name each group by what it has of its own."""
    if found.kind != "variants":
        return [_group(each, each.name) for each in found.groups]
    drawn = [json.loads(analysis.places.variants[each.variant][2]) for each in found.groups]
    varying = [name for name in drawn[0] if any(each.get(name) != drawn[0][name] for each in drawn)]
    names = [
        ", ".join(f"{name} = {to_text(each[name])}" for name in varying if name in each)
        for each in drawn
    ]
    return [
        _group(each, _cut(name) or f"Variant {each.name}")
        for each, name in zip(found.groups, names, strict=True)
    ]


def _group(group: Group, name: str) -> GroupRow:
    p = words.number(group.p, 3) if group.p >= _SMALL else f"below {_SMALL}"
    return GroupRow(name, group, words.share(group.facility), words.share(group.others), p)

"""What the page of an assessment's analysis shows: statistics put into words and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from quizsvc.render.bars import Bars, Column
from quizsvc.render.item_map import ItemMap, Located
from quizsvc.results.analysis.attention import in_order
from quizsvc.results.analysis.reliability import histogram
from quizsvc.web.showing import percent
from quizsvc.web.teaching import analysis_words as words
from quizsvc.web.texts import inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.results.analysis.attention import Finding
    from quizsvc.web.teaching.analysing import Analysis, Row

_BINS = 10
_LEAST_MAP = 2


@dataclass(frozen=True, slots=True)
class FindingView:
    """A sentence about an item."""

    number: int
    item: str
    title: Markup
    text: Markup


@dataclass(frozen=True, slots=True)
class RowView:
    """An item in numbers, in words."""

    row: Row
    title: Markup
    facility: str
    discrimination: str
    upper_lower: str
    time: str
    misconception: Markup
    """The most frequent one; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Overview:
    """The assessment and all its items."""

    findings: list[FindingView]
    rows: list[RowView]
    mean: str
    """Of the totals; empty where nobody has one."""
    alpha: str
    measurement: str
    over: str
    """What alpha was computed over; empty where there is none."""
    totals: Bars
    map: ItemMap | None


def overview(analysis: Analysis) -> Overview:
    """Put the analysis of an assessment into words."""
    rows = analysis.rows
    numbers = {row.item: row.number for row in rows}
    found = in_order(each for row in rows for each in row.findings)
    totals, reliability = analysis.table.totals, analysis.reliability
    alpha = words.coefficient(reliability.alpha)
    if reliability.alpha.error is not None:
        alpha += f" (standard error {words.number(reliability.alpha.error)})"
    measurement = reliability.measurement.why
    if reliability.measurement.value is not None:
        points = words.number(reliability.measurement.value)
        measurement = f"{points} of {words.number(reliability.possible)} points"
    kind = "questions" if reliability.by_item else "places"
    over = f"{reliability.parts} {kind} and {reliability.alpha.n} sittings"
    return Overview(
        findings=[finding_view(analysis, each, numbers[each.item]) for each in found],
        rows=[row_view(analysis, each) for each in rows],
        mean=percent(float(totals.mean())) if len(totals) else "",
        alpha=alpha,
        measurement=measurement,
        over=over if reliability.alpha.value is not None else "",
        totals=_totals(histogram(totals, _BINS)),
        map=_map(rows),
    )


def title_of(analysis: Analysis, item: int) -> Markup:
    """Return an item's title, or its id where it cannot be read any more."""
    found = analysis.item(item)
    return inline(found.title) if found else escape(analysis.places.items[item])


def row_view(analysis: Analysis, row: Row) -> RowView:
    """Put the numbers of an item into words."""
    most = max(
        (each for part in row.parts for each in part.recognised),
        key=lambda each: each.count,
        default=None,
    )
    misconception = Markup()
    if most is not None:
        title = words.title_of(analysis.restored(most.example), most)
        misconception = Markup("{} ({})").format(title, most.count)
    return RowView(
        row=row,
        title=title_of(analysis, row.item),
        facility=words.share(row.facility) if row.graded else "no machine grades it",
        discrimination=words.coefficient(row.discrimination) if row.graded else "–",
        upper_lower=words.coefficient(row.upper_lower) if row.graded else "–",
        time=words.spell(row.time),
        misconception=misconception,
    )


def finding_view(analysis: Analysis, finding: Finding, number: int) -> FindingView:
    """Put something that is worth a look into words."""
    item = analysis.item(finding.item)
    label = title = Markup()
    if finding.part is not None and item is not None and len(item.parts) > 1:
        part = next(each for each in item.parts if each.name == finding.part.part)
        label = inline(part.label or part.name)
    if finding.recognised is not None:
        variant = analysis.restored(finding.recognised.example)
        title = words.title_of(variant, finding.recognised)
    name = analysis.places.items[finding.item]
    text = words.in_words(finding, label, title)
    return FindingView(number, name, title_of(analysis, finding.item), text)


def _totals(counts: Sequence[int]) -> Bars:
    edges = [100 * place // _BINS for place in range(_BINS + 1)]
    return Bars(
        "Share of the points",
        ("Sittings",),
        tuple(
            Column(_between(low, high, last=high == edges[-1]), (count,), f"{low} %")
            for (low, high), count in zip(pairwise(edges), counts, strict=True)
        ),
    )


def _between(low: int, high: int, *, last: bool) -> str:
    return f"{low} % to {high} %" if last else f"{low} % to below {high} %"


def _map(rows: Sequence[Row]) -> ItemMap | None:
    located = tuple(
        Located(row.number, row.facility.value, row.discrimination.value)
        for row in rows
        if row.facility.value is not None and row.discrimination.value is not None
    )
    return ItemMap(located) if len(located) >= _LEAST_MAP else None

"""Stress of items over many seeds: what ``quizsvc check`` runs besides loading the content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc import variants
from quizsvc.errors import Fault, NoVariantError
from quizsvc.grading import grade
from quizsvc.model import Invalid, Item, Sample, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.content import ItemBank


def check_bank(bank: ItemBank, seeds: int) -> Iterator[tuple[Item, list[Fault]]]:
    """Yield each item with its faults over the seeds 0, 1, …, seeds − 1."""
    for item in bank.items.values():
        source = bank.sources[item.id]
        yield item, [source.fault(message, path) for message, path in check_item(item, seeds)]


def check_item(item: Item, seeds: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is wrong with an item: a message, and the field it is about.

    The first seed at which something fails stands for all: an author mends one thing at a time.
    """
    for seed in range(seeds):
        try:
            variant = variants.draw(item, seed)
        except NoVariantError as problem:
            yield f"At seed {seed} {problem}.", ("where",)
            return
        problems = list(_problems(item, variant))
        yield from ((f"At seed {seed}: {problem}", ("ask",)) for problem in problems)
        if problems:
            return


def _problems(item: Item, variant: Variant) -> Iterator[str]:
    again = variants.restore(item, variant.seed, variant.candidate, variant.parameters, variant.key)
    if (again.key, again.values) != (variant.key, variant.values):
        yield "the stored parameters do not give the same variant again."
    for drawn in variant.parts:
        seen = set()
        for sample in drawn.part.interaction.samples(drawn):
            seen.add(sample.kind)
            yield from _misjudged(variant, drawn.name, sample)
        missing = drawn.part.interaction.yields - seen
        if missing:
            yield f"part {drawn.name} has no sample of a response that is {', '.join(missing)}."


def _misjudged(variant: Variant, part: str, sample: Sample) -> Iterator[str]:
    """Yield how a sample's judgement differs from what it must be."""
    correct = {
        drawn.name: next(s.raw for s in drawn.part.interaction.samples(drawn))
        for drawn in variant.parts
    }
    judged = grade(variant, {**correct, part: sample.raw})
    shown = sample.raw if len(sample.raw) < 60 else sample.raw[:60] + "…"
    if isinstance(judged, Invalid):
        if sample.kind != "invalid":
            yield f"“{shown}” in part {part} is not read: {judged.messages.get(part)}"
        return
    found = judged.parts[part]
    if sample.kind == "invalid":
        yield f"“{shown}” in part {part} is graded, but should not be read."
    elif (found.score, found.misconception) != (sample.score, sample.misconception):
        yield (
            f"“{shown}” in part {part} should be {sample.kind} "
            f"({sample.misconception or sample.score}), but is graded "
            f"{found.misconception or found.score}."
        )

"""The contract of every variant: its responses are judged as they must be, and it comes again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc import variants
from quizsvc.grading import grade, grade_part, solution
from quizsvc.model import DrawnPart, Invalid, Item, Sample, Variant

if TYPE_CHECKING:
    from collections.abc import Iterator


def breaches(item: Item, seed: int) -> Iterator[str]:
    """Yield how the variant of a seed breaks the contract.

    Raises
    ------
    NoVariantError
        There is none.
    """
    variant = variants.draw(item, seed)
    again = variants.restore(item, seed, variant.candidate, variant.parameters, variant.key)
    if (again.key, again.values) != (variant.key, variant.values):
        yield "the stored parameters do not give the same variant again."
    for drawn in variant.parts:
        samples = list(drawn.part.interaction.samples(drawn))
        for sample in samples:
            yield from _misjudged(drawn, sample)
        missing = drawn.part.interaction.yields - {each.kind for each in samples}
        if missing:
            yield f"part {drawn.name} has no sample of a response that is {', '.join(missing)}."
    yield from _not_full(variant)
    if not all(step.text for step in solution(variant)):
        yield "a step of the worked solution has no words."


def _not_full(variant: Variant) -> Iterator[str]:
    """Yield why the key itself does not earn everything, if so."""
    firsts = {
        drawn.name: next(iter(drawn.part.interaction.samples(drawn))).raw for drawn in variant.parts
    }
    judged = grade(variant, firsts)
    if isinstance(judged, Invalid):
        yield f"the key itself is not read: {'; '.join(judged.messages.values())}"
    elif judged.score not in (1, None):
        yield f"the key itself scores {judged.score}."


def _misjudged(drawn: DrawnPart, sample: Sample) -> Iterator[str]:
    """Yield how a sample's judgement differs from what it must be."""
    found, part = grade_part(drawn, sample.raw), drawn.name
    shown = sample.raw if len(sample.raw) < 60 else sample.raw[:60] + "…"
    if isinstance(found, Invalid):
        if sample.kind != "invalid":
            yield f"“{shown}” in part {part} is not read: {found.messages.get(part)}"
    elif sample.kind == "invalid":
        yield f"“{shown}” in part {part} is graded, but should not be read."
    elif (found.score, found.misconception) != (sample.score, sample.misconception):
        yield (
            f"“{shown}” in part {part} should be {sample.kind} "
            f"({sample.misconception or sample.score}), but is graded "
            f"{found.misconception or found.score}."
        )

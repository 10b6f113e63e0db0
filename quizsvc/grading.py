"""(variant, raw response) to Outcome or Invalid: pure, so that a regrade is the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.model import DrawnPart, Invalid, Outcome, PartOutcome, RawResponse, Step, Variant

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RAW_LENGTH = 64_000
"""Characters of one part's raw response."""


def grade(variant: Variant, raw: RawResponse, *, blank_is_zero: bool = False) -> Outcome | Invalid:
    """Judge a raw response.

    Parameters
    ----------
    variant : Variant
    raw : mapping of part name to text
    blank_is_zero : bool
        Score a part left blank as 0, as at the end of a sitting; otherwise it is invalid.
    """
    outcomes: dict[str, PartOutcome] = {}
    messages: dict[str, str] = {}
    unknown = set(raw) - {drawn.name for drawn in variant.parts}
    if unknown:
        known = ", ".join(drawn.name for drawn in variant.parts)
        return Invalid(dict.fromkeys(sorted(unknown), f"There is no such part; there is: {known}."))
    for drawn in variant.parts:
        judged = _grade_part(drawn, raw.get(drawn.name, ""), blank_is_zero=blank_is_zero)
        if isinstance(judged, Invalid):
            messages.update(judged.messages)
        else:
            outcomes[drawn.name] = judged
    if messages:
        return Invalid(messages)
    return _together(variant, outcomes)


def solution(variant: Variant) -> tuple[Step, ...]:
    """Return the worked solution of a variant."""
    return variant.item.family.solution(variant.parameters)


def _grade_part(drawn: DrawnPart, raw: str, *, blank_is_zero: bool) -> PartOutcome | Invalid:
    if not raw.strip():
        if blank_is_zero:
            score = None if "written" in drawn.part.interaction.yields else 0.0
            return PartOutcome(score, "Nothing was answered here.")
        return Invalid({drawn.name: "Nothing is answered here yet."})
    if len(raw) > MAX_RAW_LENGTH:
        message = f"This is {len(raw):,} characters long; at most {MAX_RAW_LENGTH:,} are read."
        return Invalid({drawn.name: message})
    interaction = drawn.part.interaction
    response = interaction.parse(raw, drawn)
    return response if isinstance(response, Invalid) else interaction.grade(response, drawn)


def _together(variant: Variant, parts: Mapping[str, PartOutcome]) -> Outcome:
    weights = {drawn.name: drawn.part.points for drawn in variant.parts}
    graded = {name: part.score for name, part in parts.items() if part.score is not None}
    score = None
    if graded:
        total = sum(weights[name] for name in graded)
        score = sum(weights[name] * graded[name] for name in graded) / total
    misconception = next((p.misconception for p in parts.values() if p.misconception), None)
    return Outcome(score, parts, misconception, _feedback(score, parts))


def _feedback(score: float | None, parts: Mapping[str, PartOutcome]) -> str:
    """Say in Markdown how it went: a verdict, then what each misconception's text says, once."""
    if len(parts) == 1:
        return next(iter(parts.values())).message
    right = sum(part.score == 1 for part in parts.values())
    verdict = "Right." if score == 1 else f"{right} of {len(parts)} parts are right."
    named = [part.message for part in parts.values() if part.misconception]
    return "\n\n".join(dict.fromkeys([verdict, *named]))

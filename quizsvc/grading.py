"""(variant, raw response) to Outcome or Invalid: pure, so that a regrade is the same again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quizsvc.model import (
    DrawnPart,
    Invalid,
    Outcome,
    PartOutcome,
    PathTable,
    RawResponse,
    Step,
    Value,
    Variant,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_RAW_LENGTH = 64_000
"""Characters of one part's raw response."""


def grade(
    variant: Variant,
    raw: RawResponse,
    *,
    blank_is_zero: bool = False,
    unread_is_zero: bool = False,
) -> Outcome | Invalid:
    """Judge a raw response.

    Parameters
    ----------
    variant : Variant
    raw : mapping of part name to text
    blank_is_zero : bool
        Score a part left blank as 0, as at the end of a sitting; otherwise it is invalid.
    unread_is_zero : bool
        Score a part that cannot be read as 0, with the reason as its message: at a deadline, when
        nobody is there to mend it; otherwise it is invalid.
    """
    responses: dict[str, Value] = {}
    messages: dict[str, str] = {}
    unknown = set(raw) - {drawn.name for drawn in variant.parts}
    if unknown:
        known = ", ".join(drawn.name for drawn in variant.parts)
        return Invalid(dict.fromkeys(sorted(unknown), f"There is no such part; there is: {known}."))
    for drawn in variant.parts:
        text = raw.get(drawn.name, "")
        if text.strip() or not blank_is_zero:
            response = _read(drawn, text)
            if isinstance(response, Invalid):
                messages.update(response.messages)
            else:
                responses[drawn.name] = response
    if messages and not unread_is_zero:
        return Invalid(messages)
    outcomes = {
        drawn.name: drawn.part.interaction.grade(responses[drawn.name], drawn)
        if drawn.name in responses
        else _without_response(drawn, messages.get(drawn.name, "Nothing was answered here."))
        for drawn in variant.parts
    }
    return _together(variant, _with_context(variant, responses, outcomes))


def grade_part(drawn: DrawnPart, raw: str) -> PartOutcome | Invalid:
    """Judge the response to one part by itself."""
    response = _read(drawn, raw)
    if isinstance(response, Invalid):
        return response
    return drawn.part.interaction.grade(response, drawn)


def solution(variant: Variant) -> tuple[Step, ...]:
    """Return the worked solution of a variant; empty where its author leaves it to the text."""
    if not variant.item.steps:
        return ()
    return variant.item.family.solution(variant.parameters)


def paths(variant: Variant) -> tuple[PathTable, ...]:
    """Return the paths of a variant's derivatives past its skip connections."""
    return variant.item.family.paths(variant.parameters)


def _read(drawn: DrawnPart, raw: str) -> Value | Invalid:
    if not raw.strip():
        return Invalid({drawn.name: "Nothing is answered here yet."})
    if len(raw) > MAX_RAW_LENGTH:
        message = f"This is {len(raw):,} characters long; at most {MAX_RAW_LENGTH:,} are read."
        return Invalid({drawn.name: message})
    interaction = drawn.part.interaction
    response = interaction.parse(raw, drawn)
    nudge = None if isinstance(response, Invalid) else interaction.nudge(response, drawn)
    return response if nudge is None else Invalid({drawn.name: nudge})


def _without_response(drawn: DrawnPart, why: str) -> PartOutcome:
    score = None if "written" in drawn.part.interaction.yields else 0.0
    return PartOutcome(score, why)


def _with_context(
    variant: Variant, responses: Mapping[str, Value], outcomes: Mapping[str, PartOutcome]
) -> dict[str, PartOutcome]:
    """Look at each wrong part again, in the light of the other responses and of the graph."""
    family = variant.item.family
    wrong = {
        name: response
        for name, response in responses.items()
        if variant.part(name).part.interaction.computed and (outcomes[name].score or 0.0) < 1
    }
    judged = dict(outcomes)
    for name, response in wrong.items():
        drawn = variant.part(name)
        others = {other: value for other, value in wrong.items() if other != name}
        if others and drawn.part.follow_through:
            key = family.follow(variant.parameters, name, others)
            if key is not None and _is_key(response, drawn, key):
                judged[name] = PartOutcome(
                    max(drawn.part.follow_through, outcomes[name].score or 0.0),
                    "Right from your earlier value; the slip was counted where you made it.",
                    followed=True,
                )
                continue
        if outcomes[name].misconception is None:
            told = family.recognise(variant.parameters, name, response)
            if told is not None:
                judged[name] = replace(outcomes[name], message=told, recognised=True)
    return judged


def _is_key(response: Value, drawn: DrawnPart, key: Value) -> bool:
    return drawn.part.interaction.grade(response, replace(drawn, key=key)).score == 1


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

"""An answer as it was judged: mark, feedback, key, worked solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from flask import url_for
from markupsafe import Markup

from quizsvc import grading
from quizsvc.web import pictures
from quizsvc.web.current import service
from quizsvc.web.texts import block, formula, inline, maths, template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.model import (
        DrawnPart,
        Outcome,
        PartOutcome,
        PathTable,
        RawResponse,
        Value,
        Variant,
    )
    from quizsvc.store.attempts import StoredAttempt


@dataclass(frozen=True, slots=True)
class Mark:
    """A judgement in a word or two, with the class that colours it."""

    words: str
    css: str


RIGHT, WRONG = Mark("Right", "right"), Mark("Not right", "wrong")
NOT_ANSWERED = Mark("Not answered", "wrong")
DISCARDED = Mark("Not handed in in time", "wrong")
SELF_RATED, PENDING = Mark("Self-rated: not yet", "quiet"), Mark("Not graded yet", "quiet")


def mark(score: float | None) -> Mark:
    """Return the words for a score; None where no machine grades."""
    if score is None:
        return SELF_RATED
    if score >= 1:
        return RIGHT
    return Mark(f"Partly right: {percent(score)}", "partly") if score > 0 else WRONG


def mark_of(outcome: Outcome | None, ratings: Mapping[str, float]) -> Mark:
    """Return the words for an outcome, None where grading is still to come."""
    if outcome is None:
        return PENDING
    if outcome.score is None and ratings:
        return Mark(f"Self-rated: {percent(sum(ratings.values()) / len(ratings))}", "quiet")
    return mark(outcome.score)


def percent(score: float) -> str:
    """Return a score as a whole percentage that is 0 or 100 only if it is exactly that."""
    return f"{min(max(round(100 * score), 1), 99) if 0 < score < 1 else round(100 * score)} %"


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a response with its judgement."""

    name: str
    label: Markup
    mark: Mark
    response: Markup
    key: Markup
    """Empty as long as it may not be shown."""
    key_words: str
    message: Markup
    named: bool
    """Whether the message says what happened, beyond that it is wrong."""
    see: str
    """Where a lesson explains the misconception; empty where none does."""
    self_rated: bool
    rating: float | None


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a worked solution."""

    text: Markup
    formula: Markup
    result: Markup


@dataclass(frozen=True, slots=True)
class PathsView:
    """The paths of one derivative: rows of path, product and contribution, and their sum."""

    derivative: Markup
    rows: tuple[tuple[Markup, Markup, Markup], ...]
    total: Markup


@dataclass(frozen=True, slots=True)
class ResultView:
    """A response with its outcome, the key and the worked solution."""

    id: str
    title: Markup
    stem: Markup
    mark: Mark
    feedback: Markup
    parts: tuple[PartView, ...]
    explanation: Markup
    steps: tuple[tuple[StepView, ...], ...]
    """In runs: a run of several is folded away, as steps too small to be read one by one."""
    paths: tuple[PathsView, ...]
    diagram: Markup
    """As solved: with values and gradients."""
    of_graph: bool
    """Whether its parts are the blanks of a graph, which a table shows best."""
    pending: bool
    """Whether grading failed and is still to come."""
    opened: bool
    """Whether key, explanation, worked solution and solved picture are in it."""


def result(
    variant: Variant,
    attempt: StoredAttempt | None,
    outcome: Outcome | None,
    *,
    scope: str = "1",
    opened: bool = True,
    discarded: RawResponse | None = None,
) -> ResultView:
    """Return how an attempt, or a place of a sitting without one, was judged.

    Unless it is `opened`, nothing in it gives the key away. `discarded` is what was typed at a
    place and not handed in in time.
    """
    raw = attempt.raw_response if attempt else discarded or {}
    without = DISCARDED if any(text.strip() for text in raw.values()) else NOT_ANSWERED
    ratings = attempt.ratings if attempt else {}
    explanation = variant.item.explanation if opened else None
    parts = tuple(
        _part(drawn, raw.get(drawn.name, ""), outcome, ratings.get(drawn.name), opened=opened)
        for drawn in variant.parts
    )
    if attempt is None:  # there is nothing to keep a rating with
        parts = tuple(replace(part, self_rated=False) for part in parts)
    return ResultView(
        id=variant.item.id,
        title=inline(variant.item.title),
        stem=template(variant.item.stem, variant.values),
        mark=mark_of(outcome, attempt.ratings) if attempt else without,
        # What a part has to say stands beside its key.
        feedback=block(outcome.verdict) if outcome and len(parts) > 1 else Markup(),
        parts=parts,
        explanation=template(explanation, variant.values) if explanation else Markup(),
        steps=_steps(variant) if opened else (),
        paths=tuple(_paths(table) for table in grading.paths(variant)) if opened else (),
        diagram=pictures.solved(variant, id=f"graph-{scope}") if opened else Markup(),
        of_graph=all(drawn.part.interaction.type == "graph" for drawn in variant.parts),
        pending=outcome is None,
        opened=opened,
    )


def _steps(variant: Variant) -> tuple[tuple[StepView, ...], ...]:
    """Return the steps in runs: what is small is folded with what is small beside it."""
    runs: list[list[StepView]] = []
    folding = False
    for step in grading.solution(variant):
        result = formula(step.result) if step.result else Markup()
        view = StepView(block(step.text), formula(step.formula), result)
        if step.small and folding:
            runs[-1].append(view)
        else:
            runs.append([view])
        folding = step.small
    return tuple(tuple(run) for run in runs)


def _paths(table: PathTable) -> PathsView:
    rows = tuple(
        (
            maths(row.path),
            maths(row.product),
            maths(row.contribution) if row.contribution else Markup(),
        )
        for row in table.rows
    )
    return PathsView(maths(table.derivative), rows, maths(table.total) if table.total else Markup())


def _part(
    drawn: DrawnPart, raw: str, outcome: Outcome | None, rating: float | None, *, opened: bool
) -> PartView:
    judged = outcome.parts.get(drawn.name) if outcome else None
    self_rated = judged is not None and judged.score is None
    return PartView(
        name=drawn.name,
        label=inline(drawn.part.label) if drawn.part.label else Markup(),
        mark=_part_mark(judged, rating),
        response=_response(drawn, raw),
        key=block(drawn.part.interaction.key_in_words(drawn)) if opened else Markup(),
        key_words="Model answer" if self_rated else "Right answer",
        message=_message(judged, opened=opened) if judged else Markup(),
        named=judged is not None and judged.explained,
        see=_explained(judged.misconception) if judged else "",
        self_rated=self_rated and opened and bool(raw.strip()),
        rating=rating,
    )


def _message(judged: PartOutcome, *, opened: bool) -> Markup:
    in_numbers = judged.in_numbers if opened else ""
    return block(f"{judged.message}\n\n{in_numbers}" if in_numbers else judged.message)


def _explained(misconception: str | None) -> str:
    """Return the address of the paragraph that explains a named misconception."""
    lesson, _, heading = service().bank.see.get(misconception or "", "").partition("#")
    if lesson not in service().bank.lessons:
        return ""
    return url_for("lessons.lesson", lesson_id=lesson, _anchor=heading or None)


def _part_mark(judged: PartOutcome | None, rating: float | None) -> Mark:
    if judged is None:
        return PENDING
    if judged.score is None and rating is not None:
        return Mark(f"Self-rated: {percent(rating)}", "quiet")
    return mark(judged.score)


def _response(drawn: DrawnPart, raw: str) -> Markup:
    if not raw.strip():
        return Markup('<span class="quiet">(blank)</span>')
    words = drawn.part.interaction.response_in_words(raw, drawn)
    return block(words) if words else Markup('<span class="typed">{}</span>').format(raw)


class Answer(NamedTuple):
    """What was typed or chosen in one part."""

    label: Markup
    response: Markup


def answers(variant: Variant, raw: RawResponse) -> list[Answer]:
    """Return what was answered part by part, without any judgement."""
    return [
        Answer(
            inline(drawn.part.label) if drawn.part.label else Markup(),
            _response(drawn, raw.get(drawn.name, "")),
        )
        for drawn in variant.parts
    ]


@dataclass(frozen=True, slots=True)
class MisconceptionView:
    """What a misconception would answer, and what is said to who answers it."""

    label: Markup
    """Of the part that it answers; empty where there is one only."""
    value: Markup
    says: Markup


def misconceptions(variant: Variant) -> list[MisconceptionView]:
    """Return what the misconceptions of a variant would answer, for a teacher."""
    return [
        MisconceptionView(
            inline(drawn.part.label) if drawn.part.label and len(variant.parts) > 1 else Markup(),
            block(drawn.part.interaction.key_in_words(_answering(drawn, predicted.value))),
            block(predicted.says),
        )
        for drawn in variant.parts
        for predicted in drawn.predicted
    ]


def _answering(drawn: DrawnPart, value: Value) -> DrawnPart:
    """Return a part as if a value were its key; a wrong line keeps its line."""
    return replace(
        drawn, key={**drawn.key, "value": value} if isinstance(drawn.key, dict) else value
    )

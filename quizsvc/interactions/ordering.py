"""Question type ``ordering``: put steps in their order, by giving each its place."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.assignments import LETTERS, assignments, by_letter, posted_assignments
from quizsvc.interactions.base import QuestionTypeBase, listed
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Template, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class OrderedStep:
    """One of the things to put in order; those with one text are interchangeable."""

    id: str
    text: Template


@dataclass(frozen=True, slots=True)
class MistakenOrder:
    """An order that a misconception gives, with the feedback for it."""

    id: str
    order: tuple[str, ...]
    says: Template


@dataclass(frozen=True, slots=True)
class Ordering(QuestionTypeBase):
    """Steps in their order; each gets a number, so that a keyboard is enough."""

    steps: tuple[OrderedStep, ...]
    """In the right order."""
    mistaken: tuple[MistakenOrder, ...] = ()
    partial: bool = False
    """Whether each step that rightly follows another counts by itself."""

    type: ClassVar[str] = "ordering"

    @property
    def rule(self) -> str:
        """How to answer, and what counts."""
        counting = (
            "Each step that directly follows the right one counts; so do the first and the last."
            if self.partial
            else "The whole order must be right."
        )
        return f"Give each its place, 1 for the first. {counting}"

    @property
    def yields(self) -> frozenset[SampleKind]:
        """The classes of response."""
        kinds: set[SampleKind] = {"correct", "wrong", "invalid"}
        if self.mistaken:
            kinds.add("misconception")
        return frozenset(kinds)

    @property
    def shuffles(self) -> int:
        """All steps are shown in an order of the variant's own."""
        return len(self.steps)

    @property
    def texts(self) -> Sequence[Template]:
        """The texts of all steps."""
        return [step.text for step in self.steps]

    def prompts(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:
        """Return letter and text of the steps in the variant's order."""
        texts = (self.steps[place].text for place in drawn.order)
        return list(zip(LETTERS, texts, strict=False))

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:
        """Return id and text of the same."""
        return [(self.steps[place].id, self.steps[place].text) for place in drawn.order]

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the ids in the right order."""
        return self._ids

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return each step with its place."""
        return posted_assignments(posted, name, LETTERS[: len(self.steps)])

    def filled(self, raw: str) -> Mapping[str, str]:
        """Return each step's place."""
        given = assignments(raw)
        return given or {each: str(place) for place, each in enumerate(_words(raw), 1)}

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the right order as a numbered list."""
        return self._in_words(drawn.key, drawn)

    def response_in_words(self, raw: str, drawn: DrawnPart) -> str:
        """Return the order that was given."""
        order = self.parse(raw, drawn)
        return "" if isinstance(order, Invalid) else self._in_words(order, drawn)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read places by letter or id, ``B=2 conv=1``, or the ids in their order, ``conv relu``."""
        shown = by_letter(self._ids, drawn.order)
        given = {shown.get(each, each): place for each, place in self.filled(raw).items()}
        known = set(self._ids)
        complaint = ""
        if set(given) - known:
            complaint = f"There is no step {', '.join(sorted(set(given) - known))}."
        elif len(given) < len(known):
            complaint = f"{len(known) - len(given)} of the {len(known)} have no place yet."
        places = Counter(given.values())
        twice = sorted(place for place, count in places.items() if count > 1)
        allowed = {str(place) for place in range(1, len(known) + 1)}
        if not complaint and set(places) - allowed:
            complaint = f"Places are 1 to {len(known)}."
        elif not complaint and twice:
            complaint = f"Place {twice[0]} is given twice; each is given once."
        if complaint:
            return Invalid({drawn.name: complaint})
        return sorted(given, key=lambda each: int(given[each]))

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Compare with the key, then with each mistaken order."""
        given, right = self._looks(response, drawn), self._looks(self._ids, drawn)
        if given == right:
            return PartOutcome(1.0, "Right.")
        score = _neighbours(given, right) if self.partial else 0.0
        for each in self.mistaken:
            if given == self._looks(each.order, drawn):
                return PartOutcome(score, each.says.markdown(drawn.values), each.id)
        alike = next(i for i, (a, b) in enumerate(zip(given, right, strict=True)) if a != b)
        begins = {0: "The first step is another one.", 1: "The first is right, the next is not."}
        told = begins.get(alike, f"The first {alike} are right, the next is not.")
        return PartOutcome(score, told)

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the key in both spellings, each mistaken order, a wrong one, and half an answer."""
        right = self._ids
        yield Sample(" ".join(right), "correct", 1.0)
        yield Sample(" ".join(f"{each}={i}" for i, each in enumerate(right, 1)), "correct", 1.0)
        shown = by_letter(right, drawn.order).items()
        lettered = " ".join(f"{letter}={right.index(each) + 1}" for letter, each in shown)
        yield Sample(lettered, "correct", 1.0)
        for each in self.mistaken:
            score = self._score(each.order, drawn)
            yield Sample(" ".join(each.order), "misconception", score, each.id)
        wrong = self._unexplained(drawn)
        yield Sample(" ".join(wrong), "wrong", self._score(wrong, drawn))
        yield Sample(f"{right[0]}=1", "invalid")
        yield Sample(" ".join(f"{each}=1" for each in right), "invalid")
        yield Sample("no-such-step", "invalid")

    @property
    def _ids(self) -> list[str]:
        return [step.id for step in self.steps]

    def _score(self, order: Sequence[str], drawn: DrawnPart) -> float:
        right = self._looks(self._ids, drawn)
        return _neighbours(self._looks(order, drawn), right) if self.partial else 0.0

    def _unexplained(self, drawn: DrawnPart) -> list[str]:
        """Return an order that is neither right nor a known mistake: the key turned round."""
        order = self._ids
        known = [
            self._looks(order, drawn),
            *(self._looks(each.order, drawn) for each in self.mistaken),
        ]
        for _ in order:
            order = [*order[1:], order[0]]
            if self._looks(order, drawn) not in known:
                return order
        return order[::-1]

    def _looks(self, order: Sequence[str], drawn: DrawnPart) -> list[str]:
        """Return what each step looks like: two that look alike may change places."""
        texts = {step.id: step.text.markdown(drawn.values) for step in self.steps}
        return [texts[each] for each in order]

    def _in_words(self, order: Sequence[str], drawn: DrawnPart) -> str:
        texts = {step.id: step.text.markdown(drawn.values) for step in self.steps}
        return listed([texts[each] for each in order], numbered=True)


def _words(raw: str) -> list[str]:
    return re.findall(r"[^\s,;>→]+", raw)


def _neighbours(given: Sequence[str], right: Sequence[str]) -> float:
    """Return the share of the neighbours in the right order that are neighbours in the given.

    Both ends count as neighbours of the first and of the last.

    >>> _neighbours("abdc", "abcd"), _neighbours("dcba", "abcd")
    (0.4, 0.0)
    """
    given, right = ["", *given, ""], ["", *right, ""]
    shared = Counter(pairwise(given)) & Counter(pairwise(right))
    return shared.total() / (len(right) - 1)

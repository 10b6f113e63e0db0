"""Question type ``matching``: choose for each term what belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.assignments import assignments, by_letter, posted_assignments
from quizsvc.interactions.base import QuestionTypeBase, listed, quoted
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Template, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Pair:
    """A term with what belongs to it, and what is said to who matches it otherwise."""

    id: str
    term: Template
    match: str
    """The id of an option."""
    says: Template | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """What may belong to a term; some belong to none."""

    id: str
    text: Template


@dataclass(frozen=True, slots=True)
class Matching(QuestionTypeBase):
    """Terms and lettered options; each right pair counts."""

    pairs: tuple[Pair, ...]
    options: tuple[Option, ...]

    type: ClassVar[str] = "matching"
    rule: ClassVar[str] = (
        "Choose a letter for each. A letter may serve twice or not at all; each right pair counts."
    )
    yields: ClassVar[frozenset[SampleKind]] = frozenset({"correct", "partly", "wrong", "invalid"})

    @property
    def shuffles(self) -> int:
        """The options are shown in an order of the variant's own."""
        return len(self.options)

    @property
    def texts(self) -> Sequence[Template]:
        """The texts of all options."""
        return [option.text for option in self.options]

    def offered(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:
        """Return id and text of the options in the variant's order."""
        return [(self.options[place].id, self.options[place].text) for place in drawn.order]

    def prompts(self, drawn: DrawnPart) -> Sequence[tuple[str, Template]]:  # noqa: ARG002
        """Return id and text of the terms."""
        return [(pair.id, pair.term) for pair in self.pairs]

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return term and option, both by id, as a list of pairs."""
        return [[pair.id, pair.match] for pair in self.pairs]

    def read_form(self, posted: Mapping[str, Sequence[str]], name: str) -> str:
        """Return each term with its option."""
        return posted_assignments(posted, name, (pair.id for pair in self.pairs))

    def filled(self, raw: str) -> Mapping[str, str]:
        """Return each term's option."""
        return assignments(raw)

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the right pairs as a list."""
        return self._in_words(drawn.key, drawn)

    def response_in_words(self, raw: str, drawn: DrawnPart) -> str:
        """Return the pairs that were given."""
        given = self.parse(raw, drawn)
        return "" if isinstance(given, Invalid) else self._in_words(given, drawn)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read ``term=option`` for every term, the option by its letter or id."""
        options = [option.id for option in self.options]
        shown = by_letter(options, drawn.order)
        given = {term: shown.get(option, option) for term, option in assignments(raw).items()}
        missing = sum(pair.id not in given for pair in self.pairs)
        unknown = sorted(set(given) - {pair.id for pair in self.pairs})
        unknown += sorted(set(given.values()) - set(options))
        if unknown:
            return Invalid({drawn.name: f"There is no {unknown[0]} here."})
        if missing:
            return Invalid({drawn.name: f"{missing} of the {len(self.pairs)} have no match yet."})
        return [[pair.id, given[pair.id]] for pair in self.pairs]

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Count the right pairs, and say below each wrong term what belongs to it."""
        given = dict(response)
        wrong = [pair for pair in self.pairs if given[pair.id] != pair.match]
        if not wrong:
            return PartOutcome(1.0, "Right.")
        right = len(self.pairs) - len(wrong)
        told = [f"{right} of {len(self.pairs)} pairs are right."]
        for pair in wrong:
            if pair.says is not None:
                told += [quoted(pair.term.markdown(drawn.values)), pair.says.markdown(drawn.values)]
        return PartOutcome(right / len(self.pairs), "\n\n".join(told))

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:
        """Yield the key, the key with one wrong pair, all pairs wrong, and half an answer."""
        right, options = dict(drawn.key), [option.id for option in self.options]
        wrong = {
            term: next(option.id for option in self.options if option.id != match)
            for term, match in right.items()
        }
        one = {**right, self.pairs[0].id: wrong[self.pairs[0].id]}
        yield Sample(_raw(right), "correct", 1.0)
        letters = {each: letter for letter, each in by_letter(options, drawn.order).items()}
        yield Sample(_raw({term: letters[each] for term, each in right.items()}), "correct", 1.0)
        yield Sample(_raw(one), "partly", 1 - 1 / len(self.pairs))
        yield Sample(_raw(wrong), "wrong", 0.0)
        yield Sample(_raw({self.pairs[0].id: self.pairs[0].match}), "invalid")
        yield Sample(_raw({**right, self.pairs[0].id: "no-such-option"}), "invalid")

    def _in_words(self, pairs: Sequence[Sequence[str]], drawn: DrawnPart) -> str:
        terms = {pair.id: pair.term.markdown(drawn.values).strip() for pair in self.pairs}
        texts = {option.id: option.text.markdown(drawn.values).strip() for option in self.options}
        return listed([f"{terms[term]}: {texts[option]}" for term, option in pairs])


def _raw(pairs: Mapping[str, str]) -> str:
    return " ".join(f"{term}={option}" for term, option in pairs.items())

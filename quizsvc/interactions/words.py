"""Question type ``words``: a set of words or short names, in any order and agreed spellings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.base import QuestionTypeBase
from quizsvc.model import DrawnPart, Invalid, PartOutcome, Sample, SampleKind, Template, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_WORDS = 200
_SEPARATORS = re.compile(r"[,;\n]+")
_JOINERS = re.compile(r"[\s_·⋅*×.\-–−{}()$\\]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its other spellings; `says` is for who gives it though it does not belong."""

    word: str
    also: tuple[str, ...] = ()
    says: Template | None = None

    @property
    def spellings(self) -> frozenset[str]:
        """All spellings in their plain form."""
        return frozenset(plain(each) for each in (self.word, *self.also))


@dataclass(frozen=True, slots=True)
class Words(QuestionTypeBase):
    """Several words; right ones less those that do not belong, as a share of all."""

    right: tuple[Word, ...]
    wrong: tuple[Word, ...] = ()
    """Words that a misconception gives, with its feedback."""

    type: ClassVar[str] = "words"
    rule: ClassVar[str] = (
        "Separate them by commas or new lines; their order does not matter. Each right one counts "
        "for you, each that does not belong against you; the score is never below 0."
    )

    @property
    def yields(self) -> frozenset[SampleKind]:
        """The classes of response; with one word nothing is partly right."""
        kinds: set[SampleKind] = {"correct", "wrong", "invalid"}
        if len(self.right) > 1:
            kinds.add("partly")
        return frozenset(kinds)

    def key(self, computed: Value, values: Mapping[str, Value]) -> Value:  # noqa: ARG002
        """Return the words."""
        return [each.word for each in self.right]

    def key_in_words(self, drawn: DrawnPart) -> str:
        """Return the words, separated by commas."""
        return ", ".join(f"`{each}`" for each in drawn.key)

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read words; one that is given twice counts once."""
        given = [part for part in map(plain, _SEPARATORS.split(raw)) if part]
        if not given:
            return Invalid({drawn.name: "There is no word in this."})
        if len(given) > MAX_WORDS:
            return Invalid({drawn.name: f"At most {MAX_WORDS} words are read."})
        return list(dict.fromkeys(given))

    def grade(self, response: Value, drawn: DrawnPart) -> PartOutcome:
        """Count right words less those that do not belong."""
        found = {self._named(given) for given in response} - {None}
        strange = [given for given in response if self._named(given) is None]
        score = max(0.0, (len(found) - len(strange)) / len(self.right))
        told = [f"{len(found)} of {len(self.right)} right ones are there."]
        if score == 1:
            return PartOutcome(1.0, "Right.")
        if strange:
            told[0] += f" These do not belong: {', '.join(f'`{each}`' for each in strange)}."
        told += [
            each.says.markdown(drawn.values)
            for each in self.wrong
            if each.says is not None and each.spellings & set(strange)
        ]
        return PartOutcome(score, "\n\n".join(told))

    def samples(self, drawn: DrawnPart) -> Iterator[Sample]:  # noqa: ARG002
        """Yield the key in two orders and in other spellings, one word missing, and wrong ones."""
        words = [each.word for each in self.right]
        yield Sample(", ".join(words), "correct", 1.0)
        yield Sample("\n".join(reversed(words)), "correct", 1.0)
        yield Sample(
            "; ".join((each.also or (each.word,))[-1] for each in self.right), "correct", 1
        )
        if len(words) > 1:
            share = (len(words) - 1) / len(words)
            yield Sample(", ".join(words[1:]), "partly", share)
            if len(words) > 2:
                with_another = (len(words) - 2) / len(words)
                yield Sample(", ".join([*words[1:], "no such word"]), "partly", with_another)
        yield Sample("no such word", "wrong", 0.0)
        for each in self.wrong:
            yield Sample(each.word, "wrong", 0.0)
        yield Sample(",;", "invalid")

    def _named(self, given: str) -> str | None:
        return next((each.word for each in self.right if given in each.spellings), None)


def plain(text: str) -> str:
    """Return a spelling without what does not matter: case, spaces, product signs, subscripts.

    >>> plain("J₂ · J_1"), plain(" Skip connection ")
    ('j2j1', 'skipconnection')
    """
    return _JOINERS.sub("", unicodedata.normalize("NFKC", text)).casefold()

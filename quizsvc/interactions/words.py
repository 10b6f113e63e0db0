"""Question type ``words``: a set of words or short names, in any order and agreed spellings."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from quizsvc.interactions.base import QuestionTypeBase
from quizsvc.model import DrawnPart, Echo, Invalid, PartOutcome, Sample, SampleKind, Template, Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_WORDS = 200
_SEPARATORS = re.compile(r"[,;\n]+")
_BULLET = re.compile(r"^\s*([-*•–]|[0-9]{1,3}[.)])\s+")
"""How a line of a list may begin."""
_COMMANDS = re.compile(r"\\(cdot|times|circ|[,;!])")
_JOINERS = re.compile(r"[\s_·⋅*×.\-–−{}()\[\]$\\]+")


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

    def echo(self, raw: str) -> Echo:
        """Say how many entries there are; without a look at the words that are right or wrong."""
        given = _entries(raw)
        if len(given) == 1 and len(given[0].split()) > 1:
            return Echo("", f"“{given[0]}”: commas or new lines separate several.")
        several = "entry" if len(given) == 1 else "entries"
        return Echo("", f"{len(given)} {several}: {', '.join(f'“{each}”' for each in given)}")

    def parse(self, raw: str, drawn: DrawnPart) -> Value | Invalid:
        """Read words as they were typed; one that is given twice counts once."""
        given = _entries(raw)
        if len(given) == 1 and not self._is_known(given[0]):
            given = given[0].split()  # spaces separate what is no word together
        if not given:
            return Invalid({drawn.name: "There is no word in this."})
        if len(given) > MAX_WORDS:
            return Invalid({drawn.name: f"At most {MAX_WORDS} words are read."})
        return list({plain(word): word for word in reversed(given)}.values())[::-1]

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
            if each.says is not None and each.spellings & set(map(plain, strange))
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

    def _is_known(self, given: str) -> bool:
        return any(plain(given) in each.spellings for each in (*self.right, *self.wrong))

    def _named(self, given: str) -> str | None:
        spelling = plain(given)
        return next((each.word for each in self.right if spelling in each.spellings), None)


def _entries(raw: str) -> list[str]:
    """Return what stands between commas and line ends, without the marks of a list."""
    lines = [_BULLET.sub("", line) for line in raw.splitlines()]
    given = [word.strip(" \t[]") for word in _SEPARATORS.split("\n".join(lines))]
    return [word for word in given if plain(word)]


def plain(text: str) -> str:
    """Return a spelling without what does not matter: case, spaces, product signs, subscripts.

    >>> plain("J₂ · J_1"), plain(" Skip connection ")
    ('j2j1', 'skipconnection')
    """
    joined = _COMMANDS.sub("", text)
    return _JOINERS.sub("", unicodedata.normalize("NFKC", joined)).casefold()

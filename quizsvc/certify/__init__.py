"""Certification: proof and stress of items over many seeds, what ``quizsvc check`` runs.

The conditions that a variant must meet are conditions of its drawing (``problems.conditions``).
Here the rest is checked: that the key is right, that the stem says what the key was computed
from, that responses are judged as they must be, that variants differ and can be drawn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quizsvc.certify import proof, stem, variety
from quizsvc.certify.contract import breaches
from quizsvc.certify.subject import Subject
from quizsvc.errors import Fault, NoVariantError
from quizsvc.problems import conditions
from quizsvc.problems.family import CompiledFamily
from quizsvc.problems.formulas import POINTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quizsvc.content import ItemBank
    from quizsvc.content.yaml_source import Path
    from quizsvc.model import Item

__all__ = ["Certificate", "certify_bank", "certify_item"]

SAMPLE = 200
"""Least number of variants for what is said of all of them."""
FEW = 2
"""Seeds that are tried before all others."""
SHUFFLES = 20
"""Seeds that are tried of an item whose variants differ in the order of choices only."""


@dataclass(eq=False)
class Certificate:
    """What is known of an item after its check."""

    item: Item
    family: CompiledFamily
    seeds: int
    faults: list[tuple[str, Path]] = field(default_factory=list)
    warnings: list[tuple[str, Path]] = field(default_factory=list)
    methods: dict[str, str] = field(default_factory=dict)
    """Part to how its key is proven."""
    share: float = 1.0
    """Of the candidates that all conditions accept."""
    variants: int = 1
    estimated: bool = False

    @property
    def unproven(self) -> list[str]:
        """The parts whose key has no proof."""
        return [part for part, method in self.methods.items() if method == proof.UNPROVEN]

    @property
    def line(self) -> str:
        """What ``check`` prints of the item."""
        told = [f"{self.item.id}: {'certified' if not self.faults else 'FAULTY'}"]
        if self.family.symbolic:
            told.append(f"formulas compared at {POINTS} points")
        elif self.variants > 1:
            about = "about " if self.estimated else ""
            told[0] += f" over {self.seeds} seeds"
            told.append(f"{about}{self.variants:,} variants")
            told.append(f"{100 * self.share:.3g} % of candidates accepted")
        methods = Counter(m for m in self.methods.values() if m != proof.UNPROVEN)
        if methods:
            told.append("key proven by " + " and ".join(methods))
        if self.unproven:
            told.append(f"UNPROVEN: {', '.join(self.unproven)}")
        names = dict.fromkeys(each.name for each in self.family.classes)
        if names:
            told.append("misconceptions: " + ", ".join(names))
        if self.family.skips_in_words():
            told.append("skip connections: " + ", ".join(self.family.skips_in_words()))
        return "; ".join(told)


def certify_bank(
    bank: ItemBank, seeds: int, progress: Callable[[int], None] = lambda _: None
) -> Iterator[tuple[Certificate, list[Fault], list[Fault]]]:
    """Yield each item's certificate, with its faults and warnings at their places.

    `progress` is told of each variant that was tried.
    """
    for item in bank.items.values():
        source = bank.sources[item.id]
        found = certify_item(item, seeds, progress)
        faults = [source.fault(message, path) for message, path in found.faults]
        yield found, faults, [source.fault(message, path) for message, path in found.warnings]


def certify_item(
    item: Item, seeds: int, progress: Callable[[int], None] = lambda _: None
) -> Certificate:
    """Check one item over the seeds 0, 1, …, seeds − 1."""
    family = item.family
    assert isinstance(family, CompiledFamily)  # noqa: S101 - there is no other kind
    found = Certificate(item, family, seeds)
    tried = seeds if family.random else min(seeds, SHUFFLES)
    several = family.random or family.symbolic
    batch = family.draw_many(range(FEW if several else 1))
    if several and len(batch.barren) < FEW:  # what never draws shows at once, not after minutes
        batch = family.draw_many(range(max(seeds, SAMPLE)))
    subject = Subject(item, family, batch)
    if batch.barren:
        refused = [f"{n:,} × {_reason(name)}" for name, n in batch.refused.most_common(3) if n]
        message = f"At seed {batch.barren[0]} no candidate meets all conditions: "
        found.faults.append((message + "; ".join(refused) + ".", _blamed(batch.refused)))
        return found
    _check_share(subject, found)
    _prove(subject, found)
    found.faults.extend((message, stem.STEM) for message in stem.misprints(subject))
    for seed in range(tried):
        try:
            broken = list(breaches(item, seed))
        except NoVariantError:
            broken = ["a single draw finds no variant where a batch does."]
        progress(1)
        if broken:  # the first seed stands for all: an author mends one thing at a time
            found.faults.extend((f"At seed {seed}: {each}", ("ask",)) for each in broken)
            break
    progress(seeds - tried)
    _warn(subject, found)
    return found


def _reason(name: str) -> str:
    return conditions.NAMES[name]


def _blamed(refused: Counter[str]) -> Path:
    """Return the field that an author should look at first."""
    worst = refused.most_common(1)[0][0] if refused else "where"
    return {
        "where": ("where",), "misconceptions": ("misconceptions",), "classes": ("misconceptions",),
    }.get(worst, ("ask",))  # fmt: skip


def _check_share(subject: Subject, found: Certificate) -> None:
    found.share = variety.share(subject)
    found.variants, found.estimated = variety.count(subject)
    if found.share < variety.LEAST_SHARE and subject.family.random:
        worst = ", ".join(
            f"{_reason(name)} ({n:,} times)"
            for name, n in subject.batch.refused.most_common(2)
            if n
        )
        message = (
            f"Only {100 * found.share:.2g} % of the candidates are accepted, at least "
            f"{100 * variety.LEAST_SHARE:g} % must be, or a draw will fail one day: {worst}."
        )
        found.faults.append((message, _blamed(subject.batch.refused)))


def _prove(subject: Subject, found: Certificate) -> None:
    for asked in subject.keys:
        found.methods[asked.part] = proof.method(subject, asked)
        problems = proof.disagreements(subject, asked)
        found.faults.extend((message, asked.path) for message in problems)


def _warn(subject: Subject, found: Certificate) -> None:
    """Add the warnings that the author has not accepted."""
    accepted = {each["warning"] for each in subject.written.get("accept", ())}
    few = subject.family.random and found.variants < variety.LEAST_VARIANTS
    if few and "few-variants" not in accepted:
        message = f"There are only {found.variants} variants: learners will meet them again."
        found.warnings.append((message, ("given",)))
    if subject.family.random and "guessable" not in accepted:
        alike, response = variety.commonest_response(subject)
        if alike > variety.MOST_ALIKE:
            message = f"In {100 * alike:.0f} % of the variants the whole key is {response}."
            found.warnings.append((message, ("ask",)))
    if found.unproven:
        parts = ", ".join(found.unproven)
        message = (
            f"The key of {parts} is unproven: add `proof:`, an expression that goes another way."
        )
        found.warnings.append((message, ("ask",)))

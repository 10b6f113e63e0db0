"""What a part offers to choose from or to put together: choices, steps, pairs, words, lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from quizsvc.interactions import REGISTRY
from quizsvc.interactions.choices import Choice
from quizsvc.interactions.find_error import VALUE, Line
from quizsvc.interactions.matching import Option, Pair
from quizsvc.interactions.ordering import MistakenOrder, OrderedStep
from quizsvc.interactions.words import Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.content.context import ItemContext
    from quizsvc.content.keys import (
        ChoiceSpec,
        LinesSpec,
        OrderSpec,
        PairsSpec,
        WordSpec,
        WordsSpec,
    )
    from quizsvc.content.yaml_source import Path
    from quizsvc.model import Interaction, Template

    class Named(Protocol):
        """What an author lists with an id."""

        @property
        def id(self) -> str: ...  # noqa: D102


class Offers:
    """Makes the question types that are written as lists; every fault at its entry."""

    def __init__(self, item: ItemContext) -> None:
        self._item = item

    def make(self, ask: Any, path: Path, mended: Interaction | None = None) -> Interaction:
        """Return the interaction of an ``ask`` whose key is written as a list or a text.

        `mended` is the question type of the value in a line, for ``find-error``.
        """
        row = REGISTRY[ask.interaction]
        match row.form:
            case "choices":
                return row.make(self._choices(ask.key, ask.interaction, path), ask.shuffle)
            case "order":
                return row.make(*self._order(ask.key, path), ask.partial)
            case "pairs":
                return row.make(*self._pairs(ask.key, path))
            case "words":
                return row.make(*self._words(ask.key, path))
            case "lines":
                return row.make(self._lines(ask.key, path), mended)
        return row.make(self._item.template(ask.key, path))

    def _choices(self, specs: Sequence[ChoiceSpec], kind: str, path: Path) -> tuple[Choice, ...]:
        self._check_ids(specs, path, "choices")
        choices = tuple(
            Choice(
                spec.id,
                self._item.template(spec.text, (*path, number, "text")),
                self._says(spec.says, (*path, number, "says")),
                spec.key,
            )
            for number, spec in enumerate(specs)
        )
        self._must_differ(
            {c.id: c.text for c in choices}, [(*path, n, "text") for n in range(len(specs))]
        )
        keys = sum(choice.key for choice in choices)
        if keys == 0 or (keys > 1 and kind == "single-choice"):
            wanted = "one" if kind == "single-choice" else "at least one"
            self._item.fault(f"{keys} choices have `key: true`; {wanted} must.", path, key=True)
        return choices

    def _order(
        self, spec: OrderSpec, path: Path
    ) -> tuple[tuple[OrderedStep, ...], tuple[MistakenOrder, ...]]:
        self._check_ids(spec.steps, (*path, "steps"), "steps")
        self._check_ids(spec.mistaken, (*path, "mistaken"), "orders")
        steps = tuple(
            OrderedStep(step.id, self._item.template(step.text, (*path, "steps", number, "text")))
            for number, step in enumerate(spec.steps)
        )
        looks = {step.id: step.text.source for step in steps}
        seen = [[step.text.source for step in steps]]
        mistaken = []
        for number, each in enumerate(spec.mistaken):
            here = (*path, "mistaken", number)
            if sorted(each.order) != sorted(looks):
                self._item.fault("An order names each step once.", (*here, "order"))
            elif (look := [looks[step] for step in each.order]) in seen:
                self._item.fault("This looks like the right order or another.", (*here, "order"))
            else:
                seen.append(look)
            says = self._item.template(each.says, (*here, "says"))
            mistaken.append(MistakenOrder(each.id, tuple(each.order), says))
        return steps, tuple(mistaken)

    def _pairs(self, spec: PairsSpec, path: Path) -> tuple[tuple[Pair, ...], tuple[Option, ...]]:
        self._check_ids(spec.pairs, (*path, "pairs"), "pairs")
        options: dict[str, Option] = {}
        pairs = []
        for number, pair in enumerate(spec.pairs):
            here = (*path, "pairs", number)
            match = self._item.template(pair.match, (*here, "match"))
            # Two terms may have one match: it is one option then.
            option = options.setdefault(pair.match, Option(f"option-{len(options) + 1}", match))
            term = self._item.template(pair.term, (*here, "term"))
            pairs.append(Pair(pair.id, term, option.id, self._says(pair.says, (*here, "says"))))
        places: list[Path] = [(*path, "pairs", n, "match") for n in range(len(options))]
        for number, text in enumerate(spec.distractors):
            here = (*path, "distractors", number)
            if text in options:
                self._item.fault("This stands here already: it is no distractor.", here)
                continue
            options[text] = Option(f"option-{len(options) + 1}", self._item.template(text, here))
            places.append(here)
        offered = tuple(options.values())
        if len(offered) < 2:
            self._item.fault("All terms have the same match.", path)
        self._must_differ({each.id: each.text for each in offered}, places)
        return tuple(pairs), offered

    def _words(self, spec: WordsSpec, path: Path) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
        seen: dict[str, str] = {}
        return (
            tuple(self._word(w, (*path, "right", n), seen) for n, w in enumerate(spec.right)),
            tuple(self._word(w, (*path, "wrong", n), seen) for n, w in enumerate(spec.wrong)),
        )

    def _word(self, spec: WordSpec, path: Path, seen: dict[str, str]) -> Word:
        word = Word(spec.word, tuple(spec.also), self._says(spec.says, (*path, "says")))
        for spelling in word.spellings:
            if not spelling:
                self._item.fault("Nothing of this spelling is left to compare.", path)
            elif spelling in seen:
                self._item.fault(f"“{spelling}” is a spelling of “{seen[spelling]}” too.", path)
            seen.setdefault(spelling, spec.word)
        if any("{{" in each for each in (spec.word, *spec.also)):
            self._item.fault("A word has no holes: it is compared as it stands.", path)
        if any("," in each or ";" in each for each in (spec.word, *spec.also)):
            self._item.fault("A comma separates words: it cannot stand in one.", path)
        return word

    def _lines(self, spec: LinesSpec, path: Path) -> tuple[Line, ...]:
        self._check_ids(spec.lines, (*path, "lines"), "lines")
        lines = []
        for number, line in enumerate(spec.lines):
            here = (*path, "lines", number)
            if line.id == VALUE:
                self._item.fault(f"A line cannot be called “{VALUE}”.", (*here, "id"))
            text = self._item.template(line.text, (*here, "text"))
            lines.append(Line(line.id, text, self._says(line.says, (*here, "says")), line.wrong))
        if (wrong := sum(line.wrong for line in lines)) != 1:
            self._item.fault(f"{wrong} lines have `wrong: true`; one must.", (*path, "lines"))
        return tuple(lines)

    def _says(self, text: str | None, path: Path) -> Template | None:
        return None if text is None else self._item.template(text, path)

    def _check_ids(self, specs: Sequence[Named], path: Path, what: str) -> None:
        seen: set[str] = set()
        for number, spec in enumerate(specs):
            if spec.id in seen:
                self._item.fault(f"Two {what} are called “{spec.id}”.", (*path, number, "id"))
            seen.add(spec.id)

    def _must_differ(self, texts: Mapping[str, Template], places: Sequence[Path]) -> None:
        """Refuse two with one text; those with holes are compared in each draw."""
        self._item.family.choices(list(texts.values()))
        seen: dict[str, str] = {}
        for (name, template), place in zip(texts.items(), places, strict=True):
            text = " ".join(template.source.split())
            if text in seen:
                self._item.fault(f"This choice looks the same as “{seen[text]}”.", place)
            seen.setdefault(text, name)

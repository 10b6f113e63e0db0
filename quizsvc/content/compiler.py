"""A valid item file to an Item: everything that does not depend on the seed is done here.

Faults are collected, each at its place, and raised together: an author mends a file in one round.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from quizsvc.content.asks import PartCompiler
from quizsvc.content.context import ItemContext, MisconceptionText
from quizsvc.content.parameters import parameter
from quizsvc.content.schema import ItemSpec, OwnMisconception
from quizsvc.errors import ContentError, ParameterError
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.primitives import RESERVED
from quizsvc.expr.shapes import Dim
from quizsvc.model import Item
from quizsvc.problems.draw import Given
from quizsvc.problems.misconceptions import MAL_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.problems.family import CompiledFamily

ENGINE = 3
"""Part of every revision: raised when a change alters what is drawn, keyed or graded."""


def compile_item(spec: ItemSpec, source: Source, texts: Mapping[str, MisconceptionText]) -> Item:
    """Build the item of a file.

    Raises
    ------
    ContentError
        The author's: all faults that were found.
    """
    context = ItemContext(spec, source, texts)
    item = _Compiler(context, spec.sizes).compile()
    if context.faults:
        raise ContentError(sorted(set(context.faults)))
    return item


def canonical_source(
    spec: ItemSpec, texts: Mapping[str, MisconceptionText], named: Sequence[str]
) -> dict[str, Any]:
    """Return what the item depends on: its file's data, the texts it includes, the engine.

    `named` are the misconceptions of the table that it turned out to use, also by ``auto``.
    """
    return {
        "engine": ENGINE,
        "item": spec.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "misconceptions": {
            each: {"title": texts[each].title, "says": texts[each].says}
            for each in named
            if each in texts  # an item's own may be called the same, and has its own text
        },
    }


def revision_of(source: Mapping[str, Any]) -> str:
    """Return the hash of a canonical source: 32 hexadecimal digits."""
    text = json.dumps(source, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


_GENERIC = (11, 13, 17, 19, 23, 29, 31, 37)
"""Sizes that no author writes: with them, only what fits for every size fits."""


class _Compiler:
    def __init__(self, item: ItemContext, sizes: Mapping[str, int]) -> None:
        self._item = item
        self._parts = PartCompiler(item)
        self._sizes = {name: Dim(size, name) for name, size in sizes.items()}

    def check_generic_shapes(self) -> None:
        """Note where shapes fit only because two named sizes happen to be the same number."""
        spec = self._item.spec
        if spec.sizes and not self._item.faults:
            generic = ItemContext(spec, self._item.source, self._item.texts)
            _Compiler(generic, dict(zip(spec.sizes, _GENERIC, strict=False))).declare()
            self._item.faults.extend(generic.faults)

    def declare(self) -> None:
        """Put parameters, named values, conditions and keys into the graph."""
        spec = self._item.spec
        for name, size in self._sizes.items():
            self._item.family.size(name, size)
        for name in spec.given:
            self._given(name)
        for name, text in spec.let.items():
            self._let(name, text)
        for number, text in enumerate(spec.where):
            with self._item.at(("where", number)):
                self._item.family.where(self._item.read(text))
        sound = len(self._item.faults)
        for number, ask in enumerate(spec.asks):
            self._parts.compile(ask, ("ask", number) if isinstance(spec.ask, list) else ("ask",))
        self._item.keyless = len(self._item.faults) > sound

    def compile(self) -> Item:
        """Return the item; it is whole only if no fault was found."""
        spec = self._item.spec
        self._check_names()
        self.declare()
        self.check_generic_shapes()
        for number, each in enumerate(spec.misconceptions):
            self._misconception(each, ("misconceptions", number))
        stem = self._item.template(spec.stem, ("stem",))
        hints = tuple(self._item.template(t, ("hints", n)) for n, t in enumerate(spec.hints))
        explanation = None
        if spec.explanation is not None:
            explanation = self._item.template(spec.explanation, ("explanation",))
        self._item.template(spec.title, ("title",))
        family = self._item.family.build(
            kinks_by_convention=self._kinks_by_convention(),
            any_size=any(each.warning == "size" for each in spec.accept),
        )
        if not self._item.faults:
            self._check_beliefs(family)
        parts = self._parts.finish(family)
        source = canonical_source(spec, self._item.texts, family.named)
        return Item(
            id=spec.id,
            title=spec.title,
            objectives=tuple(spec.objectives),
            stem=stem,
            parts=parts,
            family=family,
            hints=hints,
            explanation=explanation,
            level=spec.level,
            steps=spec.steps,
            revision=revision_of(source),
            source=source,
        )

    def _kinks_by_convention(self) -> bool:
        """Tell whether the item is about a kink; its stem must say what holds there."""
        if self._item.spec.kinks is None:
            return False
        if not _CONVENTION.search(self._item.spec.stem):
            message = "An item about a kink says in its stem what holds there, as in σ'(0) = 0."
            self._item.fault(message, ("kinks",))
        return True

    # --- parameters and let ---------------------------------------------------------------------

    def _check_names(self) -> None:
        seen: dict[str, str] = {}
        for group in ("sizes", "given", "let"):
            for name in getattr(self._item.spec, group):
                canonical = canonical_name(name)
                if canonical in RESERVED:
                    self._item.fault(
                        f"“{name}” is a word of the language.", (group, name), key=True
                    )
                elif canonical in seen:
                    message = f"“{name}” is the same name as “{seen[canonical]}” above."
                    self._item.fault(message, (group, name), key=True)
                seen.setdefault(canonical, name)

    def _given(self, name: str) -> None:
        canonical = canonical_name(name)
        self._item.values.add(canonical)
        try:
            given = parameter(canonical, self._item.spec.given[name], self._sizes)
        except ParameterError as problem:
            self._item.fault(problem.message, ("given", name))
            self._item.spoilt.add(canonical)
            given = Given(canonical, (), (0.0,))
        self._item.family.given(given)

    def _let(self, name: str, text: str) -> None:
        canonical = canonical_name(name)
        failed = len(self._item.faults)
        defined = False
        with self._item.at(("let", name)):
            tree = self._item.read(text)
            self._item.family.let(canonical, tree)
            self._item.lets[canonical] = tree
            defined = True
        if not defined or len(self._item.faults) > failed:
            self._item.spoilt.add(canonical)

    # --- misconceptions and texts ---------------------------------------------------------------

    def _misconception(self, each: str | OwnMisconception, path: Path) -> None:
        if isinstance(each, OwnMisconception):
            says = self._item.template(each.says, (*path, "says"))
            numeric = self._item.family.parts
            part = each.part
            if part not in numeric:
                if self._item.keyless or self._item.spoilt:
                    return  # the part, or what its key rests on, has a fault of its own
                if len(numeric) != 1 or part != "answer":
                    listed = ", ".join(numeric) or "none"
                    self._item.fault(f"`part` names a part with a computed key: {listed}.", path)
                    return
                part = numeric[0]
            with self._item.at((*path, "value")):
                self._item.family.own_belief(each.id, says, part, self._item.read(each.value))
            return
        if each == "auto":
            self._automatic(path)
        elif each not in MAL_RULES:
            near = difflib.get_close_matches(each, MAL_RULES, n=1)
            message = f"There is no misconception “{each}”"
            self._item.fault(message + (f": is {near[0]} meant?" if near else "."), path)
        elif each not in self._item.texts:
            self._item.fault(f"misconceptions.yaml has no text for “{each}”.", path)
        else:
            says = self._item.template(self._item.texts[each].says, path)
            with self._item.at(path):
                if not self._item.spoilt and not self._item.keyless:
                    self._item.family.named_belief(
                        each, self._item.texts[each].title, says, listed=True
                    )

    def _automatic(self, path: Path) -> None:
        """Offer every rule of the table that has a text; the family keeps those that apply."""
        for each in MAL_RULES:
            if each in self._item.texts and each not in self._item.spec.misconceptions:
                says = self._item.template(self._item.texts[each].says, path)
                if not self._item.spoilt and not self._item.keyless:
                    title = self._item.texts[each].title
                    self._item.family.named_belief(each, title, says, listed=False)

    def _check_beliefs(self, family: CompiledFamily) -> None:
        """Refuse a listed misconception that answers the key: it does not apply here."""
        for number, each in enumerate(self._item.spec.misconceptions):
            name = each if isinstance(each, str) else each.id
            if name in family.inapplicable:
                message = f"“{name}” answers the key itself here, so it does not apply."
                self._item.fault(message, ("misconceptions", number))


_CONVENTION = re.compile(r"'\s*\(?0|tie|equal")
"""What a stem that states a convention contains: a slope at 0, or what holds at a tie."""

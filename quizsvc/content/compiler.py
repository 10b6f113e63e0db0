"""A valid item file to an Item: everything that does not depend on the seed is done here.

Faults are collected, each at its place, and raised together: an author mends a file in one round.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quizsvc.content.parameters import parameter
from quizsvc.content.schema import GraphSpec, ItemSpec, OwnMisconception
from quizsvc.errors import ContentError, ExpressionError, Fault, ParameterError
from quizsvc.expr.latex import name_latex, tree_latex
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.nodes import Call, Name, Span, Tree
from quizsvc.expr.parser import names_in, parse
from quizsvc.expr.primitives import RESERVED
from quizsvc.expr.shapes import describe
from quizsvc.interactions import REGISTRY
from quizsvc.interactions.choices import Choice
from quizsvc.model import Interaction, Item, Part, Template
from quizsvc.problems.building import FamilyBuilder
from quizsvc.problems.diagrams import picture_of
from quizsvc.problems.draw import Given
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.tolerance import DEFAULT, EXACT, Tolerance
from quizsvc.render.maths import MathsError
from quizsvc.render.templates import TemplateError, compile_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.problems.family import CompiledFamily

ENGINE = 2
"""Part of every revision: raised when a change alters what is drawn, keyed or graded."""


@dataclass(frozen=True, slots=True)
class MisconceptionText:
    """Title and feedback of a named misconception, from ``misconceptions.yaml``."""

    title: str
    says: str


def compile_item(spec: ItemSpec, source: Source, texts: Mapping[str, MisconceptionText]) -> Item:
    """Build the item of a file.

    Raises
    ------
    ContentError
        The author's: all faults that were found.
    """
    compiler = _Compiler(spec, source, texts)
    item = compiler.compile()
    if compiler.faults:
        raise ContentError(sorted(set(compiler.faults)))
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
            each: {"title": texts[each].title, "says": texts[each].says} for each in named
        },
    }


def revision_of(source: Mapping[str, Any]) -> str:
    """Return the hash of a canonical source: 32 hexadecimal digits."""
    text = json.dumps(source, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


class _Compiler:
    def __init__(
        self, spec: ItemSpec, source: Source, texts: Mapping[str, MisconceptionText]
    ) -> None:
        self.faults: list[Fault] = []
        self._spec = spec
        self._source = source
        self._texts = texts
        self._family = FamilyBuilder()
        self._lets: dict[str, Tree] = {}
        self._spoilt: set[str] = set()
        self._keyless = False
        self._parts: list[Part] = []
        self._values: set[str] = set()

    def compile(self) -> Item:
        spec = self._spec
        self._check_names()
        for name in spec.given:
            self._given(name)
        for name, text in spec.let.items():
            self._let(name, text)
        for number, text in enumerate(spec.where):
            with self._at(("where", number)):
                self._family.where(self._read(text))
        sound = len(self.faults)
        for number, ask in enumerate(spec.asks):
            self._ask(ask, ("ask", number) if isinstance(spec.ask, list) else ("ask",))
        self._keyless = len(self.faults) > sound
        for number, each in enumerate(spec.misconceptions):
            self._misconception(each, ("misconceptions", number))
        stem = self._template(spec.stem, ("stem",))
        hints = tuple(self._template(t, ("hints", n)) for n, t in enumerate(spec.hints))
        explanation = None
        if spec.explanation is not None:
            explanation = self._template(spec.explanation, ("explanation",))
        self._template(spec.title, ("title",))
        family = self._family.build(kinks_by_convention=spec.kinks == "convention")
        if not self.faults:
            self._check_beliefs(family)
        source = canonical_source(spec, self._texts, family.named)
        return Item(
            id=spec.id,
            title=spec.title,
            objectives=tuple(spec.objectives),
            stem=stem,
            parts=tuple(self._parts),
            family=family,
            hints=hints,
            explanation=explanation,
            revision=revision_of(source),
            source=source,
        )

    # --- faults ---------------------------------------------------------------------------------

    @contextmanager
    def _at(self, path: Path, text: str = "", start: int = 0) -> Iterator[None]:
        """Turn an error about an expression or a text into a fault at its place."""
        try:
            yield
        except _SpoiltError:
            return  # what it rests on has a fault of its own
        except (ExpressionError, TemplateError, MathsError) as problem:
            offset = start + problem.position
            if not text and isinstance(problem, ExpressionError):
                offset = problem.position
            self.faults.append(self._source.fault(problem.message, path, offset))

    def _fault(self, message: str, path: Path, *, key: bool = False) -> None:
        self.faults.append(self._source.fault(message, path, key=key))

    def _read(self, text: str) -> Tree:
        tree = parse(text)
        if names_in(tree) & self._spoilt:
            raise _SpoiltError
        return tree

    # --- parameters and let ---------------------------------------------------------------------

    def _check_names(self) -> None:
        seen: dict[str, str] = {}
        for group in ("given", "let"):
            for name in getattr(self._spec, group):
                canonical = canonical_name(name)
                if canonical in RESERVED:
                    self._fault(f"“{name}” is a word of the language.", (group, name), key=True)
                elif canonical in seen:
                    message = f"“{name}” is the same name as “{seen[canonical]}” above."
                    self._fault(message, (group, name), key=True)
                seen.setdefault(canonical, name)

    def _given(self, name: str) -> None:
        canonical = canonical_name(name)
        self._values.add(canonical)
        try:
            given = parameter(canonical, self._spec.given[name])
        except ParameterError as problem:
            self._fault(problem.message, ("given", name))
            self._spoilt.add(canonical)
            given = Given(canonical, (), (0.0,))
        self._family.given(given)

    def _let(self, name: str, text: str) -> None:
        canonical = canonical_name(name)
        failed = len(self.faults)
        defined = False
        with self._at(("let", name)):
            tree = self._read(text)
            self._family.let(canonical, tree)
            self._lets[canonical] = tree
            defined = True
        if not defined or len(self.faults) > failed:
            self._spoilt.add(canonical)

    # --- parts ----------------------------------------------------------------------------------

    def _ask(self, ask: Any, path: Path) -> None:
        row, key_path = REGISTRY[ask.interaction], (*path, ask.interaction)
        label = ask.label or ("" if ask.part == "answer" else ask.part)
        if ask.label is not None:
            template = self._template(ask.label, (*path, "label"))
            if template.holes:
                self._fault("A label has no holes; show values in the stem.", (*path, "label"))
        if row.form not in ("expression", "graph") and ask.tolerance is not None:
            self._fault(f"A {ask.interaction} part has no tolerance.", (*path, "tolerance"))
        match row.form:
            case "expression":
                with self._at(key_path):
                    tree = self._read(ask.key)
                    shape = self._family.key(ask.part, tree, _tolerance(ask))
                    if not row.shapes(shape):
                        message = f"This is {describe(shape)}, not {row.wants}."
                        raise ExpressionError(message)
                    self._part(ask.part, row.make(shape, _tolerance(ask)), label, ask, path)
            case "choices":
                interaction = row.make(self._choices(ask, key_path), ask.shuffle)
                self._part(ask.part, interaction, label, ask, path)
            case "text":
                model_answer = self._template(ask.key, key_path)
                self._part(ask.part, row.make(model_answer), label, ask, path)
            case "graph":
                self._graph(ask, key_path)

    def _part(self, name: str, interaction: Interaction, label: str, ask: Any, path: Path) -> None:
        if any(part.name == name for part in self._parts):
            self._fault(f"Two parts are called “{name}”.", (*path, "part"))
        self._parts.append(Part(name, interaction, label, ask.points))

    def _choices(self, ask: Any, path: Path) -> tuple[Choice, ...]:
        choices: list[Choice] = []
        for number, spec in enumerate(ask.key):
            here = (*path, number)
            if spec.id in {choice.id for choice in choices}:
                self._fault(f"Two choices are called “{spec.id}”.", (*here, "id"))
            says = None if spec.says is None else self._template(spec.says, (*here, "says"))
            choices.append(
                Choice(spec.id, self._template(spec.text, (*here, "text")), says, spec.key)
            )
        self._family.choices([choice.text for choice in choices])
        self._check_alike(choices, path)
        keys = sum(choice.key for choice in choices)
        if keys == 0 or (keys > 1 and ask.interaction == "single-choice"):
            wanted = "one" if ask.interaction == "single-choice" else "at least one"
            self._fault(f"{keys} choices have `key: true`; {wanted} must.", path, key=True)
        return tuple(choices)

    def _check_alike(self, choices: Sequence[Choice], path: Path) -> None:
        """Refuse two choices with one text; those with holes are compared in each draw."""
        seen: dict[str, str] = {}
        for number, choice in enumerate(choices):
            text = " ".join(choice.text.source.split())
            if text in seen:
                message = f"This choice looks the same as “{seen[text]}”."
                self._fault(message, (*path, number, "text"))
            seen.setdefault(text, choice.id)

    def _graph(self, ask: Any, path: Path) -> None:
        spec: GraphSpec = ask.key
        output = canonical_name(spec.of)
        with self._at((*path, "of")):
            self._read(output)
            shape_node = self._family.graph.names.get(output)
            if shape_node is None or output not in self._lets:
                raise ExpressionError(f"“{spec.of}” is not one of the `let` names.")
            if self._family.graph.nodes[shape_node].shape != ():
                raise ExpressionError(f"“{spec.of}” is not a number.")
            for field, quantity in (("gradients", "gradient"), ("values", "value")):
                for number, node in enumerate(getattr(spec, field)):
                    with self._at((*path, field, number)):
                        self._blank(
                            ask, output, canonical_name(node), quantity, (*path, field, number)
                        )
            self._family.picture(picture_of(self._family.graph, shape_node, self._family.skips()))

    def _blank(self, ask: Any, output: str, node: str, quantity: str, path: Path) -> None:
        self._read(node)
        graph = self._family.graph
        if node not in graph.names or graph.names[node] not in graph.ancestors(
            [graph.names[output]]
        ):
            raise ExpressionError(f"“{node}” is not a node of the graph of {output}.")
        here = Span(0, 1)
        tree: Tree = Name(node, here)
        label = f"Value of ${name_latex(node)}$"
        if quantity == "gradient":
            tree = Call("grad", (Name(output, here), tree), here)
            label = f"Gradient $\\partial {name_latex(output)} / \\partial {name_latex(node)}$"
        name = f"{quantity}-{node}"
        shape = self._family.key(name, tree, _tolerance(ask))
        interaction = REGISTRY["graph"].make(shape, _tolerance(ask), node, quantity)
        self._part(name, interaction, label, ask, path)

    # --- misconceptions and texts ---------------------------------------------------------------

    def _misconception(self, each: str | OwnMisconception, path: Path) -> None:
        if isinstance(each, OwnMisconception):
            says = self._template(each.says, (*path, "says"))
            numeric = [p.name for p in self._parts if hasattr(p.interaction, "tolerance")]
            part = each.part
            if part not in numeric:
                if self._keyless:
                    return  # the part has a fault of its own
                if len(numeric) != 1 or part != "answer":
                    listed = ", ".join(numeric) or "none"
                    self._fault(f"`part` names a part with a computed key: {listed}.", path)
                    return
                part = numeric[0]
            with self._at((*path, "value")):
                self._family.own_belief(each.id, says, part, self._read(each.value))
            return
        if each == "auto":
            self._automatic(path)
        elif each not in MAL_RULES:
            near = difflib.get_close_matches(each, MAL_RULES, n=1)
            message = f"There is no misconception “{each}”"
            self._fault(message + (f": is {near[0]} meant?" if near else "."), path)
        elif each not in self._texts:
            self._fault(f"misconceptions.yaml has no text for “{each}”.", path)
        else:
            says = self._template(self._texts[each].says, path)
            with self._at(path):
                if not self._spoilt and not self._keyless:
                    self._family.named_belief(each, self._texts[each].title, says, listed=True)

    def _automatic(self, path: Path) -> None:
        """Offer every rule of the table that has a text; the family keeps those that apply."""
        for each in MAL_RULES:
            if each in self._texts and each not in self._spec.misconceptions:
                says = self._template(self._texts[each].says, path)
                if not self._spoilt and not self._keyless:
                    title = self._texts[each].title
                    self._family.named_belief(each, title, says, listed=False)

    def _check_beliefs(self, family: CompiledFamily) -> None:
        """Refuse a listed misconception that answers the key: it does not apply here."""
        for number, each in enumerate(self._spec.misconceptions):
            name = each if isinstance(each, str) else each.id
            if name in family.inapplicable:
                message = f"“{name}” answers the key itself here, so it does not apply."
                self._fault(message, ("misconceptions", number))

    def _template(self, text: str, path: Path) -> Template:
        template: Template = compile_template("", formula=str)
        with self._at(path, text):
            template = compile_template(
                text, formula=self._formula, digits=self._spec.digits, exact=frozenset(self._values)
            )
        for hole in template.holes:
            with self._at(path, text, max(text.find(hole), 0)):
                self._family.hole(hole, self._read(hole))
        return template

    def _formula(self, name: str) -> str:
        tree = self._lets.get(canonical_name(name))
        if tree is None:
            raise ExpressionError(f"{{{{= {name}}}}}: “{name}” is not one of the `let` names.")
        return tree_latex(tree)


class _SpoiltError(Exception):
    """An expression that rests on one with a fault of its own."""


def _tolerance(ask: Any) -> Tolerance:
    if ask.tolerance is None:
        return DEFAULT
    if ask.tolerance == "exact":
        return EXACT
    return Tolerance(ask.tolerance.relative, ask.tolerance.absolute)

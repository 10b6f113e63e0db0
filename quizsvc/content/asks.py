"""The parts that an item asks: each ``ask`` as a key in the graph and a question type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quizsvc.content.offers import Offers
from quizsvc.errors import ExpressionError, NoVariantError
from quizsvc.expr.latex import name_latex
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.nodes import Call, Name, Span, Tree
from quizsvc.expr.parser import calls, names_in
from quizsvc.expr.primitives import DERIVATIVES
from quizsvc.expr.shapes import describe
from quizsvc.interactions import REGISTRY
from quizsvc.interactions.expression import Expression
from quizsvc.model import Interaction, Part
from quizsvc.problems.diagrams import picture_of
from quizsvc.problems.formulas import mistaken_formulas
from quizsvc.problems.tolerance import EXACT, FORMULA, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable

    from quizsvc.content.context import ItemContext
    from quizsvc.content.keys import GraphSpec
    from quizsvc.content.yaml_source import Path
    from quizsvc.expr.shapes import Shape
    from quizsvc.problems.family import CompiledFamily


class PartCompiler:
    """Makes the parts of one item.

    A formula is judged at points that the finished family draws, so its question type is made
    when the family is (`finish`); all others are made at once.
    """

    def __init__(self, item: ItemContext) -> None:
        self._item = item
        self._offers = Offers(item)
        self._parts: list[tuple[Part, Path, Callable[[CompiledFamily], Interaction] | None]] = []

    def finish(self, family: CompiledFamily) -> tuple[Part, ...]:
        """Return the parts, those that need the finished family included."""
        finished = []
        for part, path, make in self._parts:
            made = part
            with self._item.at(path):
                try:
                    if make is not None and not self._item.faults:
                        made = replace(part, interaction=make(family))
                except NoVariantError as problem:
                    raise ExpressionError(f"There is no point to compare at: {problem}.") from None
            finished.append(made)
        return tuple(finished)

    def compile(self, ask: Any, path: Path) -> None:
        """Add the part, or for a graph the parts, of one ``ask``."""
        form = REGISTRY[ask.interaction].form
        self._check_fields(ask, form, path)
        {
            "expression": self._computed,
            "formula": self._expression,
            "graph": self._graph,
            "lines": self._derived,
        }.get(form, self._offered)(ask, path)

    def _check_fields(self, ask: Any, form: str, path: Path) -> None:
        if ask.label is not None:
            template = self._item.template(ask.label, (*path, "label"))
            if template.holes:
                message = "A label has no holes; show values in the stem."
                self._item.fault(message, (*path, "label"))
        if ask.formula is not None and form != "formula":
            self._item.fault("Only an expression has a `formula`.", (*path, "formula"))
        if ask.tolerance is not None and form not in ("expression", "graph", "lines"):
            message = f"There is no tolerance for {ask.interaction}."
            self._item.fault(message, (*path, "tolerance"))
        tolerance = _tolerance(ask)
        if REGISTRY[ask.interaction].absolute and (tolerance.relative or tolerance.figures):
            message = f"The tolerance of a {ask.interaction} part is absolute."
            self._item.fault(message, (*path, "tolerance"))

    def _computed(self, ask: Any, path: Path) -> None:
        row = REGISTRY[ask.interaction]
        with self._item.at((*path, ask.interaction)):
            shape = self._keyed(ask, ask.key)
            if not row.shapes(shape):
                raise ExpressionError(f"This is {describe(shape)}, not {row.wants}.")
            self._add(ask, path, row.make(shape, _tolerance(ask), ask.partial))
        self._proof(ask, path)

    def _offered(self, ask: Any, path: Path) -> None:
        self._add(ask, path, self._offers.make(ask, (*path, ask.interaction)))

    def _derived(self, ask: Any, path: Path) -> None:
        """Add a derivation whose wrong line has a value that the graph gives."""
        here = (*path, ask.interaction, "value")
        with self._item.at(here):
            shape = self._keyed(ask, ask.key.value)
            name = {0: "number", 1: "vector"}.get(len(shape))
            if name is None:
                raise ExpressionError("The value of a line is a number or a vector.")
            mended = REGISTRY[name].make(shape, _tolerance(ask), ask.partial)
            interaction = self._offers.make(ask, (*path, ask.interaction), mended)
            self._add(ask, path, interaction)
        self._proof(ask, path)

    def _keyed(self, ask: Any, key: str) -> Shape:
        """Put the key of a part into the graph."""
        if self._item.symbolic:
            raise ExpressionError("Symbols have no value: ask for an expression.")
        return self._item.family.key(ask.part, self._item.read(key), _tolerance(ask))

    def _expression(self, ask: Any, path: Path) -> None:
        shown = ask.expression if ask.formula is None else ask.formula
        shown_path = (*path, "expression" if ask.formula is None else "formula")
        with self._item.at((*path, "expression")):
            tree = self._item.read(ask.expression)
            if not self._item.symbolic:
                raise ExpressionError("A formula needs symbols: write `symbol: true` in `given`.")
            self._item.family.key(ask.part, tree, FORMULA)
            with self._item.at(shown_path):
                formula = self._item.read(shown)
                self._item.family.like_key(ask.part, formula)
                self._check_formula(formula)
                says = {
                    name: self._item.template(t.says, path) for name, t in self._item.texts.items()
                }

                def make(family: CompiledFamily) -> Interaction:
                    points = family.points(ask.part)
                    if not points.same(points.values(formula, learner=False), points.key):
                        raise ExpressionError("This formula does not have the values of the key.")
                    mistaken = mistaken_formulas(points, formula, says)
                    return Expression(shown, replace(points, mistaken=mistaken))

                self._add(ask, path, REGISTRY["written"].make(None), make, shown_path)

    def _check_formula(self, formula: Tree) -> None:
        """Refuse what a learner could not type."""
        if calls(formula) & DERIVATIVES:
            message = "A formula as learners type it has no derivative: add `formula:`."
            raise ExpressionError(message)
        symbols = {given.name for given in self._item.family.givens}
        unknown = sorted(names_in(formula) - symbols - {"I", "e", "pi"})
        if unknown:
            message = f"“{unknown[0]}” is not one of the symbols that the learner may use."
            raise ExpressionError(message)

    def _proof(self, ask: Any, path: Path) -> None:
        """Refuse a second way that is no expression of the key's shape."""
        if ask.proof is not None and ask.part in self._item.family.parts:
            with self._item.at((*path, "proof")):
                self._item.family.like_key(ask.part, self._item.read(ask.proof))

    def _add(
        self,
        ask: Any,
        path: Path,
        interaction: Interaction,
        make: Callable[[CompiledFamily], Interaction] | None = None,
        place: Path | None = None,
    ) -> None:
        label = ask.label or ("" if ask.part == "answer" else ask.part)
        self._append(ask, path, Part(ask.part, interaction, label), make, place)

    def _append(
        self,
        ask: Any,
        path: Path,
        part: Part,
        make: Callable[[CompiledFamily], Interaction] | None = None,
        place: Path | None = None,
    ) -> None:
        if any(other.name == part.name for other, _, _ in self._parts):
            self._item.fault(f"Two parts are called “{part.name}”.", (*path, "part"))
        weighed = replace(part, points=ask.points, follow_through=ask.follow_through)
        self._parts.append((weighed, place or path, make))

    def _graph(self, ask: Any, asked: Path) -> None:
        spec: GraphSpec = ask.key
        path = (*asked, "graph")
        output = canonical_name(spec.of)
        with self._item.at((*path, "of")):
            self._item.read(output)
            shape_node = self._item.family.graph.names.get(output)
            if shape_node is None or output not in self._item.lets:
                raise ExpressionError(f"“{spec.of}” is not one of the `let` names.")
            if self._item.family.graph.nodes[shape_node].shape != ():
                raise ExpressionError(f"“{spec.of}” is not a number.")
            for field, quantity in (("gradients", "gradient"), ("values", "value")):
                for number, node in enumerate(getattr(spec, field)):
                    with self._item.at((*path, field, number)):
                        self._blank(
                            ask, output, canonical_name(node), quantity, (*path, field, number)
                        )
            self._item.family.picture(
                picture_of(self._item.family.graph, shape_node, self._item.family.skips())
            )

    def _blank(self, ask: Any, output: str, node: str, quantity: str, path: Path) -> None:
        self._item.read(node)
        graph = self._item.family.graph
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
        shape = self._item.family.key(name, tree, _tolerance(ask))
        interaction = REGISTRY["graph"].make(shape, _tolerance(ask), ask.partial, node, quantity)
        self._append(ask, path, Part(name, interaction, label))


def _tolerance(ask: Any) -> Tolerance:
    if ask.tolerance is None:
        return REGISTRY[ask.interaction].tolerance
    if ask.tolerance == "exact":
        return EXACT
    spec = ask.tolerance
    return Tolerance(spec.relative, spec.absolute, spec.figures)

"""What is certified: an item with its sources as trees, and a batch of its variants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quizsvc.certify.evaluator import Evaluator
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.nodes import Call, Name, Span, Tree, walk
from quizsvc.expr.parser import names_in, parse
from quizsvc.interactions import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quizsvc.certify.kernels import Values
    from quizsvc.model import Item
    from quizsvc.problems.family import Batch, CompiledFamily

_NOWHERE = Span(0, 1)


@dataclass(frozen=True, slots=True)
class AskedKey:
    """The key of one part as its author wrote it."""

    part: str
    tree: Tree
    proof: Tree | None
    path: tuple[str | int, ...]
    of_graph: bool
    """Whether it is a blank in a picture, which is drawn from the graph itself."""


@dataclass(frozen=True, eq=False)
class Subject:
    """An item, and its variants at the seeds 0, 1, …."""

    item: Item
    family: CompiledFamily
    batch: Batch

    @cached_property
    def written(self) -> Mapping[str, Any]:
        """The item's file as data."""
        data: Mapping[str, Any] = self.item.source["item"]
        return data

    @cached_property
    def lets(self) -> dict[str, Tree]:
        """Name to tree; the name of a part stands for its key."""
        lets = self.written.get("let", {})
        trees = {canonical_name(name): parse(text) for name, text in lets.items()}
        keys = {asked.part: asked.tree for asked in self.keys if asked.part not in trees}
        return {**keys, **trees}

    @cached_property
    def keys(self) -> tuple[AskedKey, ...]:
        """The parts whose key is computed."""
        ask = self.written["ask"]
        listed = ask if isinstance(ask, list) else [ask]
        found: list[AskedKey] = []
        for number, each in enumerate(listed):
            path = ("ask", number) if isinstance(ask, list) else ("ask",)
            found.extend(_asked(each, path))
        return tuple(found)

    @cached_property
    def evaluator(self) -> Evaluator:
        """The second implementation, on the parameters of the whole batch."""
        return self.evaluator_of(self.batch.parameters)

    def evaluator_of(self, parameters: Mapping[str, Values]) -> Evaluator:
        """Return the second implementation for arrays as the engine stores them."""
        given = {
            each.name: parameters[each.name].reshape(-1, *each.shape) for each in self.family.givens
        }
        return Evaluator(given, self.lets, self.written.get("sizes", {}))

    def rests_on(self, tree: Tree) -> set[str]:
        """Return every name that an expression depends on, through ``let`` too."""
        found: set[str] = set()
        waiting = names_in(tree)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting |= names_in(self.lets[name]) if name in self.lets else set()
        return found

    def has_derivative(self, tree: Tree) -> bool:
        """Tell whether an expression rests on a derivative."""
        trees = [tree, *(self.lets[name] for name in self.rests_on(tree) & self.lets.keys())]
        return any(
            isinstance(node, Call) and node.function in ("grad", "jacobian", "vjp")
            for each in trees
            for node in walk(each)
        )


def _asked(ask: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[AskedKey]:
    part = ask.get("part", "answer")
    proof = parse(str(ask["proof"])) if "proof" in ask else None
    for kind, row in REGISTRY.items():
        if kind in ask and row.form == "expression":
            yield AskedKey(part, parse(str(ask[kind])), proof, (*path, kind), of_graph=False)
        elif kind in ask and row.form == "lines":
            here = (*path, kind, "value")
            yield AskedKey(part, parse(str(ask[kind]["value"])), proof, here, of_graph=False)
    if "expression" in ask:
        formula = parse(str(ask["formula"])) if "formula" in ask else proof
        yield AskedKey(
            part, parse(str(ask["expression"])), formula, (*path, "expression"), of_graph=False
        )
    if "graph" in ask:
        graph = ask["graph"]
        of = Name(canonical_name(graph["of"]), _NOWHERE)
        for field, quantity in (("gradients", "gradient"), ("values", "value")):
            for number, written in enumerate(graph.get(field, ())):
                name = canonical_name(written)
                tree: Tree = Name(name, _NOWHERE)
                if quantity == "gradient":
                    tree = Call("grad", (of, tree), _NOWHERE)
                here = (*path, "graph", field, number)
                yield AskedKey(f"{quantity}-{name}", tree, None, here, of_graph=True)

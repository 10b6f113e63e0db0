"""What an author wrote of an item's numbers, collected into one graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.autodiff import Program
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.shapes import describe
from quizsvc.problems.beliefs import Belief, Key
from quizsvc.problems.changes import Places
from quizsvc.problems.family import CompiledFamily
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.skips import SkipEdges, find_skips
from quizsvc.problems.trials import Written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.nodes import Tree
    from quizsvc.expr.shapes import Dim, Shape
    from quizsvc.model import Template
    from quizsvc.problems.diagrams import GraphPicture
    from quizsvc.problems.draw import Given
    from quizsvc.problems.tolerance import Tolerance


class FamilyBuilder:
    """Collects what an author wrote, in order, and refuses what does not fit.

    Every method raises ExpressionError, the author's, with the place in the expression.
    """

    def __init__(self) -> None:
        self._builder = GraphBuilder()
        self._givens: list[Given] = []
        self._conditions: list[int] = []
        self._keys: list[Key] = []
        self._beliefs: list[Belief] = []
        self._holes: dict[str, int] = {}
        self._choices: list[tuple[Template, ...]] = []
        self._picture: GraphPicture | None = None

    @property
    def graph(self) -> Graph:
        """The graph so far."""
        return self._builder.graph

    @property
    def givens(self) -> Sequence[Given]:
        """The parameters so far."""
        return self._givens

    @property
    def parts(self) -> list[str]:
        """The parts with a computed key so far."""
        return [key.part for key in self._keys]

    def size(self, name: str, size: Dim) -> None:
        """Name a size."""
        self._builder.declare_size(name, size)

    def given(self, given: Given) -> None:
        """Declare a parameter."""
        self._builder.input(given.name, given.shape)
        self._givens.append(given)

    def let(self, name: str, tree: Tree) -> None:
        """Name an expression."""
        self._builder.define(name, tree)

    def where(self, tree: Tree) -> None:
        """Add a condition for accepting a draw."""
        self._conditions.append(self._builder.add(tree, condition=True))

    def key(self, part: str, tree: Tree, tolerance: Tolerance) -> Shape:
        """Set the key of a part and return its shape; later keys may use the part's name."""
        node = self._builder.add(tree)
        self._keys.append(Key(part, node, tolerance))
        self.graph.parts.setdefault(part, node)
        return self._builder.shape(node)

    def hole(self, source: str, tree: Tree) -> None:
        """Add an expression whose value a text shows."""
        self._holes[source] = self._builder.add(tree)

    def choices(self, texts: Sequence[Template]) -> None:
        """Add texts of which no two may look the same in a variant."""
        self._choices.append(tuple(texts))

    def picture(self, picture: GraphPicture) -> None:
        """Set the diagram that the item shows."""
        self._picture = picture

    def named_belief(self, rule_id: str, title: str, says: Template, *, listed: bool) -> None:
        """Add a misconception of the table; an unlisted one needs no place to act."""
        nodes = [key.node for key in self._keys]
        places = Places(self.graph, tuple(self.graph.ancestors(nodes)), self.skips())
        rules = MAL_RULES[rule_id].rules(places)
        if rules is not None:
            program = Program(self.graph, nodes, rules)
            self._beliefs.append(Belief(rule_id, title, says, rules, program, listed=listed))
        elif listed:
            raise ExpressionError(f"{rule_id} finds no place to act in this item's graph.")

    def own_belief(self, own_id: str, says: Template, part: str, tree: Tree) -> None:
        """Add a misconception by the value that it answers to one part."""
        node = self.like_key(part, tree)
        self._beliefs.append(Belief(own_id, "", says, part=part, node=node))

    def like_key(self, part: str, tree: Tree) -> int:
        """Add an expression that must have the shape of a part's key, and return its node."""
        node = self._builder.add(tree)
        key = next(key for key in self._keys if key.part == part)
        wanted, found = self._builder.shape(key.node), self._builder.shape(node)
        if wanted != found:
            message = f"The key of {part} is {describe(wanted)}, this is {describe(found)}."
            raise ExpressionError(message)
        return node

    def skips(self) -> SkipEdges:
        """Return the skip edges among what the keys depend on."""
        return find_skips(self.graph, [key.node for key in self._keys])

    def build(self, *, kinks_by_convention: bool = False, any_size: bool = False) -> CompiledFamily:
        """Return the family, its beliefs sorted into what a response can tell apart."""
        order = list(MAL_RULES)
        own = [belief for belief in self._beliefs if belief.rules is None]
        named = [belief for belief in self._beliefs if belief.rules is not None]
        named.sort(key=lambda belief: order.index(belief.id))
        return CompiledFamily(
            Written(
                self.graph,
                tuple(self._givens),
                tuple(self._conditions),
                tuple(self._keys),
                (*own, *named),
                self._holes,
                tuple(self._choices),
                self._picture,
                kinks_by_convention,
                any_size,
            )
        )

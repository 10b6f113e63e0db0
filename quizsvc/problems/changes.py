"""How a mal-rule is made: what it changes of the calculus, and where in a graph it could act."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from quizsvc.autodiff.backward import Group, groups_of
from quizsvc.autodiff.rules import CALCULUS, Edge, Operation, Pull, Rules, Sweep, calculus_pull
from quizsvc.expr.primitives import DERIVATIVES, PRIMITIVES, Array, Primitive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quizsvc.expr.graph import Graph, Node
    from quizsvc.problems.skips import SkipEdges


@dataclass(frozen=True, eq=False)
class Changed(Rules):
    """The calculus with some operations, or the rules of some edges, replaced."""

    pulls: Mapping[Edge, Pull | None] = field(default_factory=dict)
    """None lets nothing pass."""
    operations: Mapping[int, Operation] = field(default_factory=dict)
    kinds: frozenset[str] = DERIVATIVES
    """The derivatives in which `pulls` holds."""
    vjp_of_jacobian: Callable[[Array, Array], Array] | None = None

    def operation(self, graph: Graph, index: int) -> Operation:
        """Return the replaced operation, or the one of the table."""
        return self.operations.get(index) or CALCULUS.operation(graph, index)

    def pull(self, graph: Graph, edge: Edge, sweep: Sweep) -> Pull | None:
        """Return the replaced rule, or the one of the table."""
        if sweep.kind in self.kinds and edge in self.pulls:
            return self.pulls[edge]
        return calculus_pull(graph, edge)

    @property
    def acts(self) -> bool:
        """Whether anything is changed at all."""
        return bool(self.pulls or self.operations or self.vjp_of_jacobian)


class Overwrite(Rules):
    """Let the later of two cotangents that meet replace the earlier one."""

    def meet(self, first: Array, later: Array) -> Array:  # noqa: ARG002
        """Return the later one alone."""
        return later


@dataclass(frozen=True)
class Places:
    """Where in a family's graph a changed rule could act."""

    graph: Graph
    nodes: tuple[int, ...]
    """All that the keys depend on."""
    skips: SkipEdges

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The backward sweeps of the keys."""
        return tuple(dict.fromkeys(groups_of(self.graph, self.nodes).values()))

    @cached_property
    def swept(self) -> frozenset[int]:
        """The nodes that some sweep passes."""
        return frozenset(
            index
            for group in self.groups
            for target in group.targets
            for index in self.graph.between(target, group.sweep.output)
        )

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges on which a cotangent travels."""
        return tuple(
            Edge(index, place)
            for index in sorted(self.swept)
            for place, argument in enumerate(self.graph.nodes[index].arguments)
            if argument in self.swept
        )

    def result(self, edge: Edge) -> Node:
        """Return the node that an edge leads into."""
        return self.graph.nodes[edge.result]

    def shapes(self, edge: Edge) -> list[tuple[int, ...]]:
        """Return the shapes of the arguments where an edge ends."""
        return [self.graph.nodes[argument].shape for argument in self.result(edge).arguments]

    def into(self, *operations: str) -> list[Edge]:
        """Return the edges into operations of that name."""
        return [edge for edge in self.edges if self.result(edge).operation in operations]

    def activations(self) -> list[tuple[Edge, Primitive]]:
        """Return the edges into activations, with their rows."""
        found = ((edge, PRIMITIVES.get(self.result(edge).operation)) for edge in self.edges)
        return [(edge, row) for edge, row in found if row is not None and row.activation]

    def kinds(self) -> set[str]:
        """Return which derivatives the keys rest on."""
        return {group.sweep.kind for group in self.groups}

    def rests_on_derivative(self, index: int) -> bool:
        """Tell whether a node is computed from a derivative."""
        nodes = self.graph.nodes
        return any(nodes[a].operation in DERIVATIVES for a in self.graph.ancestors([index]))

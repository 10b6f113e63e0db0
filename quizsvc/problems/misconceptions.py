"""The table of named misconceptions: each is the sweep with one rule changed.

What a learner with that belief would answer is computed by the same engine from the same graph,
so it can never disagree with the key about anything else. The texts stand in
``content/misconceptions.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from quizsvc.autodiff import Edge, Sweep
from quizsvc.expr.primitives import PRIMITIVES, Array

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quizsvc.expr.graph import Graph
    from quizsvc.problems.skips import SkipEdges


@dataclass(frozen=True, slots=True)
class Block(Sweep):
    """Let nothing pass some edges."""

    edges: frozenset[Edge]

    def hand_over(self, graph: Graph, edge: Edge, g: Array, pulled: Array) -> Array | None:  # noqa: ARG002
        """Return nothing on a blocked edge."""
        return None if edge in self.edges else pulled


class IgnoreActivation(Sweep):
    """Take σ′ = 1: the cotangent passes every activation unchanged."""

    def hand_over(self, graph: Graph, edge: Edge, g: Array, pulled: Array) -> Array | None:
        """Return what came in where an activation should have scaled it."""
        row = PRIMITIVES.get(graph.nodes[edge.result].operation)
        return g if row is not None and row.activation else pulled


class Overwrite(Sweep):
    """Let the later of two cotangents that meet replace the earlier one."""

    def meet(self, first: Array, later: Array) -> Array:  # noqa: ARG002
        """Return the later one alone."""
        return later


@dataclass(frozen=True, slots=True)
class MalRule:
    """One row: how a named misconception answers, or None where it finds no place to act."""

    id: str
    belief: str
    """For the author's reference."""
    sweep: Callable[[Graph, list[int], SkipEdges], Sweep | None]


def _drop_skip(graph: Graph, nodes: list[int], skips: SkipEdges) -> Sweep | None:  # noqa: ARG001
    return Block(skips.skips) if skips.skips else None


def _skip_only(graph: Graph, nodes: list[int], skips: SkipEdges) -> Sweep | None:  # noqa: ARG001
    return Block(skips.residuals) if skips.residuals else None


def _ignore_activation(graph: Graph, nodes: list[int], skips: SkipEdges) -> Sweep | None:  # noqa: ARG001
    rows = (PRIMITIVES.get(graph.nodes[index].operation) for index in nodes)
    return IgnoreActivation() if any(row is not None and row.activation for row in rows) else None


def _overwrite(graph: Graph, nodes: list[int], skips: SkipEdges) -> Sweep | None:  # noqa: ARG001
    uses = [argument for index in nodes for argument in graph.nodes[index].arguments]
    meeting = any(
        uses.count(node) > 1 and graph.nodes[node].operation != "constant" for node in set(uses)
    )
    return Overwrite() if meeting else None


MAL_RULES: Mapping[str, MalRule] = MappingProxyType(
    {
        rule.id: rule
        for rule in (
            MalRule("drop-skip", "The skip connection is forgotten: J for I + J.", _drop_skip),
            MalRule("skip-only", "Only the skip connection counts: I for I + J.", _skip_only),
            MalRule("ignore-activation", "σ′ is taken to be 1.", _ignore_activation),
            MalRule(
                "overwrite-instead-of-add",
                "Of gradients that meet, the later replaces the earlier.",
                _overwrite,
            ),
        )
    }
)

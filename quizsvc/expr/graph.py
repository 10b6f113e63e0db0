"""A typed computation graph: nodes in computing order, every shape known, no number yet.

Made by `builder`. Consumed by `autodiff`, which evaluates and differentiates it, and by
``problems``, which reads solutions, diagrams and skip edges off it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from quizsvc.expr import primitives as table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.expr.nodes import Span
    from quizsvc.expr.shapes import Shape


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph; its arguments are nodes with smaller indices."""

    operation: str
    """A row of the table, or input, constant, stack, grad, jacobian, vjp."""
    arguments: tuple[int, ...]
    shape: Shape
    span: Span
    """Where it was first written."""
    payload: Any = None
    """The name of an input, the array of a constant."""

    @property
    def condition(self) -> bool:
        """Whether the value is true or false."""
        row = table.PRIMITIVES.get(self.operation)
        return row is not None and row.condition


@dataclass(eq=False)
class Graph:
    """Nodes in an order in which they can be computed, and the names that authors gave to some."""

    nodes: list[Node] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=dict)
    """Keys by the name of their part: later expressions may use them."""

    def name_of(self, index: int) -> str | None:
        """Return the first name of a node, if an author named it."""
        return next((name for name, named in self.names.items() if named == index), None)

    def ancestors(self, outputs: Sequence[int]) -> list[int]:
        """Return all nodes that `outputs` depend on, themselves included, in order."""
        found, waiting = set[int](), list(outputs)
        while waiting:
            index = waiting.pop()
            if index not in found:
                found.add(index)
                waiting.extend(self.nodes[index].arguments)
        return sorted(found)

    def between(self, start: int, end: int) -> list[int]:
        """Return the nodes on the paths from `start` to `end`, both included, in order."""
        reached = {start}
        for index in self.ancestors([end]):
            if index > start and reached.intersection(self.nodes[index].arguments):
                reached.add(index)
        return [index for index in self.ancestors([end]) if index in reached]

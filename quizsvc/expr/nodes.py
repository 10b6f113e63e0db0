"""The tree that the parser makes: what was written, with its place, before any shape is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator


class Span(NamedTuple):
    """Where in the source something stands: offsets from 0, end excluded."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """Return the span from the start of this one to the end of the other."""
        return Span(self.start, other.end)


@dataclass(frozen=True, slots=True)
class Number:
    """A literal such as ``3`` or ``1.5e-3``."""

    value: float
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """A parameter, a ``let`` or a constant."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function by name, or an operator under its sign, such as ``+`` or ``^``.

    ``derivative`` is set for a primed function such as ``tanh'(z)``.
    """

    function: str
    arguments: tuple[Tree, ...]
    span: Span
    derivative: bool = False


@dataclass(frozen=True, slots=True)
class Array:
    """A bracketed vector (one entry a row) or matrix."""

    rows: tuple[tuple[Tree, ...], ...]
    span: Span
    vector: bool


Tree: TypeAlias = Number | Name | Call | Array


def children(tree: Tree) -> tuple[Tree, ...]:
    """Return the direct sub-trees."""
    match tree:
        case Call():
            return tree.arguments
        case Array():
            return tuple(entry for row in tree.rows for entry in row)
    return ()


def height(tree: Tree) -> int:
    """Return how many operations stand upon each other, counted without recursion."""
    level, count = [tree], 0
    while level:
        count += 1
        level = [child for node in level for child in children(node)]
    return count


def walk(tree: Tree) -> Iterator[Tree]:
    """Yield a tree and all its sub-trees; by a list, since trees may be tall."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))

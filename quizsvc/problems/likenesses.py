"""What wrong responses to one part are like: other values of the graph, and simple slips.

Wider than what a learner is told (`landmarks`): every node and every gradient of the graph counts
that has the shape of what was asked. One response may be like several by chance. So the likeness
of many responses is asked at once, each with the numbers of its own variant, and beside it how
often a likeness holds for numbers that do not belong together.

Letters: L likenesses, n responses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff import Program
from quizsvc.expr.graph import Graph
from quizsvc.expr.graph import Node as GraphNode
from quizsvc.expr.latex import fill, name_latex
from quizsvc.expr.primitives import DERIVATIVES, PRIMITIVES
from quizsvc.expr.shapes import storage
from quizsvc.model import Likenesses

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quizsvc.expr.primitives import Array
    from quizsvc.problems.beliefs import Key

MOST = 300
"""Nodes and gradients that are looked at, the named ones first."""
_SHIFTS = 8
"""Other variants with which each response is compared, to learn what chance does."""
_KEY = "the right answer"
_ATOM = 9


@dataclass(frozen=True, slots=True)
class _Candidate:
    says: str
    """In Markdown."""
    node: int


def likenesses(
    graph: Graph, keys: Sequence[Key], part: str, inputs: Mapping[str, Array], responses: Array
) -> Likenesses:
    """Tell which values of the graph wrong responses to a part equal.

    Parameters
    ----------
    graph : Graph
    keys : sequence of Key
        Of all parts.
    part : str
    inputs : mapping of name to array of shape (n, r, c)
        The parameters of each response's variant.
    responses : array of float, shape (n, *shape of the key)

    Returns
    -------
    Likenesses
        The simplest first.
    """
    key = next(each for each in keys if each.part == part)
    wider = Graph(list(graph.nodes), dict(graph.names), dict(graph.parts))
    candidates = list(_candidates(wider, keys, key))[:MOST]
    tape = Program(wider, [key.node, *(each.node for each in candidates)]).run(inputs)
    shape = graph.nodes[key.node].shape
    n = len(responses)
    found = [(each.says, _rows(tape.array(each.node), n, shape)) for each in candidates]
    found += _slips(_rows(tape.array(key.node), n, shape))
    telling = ~np.isin(np.abs(responses.reshape(n, -1)), (0, 1)).all(axis=1)

    def equal(shifted: int) -> Array:
        pairs = [
            key.tolerance.accepts(responses, np.roll(value, shifted, axis=0)).reshape(n, -1)
            for _, value in found
        ]
        return np.array([each.all(axis=1) & telling for each in pairs]).reshape(len(found), n)

    with np.errstate(all="ignore"):
        own = equal(0)
        foreign = [(equal(shift), _differ(inputs, shift, n)) for shift in range(1, _SHIFTS + 1)]
    tried = sum(int((differ & telling).sum()) for _, differ in foreign)
    met = sum(((pairs & differ).sum(axis=1) for pairs, differ in foreign), np.zeros(len(found)))
    return Likenesses(tuple(says for says, _ in found), own, met / tried if tried else met)


def _rows(values: Array, n: int, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(values, (n, *values.shape[1:])).reshape(n, *shape)


def _differ(inputs: Mapping[str, Array], shift: int, n: int) -> Array:
    """Tell which responses a shift pairs with another variant, shape (n,)."""
    differ = np.zeros(n, dtype=bool)
    for each in inputs.values():
        flat = each.reshape(n, -1)
        differ |= (flat != np.roll(flat, shift, axis=0)).any(axis=1)
    return differ


def _slips(key: Array) -> list[tuple[str, Array]]:
    """Return what simple slips make of the key, shape (n, *shape)."""
    made = [
        (f"{_KEY} with the opposite sign", -key),
        (f"twice {_KEY}", 2 * key),
        (f"half of {_KEY}", key / 2),
    ]
    if key.ndim == 1:
        with np.errstate(divide="ignore"):
            made.append((f"1 divided by {_KEY}", 1 / key))
    if key.ndim == 3 and key.shape[1] == key.shape[2]:
        made.append((f"{_KEY}, transposed", key.mT))
    return made


def _candidates(graph: Graph, keys: Sequence[Key], key: Key) -> Iterator[_Candidate]:
    """Yield values and gradients of the key's shape: named ones, other keys, then all others.

    Gradients are added to the graph as nodes of their own.
    """
    shape = graph.nodes[key.node].shape
    nodes = [
        index
        for index in graph.ancestors([*(each.node for each in keys), *graph.names.values()])
        if not graph.nodes[index].condition and graph.nodes[index].operation != "constant"
    ]
    fitting = [index for index in nodes if graph.nodes[index].shape == shape and index != key.node]
    named = [index for index in fitting if graph.name_of(index)]
    asked = {each.node: each.part for each in keys}
    writing = _Writing(graph)
    yield from (_Candidate(_named(graph, index), index) for index in named)
    asked_for = (graph.nodes[key.node].operation, graph.nodes[key.node].arguments)
    first: list[_Candidate] = []
    later: list[_Candidate] = []
    for unnamed, latex, node in list(_derivatives(graph, nodes, shape, writing)):
        if (node.operation, node.arguments) != asked_for:
            candidate = _Candidate(f"${latex}$", _added(graph, node))
            (later if unnamed else first).append(candidate)
    others = (
        _Candidate(f"{_KEY} to another part, “{asked[index]}”", index)
        for index in fitting
        if index in asked and index not in named
    )
    rest = (
        _Candidate(f"${writing.of(index)}$", index)
        for index in fitting
        if index not in asked
        and index not in named
        and graph.nodes[index].operation not in DERIVATIVES
    )
    yield from chain(first, others, rest, later)


def _named(graph: Graph, index: int) -> str:
    given = ", which is given" if graph.nodes[index].operation == "input" else ""
    return f"${name_latex(graph.name_of(index) or '')}${given}"


def _added(graph: Graph, node: GraphNode) -> int:
    graph.nodes.append(node)
    return len(graph.nodes) - 1


def _derivatives(
    graph: Graph, nodes: Sequence[int], shape: tuple[int, ...], writing: _Writing
) -> Iterator[tuple[bool, str, GraphNode]]:
    """Yield derivatives of one node by another, one of them at least with a name.

    With each comes whether one of the two has no name, and its LaTeX.
    """
    for of in nodes:
        if graph.nodes[of].operation in ("input", *DERIVATIVES):
            continue
        for by in graph.ancestors([of]):
            kind = _kind(graph.nodes[of].shape, graph.nodes[by].shape, shape)
            named = bool(graph.name_of(of)) + bool(graph.name_of(by))
            if not named or not kind or by == of or not _differentiable(graph, of, by):
                continue
            latex = f"\\partial {writing.bracketed(of)}/\\partial {writing.bracketed(by)}"
            span = graph.nodes[of].span
            yield named < 2, latex, GraphNode(kind, (of, by), shape, span)


def _kind(of: tuple[int, ...], by: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """Return which derivative has a shape; none where no derivative has."""
    if of == () and by == shape:
        return "grad"
    columns = len(of) == 1 and len(by) == 1
    return "jacobian" if columns and (*of, *by) == shape else ""


def _differentiable(graph: Graph, of: int, by: int) -> bool:
    if graph.nodes[by].operation == "constant":
        return False
    way = [graph.nodes[index] for index in graph.between(by, of) if index != by]
    return all(
        node.operation == "stack"
        or (node.operation in PRIMITIVES and bool(PRIMITIVES[node.operation].rules))
        for node in way
    )


class _Writing:
    """Nodes as LaTeX, in terms of the names of an author."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._written: dict[int, tuple[str, int]] = {}

    def of(self, index: int) -> str:
        """Return the formula of a node."""
        return self._formula(index)[0]

    def bracketed(self, index: int) -> str:
        """Return it as a symbol that stands by itself."""
        text, binding = self._formula(index)
        return text if binding == _ATOM else f"\\left({text}\\right)"

    def _formula(self, index: int) -> tuple[str, int]:
        """Return it with how strongly it holds together; each node is written once."""
        if index not in self._written:
            self._written[index] = self._new_formula(index)
        return self._written[index]

    def _new_formula(self, index: int) -> tuple[str, int]:
        node, name = self._graph.nodes[index], self._graph.name_of(index)
        if name:
            return name_latex(name), _ATOM
        if node.operation == "constant":
            size = " \\times ".join(str(n) for n in storage(node.shape))
            number = f"{float(node.payload.item()):g}" if node.shape == () else f"C_{{{size}}}"
            return number, _ATOM if not number.startswith("-") else 0
        if node.operation == "stack":
            entries = ", ".join(self.of(argument) for argument in node.arguments)
            return f"\\left[{entries}\\right]", _ATOM
        if node.operation in DERIVATIVES:
            of, by = (self.bracketed(argument) for argument in node.arguments[:2])
            return f"\\partial {of}/\\partial {by}", 6
        row = PRIMITIVES[node.operation]
        places = {
            str(place): self.of(argument)
            if row.binding == _ATOM or self._formula(argument)[1] > row.binding
            else self.bracketed(argument)
            for place, argument in enumerate(node.arguments)
        }
        latex = fill(row.latex, places)
        if node.shape == ():  # a product of numbers is written as such
            latex = latex.replace("\\odot", "\\cdot")
        return latex, row.binding

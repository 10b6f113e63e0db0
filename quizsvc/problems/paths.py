"""A derivative past skip connections as a sum over paths: each with its product and its share.

The share of a path is the sweep with every other edge closed, so that the shares add up to the
derivative by construction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.autodiff import Edge, Program, Rules, Sweep
from quizsvc.autodiff.backward import Group, groups_of
from quizsvc.autodiff.rules import calculus_pull
from quizsvc.expr.latex import fill, name_latex
from quizsvc.expr.primitives import PRIMITIVES
from quizsvc.model import PathRow, PathTable
from quizsvc.problems.skips import find_skips
from quizsvc.render.numbers import to_latex

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quizsvc.autodiff.rules import Pull
    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array

MOST_PATHS = 16
"""A table of more rows is not read."""
DIGITS = 4


@dataclass(frozen=True, eq=False)
class _Only(Rules):
    """The calculus on one path."""

    edges: frozenset[Edge]

    def pull(self, graph: Graph, edge: Edge, sweep: Sweep) -> Pull | None:  # noqa: ARG002
        """Let nothing pass beside the path."""
        return calculus_pull(graph, edge) if edge in self.edges else None


def path_tables(
    graph: Graph, keys: Sequence[int], inputs: Mapping[str, Array], *, numbers: bool
) -> tuple[PathTable, ...]:
    """Return a table for each derivative among what `keys` rest on, where it has skip connections.

    Parameters
    ----------
    inputs : mapping of name to array of shape (1, r, c)
    numbers : bool
        Whether to give contributions in numbers.
    """
    nodes = graph.ancestors(keys)
    skips = find_skips(graph, keys).skips
    tables = []
    for group in dict.fromkeys(groups_of(graph, nodes).values()):
        for derivative, target in zip(group.derivatives, group.targets, strict=True):
            paths = list(_paths(graph, group.sweep.output, target))
            skipping = any(edge in skips for path in paths for edge in path)
            if skipping and 2 <= len(paths) <= MOST_PATHS and _has_factors(graph, group, paths):
                tables.append(
                    _table(graph, group, derivative, paths, skips, inputs, numbers=numbers)
                )
    return tuple(tables)


def _paths(graph: Graph, output: int, target: int) -> Iterator[tuple[Edge, ...]]:
    """Yield the paths from an output back to a target; one too many at most."""
    allowed = set(graph.between(target, output))
    waiting: list[tuple[int, tuple[Edge, ...]]] = [(output, ())]
    found = 0
    while waiting and found <= MOST_PATHS:
        index, path = waiting.pop()
        if index == target:
            found += 1
            yield path
            continue
        arguments = list(enumerate(graph.nodes[index].arguments))
        waiting.extend(
            (argument, (*path, Edge(index, place)))
            for place, argument in reversed(arguments)
            if argument in allowed
        )


def _has_factors(graph: Graph, group: Group, paths: list[tuple[Edge, ...]]) -> bool:
    """Tell whether every step of every path is a factor that a product can be written of."""
    columns = group.sweep.columns or all(
        len(graph.nodes[index].shape) < 2
        for target in group.targets
        for index in graph.between(target, group.sweep.output)
    )
    return columns and all(_rule(graph, edge) for path in paths for edge in path)


def _rule(graph: Graph, edge: Edge) -> str:
    row = PRIMITIVES.get(graph.nodes[edge.result].operation)
    return row.rules[edge.place].factor if row is not None and row.rules else ""


def _table(  # noqa: PLR0913 - all that one table is about
    graph: Graph,
    group: Group,
    derivative: int,
    paths: list[tuple[Edge, ...]],
    skips: frozenset[Edge],
    inputs: Mapping[str, Array],
    *,
    numbers: bool,
) -> PathTable:
    rows = []
    for path in paths:
        contribution = ""
        if numbers:
            tape = Program(graph, [derivative], _Only(frozenset(path))).run(inputs)
            contribution = to_latex(tape.value(derivative), digits=DIGITS)
        rows.append(PathRow(_names(graph, path, skips), _product(graph, group, path), contribution))
    total = ""
    if numbers:
        total = to_latex(Program(graph, [derivative]).run(inputs).value(derivative), digits=DIGITS)
    target = graph.nodes[derivative].arguments[1]
    of, by = (_written(graph, index) for index in (group.sweep.output, target))
    written = f"\\frac{{\\partial {of}}}{{\\partial {by}}}"
    if group.sweep.kind == "vjp":
        written = f"\\left({written}\\right)^\\top {_written(graph, group.sweep.cotangent or 0)}"
    return PathTable(written, tuple(rows), total)


def _names(graph: Graph, path: tuple[Edge, ...], skips: frozenset[Edge]) -> str:
    """Write the named nodes of a path, from the output back; a dashed arrow is a skip."""
    written = name_latex(graph.name_of(path[0].result) or "v")
    skipped = False
    for edge in path:
        skipped = skipped or edge in skips
        name = graph.name_of(graph.nodes[edge.result].arguments[edge.place])
        if name:
            written += (" \\dashleftarrow " if skipped else " \\leftarrow ") + name_latex(name)
            skipped = False
    return written


def _product(graph: Graph, group: Group, path: tuple[Edge, ...]) -> str:
    """Write the product of the local factors, the last step of the network on the left."""
    numbers = all(graph.nodes[edge.result].shape == () for edge in path)
    one = "1" if numbers and group.sweep.kind == "grad" else "I"
    factors = [_factor(graph, edge) for edge in path]
    signs = "-" * (sum(factor == "-" for factor in factors) % 2)
    kept = [factor for factor in factors if factor not in ("I", "-")]
    product = signs + (" \\, ".join(kept) or one)
    if group.sweep.kind == "vjp":
        cotangent = _written(graph, group.sweep.cotangent or 0)
        return cotangent if product == "I" else f"\\left({product}\\right)^\\top {cotangent}"
    return product


def _factor(graph: Graph, edge: Edge) -> str:
    node = graph.nodes[edge.result]
    factor = _rule(graph, edge)
    if factor == "(-I)":
        return "-"
    places = {str(place): _written(graph, index) for place, index in enumerate(node.arguments)}
    written = fill(factor, {**places, "y": _written(graph, edge.result), "g": ""})
    if node.shape == ():
        written = re.sub(
            r"^\\operatorname\{diag\}(?:\\left)?\((.*?)(?:\\right)?\)$", r"\1", written
        )
    return written


def _written(graph: Graph, index: int) -> str:
    """Write a node by its name, or else by its formula."""
    name, node = graph.name_of(index), graph.nodes[index]
    if name:
        return name_latex(name)
    if node.operation == "constant":
        value = node.payload.reshape(node.shape).tolist()
        return to_latex(value, digits=DIGITS, parenthesise_negative=True)
    row = PRIMITIVES.get(node.operation)
    if row is None:
        return f"v_{{{index}}}"
    places = {}
    for place, argument in enumerate(node.arguments):
        inner = PRIMITIVES.get(graph.nodes[argument].operation)
        text = _written(graph, argument)
        held = row.binding + (place == 1 and row.name != "add")  # the second side holds stronger
        loose = inner is not None and row.binding < 9 and inner.binding < held
        unnamed = graph.name_of(argument) is None
        places[str(place)] = f"\\left({text}\\right)" if loose and unnamed else text
    return fill(row.latex, places)

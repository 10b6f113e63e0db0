"""One backward sweep, compiled: which cotangents pass which edges, in which order.

Derivatives of the same output share a sweep, for all their targets. A Jacobian is one sweep too:
where every node on the way is a column, its m unit cotangents are the columns of one array
(n, m), and the sweep is a chain of matrix products; else they are an axis of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from quizsvc.autodiff.rules import Edge, Operation, Pull, Rules, Sweep, calculus_pull, of_identity
from quizsvc.expr.primitives import DERIVATIVES, PRIMITIVES, Array
from quizsvc.expr.shapes import storage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quizsvc.autodiff.tape import Tape
    from quizsvc.expr.graph import Graph

Step: TypeAlias = "Callable[[Tape], None]"


@dataclass(frozen=True, slots=True)
class Group:
    """Derivatives that share one backward sweep."""

    sweep: Sweep
    targets: tuple[int, ...]
    derivatives: tuple[int, ...] = ()
    """The nodes that hold the results; none where only the cotangents are wanted."""


def groups_of(graph: Graph, nodes: Sequence[int]) -> dict[int, Group]:
    """Return the group of each derivative among `nodes`."""
    found: dict[tuple[str, int, int | None], list[int]] = {}
    for index in nodes:
        node = graph.nodes[index]
        if node.operation in DERIVATIVES:
            cotangent = node.arguments[2] if node.operation == "vjp" else None
            found.setdefault((node.operation, node.arguments[0], cotangent), []).append(index)
    groups = {}
    for (kind, output, cotangent), members in found.items():
        targets = tuple(graph.nodes[member].arguments[1] for member in members)
        columns = kind == "jacobian" and _all_columns(graph, output, targets)
        group = Group(Sweep(kind, output, cotangent, columns), targets, tuple(members))
        groups.update(dict.fromkeys(members, group))
    return groups


def _all_columns(graph: Graph, output: int, targets: Sequence[int]) -> bool:
    """Tell whether all on the way from an output to its targets is columns, and stays so."""
    active = {index for target in targets for index in graph.between(target, output)}
    return all(len(graph.nodes[index].shape) < 2 for index in active) and all(
        PRIMITIVES[node.operation].rules[place].columnwise
        for node in (graph.nodes[index] for index in active)
        if node.operation in PRIMITIVES
        for place, argument in enumerate(node.arguments)
        if argument in active and PRIMITIVES[node.operation].rules
    )


def sweep_step(graph: Graph, group: Group, rules: Rules) -> Step:
    """Return the step that computes all derivatives of a group."""
    if group.sweep.kind == "jacobian":
        return _jacobian_step(graph, group, rules)
    if group.sweep.kind == "vjp" and rules.vjp_of_jacobian is not None:
        return _product_step(graph, group, rules.vjp_of_jacobian, rules)
    return _gradient_step(graph, group, rules)


def _gradient_step(graph: Graph, group: Group, rules: Rules) -> Step:
    stations = _stations(graph, group, rules, axes=(-2, -1))
    output, cotangent = group.sweep.output, group.sweep.cotangent
    finish = [
        (derivative, target, np.zeros(storage(graph.nodes[target].shape)))
        for derivative, target in zip(group.derivatives, group.targets, strict=False)
    ]
    one = np.ones((1, 1))

    def sweep(tape: Tape) -> None:
        start = one if cotangent is None else tape.values[cotangent]
        swept = _run(stations, tape.values, {output: start}, rules)
        tape.cotangents[group.sweep] = swept
        for derivative, target, zeros in finish:
            tape.values[derivative] = swept.get(target, zeros)

    return sweep


def _jacobian_step(graph: Graph, group: Group, rules: Rules) -> Step:
    output, columns = group.sweep.output, group.sweep.columns
    m = storage(graph.nodes[output].shape)[0]
    stations = _stations(graph, group, rules, axes=(-2,) if columns else (-2, -1))
    units = np.eye(m) if columns else np.eye(m)[:, :, None]
    identity = units if columns else None
    finish = [
        (derivative, target, np.zeros((m, storage(graph.nodes[target].shape)[0])))
        for derivative, target in zip(group.derivatives, group.targets, strict=False)
    ]

    def sweep(tape: Tape) -> None:
        values = tape.values
        if not columns:
            values = [v[:, None] if v is not None and v.ndim == 3 else v for v in values]
        swept = _run(stations, values, {output: units}, rules, identity)
        tape.cotangents[group.sweep] = swept
        for derivative, target, zeros in finish:
            found = swept.get(target)
            if found is None:
                tape.values[derivative] = zeros
            else:
                tape.values[derivative] = found.mT if columns else found[..., 0]

    return sweep


def _product_step(
    graph: Graph, group: Group, product: Callable[[Array, Array], Array], rules: Rules
) -> Step:
    """Return a step for beliefs about how the Jacobian and the cotangent are multiplied."""
    output, cotangent = group.sweep.output, group.sweep.cotangent
    assert cotangent is not None  # noqa: S101 - every vjp has one
    columns = _all_columns(graph, output, group.targets)
    whole = Sweep("jacobian", output, columns=columns)
    jacobian = _jacobian_step(graph, Group(whole, group.targets, group.derivatives), rules)

    def sweep(tape: Tape) -> None:
        jacobian(tape)
        for derivative in group.derivatives:
            matrix, g = tape.values[derivative], tape.values[cotangent]
            tape.values[derivative] = product(matrix, g)  # type: ignore[arg-type] # computed above

    return sweep


@dataclass(frozen=True, slots=True)
class _Station:
    """A node that a cotangent arrives at, and the edges on which it goes on."""

    index: int
    arrival: Callable[[Array], Array] | None
    arguments: tuple[int, ...]
    passes: tuple[tuple[int, Pull, tuple[int, ...] | None, Operation | None], ...]
    """Argument, its rule, what to sum over where a number was spread over an array, and the
    shorter way for the identity."""


def _stations(graph: Graph, group: Group, rules: Rules, axes: tuple[int, ...]) -> list[_Station]:
    """Return the way of the cotangents from the output to the targets."""
    output = group.sweep.output
    active = {index for target in group.targets for index in graph.between(target, output)}
    reached, stations = {output}, []
    for index in sorted(active, reverse=True):
        if index not in reached:
            continue
        node = graph.nodes[index]
        passes = []
        for place, argument in enumerate(node.arguments):
            if argument not in active:
                continue
            pull = rules.pull(graph, Edge(index, place), group.sweep)
            if pull is not None:
                spread = graph.nodes[argument].shape == () != node.shape
                shorter = of_identity(graph, Edge(index, place), pull)
                passes.append((argument, pull, axes if spread else None, shorter))
                reached.add(argument)
        arrival = rules.arrival(graph, index, group.sweep)
        if passes or arrival is not None:
            stations.append(_Station(index, arrival, node.arguments, tuple(passes)))
    return stations


def _run(
    stations: list[_Station],
    values: list[Array | None],
    cotangents: dict[int, Array | None],
    rules: Rules,
    units: Array | None = None,
) -> dict[int, Array]:
    for station in stations:
        index = station.index
        g = cotangents[index]
        if station.arrival is not None:
            g = cotangents[index] = station.arrival(g)  # type: ignore[arg-type] # it has arrived
        y, arguments = values[index], [values[argument] for argument in station.arguments]
        for argument, pull, axes, shorter in station.passes:
            if shorter is not None and g is units:
                passed = shorter(y, *arguments)
            else:
                passed = pull(g, y, *arguments)
            if axes is not None:
                passed = passed.sum(axis=axes, keepdims=True)
            earlier = cotangents.get(argument)
            cotangents[argument] = passed if earlier is None else rules.meet(earlier, passed)
    return cotangents  # type: ignore[return-value] # each has its array now


def passed(tape: Tape, sweep: Sweep, edge: Edge) -> Array | None:
    """Return what one edge handed over in a sweep of the calculus, as a part of the gradient.

    Returns
    -------
    array of shape (B, r, c), or (B, m, n) as a part of a Jacobian
        None where a Jacobian passes a matrix, which has no such part on paper.
    """
    if sweep.kind == "jacobian" and not sweep.columns:
        return None
    node = tape.graph.nodes[edge.result]
    g, arguments = tape.cotangents[sweep][edge.result], [tape.values[a] for a in node.arguments]
    found = calculus_pull(tape.graph, edge)(g, tape.values[edge.result], *arguments)
    if tape.graph.nodes[node.arguments[edge.place]].shape == () != node.shape:
        found = found.sum(axis=-2 if sweep.columns else (-2, -1), keepdims=True)
    return found.mT if sweep.columns else found

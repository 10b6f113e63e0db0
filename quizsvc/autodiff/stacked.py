"""Several changed sweeps of one graph, run as one: the beliefs about a problem, all at once.

Beliefs differ in a few edges only. So K of them are carried as a leading axis through one sweep
of the calculus, and where one of them has a rule of its own, its slice is replaced. For a small
network that is a fraction of K sweeps, since numpy's calls cost more than the arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff.backward import Group, groups_of
from quizsvc.autodiff.program import Program
from quizsvc.autodiff.rules import CALCULUS, Edge, Pull, Rules, calculus_pull
from quizsvc.autodiff.tape import Tape
from quizsvc.expr.shapes import storage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array


_NOTHING = np.zeros(())


@dataclass(frozen=True, slots=True)
class _Pass:
    """One edge: its argument, the rule of most beliefs, and those of the others."""

    argument: int
    pull: Pull
    others: tuple[tuple[int, Pull | None], ...]
    axes: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class _Station:
    index: int
    arguments: tuple[int, ...]
    passes: tuple[_Pass, ...]


def can_stack(graph: Graph, outputs: Sequence[int], rules: Rules) -> bool:
    """Tell whether a changed calculus differs only in what passes edges, or meets."""
    nodes = graph.ancestors(outputs)
    groups = groups_of(graph, nodes).values()
    return (
        rules.vjp_of_jacobian is None
        and all(group.sweep.kind != "jacobian" or group.sweep.columns for group in groups)
        and not any(_operation_differs(graph, index, rules) for index in nodes)
    )


def _operation_differs(graph: Graph, index: int, rules: Rules) -> bool:
    if graph.nodes[index].operation in ("input", "constant", "stack", "grad", "vjp", "jacobian"):
        return False
    return rules.operation(graph, index) is not CALCULUS.operation(graph, index)


class StackedSweeps:
    """Runs the sweeps of K changed calculi; each must satisfy `can_stack`."""

    def __init__(self, graph: Graph, outputs: Sequence[int], rules: Sequence[Rules]) -> None:
        self._graph = graph
        self._rules = tuple(rules)
        nodes = graph.ancestors(outputs)
        groups = tuple(dict.fromkeys(groups_of(graph, nodes).values()))
        self._sweeps = [(group, self._stations(group), self._units(group)) for group in groups]
        self._after = Program(graph, outputs)
        plain = type(CALCULUS).meet
        self._meeting = [k for k, each in enumerate(rules) if type(each).meet is not plain]

    def rerun(self, tape: Tape) -> list[Tape]:
        """Return the tape as each of the calculi would write it."""
        tapes = [Tape(self._graph, tape.values.copy(), tape.batch) for _ in self._rules]
        with np.errstate(all="ignore"):
            for group, stations, units in self._sweeps:
                swept = self._sweep(group, stations, units, tape)
                for derivative, target in zip(group.derivatives, group.targets, strict=True):
                    found = swept.get(target)
                    if found is None:
                        continue  # nothing arrives, for nobody: the zeros of the tape stand
                    if group.sweep.columns:
                        found = found.mT
                    for k, each in enumerate(tapes):
                        each.values[derivative] = found[k]
            for each in tapes:
                self._after.follow_derivatives(each)
        return tapes

    def _units(self, group: Group) -> Array:
        shape = storage(self._graph.nodes[group.sweep.output].shape)
        return np.eye(shape[0]) if group.sweep.columns else np.ones((1, 1))

    def _stations(self, group: Group) -> list[_Station]:
        graph, output = self._graph, group.sweep.output
        active = {index for target in group.targets for index in graph.between(target, output)}
        axes = (-2,) if group.sweep.columns else (-2, -1)
        stations = []
        for index in sorted(active, reverse=True):
            node = graph.nodes[index]
            passes = []
            for place, argument in enumerate(node.arguments):
                if argument not in active:
                    continue
                edge = Edge(index, place)
                usual = calculus_pull(graph, edge)
                pulls = [each.pull(graph, edge, group.sweep) for each in self._rules]
                # A rule of an array's entry is made anew each time; nobody changes it.
                known = node.operation != "stack"
                others = [(k, p) for k, p in enumerate(pulls) if known and p is not usual]
                spread = graph.nodes[argument].shape == () != node.shape
                passes.append(_Pass(argument, usual, tuple(others), axes if spread else None))
            if passes:
                stations.append(_Station(index, node.arguments, tuple(passes)))
        return stations

    def _sweep(
        self, group: Group, stations: list[_Station], units: Array, tape: Tape
    ) -> dict[int, Array]:
        start = units
        if group.sweep.cotangent is not None:
            start = tape.array(group.sweep.cotangent)
        shape = (len(self._rules), *((1,) if start.ndim == 2 else ()), *start.shape)
        cotangents = {group.sweep.output: np.broadcast_to(start, shape)}
        values = tape.values
        for station in stations:
            g = cotangents.get(station.index)
            if g is None:
                continue
            y, arguments = values[station.index], [values[each] for each in station.arguments]
            for each in station.passes:
                passed = each.pull(g, y, *arguments)
                if each.others:
                    passed = _replaced(passed, each.others, g, y, arguments)
                if each.axes is not None:
                    passed = passed.sum(axis=each.axes, keepdims=True)
                earlier = cotangents.get(each.argument)
                cotangents[each.argument] = (
                    passed if earlier is None else self._met(earlier, passed)
                )
        return cotangents

    def _met(self, earlier: Array, later: Array) -> Array:
        total = earlier + later
        for k in self._meeting:
            total[k] = self._rules[k].meet(earlier[k], later[k])
        return total


def _replaced(
    passed: Array,
    others: tuple[tuple[int, Pull | None], ...],
    g: Array,
    y: Array | None,
    arguments: list[Array | None],
) -> Array:
    """Put the slices of those with a rule of their own into what the others hand over."""
    own = [(k, _NOTHING if p is None else p(g[k], y, *arguments)) for k, p in others]
    shape = passed.shape[1:]
    if any(each.shape not in (shape, ()) for _, each in own):
        shape = np.broadcast_shapes(shape, *(each.shape for _, each in own))
        passed = np.broadcast_to(passed, (len(passed), *shape))
    stacked = passed.copy()
    for k, each in own:
        stacked[k] = each
    return stacked

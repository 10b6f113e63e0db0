"""A graph compiled to a list of steps: forward in order, each derivative one loop backward.

What does not depend on numbers is decided once: the order, which edges carry a cotangent, which
operation and which rule each step applies. A run is then as many numpy calls as the arithmetic
has operations. Every array has a leading batch axis, so that one input or ten thousand are one
run; the engine knows no derivative, all of them are rows of ``expr.primitives``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from quizsvc.autodiff.backward import Group, groups_of, sweep_step
from quizsvc.autodiff.rules import CALCULUS, Rules
from quizsvc.autodiff.tape import Tape
from quizsvc.expr.shapes import storage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array

Step: TypeAlias = Callable[[Tape], None]


class Program:
    """Computes some nodes of a graph by some rules.

    Parameters
    ----------
    graph : Graph
    outputs : sequence of int
        The nodes that are wanted.
    rules : Rules
        The calculus, or a changed one.
    sweeps : sequence of Group
        Further backward sweeps whose cotangents are wanted on the tape.

    Notes
    -----
    Nothing is raised for values that are not finite: ask `Tape.finite` or `Tape.check`.
    """

    def __init__(
        self,
        graph: Graph,
        outputs: Sequence[int],
        rules: Rules = CALCULUS,
        sweeps: Sequence[Group] = (),
    ) -> None:
        self._graph = graph
        self._nodes = graph.ancestors(outputs)
        self._fixed: list[Array | None] = [None] * len(graph.nodes)
        self._inputs: list[tuple[int, str]] = []
        self._steps: list[Step] = []
        self._changed: list[Step] = []
        self._following: list[Step] = []
        self._compile(rules)
        self._steps.extend(sweep_step(graph, group, rules) for group in sweeps)

    def run(self, inputs: Mapping[str, Array]) -> Tape:
        """Compute the outputs and all that they need.

        Parameters
        ----------
        inputs : mapping of name to array of shape (B, r, c)
            The same B for all; none at all for a graph without inputs.
        """
        batch = next((len(array) for array in inputs.values()), 1)
        tape = Tape(self._graph, self._fixed.copy(), batch)
        for index, name in self._inputs:
            tape.values[index] = inputs[name]
        with np.errstate(all="ignore"):
            for step in self._steps:
                step(tape)
        return tape

    def rerun(self, tape: Tape) -> Tape:
        """Compute again only what these rules change, on a tape that the calculus has written."""
        again = Tape(self._graph, tape.values.copy(), tape.batch)
        with np.errstate(all="ignore"):
            for step in self._changed:
                step(again)
        return again

    def follow_derivatives(self, tape: Tape) -> None:
        """Compute again what is made of derivatives, on a tape whose derivatives were replaced."""
        for step in self._following:
            step(tape)

    # --- compiling ------------------------------------------------------------------------------

    def _compile(self, rules: Rules) -> None:
        groups = groups_of(self._graph, self._nodes)
        changed: set[int] = set()
        for index in self._nodes:
            node = self._graph.nodes[index]
            if node.operation == "input":
                self._inputs.append((index, node.payload))
                continue
            if node.operation == "constant":
                self._fixed[index] = node.payload
                continue
            group = groups.get(index)
            if group is not None and group.derivatives[0] != index:
                continue  # the sweep of the first has given this one too
            step, touched = self._step(index, group, rules)
            made = (index,) if group is None else group.derivatives
            self._steps.append(step)
            for member in made:
                value = rules.stand_in(self._graph, member)
                if value is not None:
                    self._steps.append(_standing_in(member, value))
            follows = bool(changed.intersection(node.arguments))
            if touched or follows:
                changed.update(made)
                self._changed.append(step)
            if follows and group is None:
                self._following.append(step)

    def _step(self, index: int, group: Group | None, rules: Rules) -> tuple[Step, bool]:
        """Return the step that computes a node, and whether other rules would make another."""
        node = self._graph.nodes[index]
        if group is not None:
            return sweep_step(self._graph, group, rules), True
        if node.operation == "stack":
            return _stack_step(self._graph, index), False
        operation = rules.operation(self._graph, index)
        step = _operation_step(operation, index, node.arguments)
        return step, operation is not CALCULUS.operation(self._graph, index)


def _operation_step(
    operation: Callable[..., Array], index: int, arguments: tuple[int, ...]
) -> Step:
    if len(arguments) == 1:
        (only,) = arguments

        def one(tape: Tape) -> None:
            tape.values[index] = operation(tape.values[only])

        return one
    first, second = arguments

    def two(tape: Tape) -> None:
        tape.values[index] = operation(tape.values[first], tape.values[second])

    return two


def _standing_in(index: int, value: Array) -> Step:
    def stand_in(tape: Tape) -> None:
        tape.values[index] = value

    return stand_in


def _stack_step(graph: Graph, index: int) -> Step:
    node = graph.nodes[index]

    def stack(tape: Tape) -> None:
        entries = [tape.array(argument)[:, 0, 0] for argument in node.arguments]
        stacked = np.stack(entries, axis=-1)
        tape.values[index] = stacked.reshape(tape.batch, *storage(node.shape))

    return stack

"""Follow-through: what the key of a part would be, had the learner's other values been right.

A learner's forward value replaces the *value* of its node, his gradient the *cotangent* that
arrives there; the edges stay, so that derivatives by what lies before it still pass. To replace
the node by a constant would cut the graph and give a wrong key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff import Program, Rules, to_array
from quizsvc.expr.primitives import PRIMITIVES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quizsvc.autodiff import Sweep, Tape, Value
    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array
    from quizsvc.problems.beliefs import Key


@dataclass(eq=False)
class Carried(Rules):
    """The calculus with some values and cotangents taken from a learner."""

    values: dict[int, Array] = field(default_factory=dict)
    """Node to the value that stands in for its own."""
    gradients: dict[tuple[int, int], Array] = field(default_factory=dict)
    """Output and node to what arrives there from that output."""

    def stand_in(self, graph: Graph, index: int) -> Array | None:  # noqa: ARG002
        """Return the learner's value of a node."""
        return self.values.get(index)

    def arrival(self, graph: Graph, index: int, sweep: Sweep) -> Callable[[Array], Array] | None:  # noqa: ARG002
        """Return what puts the learner's gradient in the place of what arrives."""
        own = self.gradients.get((sweep.output, index))
        return None if own is None or sweep.kind != "grad" else lambda _: own


def followed_key(
    graph: Graph, keys: Sequence[Key], tape: Tape, part: str, given: Mapping[str, Value]
) -> Value | None:
    """Return the key of a part as it follows from a learner's values of other parts.

    Parameters
    ----------
    tape : Tape
        The variant's own, a batch of one.
    part : str
    given : mapping of part name to value
        What the learner answered to other parts, where that was wrong.

    Returns
    -------
    value or None
        None where nothing follows: the key does not depend on them, or they make it trivial.
    """
    by_part = {key.part: key for key in keys}
    target = by_part[part].node
    rules = Carried()
    for name, value in given.items():
        _carry(rules, graph, by_part[name].node, value)
    needed = set(graph.ancestors([target]))
    inputs = {
        node.payload: tape.array(index)
        for index, node in enumerate(graph.nodes)
        if node.operation == "input" and index in needed
    }
    again = Program(graph, [target], rules).run(inputs)
    if not again.finite()[0]:
        return None
    old, new = tape.array(target), again.array(target)
    unchanged = bool((np.abs(new - old) <= 1e-9 * np.maximum(np.abs(old), 1)).all())
    if unchanged or _is_trivial(graph, tape, again, target):
        return None
    return again.value(target)


def _carry(rules: Carried, graph: Graph, node: int, value: Value) -> None:
    array = to_array(value, graph.nodes[node].shape)
    rules.values[node] = array
    if graph.nodes[node].operation == "grad":
        output, at = graph.nodes[node].arguments
        rules.gradients[output, at] = array


def _is_trivial(graph: Graph, tape: Tape, again: Tape, target: int) -> bool:
    """Tell whether the learner's values leave nothing to compute: 0, dead units, the identity."""
    old, new = tape.array(target)[0], again.array(target)[0]
    if not new.any() and old.any():
        return True
    if new.shape[0] == new.shape[1] > 1 and (new == np.eye(len(new))).all():
        return not (old == np.eye(len(old))).all()
    for index, value in enumerate(again.values):
        row = PRIMITIVES.get(graph.nodes[index].operation)
        if value is not None and row is not None and row.activation:
            before = tape.values[index]
            if not value.any() and before is not None and before.any():
                return True
    return False

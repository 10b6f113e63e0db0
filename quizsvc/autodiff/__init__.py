"""Graph and numbers to values and gradients: a list forward, one backward sweep, changed rules.

The engine differentiates our own graph, so there is nothing to trace. `rules` says what each
operation computes and hands back, `program` compiles a graph by some rules and runs it,
`backward` is the sweep, `tape` holds the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.autodiff.program import Program
from quizsvc.autodiff.rules import CALCULUS, Edge, Rules, Sweep
from quizsvc.autodiff.tape import Tape, Value, shape_of, to_array, to_value
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.parser import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CALCULUS", "Edge", "Program", "Rules", "Sweep", "Tape", "Value",
    "evaluate", "shape_of", "to_array", "to_value",
]  # fmt: skip


def evaluate(source: str, values: Mapping[str, Value] | None = None) -> Value:
    """Evaluate one author's expression with the values given for its names.

    Raises
    ------
    ExpressionError
        The writer's: cannot be read, typed or evaluated.

    Examples
    --------
    >>> evaluate("jacobian(x + W * relu(x), x)", {"x": [1, -1], "W": [[1, 2], [3, 4]]})
    [[2.0, 0.0], [3.0, 1.0]]
    """
    builder = GraphBuilder()
    inputs = {}
    for name, value in (values or {}).items():
        shape = shape_of(value)
        builder.input(name, shape)
        inputs[name] = to_array(value, shape)
    output = builder.add(parse(source))
    tape = Program(builder.graph, [output]).run(inputs)
    tape.check()
    return tape.value(output)

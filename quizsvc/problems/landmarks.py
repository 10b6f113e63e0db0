"""The named values and gradients of a variant's graph, to recognise a response that is another one.

A learner who computes everything and answers with the wrong node should be told which it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.expr.latex import name_latex
from quizsvc.expr.primitives import DERIVATIVES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.autodiff import Tape
    from quizsvc.expr.primitives import Array
    from quizsvc.problems.beliefs import Key


@dataclass(frozen=True, slots=True)
class Landmark:
    """A value that a learner may have taken for the one asked for."""

    latex: str
    value: Array
    """In the natural shape: (), (n,) or (m, n)."""


def recognised(tape: Tape, key: Key, response: Array) -> str | None:
    """Say in Markdown which other value of the graph a wrong response is.

    Only where exactly one is, and where the response could not as well be anything: 0, ±1 and
    what is given say nothing.
    """
    if np.isin(np.abs(response), (0, 1)).all():
        return None
    given = [
        tape.array(index)[0].reshape(node.shape)
        for index, node in enumerate(tape.graph.nodes)
        if node.operation in ("input", "constant") and tape.values[index] is not None
    ]
    if any(each.shape == response.shape and np.array_equal(each, response) for each in given):
        return None
    found = [
        each.latex
        for each in _landmarks(tape, key)
        if each.value.shape == response.shape and key.tolerance.accepts(response, each.value).all()
    ]
    if len(found) != 1:
        return None
    asked = _asked(tape, key)
    return f"This is ${found[0]}$" + (f", not ${asked}$." if asked else ".")


def _landmarks(tape: Tape, key: Key) -> Iterator[Landmark]:
    """Yield named values and the gradients at named nodes, the key's own apart."""
    graph = tape.graph
    asked = graph.nodes[key.node].arguments[:2] if _is_derivative(tape, key.node) else ()
    for index in graph.ancestors([key.node]):
        node, name = graph.nodes[index], graph.name_of(index)
        if name and index != key.node and node.operation not in ("input", "constant"):
            yield Landmark(name_latex(name), tape.array(index)[0].reshape(node.shape))
    for sweep, cotangents in tape.cotangents.items():
        of = graph.name_of(sweep.output)
        for index, g in cotangents.items():
            by = graph.name_of(index)
            if not of or not by or (sweep.output, index) == asked or index == sweep.output:
                continue
            latex = f"\\partial {name_latex(of)}/\\partial {name_latex(by)}"
            if sweep.kind == "jacobian" and sweep.columns:
                yield Landmark(latex, g.mT.reshape(g.shape[-1], g.shape[-2]))
            elif sweep.kind == "grad":
                yield Landmark(latex, g.reshape(graph.nodes[index].shape))


def _is_derivative(tape: Tape, index: int) -> bool:
    return tape.graph.nodes[index].operation in DERIVATIVES


def _asked(tape: Tape, key: Key) -> str:
    """Write what was asked for, where it is a derivative of one name by another."""
    node = tape.graph.nodes[key.node]
    if node.operation not in ("grad", "jacobian"):
        return ""
    of, by = (tape.graph.name_of(argument) for argument in node.arguments)
    return f"\\partial {name_latex(of)}/\\partial {name_latex(by)}" if of and by else ""

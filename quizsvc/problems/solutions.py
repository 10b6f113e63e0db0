"""The worked solution: the forward pass and the backward sweep, written out step by step.

Nothing is derived a second time: the steps walk the very graph that gives the key, and each
number in them is one that the engine computed on that walk.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff import Edge, Sweep, Tape, to_value
from quizsvc.autodiff.backward import Group, groups_of, passed
from quizsvc.expr.latex import fill, name_latex
from quizsvc.expr.primitives import DERIVATIVES, PRIMITIVES
from quizsvc.model import Step, Value
from quizsvc.problems.skips import source
from quizsvc.render.numbers import MAX_SHOWN, to_latex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quizsvc.expr.graph import Node

SHORT = 10
"""Steps up to which a solution shows each of them."""
DIGITS = 4
"""Significant digits of the numbers in a solution."""


def unfold(tape: Tape, keys: Sequence[int]) -> tuple[Step, ...]:
    """Return the steps that lead to the nodes `keys`, for a tape with a batch of one."""
    writer = _Writer(tape)
    writer.write_forward(keys)
    groups = groups_of(tape.graph, tape.graph.ancestors(keys))
    for group in dict.fromkeys(groups.values()):
        writer.write_sweep(group)
    writer.write_ends(keys)
    if len(writer.steps) <= SHORT:
        return tuple(replace(step, small=False) for step in writer.steps)
    return tuple(writer.steps)


class _Writer:
    def __init__(self, tape: Tape) -> None:
        self.steps: list[Step] = []
        self._tape = tape
        self._graph = tape.graph
        self._symbols: dict[int, str] = {}
        self._unnamed = 0

    # --- the three movements --------------------------------------------------------------------

    def write_forward(self, keys: Sequence[int]) -> None:
        """Compute every node that no derivative goes into, in order."""
        for index in self._graph.ancestors(keys):
            node = self._graph.nodes[index]
            if node.operation in ("input", "constant"):
                name = self._graph.name_of(index)
                self._symbols[index] = name_latex(name) if name else self._number(index)
            elif not self._rests_on_derivative(index) and not self._is_plain_end(index, keys):
                self._write_value(index, "Forward")

    def write_sweep(self, group: Group) -> None:
        """Go back from the output to all targets, one step a node."""
        sweep = group.sweep
        if sweep.kind != "jacobian":
            symbol = self._gradient(sweep, sweep.output)
            if sweep.cotangent is None:
                self._say("The sweep starts at the output.", f"{symbol} = 1", "")
            else:
                text = (
                    "The sweep starts at the output; a bar marks the gradient that arrives there."
                )
                start, number = self._symbols[sweep.cotangent], self._number(sweep.cotangent)
                self._say(text, f"{symbol} = {start}", f"{symbol} = {number}")
        edges = self._edges(group)
        nodes = sorted({source(self._graph, edge) for edge in edges}, reverse=True)
        for index in nodes:
            arriving = [edge for edge in edges if source(self._graph, edge) == index]
            self._write_arrival(sweep, index, arriving)
        for derivative, target in zip(group.derivatives, group.targets, strict=True):
            self._symbols[derivative] = self._gradient(sweep, target)
            if target not in nodes and target != sweep.output:
                self._say("It does not depend on this.", f"{self._symbols[derivative]} = 0", "")

    def _edges(self, group: Group) -> list[Edge]:
        """Return the edges that the sweep passes, from the output backward."""
        output = group.sweep.output
        active = {i for target in group.targets for i in self._graph.between(target, output)}
        return [
            Edge(index, place)
            for index in sorted(active, reverse=True)
            for place, argument in enumerate(self._graph.nodes[index].arguments)
            if argument in active
        ]

    def write_ends(self, keys: Sequence[int]) -> None:
        """Compute what is made of derivatives, and the keys that have no name."""
        for index in self._graph.ancestors(keys):
            if index not in self._symbols:
                self._write_value(index, "So" if index in keys else "Then")

    # --- single steps ---------------------------------------------------------------------------

    def _write_value(self, index: int, text: str) -> None:
        formula, number = self._formula(index), self._number(index)
        name = self._graph.name_of(index)
        if name is None:
            self._unnamed += 1
        self._symbols[index] = symbol = name_latex(name) if name else f"v_{{{self._unnamed}}}"
        small = name is None and text == "Forward"
        self._say(f"{text}:", f"{symbol} = {formula}", f"{symbol} = {number}", small=small)

    def _write_arrival(self, sweep: Sweep, index: int, edges: list[Edge]) -> None:
        symbol = self._gradient(sweep, index)
        terms = " + ".join(self._term(sweep, edge) for edge in edges).replace("+ -", "- ")
        shown = [self._shown(sweep, edge) for edge in edges]
        result = ""
        if all(array is not None for array in shown):
            numbers = [to_latex(array, digits=DIGITS) for array in shown]
            total = to_latex(np.sum(np.asarray(shown), axis=0).tolist(), digits=DIGITS)
            sums = " + ".join(f"({n})" if n.startswith("-") else n for n in numbers)
            told = len(numbers) > 1 and len(sums) <= MAX_SHOWN
            result = f"{symbol} = " + (f"{sums} = {total}" if told else total)
        if len(edges) > 1:
            text = f"Back to ${self._symbols[index]}$: what arrives on {len(edges)} ways adds up."
        else:
            text = f"Back to ${self._symbols[index]}$:"
        small = self._graph.name_of(index) is None
        self._say(text, f"{symbol} = {terms}", result, small=small)

    def _term(self, sweep: Sweep, edge: Edge) -> str:
        """Write what one edge hands over."""
        node = self._graph.nodes[edge.result]
        g = self._gradient(sweep, edge.result)
        rules = PRIMITIVES[node.operation].rules if node.operation in PRIMITIVES else ()
        rule = rules[edge.place] if rules else None
        places = {str(place): self._symbols[a] for place, a in enumerate(node.arguments)}
        places |= {"g": g, "y": self._symbols[edge.result]}
        if sweep.kind != "jacobian":
            if rule is None or not rule.gradient:
                return f"\\left({self._local(edge)}\\right)^\\top {g}"
            return self._plain_if_scalars(fill(rule.gradient, places), node)
        factor = fill(rule.factor, places) if rule and rule.factor else self._local(edge)
        if edge.result == sweep.output:
            return factor
        return {"I": g, "(-I)": f"-{g}"}.get(factor, f"{g} {factor}")

    def _local(self, edge: Edge) -> str:
        of, by = self._symbols[edge.result], self._symbols[source(self._graph, edge)]
        return f"\\frac{{\\partial {of}}}{{\\partial {by}}}"

    def _gradient(self, sweep: Sweep, index: int) -> str:
        if sweep.kind == "vjp":
            return f"\\bar{{{self._symbols[index]}}}"
        of, by = self._symbols[sweep.output], self._symbols[index]
        return f"\\frac{{\\partial {of}}}{{\\partial {by}}}"

    def _formula(self, index: int) -> str:
        node = self._graph.nodes[index]
        symbols = [self._symbols[argument] for argument in node.arguments]
        if node.operation == "stack":
            columns = (max(len(node.shape), 1) == 2 and node.shape[1]) or 1
            rows = [symbols[at : at + columns] for at in range(0, len(symbols), columns)]
            body = " \\\\ ".join(" & ".join(row) for row in rows)
            return f"\\begin{{bmatrix}} {body} \\end{{bmatrix}}"
        row = PRIMITIVES[node.operation]
        places = {str(place): symbol for place, symbol in enumerate(symbols)}
        if row.binding == 8:
            places["0"] = f"\\left({places['0']}\\right)" if "frac" in places["0"] else places["0"]
        return self._plain_if_scalars(fill(row.latex, places), node)

    def _plain_if_scalars(self, latex: str, node: Node) -> str:
        """Write products of numbers as such."""
        shapes = [self._graph.nodes[argument].shape for argument in node.arguments]
        if any(shape != () for shape in (*shapes, node.shape)):
            return latex
        return latex.replace("\\odot", "\\cdot").replace("^\\top", "")

    def _number(self, index: int) -> str:
        node = self._graph.nodes[index]
        exact = node.operation in ("input", "constant")
        return to_latex(
            self._tape.value(index),
            digits=None if exact else DIGITS,
            parenthesise_negative=node.operation == "constant",
        )

    def _shown(self, sweep: Sweep, edge: Edge) -> Value | None:
        """Return what passed an edge as JSON; None for what is no matrix on paper."""
        found = passed(self._tape, sweep, edge)
        if found is None:
            return None
        if sweep.kind == "jacobian":
            return (found.reshape(found.shape[-2:]) + 0.0).tolist()
        return to_value(found, self._graph.nodes[source(self._graph, edge)].shape)

    # --- what is where --------------------------------------------------------------------------

    def _rests_on_derivative(self, index: int) -> bool:
        nodes = self._graph.nodes
        return any(nodes[a].operation in DERIVATIVES for a in self._graph.ancestors([index]))

    def _is_plain_end(self, index: int, keys: Sequence[int]) -> bool:
        """Tell whether a node is only what is asked: written last, as the answer."""
        if index not in keys or self._graph.name_of(index) is not None:
            return False
        nodes = self._graph.nodes
        return not any(index in nodes[other].arguments for other in self._graph.ancestors(keys))

    def _say(self, text: str, formula: str, result: str, *, small: bool = False) -> None:
        self.steps.append(Step(text, formula, result, small))

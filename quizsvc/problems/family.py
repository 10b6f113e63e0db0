"""A family: the numeric half of an item, compiled when content is loaded.

One graph holds everything the author wrote: parameters, ``let``, conditions, keys, the values of
own misconceptions and of the holes in the texts. A draw evaluates it; nothing is parsed again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.autodiff import Sweep, Tape, forward, to_array
from quizsvc.errors import ExpressionError, NoVariantError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.primitives import DERIVATIVES, Array
from quizsvc.model import Draw, Predicted, Step, Template, Value
from quizsvc.problems.draw import Given, draw, parameters_as_values
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.skips import SkipEdges, find_skips, source
from quizsvc.problems.solutions import unfold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.nodes import Tree
    from quizsvc.expr.shapes import Shape
    from quizsvc.problems.diagrams import Drawing, GraphPicture
    from quizsvc.problems.tolerance import Tolerance

MAX_CANDIDATES = 4_096
_FIRST_BATCH = 32

APART = 3.0
"""A misconception's value is this many tolerances from the key, or the variant is refused."""
_EQUAL = 1e-9


@dataclass(frozen=True, slots=True)
class Key:
    """What a part asks for: a node of the graph and when an answer counts as it."""

    part: str
    node: int
    tolerance: Tolerance


@dataclass(frozen=True, slots=True)
class Belief:
    """A misconception of one family: a changed sweep over all keys, or an own value for a part."""

    id: str
    says: Template
    sweep: Sweep | None = None
    part: str = ""
    node: int = -1

    def answers(self, key: Key) -> int | None:
        """Return the node that gives this belief's answer to a part, if it has one."""
        if self.sweep is not None:
            return key.node
        return self.node if self.part == key.part else None


class FamilyBuilder:
    """Collects what an author wrote, in order, and refuses what does not fit.

    Every method raises ExpressionError, the author's, with the place in the expression.
    """

    def __init__(self) -> None:
        self._builder = GraphBuilder()
        self._givens: list[Given] = []
        self._conditions: list[int] = []
        self._keys: list[Key] = []
        self._beliefs: list[Belief] = []
        self._holes: dict[str, int] = {}
        self._picture: GraphPicture | None = None

    @property
    def graph(self) -> Graph:
        """The graph so far."""
        return self._builder.graph

    def given(self, given: Given) -> None:
        """Declare a parameter."""
        self._builder.input(given.name, given.shape)
        self._givens.append(given)

    def let(self, name: str, tree: Tree) -> None:
        """Name an expression."""
        self._builder.define(name, tree)

    def where(self, tree: Tree) -> None:
        """Add a condition for accepting a draw."""
        self._conditions.append(self._builder.add(tree, condition=True))

    def key(self, part: str, tree: Tree, tolerance: Tolerance) -> Shape:
        """Set the key of a part and return its shape."""
        node = self._builder.add(tree)
        self._keys.append(Key(part, node, tolerance))
        return self._builder.shape(node)

    def hole(self, source: str, tree: Tree) -> None:
        """Add an expression whose value a text shows."""
        self._holes[source] = self._builder.add(tree)

    def picture(self, picture: GraphPicture) -> None:
        """Set the diagram that the item shows."""
        self._picture = picture

    def named_belief(self, rule_id: str, says: Template) -> None:
        """Add a misconception of the table."""
        nodes = self.graph.ancestors([key.node for key in self._keys])
        if not any(self.graph.nodes[index].operation in DERIVATIVES for index in nodes):
            message = f"{rule_id} changes a derivative, and no key of this item has one."
            raise ExpressionError(message)
        sweep = MAL_RULES[rule_id].sweep(self.graph, nodes, self.skips())
        if sweep is None:
            raise ExpressionError(f"{rule_id} finds no place to act in this item's graph.")
        self._beliefs.append(Belief(rule_id, says, sweep=sweep))

    def own_belief(self, own_id: str, says: Template, part: str, tree: Tree) -> None:
        """Add a misconception by the value that it answers to one part."""
        node = self._builder.add(tree)
        key = next(key for key in self._keys if key.part == part)
        wanted, found = self._builder.shape(key.node), self._builder.shape(node)
        if wanted != found:
            message = f"The key of {part} has shape {wanted}, this value has {found}."
            raise ExpressionError(message)
        self._beliefs.append(Belief(own_id, says, part=part, node=node))

    def skips(self) -> SkipEdges:
        """Return the skip edges among what the keys depend on."""
        return find_skips(self.graph, [key.node for key in self._keys])

    def build(self) -> CompiledFamily:
        """Return the family."""
        return CompiledFamily(
            self.graph,
            tuple(self._givens),
            tuple(self._conditions),
            tuple(self._keys),
            tuple(self._beliefs),
            dict(self._holes),
            self._picture,
        )


@dataclass(eq=False)
class CompiledFamily:
    """Draws variants and computes all that follows from their parameters; see `FamilyBuilder`."""

    graph: Graph
    givens: tuple[Given, ...]
    conditions: tuple[int, ...]
    keys: tuple[Key, ...]
    beliefs: tuple[Belief, ...]
    holes: Mapping[str, int]
    picture: GraphPicture | None

    @property
    def random(self) -> bool:
        """Whether different seeds give different parameters."""
        return any(len(given.grid) > 1 for given in self.givens)

    def draw(self, seed: int) -> Draw:
        """Draw the first acceptable candidate of a seed.

        Raises
        ------
        NoVariantError
            None of `MAX_CANDIDATES` candidates met the conditions.
        """
        start, size = 0, _FIRST_BATCH if self.random else 1
        end = MAX_CANDIDATES if self.random else 1
        while start < end:
            candidates = np.arange(start, min(start + size, end), dtype=np.uint64)
            parameters = draw(self.givens, seed, candidates)
            accepted = np.flatnonzero(self.accepts(parameters))
            if len(accepted):
                row = int(accepted[0])
                only = {name: array[row : row + 1] for name, array in parameters.items()}
                return self._follow(start + row, only)
            start, size = start + size, size * 2
        message = f"none of {end} candidates met the conditions"
        raise NoVariantError(message)

    def restore(self, candidate: int, parameters: Mapping[str, Value]) -> Draw:
        """Compute what follows from stored parameters, without drawing."""
        return self._follow(candidate, self._arrays(parameters))

    def accepts(self, parameters: Mapping[str, Array]) -> Array:
        """Tell which of a batch of candidates may become a variant, shape (B,)."""
        batch = next((len(array) for array in parameters.values()), 1)
        accepted = np.ones(batch, dtype=bool)
        if self.conditions:
            tape = forward(self.graph, parameters, self.conditions)
            accepted &= tape.finite()
            for condition in self.conditions:
                accepted &= tape.array(condition)[:, 0, 0].astype(bool)
        rows = np.flatnonzero(accepted)
        if len(rows) and (self.keys or self.holes):
            chosen = {name: array[rows] for name, array in parameters.items()}
            accepted[rows] = self._sound(chosen)
        return accepted

    def drawing(self, parameters: Mapping[str, Value]) -> Drawing | None:
        """Return the picture of the graph with values and gradients, if the item shows one."""
        return None if self.picture is None else self.picture.drawing(self._arrays(parameters))

    def skips_in_words(self) -> list[str]:
        """Name the skip connections that the keys rest on, such as ``x into y``."""
        edges = find_skips(self.graph, [key.node for key in self.keys]).skips
        nodes = sorted((source(self.graph, edge), edge.result) for edge in edges)
        return [f"{self._named(start)} into {self._named(end)}" for start, end in nodes]

    def _named(self, index: int) -> str:
        return self.graph.name_of(index) or self.graph.nodes[index].operation

    def solution(self, parameters: Mapping[str, Value]) -> tuple[Step, ...]:
        """Unfold the sweep into the steps of a worked solution."""
        outputs = [key.node for key in self.keys]
        tape = forward(self.graph, self._arrays(parameters), outputs)
        return unfold(tape, outputs)

    def _sound(self, parameters: Mapping[str, Array]) -> Array:
        """Tell which candidates have finite values and misconceptions that can be told apart."""
        tape, mistaken = self._tapes(parameters)
        sound = tape.finite()
        told: list[Array] = []
        for belief, wrong in zip(self.beliefs, mistaken, strict=True):
            changed, close, answers = self._compare(belief, wrong, tape)
            sound &= wrong.finite() & changed & ~close
            sound &= ~self._meets_another(answers, told, tape)
            told.append(answers)
        return sound

    def _tapes(self, parameters: Mapping[str, Array]) -> tuple[Tape, list[Tape]]:
        own = [belief.node for belief in self.beliefs if belief.sweep is None]
        nodes = [*(key.node for key in self.keys), *self.holes.values(), *own]
        tape = forward(self.graph, parameters, nodes)
        keys = [key.node for key in self.keys]
        return tape, [
            tape if b.sweep is None else forward(self.graph, parameters, keys, b.sweep)
            for b in self.beliefs
        ]

    def _compare(self, belief: Belief, wrong: Tape, tape: Tape) -> tuple[Array, Array, Array]:
        """Compare a belief's answers with the keys, part by part.

        Returns
        -------
        changed, close : arrays of bool, shape (B,)
            Whether some part is clearly another than the key; whether some part is too near to
            tell though not equal.
        answers : array of shape (B, entries of all parts)
            What the belief answers, NaN in the parts that it does not speak of.
        """
        changed, close = np.zeros(tape.batch, dtype=bool), np.zeros(tape.batch, dtype=bool)
        answers = []
        for key in self.keys:
            right = tape.array(key.node)
            node = belief.answers(key)
            if node is None:
                answers.append(np.full(right.shape, np.nan).reshape(tape.batch, -1))
                continue
            answer = wrong.array(node)
            distance = np.abs(answer - right)
            apart = (distance > APART * key.tolerance.bound(right)).any(axis=(-2, -1))
            equal = (distance <= _EQUAL * np.maximum(np.abs(right), 1)).all(axis=(-2, -1))
            changed |= apart
            close |= ~apart & ~equal
            answers.append(answer.reshape(tape.batch, -1))
        return changed, close, np.concatenate(answers, axis=1)

    def _meets_another(self, answers: Array, told: list[Array], tape: Tape) -> Array:
        """Tell where a belief answers what another one does, in every part both speak of."""
        bounds = np.concatenate(
            [
                key.tolerance.bound(tape.array(key.node)).reshape(tape.batch, -1)
                for key in self.keys
            ],
            axis=1,
        )
        meets = np.zeros(tape.batch, dtype=bool)
        for others in told:
            distance = np.abs(answers - others)
            apart = (distance > APART * bounds).any(axis=1)
            spoken = np.isfinite(distance).any(axis=1)
            meets |= spoken & ~apart
        return meets

    def _follow(self, candidate: int, parameters: Mapping[str, Array]) -> Draw:
        tape, mistaken = self._tapes(parameters)
        tape.check()
        values = {source: tape.value(node) for source, node in self.holes.items()}
        predicted = []
        for belief, wrong in zip(self.beliefs, mistaken, strict=True):
            for key in self.keys:
                node = belief.answers(key)
                if node is None:
                    continue
                right, answer = tape.array(key.node), wrong.array(node)
                if (np.abs(answer - right) > APART * key.tolerance.bound(right)).any():
                    says = belief.says.markdown(values)
                    predicted.append(Predicted(belief.id, key.part, wrong.value(node), says))
        return Draw(
            candidate,
            parameters_as_values(dict(parameters), self.givens),
            {key.part: tape.value(key.node) for key in self.keys},
            tuple(predicted),
            values,
        )

    def _arrays(self, parameters: Mapping[str, Any]) -> dict[str, Array]:
        return {g.name: to_array(parameters[g.name], g.shape) for g in self.givens}

"""A family: the numeric half of an item, compiled when content is loaded.

One graph holds everything the author wrote: parameters, ``let``, conditions, keys, the values of
own misconceptions and of the holes in the texts. A draw runs its programs; nothing is parsed or
planned again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.autodiff import Program, Tape, to_array
from quizsvc.errors import NoVariantError
from quizsvc.model import Draw, Later, Likenesses, PathTable, Predicted, Step, Value
from quizsvc.problems import conditions
from quizsvc.problems.draw import Drawer, misfit, parameters_as_values, state_of, states_of
from quizsvc.problems.follow import followed_key
from quizsvc.problems.formulas import POINTS, Mistaken, Points
from quizsvc.problems.landmarks import recognised
from quizsvc.problems.likenesses import likenesses
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.paths import path_tables
from quizsvc.problems.skips import find_skips, source
from quizsvc.problems.solutions import unfold
from quizsvc.problems.trials import Trial, Trials, Written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.expr.primitives import Array
    from quizsvc.problems.beliefs import BeliefClass
    from quizsvc.problems.diagrams import Drawing

MAX_CANDIDATES = 4_096
NOTHING_DRAWN = Draw(0, {}, {}, (), {})
"""The only draw of a family of symbols."""
_SAMPLE = 512
"""Candidates that are looked at when content is loaded, to sort beliefs and to size batches."""
_LARGEST_BATCH = 64
_MOSTLY = 0.9
"""Share of accepted candidates above which one is tried at a time."""


@dataclass(eq=False)
class Batch:
    """The variants of many seeds, drawn at once."""

    seeds: tuple[int, ...]
    """Those that have a variant."""
    barren: tuple[int, ...]
    """Those that have none."""
    candidates: Array
    parameters: dict[str, Array]
    tried: int
    """How many candidates were looked at."""
    accepted: int
    """How many of these would do."""
    refused: Counter[str] = field(default_factory=Counter)
    """By ``where`` or the name of a condition."""


class CompiledFamily:
    """Draws variants and computes all that follows from their parameters; see `FamilyBuilder`."""

    def __init__(self, written: Written) -> None:
        self.graph = written.graph
        self.givens = written.givens
        self.keys = written.keys
        self.holes = written.holes
        self.picture = written.picture
        self.drawer = Drawer(self.givens)
        self._trials = Trials(written, symbolic=self.symbolic)
        self._first_batch = 1
        self._look_at_a_sample()

    @property
    def random(self) -> bool:
        """Whether different seeds give different variants."""
        return self._drawn and not self.symbolic

    @property
    def symbolic(self) -> bool:
        """Whether its parameters only stand for themselves, so that nothing is drawn."""
        return any(given.symbol for given in self.givens)

    @property
    def _drawn(self) -> bool:
        return self.drawer.variety > 1

    def points(self, part: str) -> Points:
        """Return where a formula is compared with the key of a part.

        Raises
        ------
        NoVariantError
            The author's: no values of the symbols meet the conditions.
        """
        batch = self.draw_many(range(POINTS))
        if batch.barren:
            raise NoVariantError("no values of the symbols meet the conditions")
        trial = self._trials.attempt(batch.parameters)
        key = next(key for key in self.keys if key.part == part)
        return Points(
            symbols=batch.parameters,
            # A learner reads numbers, not an author's names of sizes.
            shapes={given.name: tuple(int(n) for n in given.shape) for given in self.givens},
            shape=tuple(int(n) for n in self.graph.nodes[key.node].shape),
            key=trial.tape.array(key.node),
            mistaken=tuple(
                Mistaken(
                    each.first.id,
                    each.feedback({}),
                    trial.wrong[each.first.id].array(each.node),
                )
                for each in self.classes
                if each.key is key
            ),
        )

    def draw(self, seed: int) -> Draw:
        """Draw the first acceptable candidate of a seed.

        Raises
        ------
        NoVariantError
            None of `MAX_CANDIDATES` candidates met the conditions.
        """
        if self.symbolic:
            return NOTHING_DRAWN
        states = np.asarray([state_of(seed)], dtype=np.uint64)
        start, size = 0, self._first_batch
        end = MAX_CANDIDATES if self._drawn else 1
        while start < end:
            candidates = np.arange(start, min(start + size, end), dtype=np.uint64)
            parameters = self.drawer.draw(states, candidates)
            trial, accepted = self._trials.judged(parameters)
            if trial is not None and accepted.any():
                row = int(accepted.argmax())
                return self._follow(start + row, trial, row)
            start, size = start + size, min(2 * size, _LARGEST_BATCH)
        raise NoVariantError(self._why_none(states, end))

    def _why_none(self, states: Array, end: int) -> str:
        refused: Counter[str] = Counter()
        self._trials.accepts(self.drawer.draw(states, np.arange(end, dtype=np.uint64)), refused)
        worst = [conditions.NAMES[name] for name, n in refused.most_common(2) if n]
        return f"none of {end} candidates met the conditions: {'; '.join(worst)}"

    def draw_many(self, seeds: Sequence[int]) -> Batch:
        """Draw the variants of many seeds at once: the same that `draw` gives, one by one."""
        batch = Batch((), (), np.empty(0), {}, 0, 0)
        states = states_of(seeds)
        found: dict[int, tuple[int, dict[str, Array]]] = {}
        pending = np.arange(len(seeds))
        start, size = 0, self._first_batch
        end = MAX_CANDIDATES if self._drawn else 1
        while start < end and len(pending):
            candidates = np.arange(start, min(start + size, end), dtype=np.uint64)
            pairs = np.repeat(states[pending], len(candidates)), np.tile(candidates, len(pending))
            parameters = self.drawer.draw(*pairs)
            accepted = self._trials.accepts(parameters, batch.refused)
            batch.tried += len(accepted)
            batch.accepted += int(accepted.sum())
            by_seed = accepted.reshape(len(pending), len(candidates))
            for place, seed_place in enumerate(pending):
                rows = np.flatnonzero(by_seed[place])
                if len(rows):
                    row = place * len(candidates) + int(rows[0])
                    only = {name: array[row] for name, array in parameters.items()}
                    found[int(seed_place)] = (start + int(rows[0]), only)
            pending = pending[~by_seed.any(axis=1)]
            start, size = start + size, max(1, min(4 * size, 4096 // max(len(pending), 1)))
        order = sorted(found)
        batch.seeds = tuple(seeds[place] for place in order)
        batch.barren = tuple(seeds[int(place)] for place in pending)
        batch.candidates = np.asarray([found[place][0] for place in order], dtype=np.int64)
        batch.parameters = {
            given.name: np.stack([found[place][1][given.name] for place in order])
            for given in self.givens
            if order
        }
        return batch

    def restore(self, candidate: int, parameters: Mapping[str, Value]) -> Draw:
        """Compute what follows from stored parameters, without drawing."""
        if self.symbolic:
            return NOTHING_DRAWN
        trial = self._trials.attempt(self.arrays(parameters))
        trial.tape.check()
        return self._follow(candidate, trial)

    def misfit(self, parameters: Mapping[str, Value]) -> str | None:
        """Say why stored parameters cannot be taken; None if they can."""
        return None if self.symbolic else misfit(self.givens, parameters)

    def run(self, parameters: Mapping[str, Array]) -> Tape:
        """Compute keys and holes for a batch of parameters."""
        return self._trials.run(parameters)

    def values_of(self, nodes: Sequence[int], parameters: Mapping[str, Array]) -> list[Array]:
        """Return the values of any nodes, each of shape (B, *shape of the node)."""
        tape = Program(self.graph, nodes).run(parameters)
        shapes = [self.graph.nodes[node].shape for node in nodes]
        return [
            tape.array(node).reshape(tape.batch, *shape)
            for node, shape in zip(nodes, shapes, strict=True)
        ]

    def follow(
        self, parameters: Mapping[str, Value], part: str, given: Mapping[str, Value]
    ) -> Value | None:
        """Return the key of a part as it follows from a learner's values of other parts."""
        tape = self._trials.run(self.arrays(parameters))
        return followed_key(self.graph, self.keys, tape, part, given)

    def recognise(self, parameters: Mapping[str, Value], part: str, response: Value) -> str | None:
        """Say which other value of the graph a response to a part is, if it is just one."""
        key = next(key for key in self.keys if key.part == part)
        tape = self._trials.run(self.arrays(parameters))
        return recognised(tape, key, np.asarray(response, dtype=float))

    def likenesses(
        self, parameters: Sequence[Mapping[str, Value]], part: str, responses: Sequence[Value]
    ) -> Likenesses:
        """Say which other values of the graph wrong responses to a part are, each of a variant."""
        batch = {
            given.name: np.concatenate(
                [to_array(one[given.name], given.shape) for one in parameters]
            )
            for given in self.givens
        }
        given_answers = np.asarray(responses, dtype=float)
        return likenesses(self.graph, self.keys, part, batch, given_answers)

    def drawing(self, parameters: Mapping[str, Value]) -> Drawing | None:
        """Return the picture of the graph with values and gradients, if the item shows one."""
        return None if self.picture is None else self.picture.drawing(self.arrays(parameters))

    def skips_in_words(self) -> list[str]:
        """Name the skip connections that the keys rest on, such as ``x into y``."""
        edges = find_skips(self.graph, [key.node for key in self.keys]).skips
        nodes = sorted((source(self.graph, edge), edge.result) for edge in edges)
        return [f"{self._named(start)} into {self._named(end)}" for start, end in nodes]

    def _named(self, index: int) -> str:
        return self.graph.name_of(index) or self.graph.nodes[index].operation

    def solution(self, parameters: Mapping[str, Value]) -> tuple[Step, ...]:
        """Unfold the sweep into the steps of a worked solution."""
        nodes = [key.node for key in self.keys]
        if self.symbolic:
            one = self.draw_many([0]).parameters
            return tuple(replace(step, result="") for step in unfold(self._trials.run(one), nodes))
        return unfold(self._trials.run(self.arrays(parameters)), nodes)

    def paths(self, parameters: Mapping[str, Value]) -> tuple[PathTable, ...]:
        """Split each derivative that passes a skip connection into its paths."""
        inputs = self.draw_many([0]).parameters if self.symbolic else self.arrays(parameters)
        nodes = [key.node for key in self.keys]
        return path_tables(self.graph, nodes, inputs, numbers=not self.symbolic)

    def arrays(self, parameters: Mapping[str, Any]) -> dict[str, Array]:
        """Return stored parameters as a batch of one."""
        return {g.name: to_array(parameters[g.name], g.shape) for g in self.givens}

    @property
    def classes(self) -> tuple[BeliefClass, ...]:
        """The misconceptions, as far as responses can tell them apart, part by part."""
        return self._trials.classes

    @property
    def inapplicable(self) -> tuple[str, ...]:
        """Ids of misconceptions that the author listed and that answer the key."""
        return self._trials.inapplicable

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the misconceptions of the table that it uses, in the table's order."""
        return tuple(each for each in MAL_RULES if each in self._trials.offered)

    def _look_at_a_sample(self) -> None:
        """Sort the beliefs by a sample of draws, and learn how many candidates a draw needs."""
        count = _SAMPLE if self._drawn else 1
        parameters = self.drawer.draw(states_of([0]), np.arange(count, dtype=np.uint64))
        share = self._trials.learn(parameters)
        if self._drawn and share:
            enough = min(max(round(3 / share), 1), _LARGEST_BATCH)
            self._first_batch = 1 if share > _MOSTLY else enough

    def _follow(self, candidate: int, trial: Trial, row: int = 0) -> Draw:
        values = self._trials.hole_values(trial.tape, row)
        return Draw(
            candidate,
            parameters_as_values(trial.parameters, self.givens, row),
            {key.part: trial.tape.value(key.node, row) for key in self.keys},
            Later(lambda: self._predicted(trial, row, values)),
            values,
        )

    def _predicted(
        self, trial: Trial, row: int, values: Mapping[str, Value]
    ) -> tuple[Predicted, ...]:
        return tuple(
            Predicted(
                each.first.id,
                each.key.part,
                trial.wrong[each.first.id].value(each.node, row),
                each.feedback(values),
            )
            for each, clear in zip(self.classes, trial.answers.clear[row], strict=True)
            if clear
        )

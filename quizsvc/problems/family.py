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
from quizsvc.model import Draw, PathTable, Predicted, Step, Value
from quizsvc.problems import conditions
from quizsvc.problems.beliefs import Belief, BeliefClass, Key, sort_beliefs
from quizsvc.problems.conditions import Answers, Kinks, Rounding, compare
from quizsvc.problems.draw import Drawer, Given, parameters_as_values, state_of, states_of
from quizsvc.problems.follow import followed_key
from quizsvc.problems.formulas import POINTS, Mistaken, Points
from quizsvc.problems.landmarks import recognised
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.problems.paths import path_tables
from quizsvc.problems.skips import find_skips, source
from quizsvc.problems.solutions import unfold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array
    from quizsvc.model import Template
    from quizsvc.problems.diagrams import Drawing, GraphPicture

MAX_CANDIDATES = 4_096
NOTHING_DRAWN = Draw(0, {}, {}, (), {})
"""The only draw of a family of symbols."""
_SAMPLE = 512
"""Candidates that are looked at when content is loaded, to sort beliefs and to size batches."""
_LARGEST_BATCH = 64


@dataclass(eq=False)
class Trial:
    """A batch of candidates with all that was computed of them."""

    parameters: Mapping[str, Array]
    tape: Tape
    wrong: Mapping[str, Tape]
    """By the id of a belief."""
    answers: Answers
    """Of the misconceptions."""


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


@dataclass(frozen=True, eq=False, slots=True)
class Written:
    """What an author wrote, in the nodes of one graph."""

    graph: Graph
    givens: tuple[Given, ...]
    where: tuple[int, ...]
    keys: tuple[Key, ...]
    beliefs: tuple[Belief, ...]
    """From basic to special."""
    holes: Mapping[str, int]
    """Source of a hole to its node."""
    choices: tuple[tuple[Template, ...], ...]
    """Texts of which no two may look the same."""
    picture: GraphPicture | None
    kinks_by_convention: bool
    any_size: bool
    """Whether keys may be as large or small as they come."""


class CompiledFamily:
    """Draws variants and computes all that follows from their parameters; see `FamilyBuilder`."""

    def __init__(self, written: Written) -> None:
        graph, keys, holes, beliefs = written.graph, written.keys, written.holes, written.beliefs
        self.graph = graph
        self.givens = written.givens
        self.keys = keys
        self.holes = holes
        self.picture = written.picture
        self.drawer = Drawer(self.givens)
        self._where = written.where
        self._choices = tuple(
            texts for texts in written.choices if any(text.holes for text in texts)
        )
        nodes = [key.node for key in keys]
        own = [belief.node for belief in beliefs if belief.rules is None]
        self._conditions = Program(graph, self._where)
        self._program = Program(graph, [*nodes, *holes.values(), *own])
        needed = graph.ancestors(nodes)
        conventional = written.kinks_by_convention
        self._kinks = Kinks(()) if conventional else Kinks.among(graph, needed)
        whole = all(value == round(value) for given in self.givens for value in _values(given))
        exact = conditions.is_exact(graph, needed, whole=whole)
        plain = exact or self.symbolic  # symbols are neither rounded nor read
        self._rounds = not plain
        self._rounding: Program | None = None
        self._any_size = written.any_size or self.symbolic
        self._first_batch = 1
        self._offered = {b.id for b in beliefs if b.listed}
        self.classes: tuple[BeliefClass, ...] = ()
        self.inapplicable: tuple[str, ...] = ()
        """Ids of beliefs that the author listed and that answer the key."""
        self._beliefs: tuple[Belief, ...] = ()
        self._listed: list[list[int]] = []
        """For each belief that the author listed, the classes that it belongs to."""
        self._sort(beliefs)

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
        trial = self._try(batch.parameters)
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
            for row in np.flatnonzero(self._meets_where(parameters)):
                only = {name: array[row : row + 1] for name, array in parameters.items()}
                tape = self._program.run(only)
                if all(held[0] for held in self._plain_conditions(tape).values()):
                    trial = self._compared(only, tape)
                    if all(held[0] for held in self._told_apart(trial).values()):
                        return self._follow(start + int(row), trial)
            start, size = start + size, _LARGEST_BATCH
        raise NoVariantError(self._why_none(states, end))

    def _why_none(self, states: Array, end: int) -> str:
        refused: Counter[str] = Counter()
        self._accepts(self.drawer.draw(states, np.arange(end, dtype=np.uint64)), refused)
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
            accepted = self._accepts(parameters, batch.refused)
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
        return self._follow(candidate, self._try(self.arrays(parameters)))

    def run(self, parameters: Mapping[str, Array]) -> Tape:
        """Compute keys and holes for a batch of parameters."""
        return self._program.run(parameters)

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
        tape = self._program.run(self.arrays(parameters))
        return followed_key(self.graph, self.keys, tape, part, given)

    def recognise(self, parameters: Mapping[str, Value], part: str, response: Value) -> str | None:
        """Say which other value of the graph a response to a part is, if it is just one."""
        key = next(key for key in self.keys if key.part == part)
        tape = self._program.run(self.arrays(parameters))
        return recognised(tape, key, np.asarray(response, dtype=float))

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
            return tuple(replace(step, result="") for step in unfold(self._program.run(one), nodes))
        return unfold(self._program.run(self.arrays(parameters)), nodes)

    def paths(self, parameters: Mapping[str, Value]) -> tuple[PathTable, ...]:
        """Split each derivative that passes a skip connection into its paths."""
        inputs = self.draw_many([0]).parameters if self.symbolic else self.arrays(parameters)
        nodes = [key.node for key in self.keys]
        return path_tables(self.graph, nodes, inputs, numbers=not self.symbolic)

    def arrays(self, parameters: Mapping[str, Any]) -> dict[str, Array]:
        """Return stored parameters as a batch of one."""
        return {g.name: to_array(parameters[g.name], g.shape) for g in self.givens}

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the misconceptions of the table that it uses, in the table's order."""
        return tuple(each for each in MAL_RULES if each in self._offered)

    # --- beliefs --------------------------------------------------------------------------------

    def _sort(self, beliefs: Sequence[Belief]) -> None:
        """Sort the beliefs by a sample of draws, and learn how many candidates a draw needs."""
        count = _SAMPLE if self._drawn else 1
        candidates = np.arange(count, dtype=np.uint64)
        parameters = self.drawer.draw(states_of([0]), candidates)
        rows = np.flatnonzero(self._meets_where(parameters))
        chosen = {name: array[rows] for name, array in parameters.items()}
        if not len(rows):
            return  # `check` will say that nothing can be drawn
        tape = self._program.run(chosen)
        if self._rounds:
            entries = [np.abs(tape.array(key.node)).max(axis=(-2, -1)) for key in self.keys]
            wanted = zip(self.keys, entries, strict=True)
            digits = max(
                (key.tolerance.digits_carried(at) for key, at in wanted if not key.tolerance.exact),
                default=0,
            )
            nodes = [key.node for key in self.keys]
            self._rounding = Program(self.graph, nodes, Rounding(digits))
        found = sort_beliefs(beliefs, self.keys, tape)
        self.classes = found.classes
        self._offered |= {b.id for b in beliefs if b.id not in found.inapplicable}
        self.inapplicable = tuple(b.id for b in beliefs if b.id in found.inapplicable and b.listed)
        self._beliefs = tuple({each.first.id: each.first for each in self.classes}.values())
        members = [{member.id for member in each.members} for each in self.classes]
        self._listed = [
            [k for k, ids in enumerate(members) if belief.id in ids]
            for belief in beliefs
            if belief.listed and belief.id not in found.inapplicable
        ]
        if self._drawn:
            share = float(self._accepts(parameters, Counter()).mean())
            self._first_batch = min(max(round(2 / max(share, 1e-3)), 1), _LARGEST_BATCH)
            if share > 0.9:
                self._first_batch = 1

    # --- one batch ------------------------------------------------------------------------------

    def _meets_where(self, parameters: Mapping[str, Array]) -> Array:
        batch = next((len(array) for array in parameters.values()), 1)
        if not self._where:
            return np.ones(batch, dtype=bool)
        tape = self._conditions.run(parameters)
        met = tape.finite()
        for condition in self._where:
            met &= tape.array(condition)[:, 0, 0].astype(bool)
        return met

    def _try(self, parameters: Mapping[str, Array]) -> Trial:
        return self._compared(parameters, self._program.run(parameters))

    def _compared(self, parameters: Mapping[str, Array], tape: Tape) -> Trial:
        wrong = {belief.id: belief.tape(tape) for belief in self._beliefs}
        return Trial(parameters, tape, wrong, compare(self.classes, tape, wrong))

    def _plain_conditions(self, tape: Tape) -> dict[str, Array]:
        """Return for each condition but those on misconceptions who meets it, shape (B,)."""
        holds = {"finite": tape.finite()}
        if not self._any_size:
            holds["readable"] = conditions.readable(self.keys, tape)
        if self._kinks.nodes:
            holds["kinks"] = self._kinks.passed(tape)
        if self._rounding is not None:
            holds["rounding"] = conditions.bears_rounding(self.keys, self._rounding, tape)
        if self._choices:
            holds["choices"] = self._choices_differ(tape)
        return holds

    def _told_apart(self, trial: Trial) -> dict[str, Array]:
        """Return for each condition on misconceptions who meets it, shape (B,)."""
        if not self.classes:
            return {}
        answers = trial.answers
        apart: Array = np.asarray(~answers.close.any(axis=0))
        for places in self._listed:  # what an author lists is to be told apart in every draw
            apart &= answers.clear[places].any(axis=0)
        return {"misconceptions": apart, "classes": ~answers.meets}

    def _accepts(self, parameters: Mapping[str, Array], refused: Counter[str]) -> Array:
        """Tell which of a batch of candidates may become a variant, shape (B,)."""
        accepted = self._meets_where(parameters)
        refused["where"] += int((~accepted).sum())
        rows = np.flatnonzero(accepted)
        for apart in (False, True):
            if not len(rows):
                break
            chosen = {name: array[rows] for name, array in parameters.items()}
            tape = self._program.run(chosen)
            holds = (
                self._told_apart(self._compared(chosen, tape))
                if apart
                else self._plain_conditions(tape)
            )
            refused.update({name: int((~held).sum()) for name, held in holds.items()})
            for held in holds.values():
                accepted[rows] &= held
            rows = np.flatnonzero(accepted)
        return accepted

    def _choices_differ(self, tape: Tape) -> Array:
        differ = np.ones(tape.batch, dtype=bool)
        for row in range(tape.batch):
            values = self._hole_values(tape, row)
            for texts in self._choices:
                shown = {text.markdown(values).strip() for text in texts}
                differ[row] &= len(shown) == len(texts)
        return differ

    def _hole_values(self, tape: Tape, row: int = 0) -> dict[str, Value]:
        return {source: tape.value(node, row) for source, node in self.holes.items()}

    def _follow(self, candidate: int, trial: Trial) -> Draw:
        tape = trial.tape
        tape.check()
        values = self._hole_values(tape)
        return Draw(
            candidate,
            parameters_as_values(trial.parameters, self.givens),
            {key.part: tape.value(key.node) for key in self.keys},
            tuple(self._predicted(trial, values)),
            values,
        )

    def _predicted(self, trial: Trial, values: Mapping[str, Value]) -> list[Predicted]:
        return [
            Predicted(
                each.first.id,
                each.key.part,
                trial.wrong[each.first.id].value(each.node),
                each.feedback(values),
            )
            for each, clear in zip(self.classes, trial.answers.clear, strict=True)
            if clear[0]
        ]


def _values(given: Given) -> list[float]:
    return list(given.grid) or np.ravel(given.fixed).tolist()

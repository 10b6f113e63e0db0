"""Trials of candidates: a batch of parameters, what follows from them, and whether they will do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from quizsvc.autodiff import Program, Tape
from quizsvc.autodiff.stacked import StackedSweeps, can_stack
from quizsvc.problems import conditions
from quizsvc.problems.beliefs import Belief, BeliefClass, Key, sort_beliefs
from quizsvc.problems.comparing import Answers, Comparison, Keys
from quizsvc.problems.conditions import Kinks, Rounding

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quizsvc.expr.graph import Graph
    from quizsvc.expr.primitives import Array
    from quizsvc.model import Template, Value
    from quizsvc.problems.diagrams import GraphPicture
    from quizsvc.problems.draw import Given


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


class Trial:
    """A batch of candidates; what misconceptions answer is worked out when it is asked for."""

    def __init__(self, trials: Trials, parameters: Mapping[str, Array], tape: Tape) -> None:
        self._trials = trials
        self.parameters = parameters
        self.tape = tape

    @cached_property
    def wrong(self) -> Mapping[str, Tape]:
        """The tapes of the misconceptions, by the id of the belief."""
        return self._trials.wrong(self.tape)

    @cached_property
    def answers(self) -> Answers:
        """How the misconceptions' answers lie to the keys."""
        return self._trials.comparison.of(self.tape, self.wrong)


class Trials:
    """The programs and conditions of one family."""

    def __init__(self, written: Written, *, symbolic: bool) -> None:
        graph = self._graph = written.graph
        self._keys = written.keys
        self._key_entries = Keys(graph, written.keys)
        self._holes = written.holes
        self._where = written.where
        self._written = written
        self._choices = tuple(
            texts for texts in written.choices if any(text.holes for text in texts)
        )
        nodes = self._nodes = [key.node for key in written.keys]
        own = [belief.node for belief in written.beliefs if belief.rules is None]
        self._conditions = Program(graph, written.where)
        shown = [*nodes, *written.holes.values(), *own]
        self._program = Program(graph, shown)
        self._whole = Program(graph, [*shown, *written.where])
        needed = graph.ancestors(nodes)
        self._kinks = Kinks(()) if written.kinks_by_convention else Kinks.among(graph, needed)
        # Symbols are neither rounded nor read.
        self._any_size = written.any_size or symbolic
        whole = all(value == round(value) for each in written.givens for value in _values(each))
        self._rounds = not symbolic and not conditions.is_exact(graph, needed, whole=whole)
        self._rounding: Program | None = None
        self.classes: tuple[BeliefClass, ...] = ()
        self.comparison = Comparison(graph, written.keys, ())
        self.inapplicable: tuple[str, ...] = ()
        self.offered = {belief.id for belief in written.beliefs if belief.listed}
        """Ids of beliefs that are listed, or that `auto` found to apply."""
        self._beliefs: tuple[Belief, ...] = ()
        """Those that are run by themselves; the others are stacked."""
        self._stacked_ids: tuple[str, ...] = ()
        self._stacked: StackedSweeps | None = None
        self._listed: list[list[int]] = []
        """For each belief that the author listed, the classes that it belongs to."""

    def learn(self, parameters: Mapping[str, Array]) -> float:
        """Sort beliefs and choose how to round by a sample; return the share that is accepted."""
        rows = np.flatnonzero(self.meets_where(parameters))
        if not len(rows):
            return 0.0  # `check` will say that nothing can be drawn
        chosen = {name: array[rows] for name, array in parameters.items()}
        tape = self._program.run(chosen)
        finite = tape.finite()
        if not finite.all():  # what has no value in some draw says nothing of the others
            if not finite.any():
                return 0.0
            tape = self._program.run({name: array[finite] for name, array in chosen.items()})
        self._round_as_needed(tape)
        self._sort(tape)
        return float(self.accepts(parameters, Counter()).mean())

    def _round_as_needed(self, tape: Tape) -> None:
        inexact = [key for key in self._keys if not key.tolerance.exact]
        if self._rounds and inexact:
            entries = [np.abs(tape.array(key.node)).max(axis=(-2, -1)) for key in inexact]
            pairs = zip(inexact, entries, strict=True)
            digits = max(key.tolerance.digits_carried(largest) for key, largest in pairs)
            self._rounding = Program(self._graph, self._nodes, Rounding(digits))

    def _sort(self, tape: Tape) -> None:
        beliefs = self._written.beliefs
        found = sort_beliefs(beliefs, self._keys, tape)
        self.classes = found.classes
        self.comparison = Comparison(self._graph, self._keys, found.classes)
        self.offered |= {b.id for b in beliefs if b.id not in found.inapplicable}
        self.inapplicable = tuple(b.id for b in beliefs if b.listed and b.id in found.inapplicable)
        used = {each.first.id: each.first for each in self.classes}.values()
        stackable = [
            belief
            for belief in used
            if belief.rules and can_stack(self._graph, self._nodes, belief.rules)
        ]
        self._beliefs = tuple(belief for belief in used if belief not in stackable)
        self._stacked_ids = tuple(belief.id for belief in stackable)
        rules = [belief.rules for belief in stackable if belief.rules]
        self._stacked = StackedSweeps(self._graph, self._nodes, rules) if rules else None
        members = [{member.id for member in each.members} for each in self.classes]
        self._listed = [
            [k for k, ids in enumerate(members) if belief.id in ids]
            for belief in beliefs
            if belief.listed and belief.id not in found.inapplicable
        ]

    def run(self, parameters: Mapping[str, Array]) -> Tape:
        """Compute keys, holes and the values of own misconceptions."""
        return self._program.run(parameters)

    def meets_where(self, parameters: Mapping[str, Array]) -> Array:
        """Tell which candidates meet the author's own conditions, shape (B,)."""
        batch = next((len(array) for array in parameters.values()), 1)
        if not self._where:
            return np.ones(batch, dtype=bool)
        tape = self._conditions.run(parameters)
        return tape.finite() & self._meets(tape)

    def _meets(self, tape: Tape) -> Array:
        met = np.ones(tape.batch, dtype=bool)
        for condition in self._where:
            met &= tape.array(condition)[:, 0, 0].astype(bool)
        return met

    def attempt(self, parameters: Mapping[str, Array]) -> Trial:
        """Compute all that follows from a batch of candidates."""
        return Trial(self, parameters, self._program.run(parameters))

    def wrong(self, tape: Tape) -> dict[str, Tape]:
        """Return the tape as each belief would write it."""
        tapes = {belief.id: belief.tape(tape) for belief in self._beliefs}
        if self._stacked is not None:
            tapes.update(zip(self._stacked_ids, self._stacked.rerun(tape), strict=True))
        return tapes

    def judged(self, parameters: Mapping[str, Array]) -> tuple[Trial | None, Array]:
        """Compute all of a few candidates at once, and tell which may become a variant.

        For a few candidates numpy's calls cost more than the arithmetic: whatever is computed for
        one that will not do costs less than to ask each by itself.

        Returns
        -------
        trial : Trial, or None if no candidate will do
        accepted : array of bool, shape (B,)
        """
        tape = self._whole.run(parameters)
        accepted = self._meets(tape)
        for held in self._of_values(tape).values():
            accepted &= held
        if self._choices:
            accepted[accepted] = self._choices_differ(tape, np.flatnonzero(accepted))
        if not accepted.any():
            return None, accepted
        trial = Trial(self, parameters, tape)
        for held in self.told_apart(trial).values():
            accepted &= held
        return trial, accepted

    def plain_conditions(self, tape: Tape) -> dict[str, Array]:
        """Return for each condition but those on misconceptions who meets it, shape (B,)."""
        holds = self._of_values(tape)
        if self._choices:
            holds["choices"] = self._choices_differ(tape, range(tape.batch))
        return holds

    def _of_values(self, tape: Tape) -> dict[str, Array]:
        holds = {"finite": tape.finite()}
        if not self._any_size:
            holds["readable"] = self._key_entries.readable(tape)
        if self._kinks.nodes:
            holds["kinks"] = self._kinks.passed(tape)
        if self._rounding is not None:
            holds["rounding"] = conditions.bears_rounding(self._keys, self._rounding, tape)
        return holds

    def told_apart(self, trial: Trial) -> dict[str, Array]:
        """Return for each condition on misconceptions who meets it, shape (B,)."""
        if not self.classes:
            return {}
        answers = trial.answers
        apart: Array = np.asarray(~answers.close.any(axis=1))
        for places in self._listed:  # what an author lists is to be told apart in every draw
            apart &= answers.clear[:, places].any(axis=1)
        return {"misconceptions": apart, "classes": ~answers.meets}

    def accepts(self, parameters: Mapping[str, Array], refused: Counter[str]) -> Array:
        """Tell which of a batch of candidates may become a variant, shape (B,)."""
        accepted = self.meets_where(parameters)
        refused["where"] += int((~accepted).sum())
        rows = np.flatnonzero(accepted)
        for apart in (False, True):
            if not len(rows):
                break
            chosen = {name: array[rows] for name, array in parameters.items()}
            tape = self._program.run(chosen)
            holds = (
                self.told_apart(Trial(self, chosen, tape)) if apart else self.plain_conditions(tape)
            )
            refused.update({name: int((~held).sum()) for name, held in holds.items()})
            for held in holds.values():
                accepted[rows] &= held
            rows = np.flatnonzero(accepted)
        return accepted

    def _choices_differ(self, tape: Tape, rows: Iterable[int]) -> Array:
        differ = []
        for row in rows:
            values = self.hole_values(tape, row)
            shown = [{text.markdown(values).strip() for text in texts} for texts in self._choices]
            differ.append(
                all(len(s) == len(texts) for s, texts in zip(shown, self._choices, strict=True))
            )
        return np.asarray(differ, dtype=bool)

    def hole_values(self, tape: Tape, row: int = 0) -> dict[str, Value]:
        """Return the values that texts show, by the source of the hole."""
        return {source: tape.value(node, row) for source, node in self._holes.items()}


def _values(given: Given) -> list[float]:
    return list(given.grid) or np.ravel(given.fixed).tolist()

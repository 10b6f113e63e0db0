"""The beliefs of a family, sorted into classes that a response can tell apart.

Two changed rules may answer alike by the structure of a graph: in a single block a forgotten skip
connection is a plain network; for ReLU the slope at the output is the slope. What agrees on
nearly all draws is one class, under its first name; what agrees with the key does not apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quizsvc.autodiff import Program, Rules, Tape
    from quizsvc.expr.primitives import Array
    from quizsvc.model import Template
    from quizsvc.problems.tolerance import Tolerance

AGREEMENT = 0.99
"""Share of draws on which two answers are equal that makes them one."""
APART = 3.0
"""Answers that differ do so by more than this many tolerances, or the draw is refused."""
EQUAL = 1e-9
"""Relative distance of two computations of one number."""


@dataclass(frozen=True, slots=True)
class Key:
    """What a part asks for: a node of the graph and when an answer counts as it."""

    part: str
    node: int
    tolerance: Tolerance


@dataclass(frozen=True, eq=False, slots=True)
class Belief:
    """A misconception of one family: changed rules for all keys, or an own value for a part."""

    id: str
    title: str
    says: Template
    rules: Rules | None = None
    program: Program | None = None
    part: str = ""
    node: int = -1
    listed: bool = True
    """Whether the author named it; `auto` brings those that turn out to apply."""

    def node_for(self, key: Key) -> int | None:
        """Return the node that gives this belief's answer to a part, if it has one."""
        if self.program is not None:
            return key.node
        return self.node if self.part == key.part else None

    def tape(self, right: Tape) -> Tape:
        """Return the tape as this belief would write it."""
        return right if self.program is None else self.program.rerun(right)


@dataclass(frozen=True, eq=False, slots=True)
class BeliefClass:
    """Beliefs that no response can tell apart, under the name of the most basic one."""

    id: str
    says: Template
    also: tuple[str, ...]
    """Titles of the others."""
    answers: Mapping[str, Belief]
    """Part to the belief that answers it; a part that none of them changes is left out."""
    listed: bool

    def feedback(self, values: Mapping[str, object]) -> str:
        """Return what a learner with one of these beliefs is told, in Markdown."""
        says = self.says.markdown(values).rstrip()
        if not self.also:
            return says
        return f"{says}\n\nThe same answer comes of another slip: {'; '.join(self.also)}."


@dataclass(frozen=True, slots=True)
class Sorted:
    """Beliefs as they turned out."""

    classes: tuple[BeliefClass, ...]
    keys: tuple[str, ...]
    """Ids of those that answer the key: they do not apply."""


def sort_beliefs(beliefs: Sequence[Belief], keys: Sequence[Key], tape: Tape) -> Sorted:
    """Sort beliefs into classes by how they answer a sample of draws.

    Parameters
    ----------
    beliefs : sequence of Belief
        From basic to special.
    keys : sequence of Key
    tape : Tape
        The calculus over the sample.
    """
    answers = {belief.id: _changed_answers(belief, keys, tape) for belief in beliefs}
    tolerances = {key.part: key.tolerance for key in keys}
    members: list[list[Belief]] = []
    for belief in beliefs:
        mine = answers[belief.id]
        if not mine:
            continue
        for others in members:
            if any(_agree(mine, answers[other.id], tolerances) for other in others):
                others.append(belief)
                break
        else:
            members.append([belief])
    classes = [_class_of(alike, answers) for alike in members]
    return Sorted(tuple(classes), tuple(b.id for b in beliefs if not answers[b.id]))


def _class_of(alike: list[Belief], answers: Mapping[str, Mapping[str, Array]]) -> BeliefClass:
    by_part: dict[str, Belief] = {}
    for belief in alike:
        for part in answers[belief.id]:
            by_part.setdefault(part, belief)
    # Only the author's own words and listed rules name a class; `auto` adds to it.
    first = next((belief for belief in alike if belief.listed), alike[0])
    also = tuple(belief.title for belief in alike if belief is not first and belief.title)
    return BeliefClass(first.id, first.says, also, by_part, any(b.listed for b in alike))


def _changed_answers(belief: Belief, keys: Sequence[Key], tape: Tape) -> dict[str, Array]:
    """Return what a belief answers, in the parts in which that is not the key."""
    wrong = belief.tape(tape)
    found = {}
    for key in keys:
        node = belief.node_for(key)
        if node is None:
            continue
        answer, right = wrong.array(node), tape.array(key.node)
        if _share_equal(answer, right, key.tolerance) < AGREEMENT:
            found[key.part] = answer
    return found


def _agree(
    mine: Mapping[str, Array], other: Mapping[str, Array], tolerances: Mapping[str, Tolerance]
) -> bool:
    shared = mine.keys() & other.keys()
    return bool(shared) and all(
        _share_equal(mine[part], other[part], tolerances[part]) >= AGREEMENT for part in shared
    )


def _share_equal(a: Array, b: Array, tolerance: Tolerance) -> float:
    equal = np.abs(a - b) <= tolerance.bound(b)
    return float(equal.all(axis=(-2, -1)).mean())

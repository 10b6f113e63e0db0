"""The beliefs of a family, sorted into classes that a response can tell apart.

Two changed rules may answer alike by the structure of a graph: in a single block a forgotten skip
connection is a plain network; for ReLU the slope at the output is the slope. What agrees on
nearly all draws is one class, under its first name; what agrees with the key does not apply.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
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


@dataclass(frozen=True, eq=False)
class BeliefClass:
    """Beliefs that no response to one part can tell apart, under the most basic one's name."""

    key: Key
    members: tuple[Belief, ...]
    """From basic to special."""

    @cached_property
    def first(self) -> Belief:
        """The one that names the class: an own or listed one before those that `auto` found."""
        return next((each for each in self.members if each.listed), self.members[0])

    @property
    def name(self) -> str:
        """All ids, as in ``drop-skip = plain-network``."""
        return " = ".join(each.id for each in self.members)

    @cached_property
    def node(self) -> int:
        """The node that holds its answer, on the tape of the first member."""
        node = self.first.node_for(self.key)
        assert node is not None  # noqa: S101 - a member speaks of this part
        return node

    @cached_property
    def _also(self) -> str:
        also = [each.title for each in self.members if each is not self.first and each.title]
        return f"\n\nAnother slip gives the same: {'; '.join(also)}." if also else ""

    @cached_property
    def _without_holes(self) -> str | None:
        says = self.first.says
        return None if says.holes else says.markdown({}).rstrip() + self._also

    def feedback(self, values: Mapping[str, object]) -> str:
        """Return what a learner with one of these beliefs is told, in Markdown."""
        if self._without_holes is not None:
            return self._without_holes
        return self.first.says.markdown(values).rstrip() + self._also


@dataclass(frozen=True, slots=True)
class Sorted:
    """Beliefs as they turned out."""

    classes: tuple[BeliefClass, ...]
    """Part by part."""
    inapplicable: tuple[str, ...]
    """Ids of those that answer the key."""


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
    wrong = {belief.id: belief.tape(tape) for belief in beliefs}
    classes = [
        BeliefClass(key, tuple(members))
        for key in keys
        for members in _alike(beliefs, key, tape, wrong)
    ]
    applying = {member.id for each in classes for member in each.members}
    return Sorted(tuple(classes), tuple(b.id for b in beliefs if b.id not in applying))


def _alike(
    beliefs: Sequence[Belief], key: Key, tape: Tape, wrong: Mapping[str, Tape]
) -> list[list[Belief]]:
    """Group the beliefs that change a part by what they answer to it."""
    right = tape.array(key.node)
    groups: list[list[Belief]] = []
    answers: list[Array] = []
    for belief in beliefs:
        node = belief.node_for(key)
        if node is None:
            continue
        answer = wrong[belief.id].array(node)
        if _share_equal(answer, right, key.tolerance) >= AGREEMENT:
            continue
        for group, other in zip(groups, answers, strict=True):
            if _share_equal(answer, other, key.tolerance) >= AGREEMENT:
                group.append(belief)
                break
        else:
            groups.append([belief])
            answers.append(answer)
    return groups


def _share_equal(a: Array, b: Array, tolerance: Tolerance) -> float:
    equal = np.abs(a - b) <= tolerance.bound(b)
    return float(equal.all(axis=(-2, -1)).mean())

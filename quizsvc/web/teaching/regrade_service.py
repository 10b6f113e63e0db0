"""Regrades without HTTP and HTML: what a mended item makes of every stored response to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from quizsvc.errors import MisfitError
from quizsvc.model import Invalid, Outcome
from quizsvc.store import judged_places, regrades
from quizsvc.store.judged_places import versions
from quizsvc.store.regrades import Judged, NewRegrade, RegradeOvertakenError
from quizsvc.web.service import OutOfOrderError, UnknownError, judge, stored_outcome

if TYPE_CHECKING:
    from quizsvc.model import Item, RawResponse, Variant
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.judged_places import JudgedPlace
    from quizsvc.store.regrades import Policy, Regrade
    from quizsvc.web.service import Service

Kind = Literal["raised", "lowered", "kept", "reworded"]
"""Whether points come, go, would go but stay, or only what is said of the response differs."""


@dataclass(frozen=True, slots=True)
class Change:
    """A response that the mended item judges otherwise."""

    place: JudgedPlace
    before: Outcome
    after: Outcome
    kind: Kind

    @property
    def points_before(self) -> float:
        """The points now."""
        return (self.before.score or 0.0) * self.place.pinned.points

    @property
    def points_after(self) -> float:
        """The points after the regrade."""
        after = self.before if self.kind == "kept" else self.after
        return (after.score or 0.0) * self.place.pinned.points

    @property
    def said_before(self) -> str:
        """What the learner is told now."""
        return _said(self.before)

    @property
    def said_after(self) -> str:
        """What the mended item would tell him."""
        return _said(self.after)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A place that cannot be regraded and stays as it is."""

    place: JudgedPlace
    why: str


@dataclass
class Preview:
    """What a regrade would do, to be looked at before it is applied."""

    item: Item
    """As it is now."""
    policy: Policy
    judged: list[Judged] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    same: int = 0
    """Responses of which nothing changes."""
    blank: int = 0
    """Places where nothing was answered."""

    def count(self, kind: Kind) -> int:
        """Return how many responses change in one way."""
        return sum(each.kind == kind for each in self.changes)

    @property
    def learners(self) -> int:
        """How many learners get other points."""
        others = [each for each in self.changes if each.points_after != each.points_before]
        return len({each.place.learner for each in others})

    @cached_property
    def digest(self) -> str:
        """What the form sends back: of the same digest, applying does what the preview shows."""
        read = sorted(versions([each.place for each in self.judged]), key=repr)
        said = json.dumps([self.item.revision, self.policy, read])
        return sha256(said.encode()).hexdigest()


def preview(service: Service, assignment: Assignment, item: Item, policy: Policy) -> Preview:
    """Judge every handed-in response to an item again, by the item as it is now.

    What was drawn and what was typed stay; key, misconceptions, partial and follow-through marks
    are computed anew. What could be read then and cannot be now keeps its outcome: that is not
    the learner's fault.
    """
    made = Preview(item, policy)
    for place in judged_places.places(service.db, assignment.id, item.id):
        _look_at(service, made, place)
    return made


def apply(
    service: Service, assignment: Assignment, shown: Preview, *, token: str, reason: str, by: str
) -> Regrade:
    """Store what a preview shows.

    Raises
    ------
    RegradeOvertakenError, NotSavedError
        Nothing was stored.
    """
    new = NewRegrade(
        token=token,
        assignment=assignment,
        item=shown.item.id,
        revision=shown.item.revision,
        source=shown.item.source,
        policy=shown.policy,
        reason=reason,
        account=by,
        places=shown.judged,
    )
    return regrades.apply(service.db, new)


def shown_again(
    service: Service, assignment: Assignment, item: Item, policy: Policy, digest: str
) -> Preview:
    """Work a preview out once more, as it was looked at.

    Raises
    ------
    RegradeOvertakenError
        It is another one now.
    """
    again = preview(service, assignment, item, policy)
    if again.digest != digest:
        raise RegradeOvertakenError("the preview has been overtaken")
    return again


def _look_at(service: Service, made: Preview, place: JudgedPlace) -> None:
    """Add what becomes of one place."""
    try:
        variant = service.mended(place.pinned, made.item.revision)
    except MisfitError as error:
        _leave(made, place, str(error))
        return
    if place.attempt is None:
        made.blank += 1
        made.judged.append(Judged(place))
        return
    before = stored_outcome(place.attempt)
    if before is None:
        _leave(made, place, "It is not graded yet: open it, grade it, and come back.")
        return
    after = _judged(service, place, variant, place.attempt.raw_response)
    if isinstance(after, str):
        _leave(made, place, after)
    else:
        _compare(made, place, before, after)


def _judged(
    service: Service, place: JudgedPlace, variant: Variant, raw: RawResponse
) -> Outcome | str:
    """Return the outcome by a mended variant, or why there is none."""
    after = judge(variant, raw, in_sitting=True)
    if isinstance(after, Invalid) and not _was_read(service, place, raw):
        after = judge(variant, raw, in_sitting=True, final=True)
    if isinstance(after, Invalid):
        said = " ".join(dict.fromkeys(after.messages.values()))
        return f"The response could be read then and cannot be now. {said}"
    return after or "Grading it fails. The log of the service says why."


def _was_read(service: Service, place: JudgedPlace, raw: RawResponse) -> bool:
    """Tell whether a response could be read as the item was then; if that is lost, assume so."""
    try:
        then = service.restored(place.pinned)
    except (UnknownError, OutOfOrderError):
        return True
    return not isinstance(judge(then, raw, in_sitting=True), Invalid)


def _compare(made: Preview, place: JudgedPlace, before: Outcome, after: Outcome) -> None:
    if after.as_json() == before.as_json():
        made.same += 1
        made.judged.append(Judged(place))
        return
    kind = _kind(made.policy, before.score or 0.0, after.score or 0.0)
    made.changes.append(Change(place, before, after, kind))
    made.judged.append(Judged(place, None if kind == "kept" else after.as_json()))


def _kind(policy: Policy, before: float, after: float) -> Kind:
    if after > before:
        return "raised"
    if after == before:
        return "reworded"
    return "kept" if policy == "never-lower" else "lowered"


def _said(outcome: Outcome) -> str:
    """Return the feedback in Markdown, with what it says of the variant's numbers."""
    numbers = [part.in_numbers for part in outcome.parts.values() if part.in_numbers]
    return " ".join([*outcome.feedback.split("\n\n"), *numbers])


def _leave(made: Preview, place: JudgedPlace, why: str) -> None:
    made.obstacles.append(Obstacle(place, why))
    made.judged.append(Judged(place, fits=False))

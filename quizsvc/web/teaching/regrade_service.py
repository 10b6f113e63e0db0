"""Regrades without HTTP and HTML: what a mended item makes of every stored response to it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from quizsvc.errors import MisfitError
from quizsvc.model import Invalid, Outcome
from quizsvc.results import marks
from quizsvc.store import judged_places, regrades
from quizsvc.store.judged_places import versions
from quizsvc.store.regrades import Judged, NewRegrade, RegradeOvertakenError
from quizsvc.web.service import OutOfOrderError, UnknownError, judge, stored_outcome
from quizsvc.web.teaching import marking
from quizsvc.web.teaching.marking import by_machine

if TYPE_CHECKING:
    from quizsvc.model import Item, RawResponse, Sat, Variant
    from quizsvc.results.marks import Effect
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.judged_places import JudgedPlace
    from quizsvc.store.regrades import Policy, Regrade
    from quizsvc.web.service import Service

Kind = Literal["raised", "lowered", "recounted", "kept", "reworded"]
"""Whether points come or go, whether the place counts at all where it did not, or the other way
round, whether one of these would be but nobody may lose, or only what is said differs."""


@dataclass(frozen=True, slots=True)
class Change:
    """A response that the mended item judges otherwise."""

    place: JudgedPlace
    before: Outcome
    after: Outcome
    kind: Kind

    @property
    def score_after(self) -> float | None:
        """The score after the regrade."""
        return self.before.score if self.kind == "kept" else self.after.score

    @property
    def points_before(self) -> float | None:
        """The points now; None where the place does not count."""
        return self._points(self.before.score)

    @property
    def points_after(self) -> float | None:
        """The points after the regrade, before any decision about them."""
        return self._points(self.score_after)

    def _points(self, score: float | None) -> float | None:
        return None if score is None else score * self.place.pinned.points

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
    scores: dict[tuple[str, int], float | None] = field(default_factory=dict)
    """Sitting and position to the score there after the regrade, where it is another one."""

    @property
    def needed(self) -> bool:
        """Whether applying it does anything: not where all was judged so by this form before."""
        moves = any(
            each.fits
            and (each.place.pinned.mended_revision or each.place.pinned.revision)
            != self.item.revision
            for each in self.judged
        )
        return moves or any(each.outcome is not None for each in self.judged)

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
    the learner's fault. Where nobody may lose points, a place that did not count does not begin
    to, unless all its points are earned, and one that counts goes on counting.
    """
    made = Preview(item, policy)
    for place in judged_places.places(service.db, assignment.id, item.id):
        _look_at(service, made, place)
    return made


def effect(service: Service, assignment: Assignment, shown: Preview) -> Effect:
    """Return what a regrade does to the marks, with all decisions about points in force."""
    book = marking.ledger(service, assignment)
    return marks.effect(book, replace(book, sittings=[_after(sat, shown) for sat in book.sittings]))


def _after(sat: Sat, shown: Preview) -> Sat:
    """Return a sitting as a regrade leaves it."""
    places = tuple(
        place._replace(score=shown.scores[sat.id, place.position])
        if (sat.id, place.position) in shown.scores
        else place
        for place in sat.places
    )
    return replace(sat, places=places)


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
        _blank(service, made, place)
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


def _blank(service: Service, made: Preview, place: JudgedPlace) -> None:
    """Count a place where nothing was answered: 0 points, unless no machine grades the item."""
    made.blank += 1
    graded = by_machine(service)
    now = place.pinned.mended_revision or place.pinned.revision
    before = graded(made.item.id, now)
    after = graded(made.item.id, made.item.revision)
    moves = before == after or made.policy == "exact"
    made.judged.append(Judged(place, fits=moves))
    if moves and before != after:
        made.scores[place.sitting, place.pinned.position] = 0.0 if after else None


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
    kind = _kind(made.policy, before.score, after.score)
    change = Change(place, before, after, kind)
    made.changes.append(change)
    if change.score_after != before.score:
        made.scores[place.sitting, place.pinned.position] = change.score_after
    if kind == "kept":
        # What a machine does not grade cannot be shown beside a key, nor the other way round.
        fits = (before.score is None) == (after.score is None)
        made.judged.append(Judged(place, fits=fits))
    else:
        made.judged.append(Judged(place, after.as_json()))


def _kind(policy: Policy, before: float | None, after: float | None) -> Kind:
    if before == after:
        return "reworded"
    if before is None or after is None:
        if after == 1:
            return "raised"
        return "kept" if policy == "never-lower" else "recounted"
    if after > before:
        return "raised"
    return "kept" if policy == "never-lower" else "lowered"


def _said(outcome: Outcome) -> str:
    """Return the feedback in Markdown, with what it says of the variant's numbers."""
    numbers = [part.in_numbers for part in outcome.parts.values() if part.in_numbers]
    return " ".join([*outcome.feedback.split("\n\n"), *numbers])


def _leave(made: Preview, place: JudgedPlace, why: str) -> None:
    made.obstacles.append(Obstacle(place, why))
    made.judged.append(Judged(place, fits=False))

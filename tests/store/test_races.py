"""What two do at the same moment: one is first, nothing is done by halves, nobody waits for ever.

That a submission, a start, a save, a name, a regrade or a decision counts once is shown beside
each; here is what meets something else.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.errors import QuizsvcError
from quizsvc.model import Exemption, Rules
from quizsvc.store import (
    assignments,
    drafts,
    erasing,
    given,
    judged_places,
    links,
    members,
    overrides,
    people,
    regrades,
    sections,
    sittings,
    submitting,
)
from quizsvc.store.overrides import NewOverride
from quizsvc.store.people import LastAdminError
from quizsvc.store.regrades import Judged, NewRegrade, RegradeOvertakenError

from .samples import RIGHT, SITTING, answers, sitting

if TYPE_CHECKING:
    from collections.abc import Callable

    from quizsvc.store import Database
    from quizsvc.store.assignments import Assignment, Override
    from quizsvc.store.people import Account
    from quizsvc.store.sittings import Sitting

    from .conftest import Clock

ROUNDS = 6


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Call all together; return what each returned, or the refusal that it met."""
    together = Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        together.wait()
        try:
            return one()
        except QuizsvcError as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


class Taught:
    """A section whose learners sit an assignment with a time limit."""

    def __init__(self, database: Database) -> None:
        self.db = database
        self.skip = people.add(database, "Skip", role="instructor")
        self.section = sections.make(database, "2026", self.skip.learner)

    def assign(self) -> Assignment:
        rules = Rules(time_limit=10)
        return assignments.make(self.db, self.section.id, SITTING.assessment, "The quiz", rules)

    def joined(self, name: str) -> Account:
        made = people.add(self.db, name)
        members.join(self.db, self.section.id, made.learner)
        return made

    def begin(self, learner: Account, assignment: Assignment) -> Sitting:
        token = f"{learner.learner}{assignment.id}"
        new = sitting(token, learner=learner.learner, assignment=assignment.id)
        return given.start(self.db, new)

    def hand_in(self, begun: Sitting) -> Sitting:
        attempts = answers(begun.id, learner=begun.learner)
        return submitting.submit(self.db, begun.id, attempts)

    def more_time(self, learner: Account, assignment: Assignment) -> Override:
        new = NewOverride(exemption=Exemption(extra_minutes=30), reason="as agreed", counter=0)
        return overrides.put(
            self.db, assignment.id, learner.learner, new, by=self.skip.learner, may_end=0
        )

    def regrade(self, assignment: Assignment, token: str) -> regrades.Regrade:
        places = judged_places.places(self.db, assignment.id, "add-gate")
        new = NewRegrade(
            token=token, assignment=assignment, item="add-gate", revision="r-mended",
            source={"id": "add-gate", "mended": True}, policy="exact", reason="a wrong key",
            account=self.skip.learner, places=[Judged(each, RIGHT) for each in places],
        )  # fmt: skip
        return regrades.apply(self.db, new)


@pytest.fixture
def taught(database: Database) -> Taught:
    return Taught(database)


def test_a_link_that_two_use_sets_one_password(database: Database) -> None:
    ann = people.add(database, "Ann")
    for _ in range(ROUNDS):
        token = links.make(database, ann.learner)
        used = at_once(*(partial(links.set_password, database, token, hashed) for hashed in "ab"))
        assert sorted(each is None for each in used) == [False, True]
        _, password = people.credentials(database, "Ann") or (None, None)
        assert password == "ab"[used.index(None) - 1]


def test_the_link_of_the_first_admin_makes_one(database: Database) -> None:
    token = links.make_for_admin(database)
    made = at_once(
        *(
            partial(links.make_admin, database, token, name, guest=None, password_hash="x")
            for name in ("Ada", "Bea")
        )
    )
    assert sorted(each is None for each in made) == [False, True]


def test_of_two_admins_who_end_each_other_one_stays(database: Database) -> None:
    left = people.add(database, "Ada", role="admin")
    for number in range(ROUNDS):
        pair = [left, people.add(database, f"Bea-{number}", role="admin")]
        ended = at_once(
            partial(people.set_role, database, pair[0].learner, "learner"),
            partial(erasing.erase, database, pair[1].learner, by=None),
        )
        refused = [isinstance(each, LastAdminError) for each in ended]
        assert sorted(refused) == [False, True]
        left = pair[refused.index(True)]


def test_who_joins_twice_at_once_is_in_it_once(taught: Taught) -> None:
    ann = people.add(taught.db, "Ann")
    joined = at_once(*[partial(members.join, taught.db, taught.section.id, ann.learner)] * 4)
    assert sorted(joined) == [False, False, False, True]
    assert sections.size(taught.db, taught.section.id) == 1


def test_more_time_at_the_deadline_is_given_or_comes_too_late_but_never_half(
    taught: Taught, clock: Clock
) -> None:
    """Either the sitting goes on with all the time, or it was handed in at its first deadline."""
    for round_ in range(ROUNDS):
        assignment, ann = taught.assign(), taught.joined(f"Ann{round_}")
        begun = taught.begin(ann, assignment)
        clock.advance(10 * 60 + 11)
        given_, closed, saved = at_once(
            partial(taught.more_time, ann, assignment),
            partial(submitting.submit_at_deadline, taught.db, begun.id, []),
            partial(drafts.save_draft, taught.db, begun.id, 1, {"answer": "late"}, 0),
        )
        found = sittings.find(taught.db, begun.id)
        assert found is not None
        assert not isinstance(given_, Exception)
        assert not isinstance(closed, Exception)
        assert bool(found.drafts) is not isinstance(saved, Exception)
        if found.submitted_at is None:
            assert found.deadline_at == begun.started_at + timedelta(minutes=40)
        else:
            assert found.submitted_at == found.deadline_at == begun.deadline_at
            assert found.drafts == {}


def test_all_that_touches_an_assignment_at_once_ends_and_in_some_order(taught: Taught) -> None:
    """All lock in one order: neither is cut off to let the other go on."""
    for round_ in range(ROUNDS):
        assignment = taught.assign()
        sat, sits, starts, gets_time = (taught.joined(f"{name}{round_}") for name in "ABCD")
        taught.hand_in(taught.begin(sat, assignment))
        open_now, other = taught.begin(sits, assignment), taught.begin(gets_time, assignment)
        newcomer = people.add(taught.db, f"E{round_}")
        done = at_once(
            partial(taught.regrade, assignment, f"regrade-{round_}"),
            partial(taught.hand_in, open_now),
            partial(taught.begin, starts, assignment),
            partial(taught.more_time, gets_time, assignment),
            partial(drafts.save_draft, taught.db, other.id, 1, {"answer": "7"}, 0),
            partial(members.join, taught.db, taught.section.id, newcomer.learner),
            partial(
                members.remove_member,
                taught.db,
                taught.section,
                sat.learner,
                by=taught.skip.learner,
            ),
        )
        refused = [each for each in done if isinstance(each, Exception)]
        assert {type(each) for each in refused} <= {RegradeOvertakenError}
        for pinned in judged_places.places(taught.db, assignment.id, "add-gate"):
            if pinned.pinned.mended_revision:
                assert pinned.attempt is not None
                assert pinned.attempt.reason == "regraded"

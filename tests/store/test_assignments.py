from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from quizsvc.errors import StoreError, TokenReusedError
from quizsvc.model import GRACE, Exemption, Rules
from quizsvc.store import (
    Database,
    assignments,
    audit,
    drafts,
    export,
    given,
    gradebook,
    kept,
    members,
    names,
    overrides,
    people,
    sections,
    settling,
    sittings,
    submitting,
)
from quizsvc.store.assignments import (
    Assignment,
    AssignmentBegunError,
    AssignmentOvertakenError,
    MadeBy,
)
from quizsvc.store.given import CannotBeginError, GoneError
from quizsvc.store.overrides import NewOverride, OverrideOvertakenError
from quizsvc.store.people import Account
from quizsvc.store.settling import EndsSittingsError
from quizsvc.store.sittings import Sitting

from .conftest import Clock
from .samples import SITTING, answers, sitting

Assign = Callable[[Rules], Assignment]
TOKEN = "c" * 32


@pytest.fixture
def skip(database: Database) -> Account:
    return people.add(database, "Skip", role="instructor")


@pytest.fixture
def ann(database: Database) -> Account:
    return people.add(database, "Ann")


@pytest.fixture
def assign(database: Database, skip: Account, ann: Account) -> Assign:
    section = sections.make(database, "Group B", skip.learner)
    members.join(database, section.id, ann.learner)
    return lambda rules: assignments.make(database, section.id, SITTING.assessment, "Test", rules)


def begin(
    database: Database,
    learner: Account,
    assignment: Assignment,
    token: str = "one",  # noqa: S107 - of a form
    *,
    trial: bool = False,
) -> Sitting:
    new = sitting(token, learner=learner.learner, assignment=assignment.id)
    return given.start(database, new, trial=trial)


def again(database: Database, of: Sitting) -> Sitting:
    found = sittings.find(database, of.id)
    assert found is not None
    return found


def put(
    database: Database,
    assignment: Assignment,
    learner: Account,
    counter: int = 0,
    may_end: int = 0,
    **departs: object,
) -> assignments.Override:
    new = NewOverride(
        exemption=Exemption(**departs),  # type: ignore[arg-type]
        reason="as agreed",
        counter=counter,
    )
    return overrides.put(
        database, assignment.id, learner.learner, new, by=learner.learner, may_end=may_end
    )


def test_an_assignment_that_is_made_twice_by_one_form_is_one(
    database: Database, skip: Account
) -> None:
    section, form = sections.make(database, "B", skip.learner), MadeBy(skip.learner, TOKEN)
    first, second = (
        assignments.make(database, section.id, "final", "Test", Rules(), form=form)
        for _ in range(2)
    )
    assert first == second
    assert assignments.of_section(database, section.id) == (first,)
    assert [each.action for each in audit.of_section(database, section.id)] == [
        "assignment changed"
    ]
    with pytest.raises(TokenReusedError):
        assignments.make(database, section.id, "another", "Test", Rules(), form=form)


def test_a_title_is_kept_without_what_is_not_shown(database: Database, skip: Account) -> None:
    section = sections.make(database, names.shown("B\0 \u202eß ❤\ufe0f"), skip.learner)
    title = names.shown(" Week\r\n3\x1b\0 ")
    made = assignments.make(database, section.id, "final", title)
    assert assignments.find(database, made.id) == made
    assert (section.name, made.title) == ("B ß ❤", "Week 3")
    assert names.shown(" One\0\r\ntwo\tthree ", lines=True) == "One\ntwo three"


def test_a_sitting_begins_on_the_terms_of_its_assignment(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    closes = clock.now + timedelta(minutes=50)
    assignment = assign(
        Rules(time_limit=30, closes_at=closes, feedback="closing", late_drafts="discard")
    )
    people.set_time_factor(database, ann.learner, 1.5)
    begun = begin(database, ann, assignment)
    assert begun.title == "Test"
    assert begun.deadline_at == clock.now + timedelta(minutes=45)
    assert (begun.closes_at, begun.feedback, begun.late_drafts) == (closes, "closing", "discard")


def test_what_stands_against_a_start_is_named(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    def refusal(assignment: Assignment) -> str:
        with pytest.raises(CannotBeginError) as refused:
            begin(database, ann, assignment, "refused")
        return refused.value.reason

    minute = timedelta(minutes=1)
    assert refusal(assign(Rules(opens_at=clock.now + minute))) == "not open yet"
    assert refusal(assign(Rules(closes_at=clock.now - minute))) == "over"
    once = assign(Rules())
    submitting.submit(database, begin(database, ann, once).id, [])
    assert refusal(once) == "none left"


def test_who_is_not_in_the_section_begins_nothing(
    database: Database, skip: Account, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules())
    section = sections.find(database, assignment.section)
    assert section is not None
    members.remove_member(database, section, ann.learner, by=skip.learner)
    with pytest.raises(StoreError):
        begin(database, ann, assignment)
    assert given.find(database, assignment.id, ann.learner) is None
    assert given.to_learner(database, ann.learner) == ()


def test_a_start_that_is_sent_again_or_from_another_tab_leads_to_the_same_sitting(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(sittings=2, time_limit=10))
    first = begin(database, ann, assignment)
    assert begin(database, ann, assignment) == first
    assert begin(database, ann, assignment, "another tab") == first
    clock.advance(600 + GRACE.total_seconds())
    assert begin(database, ann, assignment, "in the grace of the deadline") == first
    clock.advance(1e-6)  # its time is up, though nobody has handed it in yet
    assert begin(database, ann, assignment, "later").id != first.id
    with pytest.raises(TokenReusedError):
        begin(database, people.add(database, "Ben"), assignment)


def test_a_learner_s_sittings_are_counted_for_each_assignment_and_for_the_open_quiz(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    def hand_in(begun: Sitting) -> Sitting:
        clock.advance(1)
        return submitting.submit(database, begun.id, [])

    first, second = assign(Rules(sittings=None)), assign(Rules(sittings=None))
    made = [
        hand_in(sittings.start(database, sitting("open 1", learner=ann.learner))),
        hand_in(begin(database, ann, first, "1")),
        hand_in(begin(database, ann, second, "2")),
        hand_in(begin(database, ann, first, "3")),
        hand_in(sittings.start(database, sitting("open 2", learner=ann.learner))),
        hand_in(begin(database, ann, second, "4")),
    ]
    assert [each.number for each in made] == [1, 2, 3, 4, 5, 6]
    assert [each.turn for each in made] == [1, 1, 1, 2, 2, 2]
    kept = sittings.of_learner(database, ann.learner, SITTING.assessment)
    assert [each.turn for each in reversed(kept)] == [1, 1, 1, 2, 2, 2]
    begin(database, people.add(database, "Ben"), second, "of another", trial=True)
    graded = gradebook.of_section(database, first.section, lambda *_: True)
    turns = {
        each.id: [sat.turn for sat in graded if sat.assignment == each.id]
        for each in (first, second)
    }
    assert {each: sorted(found) for each, found in turns.items()} == {
        first.id: [1, 2],
        second.id: [1, 2],
    }
    exported = export.of_learner(database, ann.learner, clock.now)["sittings"]
    assert [each["number"] for each in exported] == [1, 1, 1, 2, 2, 2]


def test_no_more_sittings_begin_than_are_allowed_however_many_start_at_once(
    database: Database, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules(sittings=2, time_limit=1))
    submitting.submit(database, begin(database, ann, assignment).id, [])
    together = Barrier(4)

    def start(token: str) -> str:
        together.wait()
        try:
            begun = begin(database, ann, assignment, token)
        except CannotBeginError as refused:
            return refused.reason
        submitting.submit(database, begun.id, [])
        return begun.id

    with ThreadPoolExecutor(4) as pool:
        ends = set(pool.map(start, "abcd"))
    assert len(ends - {"none left"}) == 1
    assert len(sittings.of_learner(database, ann.learner)) == 2


def test_an_instructor_tries_it_at_any_time_and_any_number(
    database: Database, skip: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(closes_at=clock.now - timedelta(days=1), time_limit=30))
    first = begin(database, skip, assignment, "one", trial=True)
    second = begin(database, skip, assignment, "two", trial=True)
    assert first.id != second.id
    assert second.deadline_at == clock.now + timedelta(minutes=30)
    assignments.change(
        database, assignment.id, "Test", Rules(closes_at=clock.now), 0, by=skip.learner
    )
    assert again(database, second).deadline_at is None  # no date ends what is tried


def test_a_change_holds_at_once_in_sittings_that_have_begun(
    database: Database, skip: Account, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(time_limit=30))
    begun, started = begin(database, ann, assignment), clock.now
    closes = started + timedelta(minutes=40)
    changed = assignments.change(
        database,
        assignment.id,
        "Longer",
        Rules(time_limit=60, closes_at=closes, feedback="closing", late_drafts="discard"),
        0,
        by=skip.learner,
    )
    assert changed.counter == 1
    found = again(database, begun)
    assert (found.deadline_at, found.closes_at) == (closes, closes)
    assert (found.feedback, found.late_drafts) == ("closing", "discard")
    (entry,) = audit.of_section(database, assignment.section)
    assert entry.detail["before"]["time_limit"] == 30
    assert entry.detail["after"]["closes_at"] == closes.isoformat()


def test_what_was_handed_in_stays_so_and_its_release_moves(
    database: Database, skip: Account, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(time_limit=30))
    begun = begin(database, ann, assignment)
    submitting.submit(database, begun.id, answers(begun.id, learner=ann.learner))
    closes = clock.now + timedelta(days=1)
    rules = Rules(time_limit=60, closes_at=closes, feedback="closing")
    assignments.change(database, assignment.id, "Test", rules, 0, by=skip.learner)
    found = again(database, begun)
    assert found.submitted_at == clock.now
    assert found.deadline_at == begun.deadline_at
    assert (found.feedback, found.closes_at) == ("closing", closes)


def test_a_page_that_was_overtaken_changes_nothing(
    database: Database, skip: Account, assign: Assign
) -> None:
    assignment = assign(Rules())
    change = assignments.change
    first = change(database, assignment.id, "First", Rules(), 0, by=skip.learner)
    with pytest.raises(AssignmentOvertakenError) as refused:
        change(database, assignment.id, "Second", Rules(), 0, by=skip.learner)
    assert refused.value.stored == first
    assert change(database, assignment.id, "First", Rules(), 0, by=skip.learner) == first


def test_extra_minutes_are_there_while_the_sitting_goes_on(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(time_limit=30))
    begun = begin(database, ann, assignment)
    clock.advance(31 * 60)
    with pytest.raises(drafts.TimeIsUpError):
        drafts.save_draft(database, begun.id, 1, {"answer": "1"}, 0)
    made = put(database, assignment, ann, extra_minutes=10.0)
    assert made.counter == 1
    assert again(database, begun).deadline_at == begun.started_at + timedelta(minutes=40)
    drafts.save_draft(database, begun.id, 1, {"answer": "1"}, 0)  # nobody had closed it yet
    with pytest.raises(EndsSittingsError) as refused:
        put(database, assignment, ann, counter=1)
    assert refused.value.count == 1
    assert again(database, begun).deadline_at == begun.started_at + timedelta(minutes=40)
    put(database, assignment, ann, counter=1, may_end=1)
    assert again(database, begun).deadline_at == clock.now


def test_terms_that_end_what_is_open_change_only_if_so_many_may_end(
    database: Database, skip: Account, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(time_limit=30))
    open_now, mistyped = begin(database, ann, assignment), Rules(closes_at=clock.now)
    clock.advance(60)
    drafts.save_draft(database, open_now.id, 1, {"answer": "1"}, 0)

    def change(may_end: int) -> None:
        assignments.change(
            database, assignment.id, "Test", mistyped, 0, by=skip.learner, may_end=may_end
        )

    with pytest.raises(EndsSittingsError) as refused:
        change(0)
    assert refused.value.count == 1
    assert again(database, open_now).deadline_at == open_now.deadline_at
    assert assignments.find(database, assignment.id) == assignment
    change(1)
    assert again(database, open_now).deadline_at == clock.now  # not when it was not even typed


def test_what_had_run_out_of_time_before_a_change_ends_no_earlier_than_it_did(
    database: Database, skip: Account, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(time_limit=30))
    begun = begin(database, ann, assignment)
    clock.advance(40 * 60)
    assignments.change(database, assignment.id, "Test", Rules(time_limit=5), 0, by=skip.learner)
    assert again(database, begun).deadline_at == begun.deadline_at
    handed_in = submitting.submit_at_deadline(database, begun.id, [])
    assert handed_in.submitted_at == begun.deadline_at


@pytest.mark.parametrize("how", ["leaves", "deletes the account"])
def test_an_override_of_who_is_not_there_holds_back_nobody(
    database: Database, skip: Account, ann: Account, assign: Assign, clock: Clock, how: str
) -> None:
    closes = clock.now + timedelta(hours=1)
    assignment = assign(Rules(closes_at=closes, feedback="closing"))
    ben = people.add(database, "Ben")
    members.join(database, assignment.section, ben.learner)
    later = closes + timedelta(days=1)
    put(database, assignment, ben, closes_at=later)
    begun = begin(database, ann, assignment)
    assert begun.closes_at == later
    if how == "leaves":
        section = sections.find(database, assignment.section)
        assert section is not None
        members.remove_member(database, section, ben.learner, by=skip.learner)
    else:
        with database.writing() as session:
            settling.forget_overrides(session, ben.learner, database.now)
    assert again(database, begun).closes_at == closes
    assert overrides.of_learners(database, assignment.id) == {}
    counts = how == "leaves"
    members.join(database, assignment.section, ben.learner)
    assert again(database, begun).closes_at == (later if counts else closes)
    assert set(overrides.of_learners(database, assignment.id)) == (
        {ben.learner} if counts else set()
    )


def test_one_learners_later_date_holds_back_the_keys_for_all(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    closes = clock.now + timedelta(hours=1)
    assignment = assign(Rules(closes_at=closes, feedback="closing"))
    ben = people.add(database, "Ben")
    members.join(database, assignment.section, ben.learner)
    begun = begin(database, ann, assignment)
    later = closes + timedelta(days=1)
    put(database, assignment, ben, closes_at=later)
    found = again(database, begun)
    assert (found.deadline_at, found.closes_at) == (closes, later)


def test_another_sitting_is_given_to_one_learner(
    database: Database, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules(sittings=1))
    submitting.submit(database, begin(database, ann, assignment).id, [])
    put(database, assignment, ann, sittings=2)
    begin(database, ann, assignment, "two")
    found = given.find(database, assignment.id, ann.learner)
    assert found is not None
    assert (found.begun, found.submitted, found.allowed.sittings) == (2, 1, 2)
    assert overrides.begun(database, assignment.id) == {ann.learner: 2}


def test_of_two_instructors_who_override_at_once_the_second_is_told(
    database: Database, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules(time_limit=30))
    first = put(database, assignment, ann, extra_minutes=10.0)
    with pytest.raises(OverrideOvertakenError) as refused:
        put(database, assignment, ann, time_factor=2.0)
    assert refused.value.stored == first
    assert put(database, assignment, ann, extra_minutes=10.0) == first


def test_an_override_that_was_taken_back_is_gone_and_cannot_be_overwritten_from_before(
    database: Database, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules(time_limit=30))
    put(database, assignment, ann, extra_minutes=10.0)
    put(database, assignment, ann, counter=1)
    assert assignments.overrides(database, assignment.id) == {}
    with pytest.raises(OverrideOvertakenError):
        put(database, assignment, ann, counter=1, time_factor=2.0)
    put(database, assignment, ann, counter=2, time_factor=2.0)
    newest, *_ = audit.of_section(database, assignment.section)
    assert newest.subject == "Test: Ann"
    assert (newest.detail["before"], newest.detail["after"]) == ({}, {"time_factor": 2.0})


def test_an_assignment_that_nobody_has_begun_is_deleted_with_its_overrides(
    database: Database, skip: Account, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules(time_limit=30))
    put(database, assignment, ann, extra_minutes=10.0)
    tried = begin(database, skip, assignment, trial=True)
    assert assignments.can_be_removed(database, assignment.id)
    assignments.remove(database, assignment.id, by=skip.learner)
    assert assignments.find(database, assignment.id) is None
    assert again(database, tried).assignment is None
    newest, *_ = audit.of_section(database, assignment.section)
    assert (newest.action, newest.detail["deleted"]) == (
        "assignment changed",
        assignment.assessment,
    )
    with pytest.raises(GoneError):
        begin(database, ann, assignment, "two")


def test_an_assignment_keeps_its_questions_while_results_are_to_come(
    database: Database, skip: Account, ann: Account, assign: Assign, clock: Clock
) -> None:
    def items(learner: Account) -> list[str]:
        return [each.item for each in kept.of_learner(database, learner.learner, clock.now)]

    closes = clock.now + timedelta(hours=1)
    assignment = assign(Rules(closes_at=closes, feedback="closing"))
    begun = begin(database, ann, assignment)
    begin(database, skip, assignment, "two", trial=True)
    both = [pinned.item for pinned in SITTING.items]
    assert (items(ann), items(skip)) == (both, [])
    submitting.submit(database, begun.id, [])
    assert items(ann) == both
    assert set(kept.asked(database, ann.learner, both)) == {
        (begun.id, item, assignment.id) for item in both
    }
    clock.advance(3600 + GRACE.total_seconds())
    assert items(ann) == both
    clock.advance(1e-6)
    assert items(ann) == []


def test_an_assignment_that_was_begun_is_kept_also_when_its_learner_has_left(
    database: Database, skip: Account, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules())
    begun = begin(database, ann, assignment)
    section = sections.find(database, assignment.section)
    assert section is not None
    members.remove_member(database, section, ann.learner, by=skip.learner)
    assert not assignments.can_be_removed(database, assignment.id)
    with pytest.raises(AssignmentBegunError):
        assignments.remove(database, assignment.id, by=skip.learner)
    assert again(database, begun).assignment == assignment.id


def test_a_closed_section_begins_nothing_and_is_left_out(
    database: Database, ann: Account, assign: Assign
) -> None:
    assignment = assign(Rules())
    sections.close(database, assignment.section)
    with pytest.raises(CannotBeginError):
        begin(database, ann, assignment)
    assert given.to_learner(database, ann.learner) == ()
    assert given.find(database, assignment.id, ann.learner) is not None


def test_in_the_grace_of_a_closing_time_all_counts_as_of_it_and_is_not_late(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    closes = clock.now + timedelta(hours=1)
    rules = Rules(sittings=None, closes_at=closes, late_until=closes + timedelta(hours=1))
    assignment = assign(rules)
    own = closes + timedelta(minutes=20)
    put(database, assignment, ann, closes_at=own)
    first = begin(database, ann, assignment)
    clock.now = own + GRACE
    saved = drafts.save_draft(database, first.id, 1, {"answer": "4"}, 0)
    handed_in = submitting.submit(database, first.id, [])
    assert (saved.saved_at, handed_in.submitted_at) == (own, own)
    clock.advance(-5)
    later = begin(database, ann, assignment, "after the closing time")
    assert submitting.submit(database, later.id, []).submitted_at == clock.now
    late = begin(database, ann, assignment, "late too")
    clock.advance(5.000_001)
    assert submitting.submit(database, late.id, []).submitted_at == clock.now


def test_a_deadline_that_an_override_moves_in_its_grace_is_the_one_that_counts(
    database: Database, ann: Account, assign: Assign, clock: Clock
) -> None:
    assignment = assign(Rules(time_limit=10))
    begun = begin(database, ann, assignment)
    end = begun.deadline_at
    assert end is not None
    clock.now = end + GRACE
    saved = drafts.save_draft(database, begun.id, 1, {"answer": "4"}, 0)
    put(database, assignment, ann, extra_minutes=5)
    assert submitting.submit_at_deadline(database, begun.id, [], now=end + 2 * GRACE) == replace(
        begun, deadline_at=end + timedelta(minutes=5), drafts={1: saved}
    )
    clock.advance(60)
    handed_in = submitting.submit(database, begun.id, [])
    assert (saved.saved_at, handed_in.submitted_at) == (end, clock.now)

"""Marks: where a score comes from, what being late costs, which sitting counts."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from quizsvc.model import Adjustment, Exemption, Rules, Sat, SatPlace
from quizsvc.results.marks import InForce, Ledger, Mark, average, effect, place_mark
from quizsvc.results.pace import between_answers

if TYPE_CHECKING:
    from quizsvc.model import Counts

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def place(position: int = 1, score: float | None = 0.5, **facts: Any) -> SatPlace:
    usual = {"item": "double", "points": 2.0, "parameters": {"n": 3.0}, "judgement": "graded"}
    return SatPlace(position=position, score=score, **{**usual, **facts})


def sat(*places: SatPlace, turn: int = 1, **facts: Any) -> Sat:
    usual = {
        "id": f"sitting {turn}",
        "assignment": "a",
        "learner": "ann",
        "started_at": NOON,
        "submitted_at": NOON + timedelta(hours=turn),
    }
    return Sat(places=places, turn=turn, **{**usual, **facts})


def decision(number: int, kind: str, **facts: Any) -> Adjustment:
    usual = {"item": "double", "reason": "so", "made_by": "me", "made_at": NOON}
    return Adjustment(id=number, assignment="a", kind=kind, **{**usual, **facts})  # type: ignore[arg-type]


DROP = decision(1, "drop")
FULL = decision(2, "full-marks", parameters={"n": 3.0})
SET = decision(3, "score", sitting="sitting 1", position=1, score=0.25)


def mark(*sittings: Sat, rules: Rules | None = None, **facts: Any) -> Mark:
    return Ledger(rules=rules or Rules(), sittings=sittings, **facts).marks()["ann"]


@pytest.mark.parametrize(
    ("facts", "origin", "points"),
    [
        ({}, "graded", 1.0),
        ({"judgement": "blank", "score": 0.0}, "blank", 0.0),
        ({"judgement": "blank", "score": None}, "not graded", None),
        ({"score": None}, "not graded", None),
        ({"judgement": "pending", "score": None}, "pending", None),
    ],
)
def test_without_decisions_the_grading_says_where_a_score_comes_from(
    facts: dict[str, Any], origin: str, points: float | None
) -> None:
    found = place_mark("sitting 1", place(**facts), InForce([]))
    assert (found.origin, found.points) == (origin, points)


@pytest.mark.parametrize(
    ("decisions", "origin", "points"),
    [
        ([DROP], "dropped", None),
        ([FULL], "full marks", 2.0),
        ([SET], "set", 0.5),
        ([FULL, SET], "set", 0.5),
        ([DROP, FULL, SET], "dropped", None),
        ([SET, replace(SET, id=9, score=1.0)], "set", 2.0),
        ([SET, replace(SET, id=9, score=1.0, undone_at=NOON)], "set", 0.5),
        ([replace(DROP, undone_at=NOON)], "graded", 1.0),
        ([replace(DROP, item="other")], "graded", 1.0),
        ([replace(FULL, parameters={"n": 4.0})], "graded", 1.0),
        ([replace(SET, position=2)], "graded", 1.0),
    ],
)
def test_of_several_decisions_the_strongest_and_then_the_last_holds(
    decisions: list[Adjustment], origin: str, points: float | None
) -> None:
    shuffled = random.Random(0).sample(decisions, len(decisions))  # noqa: S311 - nothing secret
    found = place_mark("sitting 1", place(), InForce(shuffled))
    assert (found.origin, found.points) == (origin, points)


def test_a_written_answer_counts_once_somebody_gave_points_for_it() -> None:
    written, other = place(score=None), place(2, 1.0, item="other")
    assert mark(sat(written, other)).possible == 2
    assert mark(sat(written, other)).unread == 1
    scored = mark(sat(written, other), adjustments=[SET])
    assert (scored.earned, scored.possible, scored.unread) == (2.5, 4.0, 0)


def test_a_written_place_left_blank_counts_as_nothing_once_another_answer_has_points() -> None:
    nothing = place(score=None, judgement="blank", points=4.0)
    wrote, idle, waits = (
        sat(first, place(2, 1.0, item="other"), id=f"sitting {number}", learner=name)
        for number, (name, first) in enumerate(
            [("ann", place(score=None, points=4.0)), ("bob", nothing), ("eve", place(score=None))],
            start=1,
        )
    )
    ledger = Ledger(rules=Rules(), sittings=[wrote, idle, waits])
    assert {name: each.possible for name, each in ledger.marks().items()} == {
        "ann": 2.0, "bob": 2.0, "eve": 2.0,
    }  # fmt: skip
    read = replace(ledger, adjustments=[SET]).marks()
    assert (read["ann"].earned, read["ann"].possible) == (3.0, 6.0)
    assert (read["bob"].earned, read["bob"].possible) == (2.0, 6.0)
    assert (read["eve"].possible, read["eve"].unread) == (2.0, 1)
    assert read["bob"].sittings[0].places[0].origin == "blank"
    elsewhere = replace(ledger, adjustments=[replace(SET, item="other", position=2)]).marks()
    assert elsewhere["bob"].possible == 2.0
    assert replace(ledger, adjustments=[replace(SET, undone_at=NOON)]).marks() == ledger.marks()


def test_answers_without_points_are_counted_in_whatever_may_count() -> None:
    written, other = place(score=None), place(2, 1.0, item="other")
    assert mark(sat(written)).unread == 1
    two = (sat(written, other), sat(written, turn=2))
    assert mark(*two).unread == 2
    assert mark(*two, rules=Rules(counts="last")).unread == 2
    assert mark(*two[::-1], sat(other, turn=3), rules=Rules(counts="last")).unread == 0


def test_what_is_still_to_be_graded_is_no_part_of_the_mark_and_is_counted() -> None:
    found = mark(sat(place(score=None, judgement="pending"), place(2, 1.0)))
    assert (found.score, found.pending) == (1.0, 1)


def test_a_sitting_of_which_all_is_out_has_no_mark() -> None:
    found = mark(sat(place()), adjustments=[DROP])
    assert (found.score, found.counting) == (None, ())
    kept = mark(sat(place()), sat(place(item="other"), turn=2), adjustments=[DROP])
    assert kept.score == 0.5


def test_no_sitting_is_no_mark_and_an_open_one_is_in_progress() -> None:
    open_one = sat(submitted_at=None)
    assert Ledger(rules=Rules()).marks() == {}
    found = mark(open_one)
    assert (found.score, found.open) == (None, (open_one,))


@pytest.mark.parametrize(
    ("counts", "score", "which"),
    [("best", 0.8, [2]), ("last", 0.2, [3]), ("average", 0.5, [1, 2, 3])],
)
def test_the_rules_say_which_of_several_sittings_counts(
    counts: Counts, score: float, which: list[int]
) -> None:
    sittings = [sat(place(score=each), turn=n) for n, each in enumerate([0.5, 0.8, 0.2], start=1)]
    found = mark(*sittings[::-1], rules=Rules(counts=counts, sittings=3))
    assert found.score == pytest.approx(score)
    assert [each.sat.turn for each in found.counting] == which
    assert found.earned == pytest.approx(2 * score)


def test_what_was_handed_in_late_keeps_its_share_and_an_override_is_in_time() -> None:
    rules = Rules(
        closes_at=NOON, late_until=NOON + timedelta(days=1), late_share=0.5, counts="last"
    )
    found = mark(sat(place(score=1.0)), rules=rules)
    assert (found.earned, found.possible, found.late) == (1.0, 2.0, True)
    assert found.sittings[0].total.in_time == 2.0
    later = Exemption(closes_at=NOON + timedelta(days=1))
    allowed = mark(sat(place(score=1.0)), rules=rules, exemptions={"ann": later})
    assert (allowed.earned, allowed.late) == (2.0, False)


def test_late_work_that_loses_all_points_has_a_mark_of_zero() -> None:
    rules = Rules(closes_at=NOON, late_until=NOON + timedelta(days=1), late_share=0.0)
    assert mark(sat(place()), rules=rules).score == 0.0


def test_an_average_is_over_those_who_have_a_mark() -> None:
    found = average([mark(sat(place(score=1.0))), Mark(), mark(sat(place(score=0.0)))])
    assert found == (0.5, 2)
    assert average([Mark()]) is None


def test_an_effect_names_whom_it_changes_and_moves_the_average() -> None:
    ledger = Ledger(
        rules=Rules(),
        sittings=[
            sat(place(score=each), learner=name) for name, each in [("ann", 0.0), ("bob", 1.0)]
        ],
    )
    found = effect(ledger, replace(ledger, adjustments=[FULL]))
    assert [(each.learner, each.before, each.after) for each in found.changes] == [
        ("ann", 0.0, 1.0)
    ]
    assert found.places == 2
    assert (found.before, found.after) == ((0.5, 2), (1.0, 2))


def test_the_time_of_an_answer_is_that_since_the_save_before_it() -> None:
    saved = {1: NOON + timedelta(minutes=9), 2: NOON + timedelta(minutes=4)}
    assert between_answers(NOON, saved) == {2: timedelta(minutes=4), 1: timedelta(minutes=5)}
    assert between_answers(NOON, {}) == {}


shares = some.floats(0, 1)
judged = some.one_of(shares, some.none())
places = some.lists(
    some.builds(
        lambda item, points, score: (item, points, score),
        some.sampled_from(["a", "b", "c"]),
        some.floats(0.01, 1000),
        judged,
    ),
    max_size=5,
)


@some.composite
def ledgers(draw: some.DrawFn) -> Ledger:
    sittings = [
        sat(
            *(
                place(position, score, item=item, points=points)
                for position, (item, points, score) in enumerate(draw(places), start=1)
            ),
            turn=number,
        )
        for number in range(1, draw(some.integers(1, 4)) + 1)
    ]
    kinds = some.sampled_from(["drop", "full-marks", "score"])
    decisions = [
        decision(
            number,
            draw(kinds),
            item=draw(some.sampled_from(["a", "b", "c"])),
            parameters={"n": draw(some.sampled_from([3.0, 4.0]))},
            sitting=f"sitting {draw(some.integers(1, 4))}",
            position=draw(some.integers(1, 5)),
            score=draw(shares),
            undone_at=draw(some.sampled_from([None, NOON])),
        )
        for number in range(draw(some.integers(0, 5)))
    ]
    rules = Rules(
        closes_at=NOON + timedelta(hours=draw(some.integers(0, 5))),
        late_until=NOON + timedelta(days=1),
        late_share=draw(shares),
        sittings=None,
    )
    return Ledger(rules=rules, sittings=sittings, adjustments=decisions)


def counting(ledger: Ledger, counts: Counts) -> Mark:
    return replace(ledger, rules=replace(ledger.rules, counts=counts)).marks()["ann"]


@given(ledgers())
def test_the_best_is_never_below_the_average_and_all_are_shares(ledger: Ledger) -> None:
    best, last, mean = (counting(ledger, each) for each in ("best", "last", "average"))
    assert (best.score is None) == (last.score is None) == (mean.score is None)
    if best.score is not None and mean.score is not None and last.score is not None:
        assert best.score >= last.score
        assert best.score >= mean.score - 1e-12
        for each in (best, last, mean):
            assert each.score is not None
            assert 0 <= each.score <= 1
            assert 0 <= each.earned <= each.possible * (1 + 1e-12)


@given(ledgers(), some.randoms())
def test_the_order_in_which_decisions_and_sittings_are_read_changes_nothing(
    ledger: Ledger, numbers: random.Random
) -> None:
    sittings, decisions = list(ledger.sittings), list(ledger.adjustments)
    numbers.shuffle(sittings)
    numbers.shuffle(decisions)
    assert replace(ledger, sittings=sittings, adjustments=decisions).marks() == ledger.marks()


@given(ledgers())
def test_what_is_undone_is_as_if_it_had_never_been(ledger: Ledger) -> None:
    kept = [each for each in ledger.adjustments if each.undone_at is None]
    assert replace(ledger, adjustments=kept).marks() == ledger.marks()


@given(ledgers())
def test_full_marks_lower_nobody_where_no_score_is_set_by_hand(ledger: Ledger) -> None:
    before = replace(
        ledger, adjustments=[each for each in ledger.adjustments if each.kind == "full-marks"]
    )
    new = decision(99, "full-marks", item="a", parameters={"n": 3.0})
    after = replace(before, adjustments=[*before.adjustments, new])
    scores = before.marks()["ann"].score, after.marks()["ann"].score
    if scores[0] is not None:
        assert scores[1] is not None
        assert scores[1] >= scores[0] - 1e-12

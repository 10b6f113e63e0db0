"""A wrong key is planted, a class answers, the item is mended, and the responses are regraded."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quizsvc.content import load_bank
from quizsvc.model import Rules
from quizsvc.store import adjusting, attempts, audit, judged_places, regrades, sittings
from quizsvc.store.regrades import LaterRegradeError, RegradeOvertakenError
from quizsvc.web import starting
from quizsvc.web.service import stored_outcome
from quizsvc.web.teaching import marking
from quizsvc.web.teaching import regrade_service as rules

from ...bank import DOUBLE, WRITTEN, write_bank
from ...classes import Class, misled, right, saying
from ..pages import Visitor, forms_of, words_of
from ..signing import signed_in_as

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from quizsvc.model import RawResponse, Variant
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.regrades import Regrade
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.teaching.regrade_service import Preview

    from ..conftest import Clock


WRONG_KEY = DOUBLE.replace("number: 2 * n", "number: 3 * n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "edited")


def serve(taught: Class, folder: Path, double: str = DOUBLE) -> None:
    """Take up the content as it is after an edit."""
    (folder / "items/double.yaml").write_text(double.lstrip(), encoding="utf-8")
    taught.service.bank = load_bank(folder)


def honest(variant: Variant) -> RawResponse:
    """Answer what the stem asks for, whatever the key says."""
    if variant.item.id != "double":
        return right(variant)
    return {"answer": f"{2 * float(str(variant.parameters['n'])):g}"}


@pytest.fixture
def wronged(taught: Class, folder: Path) -> Assignment:
    """Three learners answer the wrong key: one honestly, one as it says, one by misconception."""
    serve(taught, folder, WRONG_KEY)
    assignment = taught.assign("final", Rules(sittings=2))
    for member, answer in zip(taught.members, (honest, right, misled("squared")), strict=True):
        taught.sit(member, assignment, answer)
    serve(taught, folder)
    return assignment


def preview(taught: Class, assignment: Assignment, policy: regrades.Policy = "exact") -> Preview:
    return rules.preview(taught.service, assignment, taught.service.item("double"), policy)


def applied(taught: Class, assignment: Assignment, shown: Preview, form: str = "one") -> Regrade:
    return rules.apply(
        taught.service, assignment, shown, token=form, reason="Key", by=taught.instructor.learner
    )


def scores(taught: Class, assignment: Assignment) -> list[float | None]:
    """Return what each learner has for the item, by name."""
    found = judged_places.places(taught.service.db, assignment.id, "double")
    outcomes = [stored_outcome(each.attempt) for each in found if each.attempt]
    return [each.score for each in outcomes if each]


def test_the_preview_names_who_changes_by_how_much_and_the_result_is_the_preview(
    taught: Class, wronged: Assignment
) -> None:
    assert scores(taught, wronged) == [0, 1, 0]
    shown = preview(taught, wronged)
    changes = [
        (each.place.name, each.kind, each.points_before, each.points_after)
        for each in shown.changes
    ]
    assert changes == [
        ("Learner 01", "raised", 0, 2),
        ("Learner 02", "lowered", 2, 0),
        ("Learner 03", "reworded", 0, 0),
    ]
    assert (shown.same, shown.obstacles) == (0, [])

    regrade = applied(taught, wronged, shown)

    assert regrade.changed == 3
    assert scores(taught, wronged) == [1, 0, 0]
    for change in shown.changes:
        stored = attempts.find(taught.service.db, change.place.attempt.id)  # type: ignore[union-attr]
        assert stored is not None
        assert (stored.outcome, stored.reason) == (change.after.as_json(), "regraded")
        assert stored.raw_response == change.place.attempt.raw_response  # type: ignore[union-attr]


def test_nobody_loses_points_unless_the_instructor_says_exact(
    taught: Class, wronged: Assignment
) -> None:
    shown = preview(taught, wronged, "never-lower")
    assert [each.kind for each in shown.changes] == ["raised", "kept", "reworded"]
    applied(taught, wronged, shown)
    assert scores(taught, wronged) == [1, 1, 0]


def test_a_regrade_keeps_both_outcomes_and_is_undone(taught: Class, wronged: Assignment) -> None:
    regrade = applied(taught, wronged, preview(taught, wronged))
    undone = regrades.undo(taught.service.db, regrade.id, wronged, taught.instructor.learner)
    assert (undone.undone_by, scores(taught, wronged)) == ("Prof. Skip", [0, 1, 0])
    places = judged_places.places(taught.service.db, wronged.id, "double")
    assert {each.pinned.mended_revision for each in places} == {None}

    again = regrades.undo(taught.service.db, regrade.id, wronged, taught.instructor.learner)
    assert again.undone_at == undone.undone_at
    assert scores(taught, wronged) == [0, 1, 0]

    shown = preview(taught, wronged)
    assert [each.kind for each in shown.changes] == ["raised", "lowered", "reworded"]


def test_the_key_on_the_learners_review_is_the_mended_one(
    taught: Class, wronged: Assignment, learner: Visitor
) -> None:
    sitting = sitting_of(taught, wronged)
    n = sitting.items[0].parameters["n"]
    assert f"{3 * n:g}" in words_of(learner.get(f"/sittings/{sitting.id}/review"))
    applied(taught, wronged, preview(taught, wronged))
    said = words_of(learner.get(f"/sittings/{sitting.id}/review"))
    assert f"{3 * n:g}" not in said
    assert "corrected after it was answered. The answer was judged again." in said
    assert "4 of 4 points" in said or "3 of 3 points" in said


def test_whose_points_a_regrade_left_reads_why_the_right_answer_is_another_one(
    taught: Class, wronged: Assignment, app: Flask, instructor: Visitor
) -> None:
    applied(taught, wronged, preview(taught, wronged, "never-lower"))
    told = "The points that were given stay; the right answer below is the corrected one."
    matched = signed_in_as(Visitor(app), taught.members[1].name, "learner")
    sitting = sitting_of(taught, wronged, 1)
    assert told in words_of(matched.get(f"/sittings/{sitting.id}/review"))
    assert told in words_of(instructor.get(f"/sittings/{sitting.id}/marking/1"))


def sitting_of(taught: Class, assignment: Assignment, member: int = 0) -> Sitting:
    of_member = sittings.of_learner(taught.service.db, taught.members[member].learner)
    return next(each for each in of_member if each.assignment == assignment.id)


def test_what_was_handed_in_since_the_preview_is_not_overlooked(
    taught: Class, wronged: Assignment
) -> None:
    shown = preview(taught, wronged)
    taught.sit(taught.members[0], wronged, right)
    with pytest.raises(RegradeOvertakenError):
        applied(taught, wronged, shown)
    assert scores(taught, wronged) == [0, 1, 1, 0]
    assert regrades.of_assignment(taught.service.db, wronged.id) == ()


def test_a_regrade_that_breaks_half_way_leaves_nothing(
    taught: Class, wronged: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = preview(taught, wronged)
    append = regrades._append
    done: list[bool] = []

    def breaks(*given: Any) -> bool:
        if done:
            raise OSError("the power went")
        done.append(append(*given))
        return done[-1]

    monkeypatch.setattr(regrades, "_append", breaks)
    with pytest.raises(OSError, match="power"):
        applied(taught, wronged, shown)
    assert scores(taught, wronged) == [0, 1, 0]
    assert regrades.of_assignment(taught.service.db, wronged.id) == ()
    assert audit.of_section(taught.service.db, taught.section.id) == ()


def test_a_later_regrade_is_undone_first(taught: Class, wronged: Assignment, folder: Path) -> None:
    db, by = taught.service.db, taught.instructor.learner
    first = applied(taught, wronged, preview(taught, wronged), "first")
    serve(taught, folder, WRONG_KEY)
    second = applied(taught, wronged, preview(taught, wronged), "second")
    assert scores(taught, wronged) == [0, 1, 0]
    with pytest.raises(LaterRegradeError):
        regrades.undo(db, first.id, wronged, by)
    regrades.undo(db, second.id, wronged, by)
    assert scores(taught, wronged) == [1, 0, 0]
    regrades.undo(db, first.id, wronged, by)
    assert scores(taught, wronged) == [0, 1, 0]


def test_what_was_drawn_otherwise_stays_and_says_why(
    taught: Class, wronged: Assignment, folder: Path
) -> None:
    serve(taught, folder, re.sub(r"\bn\b", "m", DOUBLE))
    shown = preview(taught, wronged)
    assert [each.why for each in shown.obstacles] == ["“m” was not drawn then."] * 3
    applied(taught, wronged, shown)
    assert scores(taught, wronged) == [0, 1, 0]


def test_a_response_that_can_no_longer_be_read_keeps_its_outcome(
    taught: Class, wronged: Assignment, folder: Path
) -> None:
    other = DOUBLE.replace("number: 2 * n", "vector: '[n, 2 * n]'").replace(
        "value: n^2", "value: '[n, n^2]'"
    )
    serve(taught, folder, other)
    shown = preview(taught, wronged)
    assert len(shown.obstacles) == 3
    assert all("cannot be now" in each.why for each in shown.obstacles)


def test_the_pages_lead_from_a_changed_question_to_the_applied_regrade_and_back(
    taught: Class, wronged: Assignment, instructor: Visitor
) -> None:
    start = instructor.get(f"/assignments/{wronged.id}/regrade")
    assert "3 judged by an older form" in words_of(start)
    page = instructor.get(f"/assignments/{wronged.id}/regrade/double?policy=exact")
    assert "Learner 01" in words_of(page)
    assert "0 → 2" in words_of(page)

    refused = instructor.send(page, {"reason": " "}, 422, place=1)
    assert "Please say why" in words_of(refused)
    typed = {"reason": " The key\0 was\u202e thrice"}
    done = instructor.follow(instructor.send(page, typed, place=1))
    assert "3 responses are judged anew" in words_of(done)
    assert "The key was thrice" in words_of(done)
    assert "judged by an older form" not in words_of(done)
    instructor.send(page, typed, place=1)  # the same form once more
    again = instructor.get(f"/assignments/{wronged.id}/regrade/double?policy=exact")
    assert "There is nothing to apply" in words_of(again)
    assert len(regrades.of_assignment(taught.service.db, wronged.id)) == 1

    back = instructor.follow(instructor.press(done, "Undo", status=303))
    assert "3 responses are judged as before" in words_of(back)
    assert scores(taught, wronged) == [0, 1, 0]
    actions = [each.action for each in audit.of_section(taught.service.db, taught.section.id)]
    assert actions == ["decision undone", "key viewed", "regraded", "key viewed"]
    records = words_of(instructor.get(f"/sections/{taught.section.id}/records"))
    assert "Regraded: The quiz: double" in records


def test_a_page_that_was_overtaken_shows_the_regrade_as_it_would_be_now(
    taught: Class, wronged: Assignment, instructor: Visitor
) -> None:
    page = instructor.get(f"/assignments/{wronged.id}/regrade/double?policy=exact")
    taught.sit(taught.members[2], wronged, saying("7"), right)
    again = instructor.send(page, {"reason": "Key"}, 409, place=1)
    assert "Nothing was changed" in words_of(again)
    assert scores(taught, wronged) == [0, 1, 0, 0]
    instructor.send(again, {"reason": "Key"}, place=1)
    assert scores(taught, wronged) == [1, 0, 0, 0]


def test_an_item_that_is_gone_keeps_its_results_and_cannot_be_regraded(
    taught: Class, wronged: Assignment, folder: Path, instructor: Visitor, learner: Visitor
) -> None:
    (folder / "items/double.yaml").unlink()
    taught.service.bank = load_bank(folder)
    assert "Its file is gone" in words_of(instructor.get(f"/assignments/{wronged.id}/regrade"))
    instructor.get(f"/assignments/{wronged.id}/regrade/double", 409)
    instructor.get(f"/assignments/{wronged.id}/regrade/no-such", 404)
    assert "Twice" in words_of(learner.get(f"/sittings/{sitting_of(taught, wronged).id}/review"))


def test_only_the_sections_own_instructor_regrades(
    wronged: Assignment, colleague: Visitor, learner: Visitor
) -> None:
    for path in ("regrade", "regrade/double"):
        colleague.get(f"/assignments/{wronged.id}/{path}", 404)
        learner.get(f"/assignments/{wronged.id}/{path}", 403)


def marks_of(taught: Class, assignment: Assignment) -> dict[str, float | None]:
    found = marking.ledger(taught.service, assignment).marks()
    return {learner: mark.score for learner, mark in found.items()}


@pytest.mark.parametrize("policy", ["never-lower", "exact"])
@pytest.mark.parametrize("kind", ["", "drop", "score", "full-marks"])
def test_the_effect_that_is_shown_is_what_the_marks_do_with_decisions_in_force(
    taught: Class, wronged: Assignment, policy: regrades.Policy, kind: str
) -> None:
    db = taught.service.db
    deciding = adjusting.Deciding(
        account=taught.instructor.learner, reason="as it should be", subject="double"
    )
    sitting = sitting_of(taught, wronged)
    if kind == "drop":
        adjusting.drop(db, wronged.id, "double", deciding)
    elif kind == "score":
        adjusting.set_score(db, sitting, sitting.items[0], 0.5, deciding)
    elif kind == "full-marks":
        parameters = sitting.items[0].parameters
        adjusting.give_full_marks(db, wronged.id, "double", parameters, deciding)
    before = marks_of(taught, wronged)
    shown = preview(taught, wronged, policy)
    effect = rules.effect(taught.service, wronged, shown)
    applied(taught, wronged, shown)
    after = marks_of(taught, wronged)

    assert {each.learner: (each.before, each.after) for each in effect.changes} == {
        learner: (score, after[learner])
        for learner, score in before.items()
        if score != after[learner]
    }
    if policy == "never-lower":
        assert all((after[learner] or 0) >= (score or 0) for learner, score in before.items())
    if kind == "drop":
        assert effect.changes == ()


def test_nobody_loses_by_a_written_question_that_a_machine_grades_from_now_on(
    taught: Class, wronged: Assignment, folder: Path
) -> None:
    graded = re.sub(r"ask:\n(.*\n)+", "ask:\n  words: {right: [{word: even}]}\n", WRITTEN)
    (folder / "items/say-why.yaml").write_text(graded.lstrip(), encoding="utf-8")
    serve(taught, folder)
    before = marks_of(taught, wronged)
    item = taught.service.item("say-why")

    kept = rules.preview(taught.service, wronged, item, "never-lower")
    assert {each.kind for each in kept.changes} == {"kept"}
    assert rules.effect(taught.service, wronged, kept).changes == ()
    applied(taught, wronged, kept)
    assert marks_of(taught, wronged) == before

    exact = rules.preview(taught.service, wronged, item, "exact")
    assert {each.kind for each in exact.changes} == {"recounted"}
    effect = rules.effect(taught.service, wronged, exact)
    applied(taught, wronged, exact, "two")
    after = marks_of(taught, wronged)
    assert {each.learner: each.after for each in effect.changes} == {
        learner: score for learner, score in after.items() if score != before[learner]
    }
    assert after != before


def test_an_instructors_trial_is_not_regraded(taught: Class, wronged: Assignment) -> None:
    taught.sit(taught.instructor, wronged, right)
    found = judged_places.places(taught.service.db, wronged.id, "double")
    assert {each.name for each in found} == {member.name for member in taught.members}
    used = judged_places.revisions_used(taught.service.db, wronged.id)
    assert sum(used["double"].values()) == 3


def test_a_regrade_that_there_cannot_be_is_no_page(
    taught: Class, wronged: Assignment, instructor: Visitor
) -> None:
    page = instructor.get(f"/assignments/{wronged.id}/regrade")
    token = forms_of(page)[-1].fields["csrf_token"]
    for number in (0, 7, 10**22):
        undo = f"/assignments/{wronged.id}/regrades/{number}/undo"
        assert instructor.client.post(undo, data={"csrf_token": token}).status_code == 404
    instructor.get(f"/sections/{taught.section.id}/records?before={2**63}")


def test_what_is_overdue_is_handed_in_and_regraded_with_the_rest(
    taught: Class, wronged: Assignment, instructor: Visitor, clock: Clock
) -> None:
    db, member = taught.service.db, taught.members[0].learner
    chosen = taught.service.bank.assessments["final"]
    five = timedelta(minutes=5)
    new = starting.drawn(
        taught.service, member, chosen, "0d" * 16, time_limit=five, assignment=wronged.id
    )
    taught.type(sittings.start(db, new), {1: {"answer": "7"}})
    instructor.get(f"/assignments/{wronged.id}/regrade/double")
    assert len(judged_places.places(db, wronged.id, "double")) == 3
    clock.now += timedelta(hours=1)
    for path in ("regrade/double", "analysis"):
        instructor.get(f"/assignments/{wronged.id}/{path}")
    assert len(judged_places.places(db, wronged.id, "double")) == 4

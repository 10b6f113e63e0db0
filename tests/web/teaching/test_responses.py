"""One response as its instructor reads it, and the decisions about points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quizsvc import grading
from quizsvc.model import Rules
from quizsvc.store import audit, judgements
from quizsvc.web.teaching import answers, decided

from ...classes import Class, blank, misled, right, saying
from ..pages import forms_of, words_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.sittings import Sitting

    from ..pages import Visitor


@pytest.fixture
def assignment(taught: Class) -> Assignment:
    return taught.assign("final", Rules(sittings=2))


@pytest.fixture
def sitting(taught: Class, assignment: Assignment) -> Sitting:
    """Of the first learner: wrong by a misconception, right, and in words."""
    return taught.sit(
        taught.members[0], assignment, misled("squared"), right, saying("It has two halves.")
    )


def said(page: TestResponse) -> str:
    return " ".join(words_of(page).split())


def response(visitor: Visitor, sitting: Sitting, position: int) -> TestResponse:
    return visitor.get(f"/sittings/{sitting.id}/marking/{position}")


def decisions(visitor: Visitor, assignment: Assignment) -> TestResponse:
    return visitor.get(f"/assignments/{assignment.id}/decisions")


def actions(taught: Class) -> list[str]:
    return [each.action for each in audit.of_section(taught.service.db, taught.section.id)]


def test_a_learner_s_sittings_are_listed_with_the_one_that_counts(
    taught: Class, instructor: Visitor, assignment: Assignment, sitting: Sitting
) -> None:
    taught.sit(taught.members[0], assignment, right)
    page = instructor.get(f"/assignments/{assignment.id}/learners/{sitting.learner}")
    text = said(page)
    assert "3 of 3 points, 100 %" in text
    assert "1 of 3 no" in text
    assert "3 of 3 yes" in text
    idle = taught.members[2]
    text = said(instructor.get(f"/assignments/{assignment.id}/learners/{idle.learner}"))
    assert "No mark yet" in text
    assert "Learner 03 has not begun." in text
    nobody = f"/assignments/{assignment.id}/learners/{taught.instructor.learner}"
    instructor.get(nobody, 404)


def test_a_sitting_lists_each_place_with_its_response_and_where_its_points_come_from(
    taught: Class, instructor: Visitor, sitting: Sitting
) -> None:
    text = said(instructor.get(f"/sittings/{sitting.id}/marking"))
    assert "Learner 01: The quiz, 1st time" in text
    assert "1 of 3 points" in text
    assert sitting.attempts[1].raw_response["answer"] in text
    assert "Not right 0 of 2 graded" in text
    assert "It has two halves. Self-rated: not yet – no machine grades this" in text
    open_one = taught.begin(taught.members[1], taught.assign("final"))
    taught.type(open_one, {1: {"answer": "17"}})
    text = said(instructor.get(f"/sittings/{open_one.id}/marking"))
    assert "not handed in yet" in text
    assert "17 Not handed in yet –" in text


def test_a_response_says_what_was_typed_how_it_was_judged_and_why(
    instructor: Visitor, sitting: Sitting
) -> None:
    text = said(response(instructor, sitting, 1))
    typed = sitting.attempts[1].raw_response["answer"]
    pinned = sitting.items[0]
    assert f"As typed {typed}" in text
    assert "Misconception squared" in text
    assert "What it says You squared the number." in text
    assert "0 of 2 points graded" in text
    assert "Not right when it was handed in" in text
    assert str(pinned.seed) in text
    assert f"n {pinned.parameters['n']:g}" in text
    assert "1 minute" in text
    assert "Two, 2" in said(response(instructor, sitting, 2))
    instructor.get(f"/sittings/{sitting.id}/marking/9", 404)


def test_whoever_looks_at_a_key_stands_in_the_audit_once_for_each_look(
    taught: Class, instructor: Visitor, sitting: Sitting
) -> None:
    response(instructor, sitting, 1)
    response(instructor, sitting, 1)
    newest, _ = audit.of_section(taught.service.db, taught.section.id)
    assert newest.subject == "Twice a number, as answered by Learner 01 in The quiz"
    assert newest.detail["item"] == "double"
    assert actions(taught) == ["key viewed"] * 2


def test_the_log_of_outcomes_shows_every_judgement_and_which_is_in_force(
    taught: Class, instructor: Visitor, sitting: Sitting
) -> None:
    attempt = sitting.attempts[1]
    assert attempt.outcome is not None
    mended = {**attempt.outcome, "score": 1.0, "misconception": None}
    judgements.add(taught.service.db, attempt.id, mended, "regraded")
    text = said(response(instructor, sitting, 1))
    assert "Not right when it was handed in" in text
    assert re.search("Right by a regrade, [^,]*, [^,]*, in force", text)
    assert "2 of 2 points" in text


def test_what_could_not_be_graded_is_graded_at_the_press_of_a_button(
    taught: Class, instructor: Visitor, assignment: Assignment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(grading, "grade", fail)
        sitting = taught.sit(taught.members[0], assignment, right)
    gradebook = f"/sections/{taught.section.id}/gradebook"
    assert "Learner 01 s0001 – 3 still to be graded" in said(instructor.get(gradebook))
    page = response(instructor, sitting, 1)
    assert "Grading failed on our side." in page.text
    page = instructor.follow(instructor.press(page, "Grade it now", status=303))
    assert "2 of 2 points" in said(page)


def test_an_item_is_taken_out_for_all_after_a_preview_and_put_back(
    taught: Class,
    instructor: Visitor,
    learner: Visitor,
    assignment: Assignment,
    sitting: Sitting,
) -> None:
    taught.sit(taught.members[1], assignment, right)
    page = instructor.get(f"/assignments/{assignment.id}/items/double/drop")
    assert "about 2 handed-in answers and changes 1 mark. The average goes from 67 % to 100 %" in (
        said(page)
    )
    instructor.send(page, {"reason": "  "}, 422)
    assert actions(taught) == []
    page = instructor.follow(instructor.send(page, {"reason": "Its key is wrong."}))
    assert "Taken out for everybody : Twice a number Its key is wrong. Prof. Skip" in said(page)
    gradebook = said(instructor.get(f"/sections/{taught.section.id}/gradebook"))
    assert "Learner 01 s0001 1 of 1 100 %" in gradebook
    review = learner.get(f"/sittings/{sitting.id}/review")
    assert "This question was taken out for everybody." in review.text
    assert "1 of 1 points" in said(review)
    assert "already" in instructor.get(f"/assignments/{assignment.id}/items/double/drop").text

    undone = instructor.follow(instructor.send(decisions(instructor, assignment)))
    assert "undone by Prof. Skip" in said(undone)
    assert "1 of 3 points" in said(learner.get(f"/sittings/{sitting.id}/review"))
    assert actions(taught) == ["decision undone", "item dropped"]


def test_a_quiz_of_which_all_is_out_has_no_points(
    taught: Class, instructor: Visitor, learner: Visitor, assignment: Assignment, sitting: Sitting
) -> None:
    for item in ("double", "pick-one", "say-why"):
        page = instructor.get(f"/assignments/{assignment.id}/items/{item}/drop")
        instructor.send(page, {"reason": "all wrong"})
    assert "nothing counts" in said(instructor.get(f"/sections/{taught.section.id}/gradebook"))
    assert "No points are counted" in learner.get(f"/sittings/{sitting.id}/review").text
    assert "No points are counted" in instructor.get(f"/sittings/{sitting.id}/marking").text
    assert "no points are counted" in learner.get("/history").text


def test_full_marks_reach_everybody_with_the_same_numbers_and_nobody_else(
    taught: Class, instructor: Visitor, learner: Visitor, assignment: Assignment
) -> None:
    mine = taught.sit(taught.members[0], assignment, blank)
    taught.sit(taught.members[1], assignment, blank)
    page = instructor.get(f"/sittings/{mine.id}/marking/1/full-marks")
    assert "about 1 handed-in answer and changes 1 mark" in said(page)
    instructor.send(page, {"reason": "A typo."})
    # An item without numbers asks everybody the same.
    page = instructor.get(f"/sittings/{mine.id}/marking/2/full-marks")
    assert "about 2 handed-in answers and changes 2 marks" in said(page)
    page = instructor.follow(instructor.send(page, {"reason": "Both are right."}))
    assert "1 of 1 points full marks given" in said(page)
    text = said(instructor.get(f"/sections/{taught.section.id}/gradebook"))
    assert "Learner 01 s0001 3 of 3" in text
    assert "Learner 02 s0002 1 of 3" in text
    review = learner.get(f"/sittings/{mine.id}/review")
    assert review.text.count("Full marks were given for this question.") == 2
    again = instructor.get(f"/sittings/{mine.id}/marking/1/full-marks")
    assert "given for this already" in again.text


def test_full_marks_say_which_points_go_first(
    taught: Class, instructor: Visitor, sitting: Sitting, assignment: Assignment
) -> None:
    base = f"/sittings/{sitting.id}/marking"
    taught.sit(taught.members[1], assignment, blank)
    instructor.send(instructor.get(f"{base}/2/score"), {"points": "0", "reason": "Copied."})
    page = instructor.get(f"{base}/2/full-marks")
    assert "about 1 handed-in answer and changes 1 mark" in said(page)
    assert "1 answer has points set by hand, which go first." in said(page)
    page = instructor.follow(instructor.send(page, {"reason": "Both are right."}))
    told = "Full marks are given for this variant of “Pick one”. 1 answer has points set by hand"
    assert told in said(page)
    page = instructor.get(f"/assignments/{assignment.id}/items/double/drop")
    instructor.send(page, {"reason": "Its key is wrong."})
    assert "goes first: no points change" in said(instructor.get(f"{base}/1/full-marks"))


def test_the_audit_says_what_an_undone_decision_was_about(
    taught: Class, instructor: Visitor, sitting: Sitting, assignment: Assignment
) -> None:
    base = f"/sittings/{sitting.id}/marking"
    page = instructor.get(f"/assignments/{assignment.id}/items/double/drop")
    instructor.send(page, {"reason": "so"})
    instructor.send(instructor.get(f"{base}/2/full-marks"), {"reason": "so"})
    instructor.send(instructor.get(f"{base}/2/score"), {"points": "0", "reason": "so"})
    for _ in range(3):
        instructor.send(decisions(instructor, assignment))
    found = audit.of_section(taught.service.db, taught.section.id)
    assert {each.subject for each in found if each.action == "decision undone"} == {
        "“Twice a number” taken out, in The quiz",
        "full marks for “Pick one”, in The quiz",
        "score of Learner 01 at “Pick one”, in The quiz",
    }


def test_a_formula_in_a_title_is_not_torn_apart(
    taught: Class,
    instructor: Visitor,
    sitting: Sitting,
    assignment: Assignment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (answers, decided):
        monkeypatch.setattr(module, "title_of", lambda *_: r"Half of $\frac{1}{2}$")
    place = f"/sittings/{sitting.id}/marking/1"
    page = instructor.get(f"{place}/score")
    assert "<title>Points of Learner 01 for “Half of 1/2”" in page.text
    assert "<mfrac>" in page.text
    instructor.send(page, {"points": "1", "reason": "so"})
    page = instructor.get(f"{place}/full-marks")
    page = instructor.follow(instructor.send(page, {"reason": "so"}))
    assert "Full marks are given for this variant of “Half of <math" in page.text
    assert "Take out : Half of 1/2" in said(decisions(instructor, assignment))
    found = audit.of_section(taught.service.db, taught.section.id)
    assert {each.subject for each in found if each.action != "key viewed"} == {
        "Half of 1/2, as answered by Learner 01 in The quiz",
        "Half of 1/2, in The quiz",
    }


@pytest.mark.parametrize(
    "typed",
    ["", "three", "2.1", "-1", "nan", "-0", "+1", "1e-400", "1e0", "٢", "１", "1,0.0", "1_0", "."],
)
def test_points_out_of_bounds_are_refused_in_words_and_stay_in_the_field(
    instructor: Visitor, sitting: Sitting, typed: str
) -> None:
    page = instructor.get(f"/sittings/{sitting.id}/marking/1/score")
    refused = instructor.send(page, {"points": typed, "reason": "kept <this>"}, 422)
    assert "Please type a number from 0 to 2, such as 1." in refused.text
    assert f'value="{typed}"' in refused.text
    assert "kept &lt;this&gt;" in refused.text


def test_points_set_by_hand_count_and_the_learner_reads_why(
    taught: Class, instructor: Visitor, learner: Visitor, assignment: Assignment, sitting: Sitting
) -> None:
    place = f"/sittings/{sitting.id}/marking/1/score"
    filled = {"points": "1,5", "reason": "The method is right."}
    preview = instructor.send(instructor.get(place), {**filled, "go": "preview"}, 200)
    assert "changes 1 mark. The average goes from 33 % to 83 %" in said(preview)
    assert 'value="1,5"' in preview.text
    assert actions(taught) == []
    page = instructor.follow(instructor.send(preview, {"points": "01,50", "go": "decide"}))
    assert "Learner 01 now has 1.5 of 2 points here." in said(page)
    assert "1.5 of 2 points set by hand" in said(page)
    review = said(learner.get(f"/sittings/{sitting.id}/review"))
    assert "Your instructor set this score: The method is right." in review
    assert "2.5 of 3 points" in review
    (kept,) = learner.get("/progress/data.json").get_json()["sittings"]
    assert kept["points"] == {"earned": 2.5, "possible": 3.0}
    # A second instructor sets another: that holds, both stay, and undoing it brings the first back.
    instructor.send(instructor.get(place), {"points": "0", "reason": "Copied."})
    text = said(decisions(instructor, assignment))
    assert "replaced by a later score" in text
    assert "Score set to 0 % : Twice a number, Learner 01" in text
    instructor.send(decisions(instructor, assignment))
    assert "1.5 of 2 points set by hand" in said(response(instructor, sitting, 1))
    assert actions(taught).count("score set") == 2


def test_a_written_answer_gets_points_from_its_instructor(
    taught: Class, instructor: Visitor, learner: Visitor, sitting: Sitting
) -> None:
    assert "It has two halves." in response(instructor, sitting, 3).text
    page = instructor.get(f"/sittings/{sitting.id}/marking/3/score")
    instructor.send(page, {"points": "1", "reason": "Good."})
    text = said(instructor.get(f"/sections/{taught.section.id}/gradebook"))
    assert "Learner 01 s0001 2 of 4 50 %" in text
    review = said(learner.get(f"/sittings/{sitting.id}/review"))
    assert "2 of 4 points" in review
    assert "Written answers are not part of the score." not in review


def test_who_left_a_written_answer_blank_does_not_beat_who_tried(
    taught: Class, instructor: Visitor, learner: Visitor, assignment: Assignment
) -> None:
    idle, tried, other = taught.members
    left_blank = taught.sit(idle, assignment, right, right, blank)
    wrote = taught.sit(tried, assignment, right)
    taught.sit(other, assignment, right)
    text = said(decisions(instructor, assignment))
    assert "2 written answers wait for points by hand" in text
    assert "Say why Learner 02 , Learner 03" in text
    assert f'href="/sittings/{wrote.id}/marking/3"' in decisions(instructor, assignment).text
    page = instructor.get(f"/sittings/{wrote.id}/marking/3/score")
    assert "those who left it blank have 0 of it" in said(page)
    filled = {"points": "0.5", "reason": "Half of it."}
    preview = instructor.send(page, {**filled, "go": "preview"}, 200)
    assert "about 2 handed-in answers and changes 2 marks" in said(preview)
    instructor.send(page, filled)
    text = said(instructor.get(f"/sections/{taught.section.id}/gradebook"))
    assert "Learner 01 s0001 3 of 4 75 %" in text
    assert "Learner 02 s0002 3.5 of 4 88 %" in text
    assert "Learner 03 s0003 3 of 3 100 % 1 without points" in text
    assert "1 written answer waits" in said(decisions(instructor, assignment))
    review = said(learner.get(f"/sittings/{left_blank.id}/review"))
    assert "3 of 4 points" in review
    assert "Written answers are not part of the score." not in review
    again = instructor.get(f"/sittings/{wrote.id}/marking/3/score")
    assert "those who left it blank" not in said(again)


def test_where_nothing_else_counts_the_gradebook_says_what_waits(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    taught.sit(taught.members[0], assignment, right)
    for item in ("double", "pick-one"):
        page = instructor.get(f"/assignments/{assignment.id}/items/{item}/drop")
        instructor.send(page, {"reason": "wrong"})
    text = said(instructor.get(f"/sections/{taught.section.id}/gradebook"))
    assert "Learner 01 s0001 – 1 without points" in text


def test_what_is_not_handed_in_gets_no_points(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    open_one = taught.begin(taught.members[0], assignment)
    place = f"/sittings/{open_one.id}/marking/1"
    assert "Not handed in yet" in instructor.get(place).text
    instructor.get(f"{place}/score", 409)


@pytest.mark.usefixtures("sitting")
def test_decisions_of_another_assignment_and_unknown_items_are_not_there(
    taught: Class, instructor: Visitor, assignment: Assignment
) -> None:
    page = instructor.get(f"/assignments/{assignment.id}/items/double/drop")
    instructor.send(page, {"reason": "so"})
    form = decisions(instructor, assignment)
    other = taught.assign("final")
    instructor.send(form, status=303)
    instructor.get(f"/assignments/{other.id}/items/double/drop", 404)
    instructor.get(f"/assignments/{'0' * 32}/decisions", 404)
    own = {"csrf_token": forms_of(form)[0].fields["csrf_token"][0]}
    sent = instructor.client.post(f"/assignments/{other.id}/decisions/1/undo", data=own)
    assert sent.status_code == 404


def test_a_late_sitting_says_what_that_cost(
    taught: Class, instructor: Visitor, learner: Visitor
) -> None:
    now = taught.service.db.now()
    late = Rules(closes_at=now, late_until=now.replace(year=2030), late_share=0.8)
    assignment = taught.assign("final", late)
    sitting = taught.sit(taught.members[0], assignment, right)
    for page in (
        learner.get(f"/sittings/{sitting.id}/review"),
        instructor.get(f"/sittings/{sitting.id}/marking"),
    ):
        assert "That was late: 80 % of" in page.text
        assert "2.4 of 3 points" in said(page)


def test_a_trial_of_an_instructor_gets_no_points(taught: Class, instructor: Visitor) -> None:
    sitting = taught.sit(taught.instructor, taught.assign("final"), right)
    refused = instructor.get(f"/sittings/{sitting.id}/marking/1/score", 409)
    assert "Nothing of it counts" in words_of(refused)

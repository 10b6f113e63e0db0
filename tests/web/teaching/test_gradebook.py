"""The gradebook as its instructor opens it, and the files that he takes away."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING

from quizsvc.model import Rules
from quizsvc.store import assignments, audit, people, sections, sittings
from quizsvc.store.tables import Override
from quizsvc.web import sitting_service, starting
from quizsvc.web.service import OutOfOrderError
from quizsvc.web.spreadsheets import cell

from ...classes import Class, blank, misled, password_hash, right, saying
from ..pages import words_of

if TYPE_CHECKING:
    from datetime import datetime

    import pytest
    from werkzeug.test import TestResponse

    from quizsvc.store.sittings import Sitting
    from quizsvc.web.service import Service

    from ..conftest import Clock
    from ..pages import Visitor


def begun_until(taught: Class, assignment: str, learner: str, end: datetime) -> Sitting:
    """Begin a sitting that has to be handed in by a moment."""
    chosen = taught.service.bank.assessments["final"]
    new = starting.drawn(
        taught.service, learner, chosen, f"of {learner}", ends_at=end, assignment=assignment
    )
    return sittings.start(taught.service.db, new)


def later(assignment: str, taught: Class, learner: str, closing: datetime) -> Override:
    """Let a learner hand in a day after the others."""
    return Override(
        assignment_id=assignment,
        learner_id=learner,
        closes_at=closing + timedelta(days=1),
        reason="ill",
        counter=0,
        made_by=taught.instructor.learner,
        made_at=closing,
    )


def gradebook(visitor: Visitor, taught: Class, query: str = "") -> TestResponse:
    return visitor.get(f"/sections/{taught.section.id}/gradebook{query}")


def said(page: TestResponse) -> str:
    return " ".join(words_of(page).split())


def rows(page: TestResponse) -> list[dict[str, str]]:
    text = page.get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def actions(taught: Class) -> list[str]:
    return [each.action for each in audit.of_section(taught.service.db, taught.section.id)]


def test_a_cell_says_the_mark_and_everything_that_there_is_to_know_of_it(
    taught: Class, instructor: Visitor
) -> None:
    assignment = taught.assign("final", Rules(sittings=2))
    taught.sit(taught.members[0], assignment, right)
    taught.sit(taught.members[1], assignment, misled("squared"), right, blank)
    taught.begin(taught.members[1], assignment)
    page = gradebook(instructor, taught)
    text = said(page)
    # The written answer of the first waits for its points; the second left it blank.
    assert "Learner 01 s0001 3 of 3 100 % 1 without points" in text
    assert "Learner 02 s0002 1 of 3 33 % in progress" in text
    assert "Learner 03 s0003 –" in text
    assert "Average 67 % over 2" in text


def test_nobody_in_the_section_and_nothing_assigned_are_said(
    taught: Class, instructor: Visitor
) -> None:
    assert "Nothing is assigned" in gradebook(instructor, taught).text
    taught.assign("final")
    db = taught.service.db
    empty = sections.make(db, "Empty", taught.instructor.learner)
    assignments.make(db, empty.id, "final", "The quiz")
    assert "There is nobody" in instructor.get(f"/sections/{empty.id}/gradebook").text


def test_it_is_sorted_by_name_or_by_a_mark_and_who_has_none_comes_last(
    taught: Class, instructor: Visitor
) -> None:
    assignment = taught.assign("final")
    taught.sit(taught.members[0], assignment, blank)
    taught.sit(taught.members[1], assignment, right)

    def order(query: str) -> list[str]:
        text = said(gradebook(instructor, taught, query))
        return sorted(("01", "02", "03"), key=lambda each: text.index(f"Learner {each}"))

    assert order("") == order("?sort=nonsense") == ["01", "02", "03"]
    assert order(f"?sort={assignment.id}") == ["02", "01", "03"]
    assert order(f"?sort={assignment.id}&order=up") == ["01", "02", "03"]


def test_opening_it_hands_in_what_is_overdue(
    taught: Class, instructor: Visitor, clock: Clock
) -> None:
    closing = clock.now + timedelta(hours=1)
    assignment = taught.assign("final", Rules(closes_at=closing))
    taught.begin(taught.members[0], assignment)  # without a deadline
    timed = begun_until(taught, assignment.id, taught.members[1].learner, closing)
    clock.now += timedelta(hours=2)
    text = said(gradebook(instructor, taught))
    assert "Learner 01 s0001 – in progress" in text
    assert "Learner 02 s0002 0 of 3 0 %" in text
    found = sittings.find(taught.service.db, timed.id)
    assert found is not None
    assert found.submitted_by == "deadline"


def test_one_sitting_that_cannot_be_closed_does_not_stop_the_page(
    taught: Class, instructor: Visitor, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closing = clock.now + timedelta(hours=1)
    assignment = taught.assign("final")
    bad, _ = (
        begun_until(taught, assignment.id, member.learner, closing) for member in taught.members[:2]
    )
    clock.now += timedelta(hours=2)
    settled = sitting_service.settled

    def fails_once(service: Service, sitting: Sitting, now: datetime) -> Sitting:
        if sitting.id == bad.id:
            raise OutOfOrderError(sitting.id)
        return settled(service, sitting, now)

    monkeypatch.setattr(sitting_service, "settled", fails_once)
    text = said(gradebook(instructor, taught))
    assert "Learner 01 s0001 – in progress" in text
    assert "Learner 02 s0002 0 of 3" in text


def test_being_late_costs_what_the_assignment_says_unless_an_override_allows_it(
    taught: Class, instructor: Visitor, clock: Clock
) -> None:
    closing = clock.now + timedelta(hours=1)
    late = Rules(closes_at=closing, late_until=closing + timedelta(days=2), late_share=0.5)
    assignment = taught.assign("final", late)
    clock.now += timedelta(hours=3)
    with taught.service.db.writing() as session:
        session.add(later(assignment.id, taught, taught.members[0].learner, closing))
    for member in taught.members[:2]:
        taught.sit(member, assignment, right)
    text = said(gradebook(instructor, taught))
    assert "Learner 01 s0001 3 of 3 100 % 1 without points" in text
    assert "Learner 02 s0002 1.5 of 3 50 % late" in text
    drill = said(
        instructor.get(f"/assignments/{assignment.id}/learners/{taught.members[1].learner}")
    )
    assert "3 before 50 % were taken for being late" in drill


def test_the_csv_opens_in_a_spreadsheet_without_running_anything(
    taught: Class, instructor: Visitor
) -> None:
    db = taught.service.db
    cunning = people.add(db, "=HYPERLINK(Hot)", password_hash=password_hash())
    with db.writing() as session:
        sections.add_member(
            session, taught.section.id, cunning.learner, "learner", db.now(), "@SUM(A1)"
        )
    assignment = taught.assign("final")
    taught.sit(cunning, assignment, right, right, saying("+cmd|' /C calc'!A0"))
    page = instructor.get(f"/sections/{taught.section.id}/gradebook.csv")
    assert page.get_data().startswith(b"\xef\xbb\xbf")
    row = next(each for each in rows(page) if "HYPERLINK" in each["name"])
    assert (row["name"], row["register_id"]) == ("'=HYPERLINK(Hot)", "'@SUM(A1)")
    assert row["The quiz (of)"] == "3.0"
    responses = rows(instructor.get(f"/assignments/{assignment.id}/responses.csv"))
    assert all(not each["response"].startswith(("=", "+", "@")) for each in responses)
    assert [each["name"] for each in responses] == ["'=HYPERLINK(Hot)"] * 3
    assert actions(taught) == ["data exported"] * 2
    lines = page.get_data().decode("utf-8-sig").splitlines()
    assert all(line.startswith('"') and line.endswith('"') for line in lines)


def test_files_of_two_sections_have_names_of_their_own(taught: Class, instructor: Visitor) -> None:
    def name(address: str) -> str:
        return instructor.get(address).headers["Content-Disposition"].partition("filename=")[2]

    assignment = taught.assign("final")
    day = f"{taught.service.db.now():%Y-%m-%d}"
    mine = f"/sections/{taught.section.id}/gradebook"
    assert name(f"{mine}.csv") == f'"quizsvc-gradebook-Residual-networks-2026-{day}.csv"'
    responses = f"/assignments/{assignment.id}/responses.json"
    named = f'"quizsvc-responses-Residual-networks-2026-The-quiz-{day}.json"'
    assert name(responses) == named
    greek = sections.make(taught.service.db, 'Ομάδα "1\r\n', taught.instructor.learner)
    assert name(f"/sections/{greek.id}/gradebook.csv") == f'"quizsvc-gradebook-1-{day}.csv"'
    greek = sections.make(taught.service.db, "Ομάδα", taught.instructor.learner)
    named = f'"quizsvc-gradebook-{greek.id[:8]}-{day}.csv"'
    assert name(f"/sections/{greek.id}/gradebook.csv") == named


def test_a_cell_keeps_numbers_and_marks_what_would_run() -> None:
    runs = [
        "=1", "=HYPERLINK(\"x\")", "+x", "-x", "@x", "\tx", "\n", " =1", "\x00=1", "＝1",
    ]  # fmt: skip
    keeps = ["-3.5", "+1", "-2", "1e-3", "−1", "O’Hara", "a=1", "", "0"]
    assert all(cell(each) == f"'{each}" for each in runs)
    assert [cell(each) for each in keeps] == keeps


def test_a_cell_marks_what_would_run_where_another_country_separates_columns() -> None:
    runs = {
        "a;=1+cmd": "a;'=1+cmd", "a\t@x": "a\t'@x", "a| +x": "a| '+x", "x;-1;-y": "x;-1;'-y",
        "so\n=x": "so\n'=x", "\r=1": "'\r'=1",
        "x;-1+cmd|' /C calc'!A0": "x;'-1+cmd|' /C calc'!A0", "a;＝x": "a;'＝x",
    }  # fmt: skip
    keeps = ["[1 2; -3 4]", "[[1, 2], [-3, x]]", "a; b", "a = b", "|x| + 1", "1;-2.5"]
    assert {each: cell(each) for each in runs} == runs
    assert [cell(each) for each in keeps] == keeps


def test_the_gradebook_comes_as_json_too(taught: Class, instructor: Visitor) -> None:
    assignment = taught.assign("final")
    taught.assign("final")
    taught.sit(taught.members[0], assignment, right)
    base = f"/sections/{taught.section.id}/gradebook"
    data = json.loads(instructor.get(f"{base}.json").text)
    assert data["format"] == "quizsvc gradebook, version 1"
    assert data["learners"][0]["marks"][assignment.id] == {
        "points": 3.0, "of": 3.0, "percent": 100.0, "state": "1 without points",
    }  # fmt: skip
    head = list(rows(instructor.get(f"{base}.csv"))[0])
    assert len(head) == len(set(head)) == 10  # two of one title are told apart


def test_every_response_can_be_taken_away_with_what_it_was_judged_on(
    taught: Class, instructor: Visitor
) -> None:
    assignment = taught.assign("final")
    sitting = taught.sit(taught.members[1], assignment, misled("squared"), blank)
    base = f"/assignments/{assignment.id}/responses"
    table = rows(instructor.get(f"{base}.csv"))
    assert [each["position"] for each in table] == ["1", "2", "3"]
    first, second, third = table
    assert first["name"] == "Learner 02"
    assert json.loads(first["parameters"]) == dict(sitting.items[0].parameters)
    assert first["response"] == sitting.attempts[1].raw_response["answer"]
    assert (first["score"], first["points"], first["possible"]) == ("0.0", "0.0", "2.0")
    assert (first["misconception"], first["decided_by"]) == ("squared", "graded")
    assert first["message"] == "You squared the number."
    assert (second["response"], second["points"], second["decided_by"]) == ("", "0.0", "blank")
    assert (third["points"], third["decided_by"]) == ("", "no machine grades this")
    data = json.loads(instructor.get(f"{base}.json").text)
    assert [each["item"] for each in data["responses"]] == ["double", "pick-one", "say-why"]


def test_who_tries_an_assignment_as_its_instructor_has_no_marks(
    taught: Class, instructor: Visitor
) -> None:
    assignment = taught.assign("final")
    sitting = taught.sit(taught.instructor, assignment, right)
    assert "Average –" in said(gradebook(instructor, taught))
    assert rows(instructor.get(f"/assignments/{assignment.id}/responses.csv")) == []
    assert instructor.get(f"/sittings/{sitting.id}/marking").status_code == 200

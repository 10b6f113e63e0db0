from __future__ import annotations

import csv
import json
import re
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from quizsvc.model import Preferences
from quizsvc.store import preferences
from quizsvc.store.statements import table
from quizsvc.store.tables import Sitting
from quizsvc.web.downloads import COLUMNS, FIELDS
from quizsvc.web.spreadsheets import cell

from .learning import key, later, right, squared
from .pages import words_of

if TYPE_CHECKING:
    from datetime import datetime

    from .pages import Visitor


def hold_back(visitor: Visitor, until: datetime) -> None:
    """Let the results of all sittings wait."""
    with visitor.service.db.writing() as session:
        session.execute(update(table(Sitting)).values(feedback="closing", closes_at=until))


def hand_in_the_quiz(visitor: Visitor) -> str:
    """Answer the first question of the quiz wrong, hand it in, and return its address."""
    question = visitor.send(visitor.get("/assessments/final")).location
    visitor.send(visitor.get(question), {"answer": "7", "go": "next"})
    sitting = question.rpartition("/")[0]
    visitor.send(visitor.get(f"{sitting}/submit"))
    return sitting


def test_progress_is_friendly_while_it_is_empty(ann: Visitor) -> None:
    page = ann.get("/progress")
    assert "Nothing yet." in page.text
    assert words_of(page).count("not begun") == 2
    assert '<svg class="plot' not in page.text


def test_progress_shows_mastery_plots_calendar_and_latest_answers(ann: Visitor) -> None:
    right(ann, 1)
    squared(ann, 2)
    page = ann.get("/progress")
    said = words_of(page)
    assert "0 of 2 objectives mastered, 1 begun." in said
    assert "2 answers since 1 Mar 2026" in said
    assert "1 of 4" in said
    assert "Reviews in March 2026" in said
    assert 'href="/history"' in page.text
    for name in ("answers-plot", "forecast-plot"):
        drawn = re.search(rf'<svg[^>]*id="{name}".*?</svg>', page.text, re.DOTALL)
        assert drawn
        assert 'role="img"' in drawn[0]
        assert f'aria-labelledby="{name}-title"' in drawn[0]
        assert "style=" not in drawn[0]
    assert re.search(
        r"1 Mar 2026</th><td class=\"number\">1</td><td class=\"number\">0</td>", page.text
    )


def test_a_misconception_is_listed_until_two_right_answers_overcome_it(ann: Visitor) -> None:
    squared(ann, 1)
    page = words_of(ann.get("/progress"))
    assert "You squared the number." in page
    assert "Not overcome yet" in page
    assert "met once" in page
    right(ann, 2)
    assert "Not overcome yet" in ann.get("/progress").text
    right(ann, 3)
    page = words_of(ann.get("/progress"))
    assert "Not overcome yet" not in page
    assert "overcome on 1 Mar 2026" in page


def test_the_calendar_shows_reviews_done_and_due_in_any_month(ann: Visitor) -> None:
    squared(ann, 1)
    later(ann, 3)
    assert "1 due" in words_of(ann.get("/progress"))
    right(ann, 2)
    page = ann.get("/progress")
    assert "1 done" in words_of(page)
    assert 'href="/progress?month=2026-02#calendar"' in page.text
    assert "Reviews in February 2026" in ann.get("/progress?month=2026-02").text
    for odd in ("2026-13", "now", "20260-1", "<b>"):
        assert "Reviews in March 2026" in ann.get(f"/progress?month={odd}").text


def test_results_held_back_are_nowhere_before_they_are_released(ann: Visitor) -> None:
    ann.get("/practice/double/1")
    right(ann, 1)
    held_until = later(ann, 0)
    sitting = ann.send(ann.get("/assessments/final")).location
    hold_back(ann, later(ann, 0).replace(year=2027))
    ann.send(ann.get(sitting), {"answer": "7", "go": "next"})
    ann.send(ann.get(f"{sitting.rpartition('/')[0]}/submit"))
    for url in ("/", "/progress"):
        page = ann.get(url).text
        assert "in a quiz" not in page
        assert "Not right" not in re.sub(r"<(svg|details).*?</\1>", "", page, flags=re.DOTALL)
    data = json.loads(ann.get("/progress/data.json").text)
    assert [each["outcome"] is not None for each in data["attempts"]] == [True, False]
    assert [each["points"] for each in data["sittings"]] == [None]
    assert data["attempts"][1]["raw_response"] == {"answer": "7"}
    hold_back(ann, held_until)
    assert "in a quiz" in ann.get("/progress").text
    data = json.loads(ann.get("/progress/data.json").text)
    assert data["attempts"][1]["outcome"]["score"] == 0
    assert data["sittings"][0]["points"]["earned"] == 0


def test_reviews_say_why_each_is_due(ann: Visitor) -> None:
    assert "Nothing is due." in ann.get("/reviews").text
    squared(ann, 1)
    assert "next on 2 Mar 2026" in words_of(ann.get("/reviews"))
    later(ann, 2)
    page = words_of(ann.get("/reviews"))
    assert re.search(
        r"You last met it on 1 Mar 2026 and did not get it right; the chance that you still know "
        r"it is about \d+ %, and you want to keep 90 %\.",
        page,
    )


def test_a_daily_limit_makes_the_rest_wait(ann: Visitor) -> None:
    squared(ann, 1)
    ann.answer("pick-one", "three")
    later(ann, 3)
    assert "2 reviews are due today." in words_of(ann.get("/reviews"))
    ann.send(ann.get("/reviews"), {"daily_limit": "1"})
    page = words_of(ann.get("/reviews"))
    assert "1 review is due today. 1 more waits for another day." in page
    assert "More is due than your daily limit; it waits." in page
    ann.send(ann.get("/reviews"), {"daily_limit": "0"})
    assert "Your daily limit is 0." in ann.get("/").text


def test_to_want_more_retention_makes_more_due(ann: Visitor) -> None:
    right(ann, 1)
    later(ann, 1)
    assert "due today" in words_of(ann.get("/reviews"))
    assert "Review now" not in ann.get("/reviews").text
    sent = ann.send(ann.get("/reviews"), {"retention": "97 %"})
    assert "Your choice is kept." in ann.follow(sent).text
    assert preferences.find(ann.service.db, ann.learner) == Preferences(10, 0.97)
    assert "Review now" in ann.get("/reviews").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"daily_limit": "101"}, "from 0 to 100"),
        ({"daily_limit": "-1"}, "from 0 to 100"),
        ({"daily_limit": "ten"}, "from 0 to 100"),
        ({"daily_limit": ""}, "from 0 to 100"),
        ({"daily_limit": "0000001"}, "from 0 to 100"),
        ({"retention": "69"}, "from 70 to 97"),
        ({"retention": "98"}, "from 70 to 97"),
        ({"retention": "0.9"}, "from 70 to 97"),
        ({"retention": "<b>"}, "from 70 to 97"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    ann: Visitor, typed: dict[str, str], said: str
) -> None:
    right(ann, 1)
    page = ann.send(ann.get("/reviews"), typed, 422)
    ((name, text),) = typed.items()
    assert "<title>Error: " in page.text
    assert f'<a href="#{name}">' in page.text
    assert 'aria-invalid="true"' in page.text
    assert said in page.text
    assert f'value="{text.replace("<", "&lt;").replace(">", "&gt;")}"' in page.text
    assert preferences.find(ann.service.db, ann.learner) == Preferences()


def test_everything_can_be_downloaded_as_json(ann: Visitor) -> None:
    squared(ann, 1)
    ann.answer("say-why", "Because.")
    hand_in_the_quiz(ann)
    question = ann.send(ann.get("/assessments/drawn")).location
    ann.send(ann.get(question), {"answer": "12", "go": "next"})
    file = ann.get("/progress/data.json")
    assert file.headers["Content-Disposition"] == 'attachment; filename="quizsvc-2026-03-01.json"'
    data = json.loads(file.text)
    assert data["fields"] == FIELDS
    assert data["account"] is None
    assert data["preferences"] == {"daily_limit": 10, "retention": 0.9}
    assert [each["item"] for each in data["attempts"]] == ["double", "say-why", "double"]
    assert data["attempts"][0]["outcome"]["misconception"] == "squared"
    assert [each["assessment"] for each in data["sittings"]] == ["final", "drawn"]
    assert [bool(each["points"]) for each in data["sittings"]] == [True, False]
    assert [each["raw_response"] for each in data["drafts"]] == [{"answer": "12"}]
    assert data["reviews"][0]["family"] == "double"
    assert not names_in(data) & {"key", "seed", "candidate", "token", "parameters"}


def names_in(data: Any) -> set[str]:
    """Return all names that a JSON document has anywhere."""
    if isinstance(data, dict):
        return set(data).union(*(names_in(each) for each in data.values()))
    return set().union(*(names_in(each) for each in data)) if isinstance(data, list) else set()


def test_no_key_of_an_open_quiz_is_in_a_download(ann: Visitor) -> None:
    question = ann.send(ann.get("/assessments/final")).location
    ann.send(ann.get(question), {"answer": "7", "go": "next"})
    right_answer = key(ann, 1)
    for url in ("/progress/data.json", "/progress/data.csv"):
        assert not re.search(rf"\b{right_answer}\b", ann.get(url).text)


def test_answers_can_be_downloaded_as_rows_for_a_spreadsheet(ann: Visitor) -> None:
    squared(ann, 1)
    ann.answer("say-why", "=HYPERLINK(1)")
    file = ann.get("/progress/data.csv")
    assert file.data.startswith(b"\xef\xbb\xbf")
    assert file.headers["Content-Disposition"].endswith('2026-03-01.csv"')
    rows = list(csv.DictReader(StringIO(file.data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["item"] for row in rows] == ["double", "say-why"]
    assert rows[0]["misconception"] == "squared"
    assert rows[1]["response"] == "'=HYPERLINK(1)"
    assert rows[1]["status"] == "self-rated"


@pytest.mark.parametrize("text", ["=1", "+x", "-x", "@a", "\tx", "\rx", "-1+2", "+1;2", "-"])
def test_a_cell_that_would_run_is_marked_as_text(text: str) -> None:
    assert cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-3", "+4", "-0.5", "-1.5e-3", "x = 1", "1/2", ""])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert cell(text) == text


def test_a_download_is_the_learners_own(ann: Visitor, bob: Visitor) -> None:
    right(ann, 1)
    data = json.loads(bob.get("/progress/data.json").text)
    assert data["attempts"] == []
    assert bob.get("/progress/data.csv").text.count("\n") == 1

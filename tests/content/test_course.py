"""Levels, lessons, figures, tests by objective and claims: what is made, and each fault's place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from quizsvc import variants
from quizsvc.certify import certify_item
from quizsvc.content import load_bank, load_file, rebuild
from quizsvc.content.reading import Memory
from quizsvc.model import Embedded

from ..bank import CLAIMS, COURSE, COURSE_LESSON, DRAWN, EXAM, FIGURE, LISTS, QUIZ, write_bank

if TYPE_CHECKING:
    from pathlib import Path


def faults(root: Path, name: str, text: str) -> list[str]:
    """Return the faults of the small bank with one file replaced, the broken item's left out."""
    path = write_bank(root) / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.lstrip(), encoding="utf-8")
    found = [str(fault).rpartition("/")[2] for fault in load_bank(root).faults]
    return [each for each in found if not each.startswith("broken.yaml")]


def test_a_file_with_levels_makes_an_item_of_each(tmp_path: Path) -> None:
    bank = load_bank(write_bank(tmp_path))

    assert bank.levels("lists") == bank.levels("lists-level-2") == {1: "lists", 2: "lists-level-2"}
    assert bank.levels("double") == {}
    harder = bank.items["lists-level-2"]
    assert (harder.level, harder.title) == (2, "The same, harder")
    assert variants.draw(harder, 0).parameters["n"] >= 1000
    assert rebuild(harder.source).revision == harder.revision


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("    given: {n: {integers: [1000, 9000]}}", "    given: {n: {integers: [9, 1]}}",
         "lists.yaml:31:16: This leaves no value"),
        ("    title: The same, harder", "    titel: The same", "lists.yaml:30:5: “titel” is not"),
        ("    title: The same, harder", "    id: other", "lists.yaml:1:1: This item has a level"),
        ("levels:", "level: 2\nlevels:", "lists.yaml:1:1: This item says level or levels"),
        ("  2:\n", "  7:\n", "lists.yaml:29:3: “7” is not known here"),
        ("order: [three, two, one]", "order: [three, two]", "lists.yaml:11:41: An order names"),
        ("order: [three, two, one]", "order: [one, two, three]", "lists.yaml:11:41: This looks"),
        ("distractors: [$n^2$]", "distractors: [$2n$]", "lists.yaml:15:21: This stands here"),
        ("{word: I}", "{word: J1J2}", "lists.yaml:16:"),
        ("wrong: true", "wrong: false", "lists.yaml:20:9: 0 lines have `wrong: true`"),
        ("id: times,", "id: value,", "lists.yaml:22:16: A line cannot be called"),
        ("power-of-ten: n,", "power-of-ten: n, tolerance: {relative: 0.1},", "lists.yaml:27:"),
    ],
)  # fmt: skip
def test_a_fault_in_a_list_or_a_level_is_named_once_at_its_place(
    tmp_path: Path, was: str, becomes: str, fault: str
) -> None:
    assert was in LISTS
    found = faults(tmp_path, "items/lists.yaml", LISTS.replace(was, becomes))
    named = [each for each in found if each.startswith("lists.yaml")]

    assert len(named) == 1
    assert named[0].startswith(fault)


def test_a_lesson_is_cut_where_something_stands_in_it(tmp_path: Path) -> None:
    lesson = load_bank(write_bank(tmp_path)).lessons["counting"]

    kinds = [b.kind if isinstance(b, Embedded) else "text" for b in lesson.blocks]
    assert kinds == ["text", "figure", "text", "check", "check", "example"]
    assert lesson.items == ["double", "lists", "block", "lists"]
    assert lesson.has_heading("first")


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("::check{double}", "::check{duble}", "16:11: There is no item “duble”: is double meant?"),
        ("::figure{growth}", "::figure{grow}", "12:12: There is no figure “grow”"),
        ("::example{block}", "::exmaple{block}", "20:3: “::exmaple” is not known here"),
        ("::check{lists}", "::check{double}", "8:3: “::check{double}” stands here twice"),
        (
            "Before the question.",
            "Before [this](numbers#none).",
            "14:17: The lesson numbers has no",
        ),
        ("Before the question.", "Before [this](nowhere).", "14:17: There is no lesson “nowhere”"),
        ("Before the question.", "Go [back](#none).", "14:13: The lesson counting has no"),
        ("[Numbers](numbers)", "[Numbers](nmbers)", "4:28: There is no lesson “nmbers”"),
        ("::check{double}", ":: check{double}", "16:3: Is a directive meant? It is written ::ch"),
        ("::check{double}", "::Check[double]", "16:3: Is a directive meant? It is written ::ch"),
        ("Before the question.", "## First", "8:3: Two headings have the address “first”"),
        ("Before the question.", "A $\\frac{1}{$ formula.", "14:15: Expected"),
        ("Before the question.", "A hole {{x}}.", "14:12: A hole"),
        ("items: [lists]", "items: [lsts]", "22:27: There is no item “lsts”: is lists meant?"),
    ],
)
def test_a_name_in_a_lesson_that_leads_nowhere_is_a_fault(
    tmp_path: Path, was: str, becomes: str, fault: str
) -> None:
    assert was in COURSE_LESSON
    found = faults(tmp_path, "lessons/counting.yaml", COURSE_LESSON.replace(was, becomes))

    assert found[0].startswith("counting.yaml:" + fault) or any(
        each.startswith("counting.yaml:" + fault) for each in found
    )


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("value: x^2", "value: q^2", "6:33: “q” is not known here"),
        ("value: x^2", 'value: "[x, 1]"', "6:34: A curve is a number"),
        ("value: x^2", "value: 1 / x", "6:9: This has no finite real value"),
        ("stop: 3", "stop: 1e9", "4:30: The axis has 1e+09 steps"),
        ("stop: 3", "start: -1.0e+308, stop: 1.0e+308", "4:48: The axis has inf steps"),
        ("name: x,", "name: sin,", "4:11: “sin” is a word of the language"),
        ("x: {name", "given: {x: 3}\nx: {name", "5:11: “x” stands for something else"),
        ("curves:", 'walk: {start: {g: "1", k: "2"}, next: {g: g}}\ncurves:',
         "6:28: `next` does not say"),
        ("{label: square}", "{label: square, log: true}", "6:9: A logarithmic axis"),
        ("y: {label: square}\n", "", "1:1: This figure with curves has"),
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_drawn_is_a_fault(
    tmp_path: Path, was: str, becomes: str, fault: str
) -> None:
    assert was in FIGURE
    found = faults(tmp_path, "figures/growth.yaml", FIGURE.replace(was, becomes))

    assert any(each.startswith("growth.yaml:" + fault) for each in found), found


@pytest.mark.parametrize(
    ("name", "text", "was", "becomes", "fault"),
    [
        ("courses/maths.yaml", COURSE, "numbers, ", "nmbers, ", "maths.yaml:4:11: There is no les"),
        ("courses/maths.yaml", COURSE, "[drawn]", "[drwn]", "maths.yaml:5:10: There is no assess"),
        ("assessments/drawn.yaml", DRAWN, "draw: 2", "draw: 20", "drawn.yaml:6:17: 4 items have"),
        ("assessments/drawn.yaml", DRAWN, "level: 2", "level: 3", "drawn.yaml:7:17: 0 items have"),
        ("assessments/drawn.yaml", DRAWN, "{item: double}", "{item: double, draw: 2}",
         "drawn.yaml:5:5: This draws by objective only"),
        ("assessments/drawn.yaml", DRAWN, "items:", "time_limit: 0\nitems:",
         "drawn.yaml:4:13: A number above 0 is wanted here"),
        ("assessments/drawn.yaml", DRAWN, "items:", "closes: 2026-12-24T18:00\nitems:",
         "drawn.yaml:4:9: “closes” needs a zone"),
        ("assessments/drawn.yaml", DRAWN, "items:", "closes: Christmas\nitems:",
         "drawn.yaml:4:9: “closes” is a date with a time"),
        ("assessments/drawn.yaml", DRAWN, "items:", "closes: 0001-01-01T00:00+14:00\nitems:",
         "drawn.yaml:4:9: “closes” is a date with a time"),
        ("assessments/drawn.yaml", DRAWN, "items:", "feedback: closing\nitems:",
         "drawn.yaml:4:11: `feedback: closing` waits"),
        ("assessments/drawn.yaml", DRAWN, "items:", "feedback: never\nitems:",
         "drawn.yaml:4:11: “never” is not known here; there is: answer, submission"),
        ("assessments/drawn.yaml", DRAWN, "items:", "at_deadline: discard\nitems:",
         "drawn.yaml:4:14: There is no deadline"),
        ("claims.yaml", CLAIMS, "is: -6", "is: two", "claims.yaml:13:34: A number is wanted"),
        ("claims.yaml", CLAIMS, "is: -6", "is: .inf", "claims.yaml:13:34: A number is wanted"),
        ("claims.yaml", CLAIMS, "is: -6", "is: [1, [2]]", "claims.yaml:13:"),
        ("claims.yaml", CLAIMS, "{a:", "{pi:", "claims.yaml:12:20: “pi” is a word"),
        ("items/lists.yaml", LISTS, "[listing]", "[lsting]", "lists.yaml:3:14: There is no objec"),
        ("assessments/drawn.yaml", DRAWN, "{item: double}", "{objective: doubling, draw: 4}",
         "drawn.yaml:5:3: There are not enough items"),
        ("claims.yaml", CLAIMS, "is: -6", "is: 6", "claims.yaml:13:25: This comes out as -6"),
        ("claims.yaml", CLAIMS, "2 a < a", "2 a > a", "claims.yaml:13:46: This does not hold"),
        ("claims.yaml", CLAIMS, "#first", "#last", "claims.yaml:10:14: The lesson counting has no"),
        ("claims.yaml", CLAIMS, "[double]", "[dubble]", "claims.yaml:11:17: There is no item"),
        ("claims.yaml", CLAIMS, "        truth: Of positive numbers only.\n", "",
         "claims.yaml:6:9: This needs its truth"),
    ],
)  # fmt: skip
def test_each_fault_of_a_course_a_test_or_a_claim_has_its_place(
    tmp_path: Path, name: str, text: str, was: str, becomes: str, fault: str
) -> None:
    assert was in text
    found = faults(tmp_path, name, text.replace(was, becomes))

    assert any(each.startswith(fault) for each in found), found


def test_an_assessment_has_the_rules_that_its_file_gives(tmp_path: Path) -> None:
    plain = load_bank(write_bank(tmp_path)).assessments["drawn"]
    rules = """time_limit: 7.5
closes: "2026-12-24T18:00+01:00"
feedback: closing
at_deadline: discard
shuffle: true
assigned_only: true
items:"""
    assert faults(tmp_path, "assessments/drawn.yaml", DRAWN.replace("items:", rules)) == []
    ruled = load_bank(tmp_path).assessments["drawn"]

    assert (plain.time_limit, plain.closes) == (None, None)
    assert (plain.feedback, plain.at_deadline) == ("submission", "submit")
    assert (ruled.time_limit, ruled.closes) == (7.5, datetime(2026, 12, 24, 17, tzinfo=UTC))
    assert (ruled.feedback, ruled.at_deadline) == ("closing", "discard")
    assert (plain.shuffle, plain.assigned_only) == (False, False)
    assert (ruled.shuffle, ruled.assigned_only) == (True, True)


def test_what_a_quiz_for_classes_keeps_is_asked_by_no_other(tmp_path: Path) -> None:
    kept = QUIZ.replace("items:", "assigned_only: true\nitems:")
    drawn = DRAWN.replace("draw: 2", "draw: 3")
    (write_bank(tmp_path) / "assessments/drawn.yaml").write_text(drawn.lstrip(), encoding="utf-8")
    memory = Memory()
    (before,) = [
        each for each in load_bank(tmp_path, memory).assessments["drawn"].entries if each.draw > 1
    ]
    (tmp_path / "assessments/final.yaml").write_text(kept.lstrip(), encoding="utf-8")
    bank = load_bank(tmp_path, memory)

    faults = [str(each) for each in bank.faults if "assigned_only" in each.message]
    assert [each.rpartition("/")[2].partition(":")[0] for each in faults] == ["exam.yaml"] * 2
    assert ":6:12: “pick-one” has the same numbers for everybody, and “final”" in faults[0]
    assert "exam" in bank.broken
    (after,) = [each for each in bank.assessments["drawn"].entries if each.draw > 1]
    assert set(before.pool) - set(after.pool) == {"pick-one"}  # what is judged is never drawn
    assert {"pick-one", "say-why"} <= bank.assessments["final"].certain

    exam = EXAM.replace("items:", "assigned_only: true\nitems:")
    assert faults_with(tmp_path, exam) == []


def faults_with(root: Path, exam: str) -> list[str]:
    (root / "assessments/exam.yaml").write_text(exam.lstrip(), encoding="utf-8")
    return [str(each) for each in load_bank(root).faults if "exam.yaml" in each.file]


def test_one_file_of_any_kind_is_read_with_what_it_needs(tmp_path: Path) -> None:
    root = write_bank(tmp_path)
    for name in ("figures/growth.yaml", "courses/maths.yaml", "claims.yaml", "misconceptions.yaml"):
        assert load_file(root / name).faults == []
    (root / "claims.yaml").write_text(CLAIMS.replace("is: -6", "is: 6"), encoding="utf-8")
    assert len(load_file(root / "claims.yaml").faults) == 1


def test_a_later_key_may_name_a_factor_a_power_or_a_mended_line(tmp_path: Path) -> None:
    later = LISTS.replace(
        "levels:", "  - {part: last, number: ratio + slip + size, proof: 3 n - 1}\nlevels:"
    )
    assert faults(tmp_path, "items/lists.yaml", later) == []

    found = certify_item(load_bank(tmp_path).items["lists"], 20)
    assert (found.faults, found.unproven) == ([], [])


def test_the_key_of_a_factor_is_proven_and_a_false_proof_is_found(tmp_path: Path) -> None:
    wrong = LISTS.replace("factor: n, proof: n + 0", "factor: n, proof: n + 1")
    assert faults(tmp_path, "items/lists.yaml", wrong) == []

    found = certify_item(load_bank(tmp_path).items["lists"], 5)
    assert len(found.faults) == 1

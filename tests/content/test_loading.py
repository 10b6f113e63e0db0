"""What an author gets wrong is named at its place, all at once, and spoils nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc import variants
from quizsvc.content import load_bank, rebuild

if TYPE_CHECKING:
    from pathlib import Path

ITEM = """\
id: probe
title: A probe
given:
  x: {vector: 2, integers: [1, 3]}
  W: {matrix: [2, 2], integers: [1, 3]}
let:
  a: W * x
  y: x + relu(a)
stem: Find it for $x = {{x}}$.
ask:
  matrix: jacobian(y, x)
misconceptions: [drop-skip]
"""

TEXTS = "drop-skip: {title: Forgotten, says: The skip is missing.}\n"


def load(root: Path, item: str) -> list[str]:
    """Return the faults of a content directory with one item, without the directory's name."""
    (root / "items").mkdir(exist_ok=True)
    (root / "items" / "probe.yaml").write_text(item, encoding="utf-8")
    (root / "misconceptions.yaml").write_text(TEXTS, encoding="utf-8")
    return [str(fault).rpartition("items/")[2] for fault in load_bank(root).faults]


@pytest.mark.parametrize(
    ("was", "becomes"), [("integers: [1, 3]}\nlet", "integers: [3, 1]}\nlet"), ("W * x", "W * q")]
)
def test_what_rests_on_something_broken_has_no_fault_of_its_own(
    tmp_path: Path, was: str, becomes: str
) -> None:
    own = "misconceptions: [{id: own, value: 2 * W, says: No.}]"
    broken = ITEM.replace("misconceptions: [drop-skip]", own).replace(was, becomes)
    assert len(load(tmp_path, broken)) == 1


LESSON = """\
id: one
title: One
summary: One.
objectives:
  - {id: count, text: Count.}
  - {id: add, text: Add.}
  - {id: count, text: Count on.}
text: Text.
practice:
  - title: First
    items: [a, b, a]
  - title: Second
    items: [a]
assessments: [c, c]
"""
COURSE = """\
id: all
title: All
summary: All.
lessons: [one, two, one]
before: [c]
after: [c, d, d]
"""


def test_what_is_listed_twice_is_a_fault_where_it_stands_again(tmp_path: Path) -> None:
    for kind, name, text in (("lessons", "one", LESSON), ("courses", "all", COURSE)):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / f"{name}.yaml").write_text(text, encoding="utf-8")
    found = [str(fault).rpartition("/")[2] for fault in load_bank(tmp_path).faults]

    assert [fault for fault in found if "twice" in fault] == [
        "all.yaml:4:21: The lesson “one” stands here twice.",
        "all.yaml:6:15: The assessment “d” stands here twice.",
        "one.yaml:7:10: The objective “count” stands here twice.",
        "one.yaml:11:19: The item “a” stands here twice.",
        "one.yaml:14:18: The assessment “c” stands here twice.",
    ]


def test_the_probe_itself_has_no_fault(tmp_path: Path) -> None:
    assert load(tmp_path, ITEM) == []


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("a: W * x", "a: W * q", "probe.yaml:7:10: “q” is not known here"),
        ("a: W * x", "a: W *", "probe.yaml:7:8: Something is missing"),
        ("a: W * x", "a: W * W", "probe.yaml:8:6: A vector of 2 and a 2 × 2 matrix cannot"),
        ("{{x}}", "{{x + q}}", "probe.yaml:9:30: “q” is not known here"),
        ("{{x}}", "{{x", "probe.yaml:9:24: "),
        ("matrix: j", "vector: j", "probe.yaml:11:11: This is a 2 × 2 matrix, not a vector"),
        ("jacobian(y, x)", "grad(y, x)", "probe.yaml:11:16: grad is of a number"),
        ("  matrix:", "  marix:", "probe.yaml:11:3: “marix” is not a field here: is matrix meant?"),
        ("title:", "titel:", "probe.yaml:2:1: “titel” is not a field here: is title meant?"),
        ("title: A probe\n", "", "probe.yaml:1:1: The field “title” is missing"),
        ("[drop-skip]", "[drop-skp]", "probe.yaml:12:18: There is no misconception “drop-skp”"),
        ("[drop-skip]", "[skip-only]", "probe.yaml:12:18: misconceptions.yaml has no text"),
        ("x + relu(a)", "relu(a)", "probe.yaml:12:18: drop-skip finds no place to act"),
        (
            "integers: [1, 3]}\nlet",
            "integers: [3, 1]}\nlet",
            "probe.yaml:5:6: This leaves no value",
        ),
        ("  W: {", "  T: {", "probe.yaml:5:3: “T” is a word of the language"),
        ("id: probe", "id: other", "probe.yaml:1:5: The id is “other”"),
        ("  y: x", "  a: x", "probe.yaml:8:3: “a” stands here twice"),
        ("title: A", "title: &t A", "probe.yaml:2:8: Anchors"),
        ("title: A", "title: !t A", "probe.yaml:2:8: Tags"),
        ("given:\n", "given: [\n", "probe.yaml:"),
        ("stem: F", "stme: F", "probe.yaml:9:1: “stme” is not a field here: is stem meant?"),
        (
            "integers: [1",
            "integer: [1",
            "probe.yaml:4:18: “integer” is not a field here: is integers",
        ),
        (
            "title: A probe",
            "title: ''",
            "probe.yaml:2:9: Something is wanted here, and there is no",
        ),
        ("x + relu(a)", "''", "probe.yaml:8:7: Something is wanted here, and there is nothing."),
        ("vector: 2", "vector: 65", "probe.yaml:4:15: A number of at most 64 is wanted here."),
        ("ask:", "ask:\n  points: 0", "probe.yaml:11:11: A number above 0 is wanted here."),
        (
            "id: probe",
            "id: probe\nlevels: {4: {}}",
            "probe.yaml:2:10: “4” is not known here; there is",
        ),
        ("title: A", 'title: "\\ud800"\nhints: []\n#', "probe.yaml:2:9: This has a character that"),
    ],
)
def test_a_fault_is_named_at_its_line_and_column(
    tmp_path: Path, was: str, becomes: str, fault: str
) -> None:
    assert was in ITEM

    found = load(tmp_path, ITEM.replace(was, becomes, 1))

    assert any(line.startswith(fault) for line in found), found


def test_all_faults_of_a_file_are_shown_at_once_without_echoes(tmp_path: Path) -> None:
    found = load(tmp_path, ITEM.replace("W * x", "W * q").replace("{{x}}", "{{p}}"))

    assert [line.split(": ")[0] for line in found] == ["probe.yaml:7:10", "probe.yaml:9:26"]


def test_a_key_that_cannot_be_read_is_one_fault_whatever_misconceptions_rest_on_it(
    tmp_path: Path,
) -> None:
    own = "[drop-skip, {id: own, value: W, says: A try.}]"
    item = ITEM.replace("jacobian(y, x)", "jacobian(y, q)").replace("[drop-skip]", own)

    assert [line.split(": ")[0] for line in load(tmp_path, item)] == ["probe.yaml:11:23"]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"a: *b", b"--- 1\n--- 2"])
def test_a_file_that_is_no_yaml_of_ours_is_a_fault_and_no_crash(
    tmp_path: Path, content: bytes
) -> None:
    load(tmp_path, ITEM)
    (tmp_path / "items" / "hostile.yaml").write_bytes(content)
    bank = load_bank(tmp_path)

    assert list(bank.items) == ["probe"]
    assert list(bank.broken) == ["hostile"]


def test_the_revision_follows_the_content_and_the_texts_it_includes(tmp_path: Path) -> None:
    load(tmp_path, ITEM)
    first = load_bank(tmp_path).items["probe"].revision
    load(tmp_path, ITEM.replace("title: A probe", "title:   A probe  # a comment"))
    assert load_bank(tmp_path).items["probe"].revision == first

    load(tmp_path, ITEM.replace("[1, 3]", "[1, 4]"))
    assert load_bank(tmp_path).items["probe"].revision != first
    load(tmp_path, ITEM)
    (tmp_path / "misconceptions.yaml").write_text(TEXTS.replace("missing", "gone"), "utf-8")
    assert load_bank(tmp_path).items["probe"].revision != first


def test_a_stored_source_gives_the_item_again_without_its_file(tmp_path: Path) -> None:
    load(tmp_path, ITEM)
    item = load_bank(tmp_path).items["probe"]
    again = rebuild(item.source)

    assert again.revision == item.revision
    assert variants.draw(again, 7).key == variants.draw(item, 7).key

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

"""Content is read again: what did not change is not compiled anew, what broke stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.content import ItemBank, Memory, load_bank
from quizsvc.content.reading import Reading, kept
from quizsvc.errors import Fault

from ..bank import DOUBLE, write_bank

if TYPE_CHECKING:
    from pathlib import Path

FAULT = (Fault("items/a.yaml", 1, 1, "No."),)
TEXTS = "drop-skip: {title: Forgotten, says: The skip is missing.}\n"
SKIPPING = """
id: skipping
title: A skip
given: {x: {integers: [1, 9]}, w: {integers: [2, 9]}}
let: {y: x + w * x}
stem: Find it at ${{x}}$ and ${{w}}$.
ask: {number: "grad(y, x)"}
misconceptions: [drop-skip]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_bank(tmp_path / "content")


def write(root: Path, name: str, text: str) -> None:
    (root / name).write_text(text, encoding="utf-8")


def replace(root: Path, name: str, was: str, becomes: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert was in text
    write(root, name, text.replace(was, becomes))


def read_again(root: Path, before: ItemBank) -> ItemBank:
    return load_bank(root, before=before)


def named(bank: ItemBank) -> set[str]:
    """Return the files that have faults."""
    return {fault.file.rpartition("content/")[2] for fault in bank.faults}


def test_a_second_reading_compiles_only_what_has_changed(root: Path) -> None:
    memory = Memory()
    first = load_bank(root, memory)
    replace(root, "items/double.yaml", "Twice a number", "The double")

    second = load_bank(root, memory)

    assert second.items["double"].title == "The double"
    assert second.items["double"] is not first.items["double"]
    for kind in ("items", "lessons", "figures"):
        for each, noun in getattr(second, kind).items():
            assert each == "double" or noun is getattr(first, kind)[each]
    assert second.claims is first.claims
    assert second.faults == first.faults


def test_with_a_memory_the_same_is_found_as_without(root: Path) -> None:
    memory = Memory()
    load_bank(root, memory)
    replace(root, "items/double.yaml", "objectives: [doubling]", "objectives: [none-such]")
    (root / "items" / "block.yaml").unlink()

    found, fresh = load_bank(root, memory), load_bank(root)

    assert found.faults == fresh.faults
    assert named(found) >= {"items/double.yaml", "lessons/numbers.yaml"}
    assert list(found.items) == list(fresh.items)
    for each, assessment in fresh.assessments.items():
        assert found.assessments[each].entries == assessment.entries
    assert found.broken == fresh.broken


def test_all_items_are_compiled_anew_when_the_texts_of_misconceptions_change(root: Path) -> None:
    memory = Memory()
    write(root, "misconceptions.yaml", TEXTS)
    write(root, "items/skipping.yaml", SKIPPING)
    first = load_bank(root, memory)
    write(root, "misconceptions.yaml", TEXTS.replace("missing", "forgotten"))

    second = load_bank(root, memory)

    assert second.items["skipping"].revision != first.items["skipping"].revision
    assert second.items["double"].revision == first.items["double"].revision


@pytest.mark.parametrize(
    ("file", "kind", "each"),
    [
        ("items/double.yaml", "items", "double"),
        ("lessons/numbers.yaml", "lessons", "numbers"),
        ("figures/growth.yaml", "figures", "growth"),
        ("assessments/final.yaml", "assessments", "final"),
        ("courses/maths.yaml", "courses", "maths"),
    ],
)
@pytest.mark.parametrize(
    "breaks", ["not: [yaml", "", "id: other\ntitle: Another\n", "title: No id"]
)
def test_what_was_in_order_stays_as_it_was_while_its_file_is_not(
    root: Path, file: str, kind: str, each: str, breaks: str
) -> None:
    before = load_bank(root)
    write(root, file, breaks)

    after = read_again(root, before)

    assert getattr(after, kind)[each] is getattr(before, kind)[each]
    assert after.older == [(kind, each)]
    assert named(after) == named(before) | {file}
    assert set(after.broken) == set(before.broken)
    assert list(after.items) == list(before.items)


def test_what_stays_is_found_by_what_rests_on_it(root: Path) -> None:
    before = load_bank(root)
    write(root, "lessons/numbers.yaml", "broken: [")
    write(root, "items/pick-one.yaml", "broken: [")

    after = read_again(root, before)

    # Neither the objectives of the lesson nor the item of the assessments are missed.
    assert named(after) == named(before) | {"lessons/numbers.yaml", "items/pick-one.yaml"}
    assert after.assessments["drawn"].entries == before.assessments["drawn"].entries
    assert "pick-one" in after.items


def test_claims_and_texts_stay_as_they_were(root: Path) -> None:
    write(root, "misconceptions.yaml", TEXTS)
    write(root, "items/skipping.yaml", SKIPPING)
    before = load_bank(root)
    write(root, "misconceptions.yaml", "drop-skip: {title: [}")
    write(root, "claims.yaml", "title: [")

    after = read_again(root, before)

    assert after.items["skipping"].revision == before.items["skipping"].revision
    assert after.claims is before.claims
    assert after.older == [("claims", "claims")]
    assert named(after) == named(before) | {"misconceptions.yaml", "claims.yaml"}


def test_what_is_deleted_goes_also_after_it_was_broken(root: Path) -> None:
    before = load_bank(root)
    write(root, "items/double.yaml", "broken: [")
    broken = read_again(root, before)
    (root / "items" / "double.yaml").unlink()

    after = read_again(root, broken)

    assert "double" not in after.items
    assert not after.older


def test_what_is_mended_is_new_again(root: Path) -> None:
    before = load_bank(root)
    write(root, "items/double.yaml", "broken: [")
    broken = read_again(root, before)
    write(root, "items/double.yaml", DOUBLE.replace("Twice a number", "Mended"))

    after = read_again(root, broken)

    assert after.items["double"].title == "Mended"
    assert not after.older


def test_a_level_that_breaks_stays_and_one_that_is_taken_out_goes(root: Path) -> None:
    before = load_bank(root)
    replace(root, "items/lists.yaml", "[1000, 9000]", "[9000, 1000]")
    broken = read_again(root, before)
    assert broken.older == [("items", "lists-level-2")]
    assert broken.items["lists-level-2"] is before.items["lists-level-2"]
    text = (root / "items" / "lists.yaml").read_text(encoding="utf-8")
    write(root, "items/lists.yaml", text.partition("levels:")[0])

    after = read_again(root, broken)

    assert "lists" in after.items
    assert "lists-level-2" not in after.items


def test_what_was_never_in_order_is_not_served(root: Path) -> None:
    after = read_again(root, load_bank(root))
    assert "broken" not in after.items
    assert "broken" in after.broken
    assert not after.older


def test_only_what_a_broken_file_made_is_kept() -> None:
    reading = Reading(made={"a": 1}, broken={"a-level-2": FAULT})
    before = {"a": 0, "a-level-2": 2, "a-level-3": 3, "b": 4}
    assert kept(reading, "a", before) == {"a-level-2": 2}
    assert kept(Reading(broken={"a": FAULT}), "a", before) == {
        "a": 0, "a-level-2": 2, "a-level-3": 3,
    }  # fmt: skip
    assert kept(Reading(), "a", before) == {}


def test_what_editors_hide_beside_the_files_is_no_content(root: Path) -> None:
    before = load_bank(root)
    (root / "items" / ".#double.yaml").symlink_to("somebody@somewhere.1234")
    write(root, "items/.double.yaml", "half: [")
    assert load_bank(root).faults == before.faults


def test_an_items_own_misconception_may_be_called_like_one_of_the_table(root: Path) -> None:
    write(root, "items/double.yaml", DOUBLE.replace("id: squared", "id: drop-skip"))
    assert "double" in load_bank(root).items

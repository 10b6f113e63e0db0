"""The JSON Schemas: they take what `check` takes, and underline what authors mistype."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from quizsvc.content import load_bank
from quizsvc.content.json_schema import (
    FOLDER,
    KINDS,
    json_schema,
    modeline,
    schema_text,
    stale_schemas,
    write_schemas,
)
from quizsvc.content.yaml_source import read_yaml
from quizsvc.settings import shipped

from ..bank import write_bank
from ..test_reference import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

VALIDATORS = {kind: jsonschema.Draft202012Validator(json_schema(kind)) for kind in KINDS}
SHIPPED = [*sorted(shipped("content").glob("*/*.yaml")), *sorted(shipped("content").glob("*.yaml"))]


def complaints(kind: str, text: str) -> list[str]:
    """Return what the schema says of a file, each complaint with its place."""
    # JSON has texts for keys, as our own reader has.
    data = json.loads(json.dumps(read_yaml("file", text.encode()).data))
    return [f"{error.json_path}: {error.message}" for error in VALIDATORS[kind].iter_errors(data)]


def kind_of(path: Path) -> str:
    return (
        path.stem if path.stem in KINDS and path.parent.name != "items" else path.parent.name[:-1]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_each_schema_is_one_by_its_dialect(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_shipped_file_is_taken_and_its_first_line_leads_to_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = text.partition("\n")[0]

    assert first == modeline(kind_of(path))
    led_to = path.parent / first.partition("$schema=")[2]
    assert led_to.resolve() == shipped("content") / FOLDER / f"{kind_of(path)}.json"
    assert complaints(kind_of(path), text) == []


def test_the_schemas_beside_the_shipped_content_are_of_this_version() -> None:
    assert list(stale_schemas(shipped("content"), missing=True)) == [], (
        "run: quizsvc schema --write content"
    )


@pytest.mark.parametrize(("kind", "text"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_reference_are_taken(kind: str, text: str) -> None:
    assert complaints(kind, text) == []


def test_the_files_of_the_tests_own_bank_are_taken(tmp_path: Path) -> None:
    write_bank(tmp_path)
    found = {
        path.name: complaints(kind_of(path), path.read_text(encoding="utf-8"))
        for path in tmp_path.rglob("*.yaml")
        if path.stem != "broken"
    }

    assert len(found) > 5
    assert {name: told for name, told in found.items() if told} == {}


ITEM = """
id: an-item
title: An item
given:
  x: {integers: [2, 9]}
let: {y: x^2, z: 3}
where: [x > 2]
stem: What is {{x}} squared?
ask: {number: y, tolerance: {figures: 3}}
misconceptions: auto
levels:
  2: {given: {x: {integers: [-9, 9]}}}
"""
LESSON = "id: a\ntitle: A\nsummary: S\ntext: T\nobjectives: [{id: o, text: O}]\n"
QUIZ = 'id: a\ntitle: A\ninstructions: I\nitems: [{item: b}]\ncloses: "2026-12-24T18:00+01:00"\n'


@pytest.mark.parametrize(
    ("kind", "text", "mistaken", "place"),
    [
        ("item", ITEM, ("title:", "titel:"), "$: "),
        ("item", ITEM, ("id: an-item", "id: An Item"), "$.id"),
        ("item", ITEM, ("id: an-item", "id: 12"), "$.id"),
        ("item", ITEM, ("stem:", "hints:"), "$: 'stem' is a required"),
        ("item", ITEM, ("integers: [2, 9]", "integers: [2, 9, 3]"), "$.given.x"),
        ("item", ITEM, ("integers: [2, 9]", "integer: [2, 9]"), "$.given.x"),
        ("item", ITEM, ("  x: {int", "  2x: {int"), "$.given"),
        ("item", ITEM, ("z: 3", "z: [3]"), "$.let.z"),
        ("item", ITEM, ("where: [x > 2]", "where: x > 2"), "$.where"),
        ("item", ITEM, ("number: y", "numbr: y"), "$.ask"),
        ("item", ITEM, ("figures: 3", "figures: many"), "$.ask"),
        ("item", ITEM, ("auto", "[drop-skp]"), "$.misconceptions"),
        ("item", ITEM, ("auto", "[{id: own, value: 3}]"), "$.misconceptions"),
        ("item", ITEM, ("  2: {given", "  4: {given"), "$.levels"),
        ("item", ITEM, ("  2: {given", "  2: {gven"), "$.levels['2']"),
        ("item", ITEM, ("  2: {given", "  2: {id: b, given"), "$.levels['2']"),
        ("lesson", LESSON, ("summary", "sumary"), "$: "),
        ("lesson", LESSON, ("{id: o, text: O}", "o"), "$.objectives[0]"),
        ("assessment", QUIZ, ("item: b", "itm: b"), "$.items[0]"),
        ("assessment", QUIZ, ("item: b", "item: b, points: 0"), "$.items[0].points"),
        ("assessment", QUIZ, ("[{item: b}]", "[]"), "$.items"),
        ("assessment", QUIZ, ("T18:00+01:00", ""), "$.closes"),
        ("assessment", QUIZ, ("items", "feedback: now\nitems"), "$.feedback"),
        ("misconceptions", "drop-skip: {title: T, says: S}", ("drop", "dorp"), "$: "),
        ("misconceptions", "drop-skip: {title: T, says: S}", ("says", "say"), "$['drop-skip']"),
    ],
)
def test_a_typical_slip_is_underlined_where_it_stands(
    kind: str, text: str, mistaken: tuple[str, str], place: str
) -> None:
    assert complaints(kind, text) == []
    assert mistaken[0] in text

    found = complaints(kind, text.replace(*mistaken, 1))

    assert found
    assert any(each.startswith(place) for each in found), found


def every_field(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [field for each in node for field in every_field(each)]
    if not isinstance(node, dict):
        return []
    named = node.get("properties", {})
    return [*named.values(), *(field for each in node.values() for field in every_field(each))]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_words_for_whoever_hovers_over_it(kind: str) -> None:
    fields = every_field(json_schema(kind))

    assert fields
    for field in fields:
        assert field.get("description") or "$ref" in field, field


def test_every_named_misconception_is_offered_with_its_belief() -> None:
    listed, _ = json_schema("item")["properties"]["misconceptions"]["anyOf"]
    named = listed["items"]["anyOf"][0]["anyOf"]

    assert named[0]["const"] == "auto"
    assert all(re.search(r"\w+ \w+", each["description"]) for each in named)


def test_schemas_are_written_once_and_made_anew_where_they_are_of_another_version(
    tmp_path: Path,
) -> None:
    write_bank(tmp_path)
    before = load_bank(tmp_path)
    folder = write_schemas(tmp_path)
    assert {path.stem for path in folder.iterdir()} == set(KINDS)
    assert list(stale_schemas(tmp_path, missing=True)) == []

    (folder / "item.json").write_text("{}", encoding="utf-8")
    (folder / "course.json").unlink()
    assert list(stale_schemas(tmp_path)) == ["item"]
    assert list(stale_schemas(tmp_path, missing=True)) == ["item", "course"]
    write_schemas(tmp_path)

    assert (folder / "item.json").read_text(encoding="utf-8") == schema_text("item")
    assert list(stale_schemas(tmp_path, missing=True)) == []
    after = load_bank(tmp_path)
    assert (after.items.keys(), after.faults) == (before.items.keys(), before.faults)

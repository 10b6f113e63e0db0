"""``quizsvc new`` and ``quizsvc schema``, as an author meets them in a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quizsvc.cli import main
from quizsvc.cli.new import STARTERS
from quizsvc.content import load_bank
from quizsvc.content.json_schema import KINDS, json_schema
from quizsvc.content.yaml_source import read_yaml
from quizsvc.settings import shipped

from .bank import write_bank
from .content.test_json_schema import complaints


def run(*arguments: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == exit_code, result.output
    return result


def new(kind: str, identifier: str, content: Path, exit_code: int = 0) -> Result:
    return run("new", kind, identifier, "--content", str(content), exit_code=exit_code)


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder that is not there yet, named as an author names it."""
    monkeypatch.chdir(tmp_path)
    return Path("mycontent")


def test_the_starters_pass_check_and_their_schemas_in_a_folder_that_new_makes(
    content: Path,
) -> None:
    for kind, name in (("item", "my-first"), ("lesson", "my-lesson"), ("assessment", "my-quiz")):
        told = new(kind, name, content).stdout
        assert f"quizsvc check {content}/{kind}s/{name}.yaml" in told
        assert f"quizsvc author {content}\n" in told
        text = (content / f"{kind}s" / f"{name}.yaml").read_text(encoding="utf-8")
        assert complaints(kind, text) == []
    checked = run("check", str(content))

    assert checked.stdout.startswith("my-first: certified over 200 seeds;")
    assert "misconceptions: forgot-the-square" in checked.stdout
    assert "drop-skip" in checked.stdout
    assert checked.stderr == ""
    bank = load_bank(content)
    assert (bank.items["my-first"].title, bank.lessons["my-lesson"].title) == (
        "My first",
        "My lesson",
    )
    assert bank.assessments["my-quiz"].entries[0].pool == ("my-first",)
    assert "::check{my-first}" in (content / "lessons/my-lesson.yaml").read_text(encoding="utf-8")


def test_the_starters_pass_without_texts_of_misconceptions_and_beside_lessons(
    content: Path,
) -> None:
    (content / "items").mkdir(parents=True)
    new("lesson", "alone", content)
    new("item", "my-first", content)

    assert not (content / "misconceptions.yaml").exists()
    assert "certified" in run("check", str(content), "--seeds", "20").stdout


def test_the_starters_pass_beside_other_content(content: Path) -> None:
    write_bank(content)
    faults = load_bank(content).faults
    for kind in ("item", "lesson", "assessment"):
        new(kind, "one-of-mine", content)

    assert load_bank(content).faults == faults


@pytest.mark.parametrize("kind", ["item", "lesson", "assessment"])
def test_a_starter_shows_every_field_active_or_as_a_note(kind: str) -> None:
    text = (STARTERS / f"{kind}.yaml").read_text(encoding="utf-8")
    named = set(re.findall(r"^#? ?([a-z_]+):", text, re.MULTILINE))

    assert named == set(json_schema(kind)["properties"])


@pytest.mark.parametrize("kind", ["item", "lesson", "assessment"])
def test_a_starter_has_no_line_too_wide_for_a_terminal(kind: str) -> None:
    text = (STARTERS / f"{kind}.yaml").read_text(encoding="utf-8")

    assert max(map(len, text.splitlines())) <= 120


@pytest.mark.parametrize("identifier", ["12", "1e5", "true", "null", "x" * 80])
def test_an_id_that_yaml_would_take_for_something_else_is_quoted(
    identifier: str, content: Path
) -> None:
    new("item", identifier, content)

    data = read_yaml("item", (content / f"items/{identifier}.yaml").read_bytes()).data
    assert data["id"] == identifier
    assert load_bank(content).faults == []


@pytest.mark.parametrize(
    ("identifier", "phrase"),
    [
        ("My First", "small letters, digits, and hyphens between them: is my-first meant?"),
        ("../up", "is up meant?"), ("a_b", "is a-b meant?"), ("-", "cannot be an id"),
        ("x" * 81, "at most 80"), ("é", "cannot be an id"), ("a\n", "is a meant?"),
        ("block-level-2", "a level of the item block"),
    ],
)  # fmt: skip
def test_a_bad_id_is_refused_and_says_what_one_may_be(
    identifier: str, phrase: str, content: Path
) -> None:
    assert phrase in new("item", identifier, content, 1).stderr
    assert not content.exists()


def test_a_file_that_exists_is_never_overwritten(content: Path) -> None:
    new("item", "mine", content)
    file = content / "items/mine.yaml"
    file.write_text("mine alone", encoding="utf-8")

    assert "exists already, and stays as it is" in new("item", "mine", content, 1).stderr
    assert file.read_text(encoding="utf-8") == "mine alone"


def test_texts_of_misconceptions_that_exist_stay_as_they_are(content: Path) -> None:
    content.mkdir()
    texts = content / "misconceptions.yaml"
    texts.write_text("drop-skip: {title: T, says: S}\n", encoding="utf-8")
    new("item", "mine", content)

    assert texts.read_text(encoding="utf-8") == "drop-skip: {title: T, says: S}\n"


def test_a_folder_of_other_files_is_left_alone(content: Path) -> None:
    content.mkdir()
    (content / "letter.txt").write_text("Dear", encoding="utf-8")

    assert f"make {content}/items yourself" in new("item", "mine", content, 1).stderr
    assert [path.name for path in content.iterdir()] == ["letter.txt"]
    assert "is a file" in new("item", "mine", content / "letter.txt", 1).stderr


def test_an_assessment_needs_an_item_first(content: Path) -> None:
    told = new("assessment", "my-quiz", content, 1).stderr

    assert "There is no item in mycontent yet" in told
    assert "quizsvc new item my-first --content mycontent" in told
    assert not content.exists()


def test_a_place_that_cannot_be_written_is_said(content: Path) -> None:
    content.write_text("", encoding="utf-8")

    assert "cannot be written: Not a directory" in new("item", "a", content / "b", 1).stderr


def test_without_a_folder_the_content_of_the_settings_is_meant(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUIZSVC_CONTENT", str(content))
    run("new", "item", "mine")

    assert (content / "items/mine.yaml").is_file()


def test_nothing_is_written_into_the_shipped_course_unless_it_is_named(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("QUIZSVC_CONTENT", raising=False)
    course = content.absolute() / "content"
    write_bank(course)
    monkeypatch.setattr("quizsvc.cli.new.shipped", lambda _: course)
    monkeypatch.setattr("quizsvc.settings.shipped", lambda _: course)
    before = sorted(course.rglob("*"))

    told = run("new", "item", "mine", exit_code=1).stderr
    assert "--content FOLDER" in told
    assert f"the course that comes with quizsvc, {course}." in told
    assert sorted(course.rglob("*")) == before


@pytest.mark.parametrize("item", ["0", "null", "2026-01-01", "1e5", "true"])
def test_a_quiz_and_a_lesson_ask_an_item_whatever_its_id_looks_like(
    item: str, content: Path
) -> None:
    new("item", item, content)
    new("assessment", "my-quiz", content)
    new("lesson", "my-lesson", content)
    bank = load_bank(content)

    assert bank.faults == []
    assert bank.assessments["my-quiz"].entries[0].pool == (item,)
    assert f'{{item: "{item}", ' in (content / "assessments/my-quiz.yaml").read_text()
    assert f"::check{{{item}}}" in (content / "lessons/my-lesson.yaml").read_text()


def test_what_new_says_to_type_can_be_typed_though_a_folder_has_spaces(content: Path) -> None:
    spaced = content.with_name("my own; content")
    assert f"new item my-first --content '{spaced}'" in new("assessment", "a", spaced, 1).stderr
    told = new("item", "mine", spaced).stdout
    assert f"\n  quizsvc check '{spaced}/items/mine.yaml'\n  quizsvc author '{spaced}'\n" in told


def test_a_link_that_leads_nowhere_is_no_content_folder(content: Path) -> None:
    content.symlink_to("nowhere")

    assert "is a link that leads nowhere" in new("item", "mine", content, 1).stderr


def test_the_content_inside_an_installed_package_is_no_place_for_ones_own(
    content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = content.absolute() / "_shipped" / "content"
    monkeypatch.setattr("quizsvc.cli.new.shipped", lambda _: inside)
    monkeypatch.setenv("QUIZSVC_CONTENT", str(inside))

    assert "--content FOLDER" in run("new", "item", "mine", exit_code=1).stderr


def test_schema_prints_one_or_all_by_kind_or_writes_them() -> None:
    assert json.loads(run("schema", "item").stdout) == json_schema("item")
    assert json.loads(run("schema").stdout).keys() == KINDS.keys()
    assert "name no kind" in run("schema", "item", "--write", ".", exit_code=1).stderr


def test_check_mentions_schemas_of_another_version_and_schema_makes_them_anew(
    content: Path,
) -> None:
    new("item", "mine", content)
    (content / ".schemas/item.json").write_text("{}", encoding="utf-8")
    for path in (content, content / "items/mine.yaml"):
        told = run("check", str(path), "--seeds", "1")
        assert f"quizsvc schema --write {content} makes them anew" in told.stderr
    run("schema", "--write", str(content))

    assert run("check", str(content), "--seeds", "1").stderr == ""
    assert "There is no content folder" in run("schema", "--write", "nowhere", exit_code=1).stderr


def test_check_says_of_a_lesson_in_order_that_it_is(content: Path) -> None:
    new("lesson", "mine", content)
    file = content / "lessons/mine.yaml"

    assert run("check", str(file)).stdout == f"{file}: in order\n"
    file.write_text("id: mine\n", encoding="utf-8")
    assert "in order" not in run("check", str(file), exit_code=1).stdout


def test_the_texts_that_new_brings_are_the_shipped_ones_without_their_lessons(
    content: Path,
) -> None:
    new("item", "mine", content)
    mine = (content / "misconceptions.yaml").read_text(encoding="utf-8")
    theirs = (shipped("content") / "misconceptions.yaml").read_text(encoding="utf-8")

    assert [line for line in theirs.splitlines() if line not in mine.splitlines()] == re.findall(
        r"^  see: .*$", theirs, re.MULTILINE
    )
    assert load_bank(content).faults == []

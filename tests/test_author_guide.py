"""The author's guide, followed to the letter: each file in it is certified, each command run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from quizsvc.cli import main
from quizsvc.content import load_bank
from quizsvc.settings import shipped

from .content.test_json_schema import complaints

GUIDE = (shipped("content").parent / "quizsvc/guides/author.md").read_text(encoding="utf-8")
FENCED = re.findall(r"^```(.*?)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
FAULTS = re.findall(r"If you write `([^`]+)` for `([^`]+)`, it says:\n\n```text\n(.*?)\n```", GUIDE)
SERVERS = {"author", "run"}
"""What does not end by itself, and has tests of its own."""
ITEM = Path("mycontent/items/two-blocks.yaml")
LESSON = Path("mycontent/lessons/skip-connections.yaml")
QUIZ = Path("mycontent/assessments/first-quiz.yaml")


def run(command: str) -> Result:
    program, *arguments = shlex.split(command)
    assert program == "quizsvc"
    return CliRunner().invoke(main, arguments)


def edited(text: str, how: str, block: str) -> str:
    """Do to a file what the guide says of a block."""
    if how == "start":
        return text.partition("\n")[0] + "\n" + block
    if how == "add":
        return text + block
    field = re.match(r"(\w+):", block)
    assert how == "replace"
    assert field is not None
    return re.sub(rf"^{field[1]}:\n(  .*\n|\n)*", lambda _: block, text, flags=re.MULTILINE)


def write(kind: str, block: str) -> Path:
    """Edit the file that a block of the guide is about."""
    path, how = {"yaml quiz": (QUIZ, "replace"), "yaml lesson": (LESSON, "add")}.get(
        kind, (ITEM, kind.removeprefix("yaml "))
    )
    path.write_text(edited(path.read_text(encoding="utf-8"), how, block), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def clean_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_whoever_follows_the_guide_gets_what_it_shows() -> None:
    printed = ""
    for kind, block in FENCED:
        if kind == "sh":
            for line in block.splitlines():
                if shlex.split(line)[1] not in SERVERS:
                    result = run(line)
                    assert result.exit_code == 0, result.output
                    printed = result.output.strip()
        elif kind == "text":
            assert block.strip() in (printed, *(fault for _, _, fault in FAULTS))
        else:
            path = write(kind, block)
            kind_of_file = path.parent.name[:-1]
            assert complaints(kind_of_file, path.read_text(encoding="utf-8")) == []
            result = run(f"quizsvc check {path} --seeds 20")
            assert result.exit_code == 0, result.output

    bank = load_bank(Path("mycontent"))
    assert bank.faults == []
    assert list(bank.items) == ["one-block", "two-blocks", "two-blocks-level-2"]
    pools = [entry.pool for entry in bank.assessments["first-quiz"].entries]
    assert pools == [("one-block",), ("two-blocks-level-2",)]
    assert bank.lessons["skip-connections"].assessments == ("first-quiz",)
    assert bank.items["two-blocks"].objectives == ("skip-connections",)


@pytest.mark.parametrize(("wrong", "right", "fault"), FAULTS)
def test_the_faults_that_the_guide_shows_are_what_check_prints(
    wrong: str, right: str, fault: str
) -> None:
    run("quizsvc new item two-blocks --content mycontent")
    for kind, block in FENCED[: FENCED.index(("text", fault + "\n"))]:
        if kind.startswith("yaml "):
            write(kind, block)
    text = ITEM.read_text(encoding="utf-8")
    assert text.count(right) == 1
    ITEM.write_text(text.replace(right, wrong), encoding="utf-8")

    assert run("quizsvc check mycontent").stderr.strip() == fault


def test_the_guide_shows_two_faults_and_a_certificate_at_each_stage() -> None:
    assert len(FAULTS) == 2
    assert sum("certified over 200 seeds" in block for _, block in FENCED) >= 3

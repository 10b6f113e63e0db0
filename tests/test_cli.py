"""The command line as scripts and authors meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from quizsvc.cli import main
from quizsvc.settings import shipped

from .bank import write_bank

if TYPE_CHECKING:
    from pathlib import Path


ITEM = shipped("content") / "items" / "claims.yaml"


def run(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(main, list(arguments), input=given)


def variant(item: str, seed: int) -> dict[str, Any]:
    result = run("variant", item, "--seed", str(seed))
    assert result.exit_code == 0, result.output
    loaded: dict[str, Any] = json.loads(result.stdout)
    return loaded


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (["2^3"], 8), (["--", "-2^2"], -4), (["[1 2; 3 4]"], [[1, 2], [3, 4]]),
        (["x + y", "--let", "x=3", "--let", "y=1/2"], 3.5),
        (["jacobian(x + W*relu(x), x)", "--let", "x=[1, -1]", "--let", "W=[1 2; 3 4]"],
         [[2, 0], [3, 1]]),
        (["vjp(W*x, x, [1, 1])", "--let", "x=[1, 2]", "--let", "W_1=3", "--let", "W=[1 2; 3 4]"],
         [4, 6]),
        (["grad(2*(x*y + x*y + max(z, w)), x)", "--let", "x=3", "--let", "y=-4", "--let", "z=2",
          "--let", "w=-1"], -16),
    ],
)  # fmt: skip
def test_eval_prints_the_json_value(arguments: list[str], value: Any) -> None:
    result = run("eval", *arguments)

    assert result.exit_code == 0
    assert json.loads(result.stdout) == value


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (["1 + $"], "position 4"), (["x"], "not known"), (["1/0"], "division by zero"),
        (["x", "--let", "x"], "NAME=VALUE"), (["x", "--let", "x=1,5"], "position 1"),
    ],
)  # fmt: skip
def test_eval_names_the_place_of_an_error_and_exits_with_1(
    arguments: list[str], phrase: str
) -> None:
    result = run("eval", *arguments)

    assert (result.exit_code, result.stdout) == (1, "")
    assert phrase in result.stderr


def test_variant_prints_all_that_a_script_needs() -> None:
    found = variant("block-jacobian", 5)

    assert found.keys() >= {
        "item", "revision", "seed", "parameters", "stem", "key", "misconceptions", "solution",
    }  # fmt: skip
    assert (found["item"], found["seed"]) == ("block-jacobian", 5)
    assert {each["id"] for each in found["misconceptions"]} >= {"drop-skip", "ignore-activation"}
    assert "{{" not in found["stem"]
    assert found == variant("block-jacobian", 5)
    assert found["parameters"] != variant("block-jacobian", 6)["parameters"]


def test_grade_reads_a_raw_response_a_line_and_prints_an_outcome_a_line() -> None:
    drawn = variant("block-jacobian", 5)
    wrong = next(each for each in drawn["misconceptions"] if each["id"] == "drop-skip")
    lines = [json.dumps(drawn["key"]["answer"]), json.dumps(wrong["value"]), "1 1/2", "[9 9; 9 9]"]
    result = run(
        "grade", "block-jacobian", "--seed", "5", given="\n".join(json.dumps(x) for x in lines)
    )
    right, mistaken, unread, other = (json.loads(line) for line in result.stdout.splitlines())

    assert (right["status"], right["score"], right["misconception"]) == ("graded", 1, None)
    assert (mistaken["score"], mistaken["misconception"]) == (0, "drop-skip")
    assert mistaken["feedback"] not in ("", right["feedback"], other["feedback"])
    assert (unread["status"], unread["score"]) == ("invalid", None)
    assert unread["parts"]["answer"]["message"]
    assert (other["score"], other["misconception"]) == (0, None)


def test_grade_takes_an_object_of_parts_and_counts_them_by_points() -> None:
    drawn = variant("two-block-paths", 3)
    both, total = (json.dumps(drawn["key"][name]) for name in ("both", "total"))
    given = json.dumps({"both": "[9 9; 9 9]", "total": total})
    outcome = json.loads(run("grade", "two-block-paths", "--seed", "3", given=given).stdout)

    assert both != total
    assert outcome["score"] == pytest.approx(2 / 3)
    assert [part["score"] for part in outcome["parts"].values()] == [0, 1]


@pytest.mark.parametrize("line", ["{", "3", "[1]", '{"answer": 3}'])
def test_grade_refuses_what_is_no_raw_response(line: str) -> None:
    result = run("grade", "block-jacobian", "--seed", "0", given=line)

    assert result.exit_code == 1
    assert "line 1" in result.stderr


def test_a_blank_or_unknown_part_is_invalid_and_not_wrong() -> None:
    for raw in ({"answer": " "}, {"other": "3"}, {}):
        result = run("grade", "block-jacobian", "--seed", "0", given=json.dumps(raw))
        assert json.loads(result.stdout)["status"] == "invalid"


def test_an_unknown_item_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUIZSVC_CONTENT", str(write_bank(tmp_path)))
    result = run("variant", "no-such-item", "--seed", "0")

    assert result.exit_code == 1
    assert "no-such-item" in result.stderr


BROKEN = """\
id: broken
title: Broken
given:
  x: {integers: [1, 3]}
let:
  y: x + z
stem: What is $y = {{= y}}$ for $x = {{x}}$?
ask:
  number: y
"""


def test_check_names_file_line_and_column_and_exits_with_1(tmp_path: Path) -> None:
    items = tmp_path / "items"
    items.mkdir()
    (items / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    (items / "fine.yaml").write_text(
        BROKEN.replace("broken", "fine").replace("z", "2"), encoding="utf-8"
    )
    result = run("check", str(tmp_path), "--seeds", "2")

    assert result.exit_code == 1
    assert "broken.yaml:6:10: “z” is not known here" in result.stderr
    assert "fine: certified over 2 seeds" in result.stdout
    as_json = json.loads(run("check", str(items / "broken.yaml"), "--json").stdout)
    assert [(row["line"], row["column"]) for row in as_json] == [(6, 10)]


def test_check_takes_a_lesson_file_too(tmp_path: Path) -> None:
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    lesson = lessons / "first.yaml"
    lesson.write_text("id: first\ntitle: First\nsummary: S\ntext: T\nassessments: [none]\n")
    result = run("check", str(lesson))

    assert result.exit_code == 1
    assert "first.yaml:5:15: There is no assessment “none”" in result.stderr


def test_check_passes_an_item_without_a_fault() -> None:
    result = run("check", str(ITEM), "--seeds", "2")

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "command", ["eval 1", f"check {ITEM} --seeds 1", "variant claims --seed 1", "schema item"]
)
def test_what_authors_run_loads_neither_flask_nor_sqlalchemy(command: str) -> None:
    code = f"""
import sys
from quizsvc.cli import main
from quizsvc.settings import shipped
try:
    main({command.split()!r})
finally:
    print(sorted({{"flask", "sqlalchemy", "gunicorn"}} & set(sys.modules)))
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.splitlines()[-1] == "[]"

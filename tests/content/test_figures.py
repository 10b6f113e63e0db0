"""A figure shows numbers, or says at its line why it has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quizsvc.content import load_bank

if TYPE_CHECKING:
    from pathlib import Path

FIGURE = """\
id: probe
title: A probe
caption: A block.
given: {x: 2, w: 3}
let:
  u: w / (x - 1)
  y: x + u
graph: y
show: gradients
"""


@pytest.mark.parametrize("show", ["values", "gradients"])
@pytest.mark.parametrize(
    ("let", "fault"),
    [
        ("w / (x - 2)", "6:6: This has no finite real value: a division by zero."),
        ("1 + log(x - 2)", "6:10: This has no finite real value: “log”."),
        ("sqrt(x - 2)", "6:6: The gradient that this hands back is not finite."),
    ],
)
def test_a_value_or_gradient_that_is_not_finite_is_a_fault_where_it_is_made(
    tmp_path: Path, let: str, fault: str, show: str
) -> None:
    (tmp_path / "figures").mkdir()
    text = FIGURE.replace("w / (x - 1)", let).replace("show: gradients", f"show: {show}")
    (tmp_path / "figures" / "probe.yaml").write_text(text, encoding="utf-8")
    bank = load_bank(tmp_path)

    found = [f"{each.line}:{each.column}: {each.message}" for each in bank.faults]
    if "gradient" in fault and show == "values":
        assert found == []
    else:
        assert found == [fault]
        assert bank.figures == {}


def test_a_figure_of_the_structure_alone_shows_no_numbers_that_could_be_wrong(
    tmp_path: Path,
) -> None:
    (tmp_path / "figures").mkdir()
    text = FIGURE.replace("x - 1", "x - 2").replace("show: gradients\n", "")
    (tmp_path / "figures" / "probe.yaml").write_text(text, encoding="utf-8")

    assert load_bank(tmp_path).faults == []

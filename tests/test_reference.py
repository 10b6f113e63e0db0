"""The author's reference cannot rot: its examples load, and it names all there is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quizsvc.certify import certify_item
from quizsvc.content import load_bank
from quizsvc.content.validation import FIELD_NAMES
from quizsvc.expr.primitives import FUNCTIONS
from quizsvc.interactions import REGISTRY
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.settings import shipped

if TYPE_CHECKING:
    from pathlib import Path

REFERENCE = (shipped("content").parent / "quizsvc/guides/reference.md").read_text(encoding="utf-8")

EXAMPLES = re.findall(
    r"```yaml (item|lesson|course|figure|assessment|claims)\n(.*?)```", REFERENCE, re.DOTALL
)


def test_every_example_loads_and_every_item_among_them_grades_its_samples(tmp_path: Path) -> None:
    texts = (shipped("content") / "misconceptions.yaml").read_text(encoding="utf-8")
    without_links = re.sub(r"^  see: .*\n", "", texts, flags=re.MULTILINE)
    (tmp_path / "misconceptions.yaml").write_text(without_links, encoding="utf-8")
    for kind, text in EXAMPLES:
        if kind == "claims":
            (tmp_path / "claims.yaml").write_text(text, encoding="utf-8")
            continue
        name = re.search(r"^id: (.+)$", text, re.MULTILINE)
        assert name is not None
        folder = tmp_path / f"{kind}s"
        folder.mkdir(exist_ok=True)
        (folder / f"{name[1]}.yaml").write_text(text, encoding="utf-8")
    bank = load_bank(tmp_path)

    assert bank.faults == []
    pages = len(bank.lessons) + len(bank.courses) + len(bank.figures) + len(bank.assessments)
    of_levels = 2  # one example makes two items more
    assert bank.claims is not None
    assert len(EXAMPLES) + of_levels == len(bank.items) + pages + 1
    for item in bank.items.values():
        assert certify_item(item, 5).faults == []


def test_the_reference_names_every_field_question_type_function_and_misconception() -> None:
    named = set(re.findall(r"[A-Za-z_][A-Za-z0-9_-]*", REFERENCE))

    assert FIELD_NAMES | REGISTRY.keys() | FUNCTIONS | MAL_RULES.keys() <= named

"""Random networks as items, each loaded with every misconception, certified, solved and shown.

Run by hand: ``python -m tests.fuzz.fuzz_items --items 1000 --seed 1``. Nothing may crash, and the
second evaluator must agree with the engine on every item; an item whose draws are all refused by
the conditions of drawing is counted, not a failure.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from quizsvc import variants
from quizsvc.certify import certify_item
from quizsvc.content import load_bank
from quizsvc.content.context import MisconceptionText
from quizsvc.grading import paths, solution
from quizsvc.problems.misconceptions import MAL_RULES

VARIANTS = 15
GRAPHS = 0.3
"""Share of items that are graphs of numbers; the others are networks of vectors."""
UNLUCKY = ("no candidate meets", "of the candidates are accepted")
"""What may be said of a random item without anything being wrong with the service."""

HEAD = """\
id: probe
title: A random network
sizes: {n: 2}
given:
  x: {vector: n, integers: [-3, 3]}
  g: {vector: n, integers: [-3, 3], exclude: [0]}
  W1: {matrix: [n, n], integers: [-2, 2]}
  W2: {matrix: [n, n], decimals: [-1, 1], step: 0.5}
  c: {integers: [2, 4]}
let:
"""


def expression(draw: random.Random, names: list[str], depth: int) -> str:
    """Return a random vector in some names."""
    if depth == 0:
        return draw.choice(names)
    a = expression(draw, names, depth - 1)
    b = expression(draw, names, depth - 1)
    return draw.choice(
        [
            f"{draw.choice(['relu', 'tanh', 'sigmoid', 'abs', 'sin'])}({a})",
            f"{draw.choice(['W1', 'W2', 'W1' + chr(39)])} * ({a})",
            f"({a}) + ({b})", f"({a}) - ({b})", f"c * ({a})", f"({a}) .* ({b})",
            f"skip({a}) + {draw.choice(['W1', 'W2'])} * relu({a})", f"max({a}, {b})", f"({a}) / 2",
            f"{names[-1]} + W2 * tanh({a})",
        ]
    )  # fmt: skip


GATES = """\
id: probe
title: A random graph of gates
given:
  p: {integers: [-6, 6], exclude: [0]}
  q: {integers: [-6, 6], exclude: [0]}
  r: {decimals: [-2, 2], step: 0.25}
let:
"""


def graph(draw: random.Random) -> str:
    """Return the YAML of a random graph of numbers, with blanks."""
    names = ["p", "q", "r"]
    lets: dict[str, str] = {}
    for number in range(draw.randint(2, 6)):
        a, b = draw.choice(names), draw.choice(names)
        lets[f"u{number}"] = draw.choice(
            [f"{a} * {b}", f"{a} + {b}", f"{a} - {b}", f"max({a}, {b})", f"min({a}, {b})", f"2 {a}"]
        )
        names.append(f"u{number}")
    blanks = draw.sample(names, 3)
    reached = [name for name in blanks if name in " ".join(lets.values())] or [names[-1]]
    shown = ", ".join(f"${name} = {{{{= {name}}}}}$" for name in lets)
    return (
        GATES
        + "".join(f"  {name}: {text}\n" for name, text in lets.items())
        + f"stem: $p$ is ${{{{p}}}}$, $q$ is ${{{{q}}}}$, $r$ is ${{{{r}}}}$, {shown}\nask:\n"
        + "".join(
            f'  - {{part: at-{name}, number: "grad({names[-1]}, {name})", tolerance: exact}}\n'
            for name in reached
        )
        + "misconceptions: auto\n"
    )


def item(draw: random.Random) -> str:
    """Return the YAML of a random item."""
    if draw.random() < GRAPHS:
        return graph(draw)
    lets: dict[str, str] = {}
    names = ["x"]
    for number in range(draw.randint(1, 4)):
        lets[f"h{number}"] = expression(draw, names, draw.randint(1, 3))
        names.append(f"h{number}")
    y, by = names[-1], draw.choice(names[:-1])
    norms = [f"dot(g, {y})", f"sum({y})", f"norm({y})", f"mean({y})^2", f"max({y})"]
    lets["f"] = draw.choice(norms)
    ask = draw.choice(
        [
            f'matrix: "jacobian({y}, {by})"', f'vector: "vjp({y}, {by}, g)"',
            f'vector: "grad(f, {by})"', 'matrix: "grad(f, W1)"', 'vector: "x - 0.1 * grad(f, x)"',
            f"vector: {y}\n  proof: {y}",
        ]
    )  # fmt: skip
    given = ", ".join(f"${name}$ is ${{{{{name}}}}}$" for name in ("x", "g", "W1", "W2", "c"))
    shown = ", ".join(f"${name} = {{{{= {name}}}}}$" for name in lets)
    return (
        HEAD
        + "".join(f'  {name}: "{text}"\n' for name, text in lets.items())
        + f"stem: {given}, {shown}\nask:\n  {ask}\n"
        + "  tolerance: {relative: 0.01, absolute: 0.01}\nmisconceptions: auto\n"
    )


def texts() -> str:
    """Return a text for every misconception."""
    said = {rule: MisconceptionText(rule, "No.") for rule in MAL_RULES}
    return "".join(f"{rule}: {{title: {t.title}, says: {t.says}}}\n" for rule, t in said.items())


def try_items(count: int, seed: int, root: Path) -> tuple[Counter[str], list[str]]:
    """Certify random items; return what came of them, and each failure with its item."""
    draw = random.Random(seed)  # noqa: S311 - examples, no secrets
    (root / "items").mkdir(exist_ok=True)
    (root / "misconceptions.yaml").write_text(texts(), encoding="utf-8")
    came: Counter[str] = Counter()
    failures: list[str] = []
    for _ in range(count):
        yaml = item(draw)
        (root / "items" / "probe.yaml").write_text(yaml, encoding="utf-8")
        bank = load_bank(root)
        faults = [str(fault) for fault in bank.faults]
        for each in bank.items.values():
            found = certify_item(each, VARIANTS)
            faults += [message for message, _ in found.faults]
            if not found.faults:
                shown = variants.draw(each, 0)
                solution(shown)
                paths(shown)
                each.stem.html(shown.values)
        serious = [fault for fault in faults if not any(words in fault for words in UNLUCKY)]
        failures += [f"{fault}\n{yaml}" for fault in serious]
        came["failed" if serious else "hardly drawn" if faults else "certified"] += 1
    return came, failures


def main() -> None:
    parser = argparse.ArgumentParser(description="Certify random networks.")
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        came, failures = try_items(asked.items, asked.seed, Path(folder))
    print("\n\n".join(failures))
    print(", ".join(f"{n:,} {what}" for what, n in came.most_common()))
    raise SystemExit(bool(failures))


if __name__ == "__main__":
    main()

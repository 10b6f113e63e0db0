"""A fuzz of both grammars, run by hand: ``python tests/fuzz/fuzz_language.py --inputs 1000000``.

Inputs come from a grammar of our own and from mutations of a corpus, which grows by what reaches
a new kind of outcome (a new message, or a new shape and size of tree); all of it follows from
the seed. An input fails that raises anything but `ExpressionError`, gives a value that is not
finite, or takes more than the limit at the fastest of four measurements.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from quizsvc.autodiff import Program, to_array
from quizsvc.errors import ExpressionError
from quizsvc.expr.builder import GraphBuilder
from quizsvc.expr.lexer import MAX_LENGTH
from quizsvc.expr.parser import parse
from quizsvc.expr.primitives import FUNCTIONS
from quizsvc.interactions.numeric import read_expression

if TYPE_CHECKING:
    from collections.abc import Callable

VALUES: dict[str, Any] = {
    "x": [1.5, -2.0], "y": [0.5, 3.0], "W1": [[1.0, 2.0], [3.0, -4.0]],
    "W2": [[0.0, 1.0], [-1.0, 2.0]], "R": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "a": 2.0, "b": -0.5,
}  # fmt: skip

LIMIT_MS = {"learner": 5.0, "author": 20.0}
"""An author may spend a hundred times what a learner may: that text is read once, at load."""

_SEEDS = """
1.2×10^-3 3·10^-2 ½ x² W₁ᵀ cos^2(x) −3 2x [1 2; 3 4] 50% 1e 1_000 1,5 1/2x -2^2 2^3^2 W2W1
[1,-2] (1,2) [[1,2],[3,4]] I(3) I ones(2,3) zeros(64) relu'(x) A.T √2 1e308*10 1/0 log(0)
choose(1000,500) inv([1,2;3,4]) det(W1) x⊙y x·y jacobian(W1*relu(x),x) grad(norm(x)^2,x)
vjp(W1*x,x,y) max(x,y) max(x) W1^-2 W1.^2 x<y x>0 eigenvalues(W1) 1e−3 σ(0) |x| {1} nan inf
"""

_WORDS = [
    *sorted(FUNCTIONS), "pi", "e", "and", "or", "not", "any", "T", "nan", "W1", "W2", "x", "y",
    "R", "a", "b", "W2W1",
]  # fmt: skip

_SIGNS = [
    *"+-*/^%'(),;<>[]=.·×÷−⊙√ᵀ²³⁻½ \n\t",
    "**", ".*", ".^", ".T", "==", "!=", "^T", "e", "E", "_", "₁", "σ", "π", "\u200b", "\u202e",
    "１", "{", "|", "∞", "1e", "^-1", "0", "1", "2", "64", "1000", "0.5", "1e308", "1e-308",
    "1e400",
]  # fmt: skip


class Generator:
    """Inputs by a seed: from the grammar, from the corpus by mutation, and from mere signs."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it must be repeatable, not secret
        self.corpus = _SEEDS.split()

    def draw(self) -> str:
        """Return the next input."""
        kind = self._random.random()
        if kind < 0.3:
            text = self._expression(self._random.randint(1, 5))
        elif kind < 0.9:
            text = self._mutated(self._random.choice(self.corpus))
        else:
            pieces = _SIGNS + _WORDS
            count = self._random.randint(1, 12)
            text = "".join(self._random.choice(pieces) for _ in range(count))
        return text[: MAX_LENGTH + 1]

    def _expression(self, depth: int) -> str:
        pick = self._random.choice
        if depth == 0 or self._random.random() < 0.1:
            atoms = ("1", "2", "0.5", "x", "y", "W1", "a", "I", "e", "pi", "R", "½", "1e9", "I(2)")
            return pick(atoms)

        def inner() -> str:
            return self._expression(depth - 1)

        match self._random.randrange(7):
            case 0 | 1:
                signs = ("+", "-", "*", "/", "^", ".*", ".^", "·", " ", "", " - ", " < ", "**")
                return inner() + pick(signs) + inner()
            case 2:
                arguments = ",".join(inner() for _ in range(pick((1, 1, 1, 2, 2, 3))))
                return f"{pick(_WORDS)}{pick(('', '', chr(39), '^2'))}({arguments})"
            case 3:
                return "(" + inner() + ")"
            case 4:
                return pick(("-", "+", "√", "not ")) + inner()
            case 5:
                return inner() + pick(("'", "^T", "²", "%", "⁻¹", ".T"))
        between, entries = pick((",", " ", ";", ", ")), pick((1, 2, 2, 3, 4))
        return "[" + between.join(inner() for _ in range(entries)) + "]"

    def _mutated(self, text: str) -> str:
        for _ in range(self._random.choice((1, 1, 1, 2, 3))):
            start = self._random.randint(0, len(text))
            end = min(len(text), start + self._random.randint(0, 6))
            match self._random.randrange(6):
                case 0:
                    text = text[:start] + text[end:]
                case 1 | 2:
                    new = self._random.choice(_SIGNS + _WORDS)
                    text = text[:start] + new + text[start:]
                case 3:
                    other = self._random.choice(self.corpus)
                    cut = self._random.randint(0, len(other))
                    text = text[:start] + other[cut:]
                case 4:
                    times = self._random.choice((2, 3, 10, 100, 1000))
                    text = text[:start] + text[start:end] * times + text[end:]
                case _:
                    opened, closed = self._random.choice((("(", ")"), ("[", "]"), ("sin(", ")")))
                    text = f"{text[:start]}{opened}{text[start:end]}{closed}{text[end:]}"
            text = text[: MAX_LENGTH + 1]
        return text


def as_learner(text: str) -> Any:
    """Evaluate a text as the one typed into a field."""
    return read_expression(text)[0]


def as_author(text: str) -> Any:
    """Evaluate a text as one of an item, with names declared."""
    builder = GraphBuilder()
    inputs = {}
    for name, value in VALUES.items():
        shape = np.shape(value)
        builder.input(name, shape)
        inputs[name] = to_array(value, shape)
    node = builder.add(parse(text))
    tape = Program(builder.graph, [node]).run(inputs)
    tape.check()
    return tape.value(node)


GRAMMARS: dict[str, Callable[[str], Any]] = {"learner": as_learner, "author": as_author}


@dataclass
class Report:
    """What came of the inputs of one grammar."""

    inputs: int = 0
    accepted: int = 0
    refused: int = 0
    slowest_ms: float = 0.0
    slowest: str = ""
    kinds: set[object] = field(default_factory=set)
    failures: list[str] = field(default_factory=list)


def fuzz(grammar: str, seed: int, inputs: int, *, timed: bool) -> Report:
    """Try `inputs` texts on one grammar."""
    run, generator, report = GRAMMARS[grammar], Generator(seed), Report()
    limit = LIMIT_MS[grammar]
    for _ in range(inputs):
        text = generator.draw()
        report.inputs += 1
        started = time.process_time()
        kind = _outcome(run, text, report)
        taken = 1e3 * (time.process_time() - started)
        if kind not in report.kinds:
            report.kinds.add(kind)
            generator.corpus.append(text)
        if timed and taken > report.slowest_ms:
            # Slow once may be the machine; slow four times is the input.
            taken = min([taken, *(_again(run, text) for _ in range(3))])
            if taken > report.slowest_ms:
                report.slowest_ms, report.slowest = taken, text
            if taken > limit:
                report.failures.append(f"{taken:.1f} ms: {text!r}")
    return report


def _outcome(run: Callable[[str], Any], text: str, report: Report) -> object:
    """Try one text, count it, and return what kind of outcome it had."""
    try:
        value = run(text)
    except ExpressionError as refusal:
        report.refused += 1
        if not (refusal.message and 0 <= refusal.position <= len(text)):
            report.failures.append(f"a place outside the text: {text!r}")
        return re.sub(r"“.*”|[0-9,]+", "", refusal.message), len(text).bit_length()
    except Exception as bug:  # noqa: BLE001 - whatever it is, it is what the fuzz looks for
        report.failures.append(f"{type(bug).__name__}: {text!r}")
        return type(bug)
    report.accepted += 1
    if not np.isfinite(value).all():
        report.failures.append(f"not finite: {text!r}")
    signs = frozenset(re.findall(r"[a-zA-Z]+|[^\w\s]", text))
    return np.shape(value), len(text).bit_length(), hash_of(signs)


def hash_of(signs: frozenset[str]) -> int:
    """Put sets of signs into few classes, the same in every process, so that the corpus is small.

    Python's own hash of a text differs from process to process.
    """
    return sum(sum(map(ord, sign)) for sign in signs) % 64


def _again(run: Callable[[str], Any], text: str) -> float:
    started = time.process_time()
    _outcome(run, text, Report())
    return 1e3 * (time.process_time() - started)


def main() -> int:
    """Run from the command line; return 1 if an input failed."""
    parser = argparse.ArgumentParser(description="Fuzz the language.")
    parser.add_argument("--inputs", type=int, default=100_000, help="for each grammar")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grammar", choices=sorted(GRAMMARS), action="append")
    options = parser.parse_args()
    failed = False
    for grammar in options.grammar or sorted(GRAMMARS):
        report = fuzz(grammar, options.seed, options.inputs, timed=True)
        sys.stdout.write(
            f"{grammar}: {report.inputs:,} inputs, {report.accepted:,} accepted, "
            f"{report.refused:,} refused, {len(report.kinds):,} kinds of outcome, slowest "
            f"{report.slowest_ms:.2f} ms CPU ({report.slowest[:60]!r}, {len(report.slowest)} "
            f"characters), {len(report.failures)} failures\n"
        )
        for failure in report.failures[:20]:
            sys.stdout.write(f"  {failure[:200]} … {failure[-80:]}\n")
        failed = failed or bool(report.failures)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

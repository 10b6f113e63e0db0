"""How long a typed response takes to read and to judge.

Run by hand: ``python -m tests.bench.bench_grading``. Beside each stands what Python's own
``float`` and ``json.loads`` with a comparison take, in the same run, as a ratio.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from quizsvc import variants
from quizsvc.content import load_bank
from quizsvc.grading import grade_part
from quizsvc.model import PartOutcome
from quizsvc.render.numbers import to_text
from quizsvc.settings import shipped
from tests.bench.bench_draws import seconds

CASES = (
    ("a number, 0.9^100 as its decimals", "example-bounds", "upper", None),
    ("a number, typed as a power", "example-bounds", "upper", "1.1^100"),
    ("a 2 × 2 matrix, as [[…], […]]", "block-jacobian", "answer", None),
    ("a 2 × 2 matrix, as cells", "block-jacobian", "answer", "cells"),
    ("a formula", "jacobian-formula", "answer", "I + W2 diag(1 - tanh(W1 x)^2) W1"),
)


def plain(text: str, key: Any) -> Any:
    """Read and compare as a script without a language would."""
    return bool(np.allclose(json.loads(text), key, rtol=0.005))


def main() -> None:
    bank = load_bank(Path(shipped("content")))
    for what, item, part, text in CASES:
        drawn = variants.draw(bank.items[item], 3).part(part)
        computed = isinstance(drawn.key, float | list)
        raw = text or to_text(drawn.key)
        if text == "cells":
            raw = "\n".join("\t".join(to_text(x) for x in row) for row in drawn.key)
        judged = grade_part(drawn, raw)
        assert isinstance(judged, PartOutcome), judged
        assert judged.score == 1, judged
        time = seconds(partial(grade_part, drawn, raw))
        told = f"  {what:40} {1e6 * time:8.1f} µs"
        if computed:
            reference = seconds(partial(plain, to_text(drawn.key), drawn.key))
            told += f" {time / reference:8.2f} × json + allclose"
        print(told)


if __name__ == "__main__":
    main()

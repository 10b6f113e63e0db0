"""The fuzz of the language in short; the long one is run by hand."""

from __future__ import annotations

import pytest

from tests.fuzz.fuzz_language import GRAMMARS, fuzz


@pytest.mark.parametrize("grammar", sorted(GRAMMARS))
def test_any_text_gives_a_finite_value_or_a_refusal(grammar: str) -> None:
    report = fuzz(grammar, seed=20, inputs=1_500, timed=False)

    assert report.failures == []
    # Neither all nothing nor all nonsense: both ways through are exercised.
    assert report.accepted > 100
    assert report.refused > 100


def test_the_inputs_follow_from_the_seed() -> None:
    first, second = (fuzz("learner", seed=3, inputs=200, timed=False) for _ in range(2))

    assert (first.accepted, first.kinds) == (second.accepted, second.kinds)

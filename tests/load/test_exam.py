"""The load harness itself, with a small class: its figures are read by hand, its audit is not."""

import argparse

import pytest

from .exam import measured

pytestmark = [pytest.mark.crash, pytest.mark.long]


def test_a_class_under_load_meets_no_failure_and_loses_nothing() -> None:
    how = argparse.Namespace(within=3.0, pace=1.0, saves=2, sign_ins=0, database="")
    result = measured(how, 40)
    assert result.figures.failed == []
    assert result.lost == []
    assert len(result.figures.seconds["hand in"]) == 40

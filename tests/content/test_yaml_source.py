"""YAML is read alike whether PyYAML has libyaml or not."""

from __future__ import annotations

import pytest
import yaml

from quizsvc.content.yaml_source import read_yaml
from quizsvc.errors import ContentError
from quizsvc.settings import shipped

FILES = sorted(shipped("content").rglob("*.yaml"))

DAMAGED = [
    "a: [1, 2",
    "a: {b: 1",
    "a: W * x: 3",
    'a: "open',
    "a: @b",
    "a:\n\t- b",
    "- a\nb: c",
    "a: &b 1",
    "a: !t 1",
    "a: 1\na: 2",
    "--- 1\n--- 2",
    "[1]: 2",
    "# nothing",
    "[" * 100,
]


def read(content: bytes) -> object:
    """Return all that reading gives: data and places, or the faults."""
    try:
        source = read_yaml("probe.yaml", content)
    except ContentError as problem:
        return [str(fault) for fault in problem.faults]
    return source.data, source.places, source.key_places


@pytest.mark.parametrize("content", DAMAGED)
def test_what_is_damaged_has_the_same_faults_at_the_same_places(
    content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = read(content.encode())
    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert isinstance(fast, list)
    assert fast == read(content.encode())


def test_what_is_whole_has_the_same_data_at_the_same_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fast = [read(path.read_bytes()) for path in FILES]
    monkeypatch.setattr(yaml, "__with_libyaml__", False)

    assert len(FILES) > 80
    assert not any(isinstance(each, list) for each in fast)
    assert fast == [read(path.read_bytes()) for path in FILES]

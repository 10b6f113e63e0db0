"""A short run of the harness that certifies random networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .fuzz_items import try_items

if TYPE_CHECKING:
    from pathlib import Path


def test_random_networks_are_certified_solved_and_shown(tmp_path: Path) -> None:
    came, failures = try_items(8, seed=5, root=tmp_path)

    assert failures == []
    assert came["certified"] >= 6

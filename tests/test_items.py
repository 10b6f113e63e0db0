"""The contract that every item of the shipped content obeys."""

from __future__ import annotations

from functools import cache

import pytest

from quizsvc import variants
from quizsvc.certify import certify_item
from quizsvc.content import ItemBank, load_bank, rebuild
from quizsvc.settings import shipped

SEEDS = 25

ITEMS = sorted(path.stem for path in (shipped("content") / "items").glob("*.yaml"))


@cache
def bank() -> ItemBank:
    return load_bank(shipped("content"))


def test_the_shipped_content_has_no_fault() -> None:
    assert ITEMS
    assert bank().faults == []


@pytest.mark.parametrize("item_id", ITEMS)
def test_every_item_is_certified(item_id: str) -> None:
    found = certify_item(bank().items[item_id], SEEDS)

    assert found.faults == []
    assert found.warnings == []
    assert found.unproven == []


@pytest.mark.parametrize("item_id", ITEMS)
def test_a_seed_gives_the_same_variant_again(item_id: str) -> None:
    item = bank().items[item_id]
    again = rebuild(item.source)

    assert again.revision == item.revision
    for seed in range(SEEDS):
        first, second = variants.draw(item, seed), variants.draw(again, seed)
        assert first.parameters == second.parameters
        assert first.key == second.key
        assert first.item.stem.html(first.values) == second.item.stem.html(second.values)


def test_at_least_six_families_draw_more_than_a_hundred_variants_in_two_hundred_seeds() -> None:
    rich = []
    for item in bank().items.values():
        drawn = {str(variants.draw(item, seed).parameters) for seed in range(200)}
        if len(drawn) > 100:
            rich.append(item.id)

    assert len(rich) >= 6, rich


def test_every_objective_has_an_item_and_every_item_an_objective_of_its_lesson() -> None:
    lesson = bank().lessons["residual-connections"]
    taught = {objective.id for objective in lesson.objectives}
    asked = {objective for item in bank().items.values() for objective in item.objectives}

    assert asked == taught


def test_the_computation_graph_of_the_lesson_has_the_published_gradients() -> None:
    drawn = variants.draw(bank().items["graph-with-residual"], 0)

    assert list(drawn.key.values()) == [-16, 12, 2, 0, 4, 2, 2, 2, 1]

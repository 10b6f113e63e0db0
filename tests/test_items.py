"""The contract that every item of the shipped content obeys."""

from __future__ import annotations

import pytest

from quizsvc import variants
from quizsvc.certify import certify_item
from quizsvc.content import base_id, pick, rebuild
from quizsvc.grading import solution
from quizsvc.problems.family import CompiledFamily

from .course import shipped_bank as bank

SEEDS = 10


ITEMS = sorted(bank().items)


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


def test_at_least_thirty_families_draw_more_than_a_hundred_variants_in_two_hundred_seeds() -> None:
    rich = []
    for item in bank().items.values():
        family = item.family
        if isinstance(family, CompiledFamily) and family.random and item.level == 1:
            drawn = family.draw_many(range(200)).parameters
            rows = zip(*(array.reshape(200, -1).tolist() for array in drawn.values()), strict=True)
            if len({str(row) for row in rows}) > 100:
                rich.append(item.id)

    assert len(rich) >= 30, rich


def test_every_objective_of_a_lesson_has_an_item_on_its_page() -> None:
    for lesson in bank().lessons.values():
        asked = {each for item in lesson.items for each in bank().items[item].objectives}
        assert {objective.id for objective in lesson.objectives} <= asked, lesson.id


def test_every_item_serves_an_objective_that_some_lesson_teaches() -> None:
    taught = {each.id for lesson in bank().lessons.values() for each in lesson.objectives}

    for item in bank().items.values():
        assert item.objectives
        assert set(item.objectives) <= taught, item.id


def test_every_item_is_met_in_a_lesson_or_a_test() -> None:
    met = {item for lesson in bank().lessons.values() for item in lesson.items}
    met |= {
        item
        for assessment in bank().assessments.values()
        for entry in assessment.entries
        for item in entry.pool
    }

    assert {base_id(item) for item in bank().items} <= {base_id(item) for item in met}


SUBJECTS = {
    "add gate": "add-gate",
    "multiply, max and copy gates": "gates",
    "graph with a residual": "graph-with-residual-family",
    "the same with vectors": "graph-with-vectors",
    "upstream gradient through a block": "upstream-gradient",
    "block Jacobian with ReLU": "block-jacobian",
    "block Jacobian with tanh": "block-jacobian-tanh",
    "block Jacobian with a sigmoid": "block-jacobian-sigmoid",
    "projection shortcut": "projection-shortcut",
    "gradients of the weights": "weights-gradients",
    "a descent step": "descent-step",
    "two-block path table": "two-block-gradient",
    "three-block path table": "practice-paths",
    "number of paths of a length": "paths-of-length",
    "mean path length": "gradient-share",
    "bounds of a residual network": "gradient-bounds",
    "bounds of a plain network": "plain-against-residual",
    "a counterexample": "counterexample",
    "pre- and post-activation": "pre-against-post",
    "dead post-activation": "dead-post-activation",
    "eigenvalues": "block-eigenvalues",
    "determinant": "block-determinant",
    "spectral norm": "spectral-norm-of-a-block",
    "an Euler step": "euler-step",
    "two Euler steps": "two-euler-steps",
    "stability": "euler-stability",
    "depth for a given decay": "depth-for-decay",
    "product order": "product-order",
    "product of singular values": "singular-value-product",
    "initialisation scale": "initialisation-scale",
    "batch normalisation": "batch-norm-variance",
    "shapes": "shapes-of-a-block",
    "the Jacobian as an expression": "jacobian-formula",
    "an error in a derivation": "find-the-error",
    "powers of ten": "how-many-powers-of-ten",
}


@pytest.mark.parametrize("item_id", SUBJECTS.values(), ids=SUBJECTS)
def test_each_subject_of_the_course_has_a_family_with_feedback_hints_and_solution(
    item_id: str,
) -> None:
    item = bank().items[item_id]
    family = item.family
    assert isinstance(family, CompiledFamily)
    drawn = variants.draw(item, 0)

    assert family.random or family.symbolic
    assert family.classes
    assert len(item.hints) >= 2
    assert item.explanation is not None
    assert solution(drawn)


@pytest.mark.parametrize("item_id", ["order-of-layers", "match-the-terms", "list-the-paths"])
def test_what_is_ordered_matched_and_listed_has_hints_and_an_explanation(item_id: str) -> None:
    item = bank().items[item_id]

    assert item.hints
    assert item.explanation is not None


def test_the_claims_have_every_status_and_most_of_them_a_computation() -> None:
    found = bank().claims
    assert found is not None
    claims = [claim for group in found.groups for claim in group.claims]

    assert {claim.status for claim in claims} == {"holds", "condition", "false", "open"}
    assert sum(bool(claim.shows) for claim in claims) > 0.8 * len(claims) > 100


@pytest.mark.parametrize("name", ["diagnostic-test", "residual-connections-quiz", "mastery-test"])
def test_a_test_is_full_whatever_is_drawn(name: str) -> None:
    assessment = bank().assessments[name]
    for seed in range(500):
        picked = [base_id(item) for item, _ in pick(assessment.entries, bank().items, seed)]
        assert len(picked) == len(set(picked)) == assessment.length


def test_a_test_drawn_by_objective_asks_every_objective_of_the_course() -> None:
    taught = {each.id for lesson in bank().lessons.values() for each in lesson.objectives}
    asked = [entry.pool for entry in bank().assessments["mastery-test"].entries]

    covered = [set.intersection(*(set(bank().items[i].objectives) for i in pool)) for pool in asked]
    assert set().union(*covered) >= taught


def test_the_computation_graph_of_the_lesson_has_the_published_gradients() -> None:
    drawn = variants.draw(bank().items["graph-with-residual"], 0)

    assert list(drawn.key.values()) == [-16, 12, 2, 0, 4, 2, 2, 2, 1]

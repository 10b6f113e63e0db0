"""A class of thirty with planted beliefs is analysed, and what was planted comes out on top."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from quizsvc.store import Database, migrate, statements
from quizsvc.web.service import Service
from quizsvc.web.teaching.analysing import Analysis

from ...classes import Class
from ...planted import planted_bank, seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.web.teaching.analysing import Row


class Ticking:
    """A clock that moves half a minute with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=30)
        return self.now


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysis]:
    # The same ids give the same variants, whenever the test is run.
    numbers = random.Random("planted")  # noqa: S311 - nothing secret
    folder = tmp_path_factory.mktemp("planted")
    db = Database(f"sqlite:///{folder}/quizsvc.sqlite3", clock=Ticking())
    migrate.upgrade(db)
    service = Service(planted_bank(folder), db, b"of the planted class")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statements, "uuid4", lambda: UUID(int=numbers.getrandbits(128), version=4))
        the_class = Class(service, learners=30)
        assigned = the_class.assign("planted")
        seat(assigned, the_class)
    yield Analysis(service, assigned)
    db.dispose()


@pytest.fixture
def rows(analysis: Analysis) -> dict[str, Row]:
    return {row.id: row for row in analysis.rows}


def test_all_thirty_are_counted_once(analysis: Analysis) -> None:
    assert (len(analysis.table.sittings), analysis.learners, analysis.still_open) == (30, 30, 0)
    assert all(row.answers == 30 for row in analysis.rows)
    assert analysis.in_place


def test_a_planted_misconception_is_on_top_of_its_question(rows: dict[str, Row]) -> None:
    (matrix,) = rows["block-jacobian"].parts
    assert (matrix.recognised[0].id, matrix.recognised[0].count) == ("drop-skip", 8)
    assert matrix.recognised[0].count > 2 * sum(each.count for each in matrix.recognised[1:])
    total = next(part for part in rows["two-block-gradient"].parts if part.part == "total")
    assert "long-path-forgotten" in {each.id for each in total.recognised[:2]}
    assert all(each.count >= 6 for each in total.recognised[:2])
    (slope,) = rows["three-slopes"].parts
    assert [each.id for each in slope.recognised] == ["branch-alone"]
    assert slope.recognised[0].of_wrong == 1


def test_a_wrong_node_that_nobody_foresaw_is_the_largest_cluster(rows: dict[str, Row]) -> None:
    (matrix,) = rows["block-jacobian"].parts
    largest = matrix.alike[0]
    assert largest.equals
    assert largest.says == r"$\partial \operatorname{ReLU}(a)/\partial x$"
    assert len(largest.answers) >= 5
    assert len({str(each.parameters) for each in largest.answers}) == len(largest.answers)


def test_what_is_only_typed_alike_comes_after_what_equals_a_value(rows: dict[str, Row]) -> None:
    (matrix,) = rows["block-jacobian"].parts
    typed = matrix.alike[-1]
    assert not typed.equals
    assert typed.says == "[[91, 17], [23, 57]]"
    assert matrix.patternless <= 2


def test_the_planted_harder_variant_is_flagged_and_it_alone(rows: dict[str, Row]) -> None:
    assert {row.id for row in rows.values() for each in row.variants.groups if each.harder} == {
        "three-slopes"
    }
    harder = [each for each in rows["three-slopes"].variants.groups if each.harder]
    assert len(harder) == 1
    assert harder[0].facility.value == 0


def test_what_is_planted_heads_the_list_of_what_to_look_at(rows: dict[str, Row]) -> None:
    kinds = {(each.kind, row.id) for row in rows.values() for each in row.findings}
    assert {
        ("unexplained", "block-jacobian"),
        ("misconception", "block-jacobian"),
        ("misconception", "two-block-gradient"),
        ("variant", "three-slopes"),
    } <= kinds
    assert not any(kind == "unexplained" and item != "block-jacobian" for kind, item in kinds)


def test_choices_are_told_by_how_well_learners_did(analysis: Analysis) -> None:
    number = analysis.number("choose-an-order")
    assert number is not None
    item = analysis.table.in_order[number - 1]
    found = analysis.item(item)
    assert found is not None
    (chosen,) = analysis.choices(found, found.parts[0], analysis.answered(item)).values()
    counts = {each.id: each.count for each in chosen}
    assert counts == {"back": 19, "forward": 10, "sum": 1}
    of_all = {each.id: each for each in chosen}
    assert (of_all["back"].upper or 0) > (of_all["back"].lower or 0)
    assert (of_all["forward"].upper or 0) < (of_all["forward"].lower or 0)


def test_times_are_what_the_clock_ticked_between_saves(rows: dict[str, Row]) -> None:
    assert {row.time.value for row in rows.values()} == {30}

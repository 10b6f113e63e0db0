"""How long the analysis of 100,000 attempts takes, read, computed and shown.

Run by hand: ``python -m tests.bench.bench_analysis``. Beside the statistics stands a plain loop
over the same rows in Python for the simplest of them (mean and corrected point-biserial), in the
same run, as a ratio.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import numpy as np
from sqlalchemy import insert

from quizsvc import variants
from quizsvc.grading import grade
from quizsvc.model import Assessment, AssessmentEntry, Outcome
from quizsvc.render.templates import compile_template
from quizsvc.results.analysis import items as statistics
from quizsvc.settings import Settings
from quizsvc.store import revisions, signins, tables
from quizsvc.store.statements import table
from quizsvc.web import create_app
from quizsvc.web.current import EXTENSION, SIGN_IN
from quizsvc.web.teaching.analysing import Analysis
from tests.classes import Class, misled, right
from tests.planted import guessing, of_the_branch, planted_bank

if TYPE_CHECKING:
    from collections.abc import Callable

    from quizsvc.model import Item
    from quizsvc.results.analysis.table import Table
    from quizsvc.store.assignments import Assignment
    from quizsvc.web.service import Service
    from tests.classes import Answer

LEARNERS = 10_000
ITEMS = (
    "block-jacobian",
    "two-block-gradient",
    "three-slopes",
    "choose-an-order",
    "block-jacobian-tanh",
    "upstream-gradient",
    "product-order",
    "weights-gradients",
    "gates",
    "match-the-terms",
)
VARIANTS = 500
"""Different variants of each item that are drawn, each with an answer of its own."""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def answers(item: Item) -> list[Answer]:
    """Return how learners of different abilities answer, from the best on."""
    named = next((each.first.id for each in getattr(item.family, "classes", ())), "none")
    wrong = of_the_branch if item.id == "block-jacobian" else guessing("[[91, 17], [23, 57]]")
    return [right, right, right, misled(named), wrong]


def responses(item: Item, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Draw variants of an item, answer and judge each."""
    found = []
    ways = answers(item)
    for seed in range(VARIANTS):
        variant = variants.draw(item, seed)
        raw = ways[int(rng.integers(len(ways)))](variant)
        outcome = grade(variant, raw, blank_is_zero=True, unread_is_zero=True)
        assert isinstance(outcome, Outcome)
        pinned = {
            "item": item.id,
            "revision": item.revision,
            "seed": seed,
            "candidate": variant.candidate,
            "parameters": variant.parameters,
            "key": variant.key,
        }
        found.append({"pinned": pinned, "raw": raw, "outcome": outcome})
    return found


def filled(service: Service) -> tuple[Assignment, str]:
    """Fill the database by bulk, and return the assignment and its instructor."""
    rng = np.random.default_rng(6)
    the_class = Class(service, learners=0)
    assigned = the_class.assign("many")
    items = [service.bank.items[name] for name in ITEMS]
    known = [responses(item, rng) for item in items]
    rows: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    serial = 0
    for number in range(LEARNERS):
        learner, sitting = f"l{number:031x}", f"{number:032x}"
        rows[tables.Learner].append({"id": learner, "created_at": NOW})
        rows[tables.Membership].append(
            {
                "section_id": the_class.section.id,
                "learner_id": learner,
                "role": "learner",
                "register_id": None,
                "joined_at": NOW,
            }
        )
        rows[tables.Sitting].append(_sitting(sitting, learner, assigned.id))
        for position, (each, pick) in enumerate(
            zip(known, rng.integers(VARIANTS, size=len(items)), strict=True), 1
        ):
            serial += 1
            _place(rows, (sitting, learner, position, serial), each[int(pick)])
    with service.db.writing() as session:
        for item in items:
            revisions.remember(session, item.revision, item.id, item.source, NOW)
        for row in (
            tables.Learner,
            tables.Membership,
            tables.Sitting,
            tables.SittingItem,
            tables.Draft,
            tables.Attempt,
            tables.Outcome,
        ):
            session.execute(insert(table(row)), rows[row])
    return assigned, the_class.instructor.learner


def _sitting(sitting: str, learner: str, assignment: str) -> dict[str, Any]:
    return {
        "id": sitting,
        "token": sitting,
        "learner_id": learner,
        "assessment": "many",
        "title": "Many",
        "number": 1,
        "started_at": NOW,
        "deadline_at": None,
        "closes_at": None,
        "feedback": "submission",
        "late_drafts": "submit",
        "submitted_at": NOW + timedelta(hours=1),
        "submitted_by": "learner",
        "assignment_id": assignment,
    }


def _place(
    rows: dict[Any, list[dict[str, Any]]], place: tuple[str, str, int, int], answer: dict[str, Any]
) -> None:
    sitting, learner, position, serial = place
    at = {"sitting_id": sitting, "position": position}
    pinned, name = answer["pinned"], UUID(int=serial).hex
    saved = NOW + timedelta(minutes=3 * position, seconds=serial % 100)
    rows[tables.SittingItem].append({**at, **pinned, "points": 1.0, "variant_number": None})
    rows[tables.Draft].append(
        {**at, "raw_response": answer["raw"], "counter": 1, "saved_at": saved}
    )
    rows[tables.Attempt].append(
        {
            **at,
            **pinned,
            "serial": serial,
            "id": name,
            "token": name,
            "learner_id": learner,
            "variant_number": None,
            "raw_response": answer["raw"],
            "created_at": NOW + timedelta(hours=1),
        }
    )
    outcome: Outcome = answer["outcome"]
    rows[tables.Outcome].append(
        {
            "attempt_id": name,
            "outcome": outcome.as_json(),
            "score": outcome.score,
            "misconception": outcome.misconception,
            "reason": "graded",
            "created_at": NOW + timedelta(hours=1),
        }
    )


def by_loop(rows: list[tuple[int, int, float]]) -> dict[int, tuple[float, float]]:
    """Compute mean and corrected point-biserial of each item as one would without numpy."""
    totals: defaultdict[int, float] = defaultdict(float)
    for sitting, _, score in rows:
        totals[sitting] += score
    of_item: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for sitting, item, score in rows:
        of_item[item].append((score, totals[sitting] - score))
    found = {}
    for item, pairs in of_item.items():
        n = len(pairs)
        mean = sum(x for x, _ in pairs) / n
        rest = sum(y for _, y in pairs) / n
        product = sum((x - mean) * (y - rest) for x, y in pairs)
        x2 = sum((x - mean) ** 2 for x, _ in pairs)
        y2 = sum((y - rest) ** 2 for _, y in pairs)
        found[item] = (mean, product / math.sqrt(x2 * y2) if x2 and y2 else 0.0)
    return found


def by_columns(analysed: Table) -> dict[int, tuple[float, float]]:
    """Compute the same as the pages do."""
    found = {}
    for item in analysed.in_order:
        scores = analysed.of(item)
        mean = statistics.facility(scores.score).value or 0.0
        found[item] = (mean, statistics.discrimination(scores.score, scores.rest).value or 0.0)
    return found


def best(run: Callable[[], object]) -> float:
    """Return the processor's seconds of the fastest of three calls."""
    times = []
    for _ in range(3):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times)


class Watch:
    """Tells how long something took, on the wall and of the processor: others may use it too."""

    def __init__(self) -> None:
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def lap(self, what: str) -> None:
        wall, processor = time.perf_counter(), time.process_time()
        told(what, wall - self.wall, processor - self.processor)
        self.wall, self.processor = time.perf_counter(), time.process_time()


def told(what: str, *seconds: float) -> None:
    figures = " ".join(f"{1000 * each:8.0f} ms" for each in seconds)
    print(f"  {what:66} {figures}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bank = planted_bank(folder)
        bank.assessments["many"] = Assessment(
            "many",
            "Many",
            compile_template("Answer all.", formula=str),
            tuple(AssessmentEntry((item,)) for item in ITEMS),
        )
        own = {"QUIZSVC_VAR": str(folder), "QUIZSVC_SECRET": "for the bench, long enough for it"}
        app = create_app(Settings.from_environment(own), clock=lambda: NOW, bank=bank)
        service = cast("Service", app.extensions[EXTENSION])
        assigned, instructor = filled(service)
        print(f"{LEARNERS * len(ITEMS):,} attempts of {LEARNERS:,} learners")

        print(f"  {'':66} {'wall':>11} {'processor':>11}")
        watch = Watch()
        analysis = Analysis(service, assigned)
        watch.lap("read into columns")
        for item in analysis.table.in_order:
            analysis.row(1, item, ())
        assert analysis.reliability.alpha.value is not None
        watch.lap("statistics of all items, differences between variants, alpha")
        assert analysis.rows[0].parts
        watch.lap("the same again with the newest wrong answers put together")

        places, score = analysis.places, analysis.table.score
        rows = list(zip(places.sitting.tolist(), places.item.tolist(), score.tolist(), strict=True))
        for item, (mean, r) in by_columns(analysis.table).items():
            assert np.allclose((mean, r), by_loop(rows)[item])
        ours = best(lambda: by_columns(analysis.table))
        loop = best(lambda: by_loop(rows))
        print("  means and discriminations alone, of the processor")
        told("here", ours)
        told(f"by a loop in Python, {loop / ours:.1f} × as long", loop)

        client = app.test_client()
        with client.session_transaction() as session:
            session[SIGN_IN] = signins.begin(service.db, instructor)
        for page in ("analysis", *(f"analysis/{item}" for item in ITEMS[:4])):
            watch = Watch()
            answer = client.get(f"/assignments/{assigned.id}/{page}")
            assert answer.status_code == 200, answer.text
            watch.lap(f"the page …/{page}, {len(answer.data) / 1000:.0f} kB")
        service.db.dispose()


if __name__ == "__main__":
    main()

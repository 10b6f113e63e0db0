"""How long a gradebook takes: 200 learners by 20 assignments of 10 questions each.

Run it by hand: ``python -m tests.bench.bench_gradebook``.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import event, insert

from quizsvc.content import load_bank
from quizsvc.settings import Settings
from quizsvc.store import assignments, people, sections, tables
from quizsvc.store.statements import new_id
from quizsvc.web import create_app
from quizsvc.web.current import EXTENSION
from quizsvc.web.teaching import marking

from ..bank import write_bank
from ..conftest import SECRET
from ..web.pages import Visitor
from ..web.signing import signed_in_as

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from quizsvc.web.service import Service

LEARNERS, ASSIGNMENTS, QUESTIONS, SITTINGS = 200, 20, 10, 1
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill(service: Service) -> str:
    """Store a section with all its sittings, in bulk; return its id."""
    db = service.db
    item = service.bank.items["double"]
    instructor = people.add(db, "Prof. Skip", role="instructor")
    section = sections.make(db, "A large class", instructor.learner)
    learners = [people.add(db, f"Learner {number:03}").learner for number in range(LEARNERS)]
    given = [
        assignments.make(db, section.id, "final", f"Quiz {number}").id
        for number in range(ASSIGNMENTS)
    ]
    with db.writing() as session:
        for learner in learners:
            sections.add_member(session, section.id, learner, "learner", NOON)
        for number, assignment in enumerate(given, start=1):
            for place, learner in enumerate(learners):
                _sit(session, learner, assignment, number, place, item.revision)
    return section.id


def _sit(
    session: Session, learner: str, assignment: str, number: int, seed: int, revision: str
) -> None:
    sitting = new_id()
    pinned = {
        "item": "double", "revision": revision, "seed": seed, "candidate": 0,
        "parameters": {"n": float(seed)}, "key": {"answer": 2.0 * seed},
    }  # fmt: skip
    session.execute(
        insert(tables.Sitting),
        {
            "id": sitting, "token": sitting, "learner_id": learner, "assessment": "final",
            "title": "The quiz", "number": number, "started_at": NOON,
            "submitted_at": NOON + timedelta(hours=1), "submitted_by": "learner",
            "assignment_id": assignment,
        },
    )  # fmt: skip
    places = [
        {**pinned, "sitting_id": sitting, "position": position, "points": 1.0}
        for position in range(1, QUESTIONS + 1)
    ]
    session.execute(insert(tables.SittingItem), places)
    attempts = [
        {
            **pinned, "id": new_id(), "token": f"{sitting}.{position}", "learner_id": learner,
            "raw_response": {"answer": "6"}, "sitting_id": sitting, "position": position,
            "created_at": NOON,
        }
        for position in range(1, QUESTIONS)  # the last one is left blank
    ]  # fmt: skip
    session.execute(insert(tables.Attempt), attempts)
    outcome = {"status": "graded", "score": 0.5, "parts": {}, "misconception": None, "feedback": ""}
    session.execute(
        insert(tables.Outcome),
        [
            {
                "attempt_id": each["id"], "outcome": outcome, "score": 0.5, "misconception": None,
                "reason": "graded", "created_at": NOON,
            }
            for each in attempts
        ],
    )  # fmt: skip


def main() -> None:
    """Print how long a page takes, what of it are the marks, and how many statements it sends."""
    with TemporaryDirectory() as folder:
        own = {"QUIZSVC_VAR": folder, "QUIZSVC_SECRET": SECRET}
        bank = load_bank(write_bank(Path(folder) / "content"))
        app = create_app(Settings.from_environment(own), bank=bank)
        service: Service = app.extensions[EXTENSION]
        section = sections.find(service.db, fill(service))
        assert section is not None
        admin = signed_in_as(Visitor(app), "Ada", "admin")
        sent: list[str] = []
        event.listen(
            service.db.engine, "before_cursor_execute", lambda *given: sent.append(given[2])
        )
        print(f"{LEARNERS} learners × {ASSIGNMENTS} assignments × {QUESTIONS} questions")
        for _ in range(3):
            sent.clear()
            begun = time.perf_counter()
            marking.gradebook_of(service, section, NOON)
            marked = time.perf_counter()
            statements = len(sent)
            page = admin.get(f"/sections/{section.id}/gradebook")
            shown = time.perf_counter()
            print(
                f"marks {marked - begun:.2f} s by {statements} statements; "
                f"page {shown - marked:.2f} s, {len(page.data) / 1000:.0f} kB"
            )
        service.db.dispose()


if __name__ == "__main__":
    main()

"""A crowd: rows of many learners, stored in bulk beside those whom a test is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from quizsvc.store import tables
from quizsvc.store.statements import new_id, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.store import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RIGHT = {"status": "graded", "score": 1.0, "parts": {}, "misconception": None, "feedback": "Right."}
_LEARNERS_AT_ONCE = 500

Rows = dict[type[tables.Base], list[dict[str, Any]]]


def crowd(
    db: Database, learners: int, *, practised: int = 8, asked: int = 4, in_section: int = 30
) -> None:
    """Store learners with accounts and sections, each with a sitting and with practice.

    Parameters
    ----------
    practised : int
        Attempts of each in practice.
    asked : int
        Places of the sitting of each, all answered.
    in_section : int
        How many share a section and its assignment.
    """
    instructor = new_id()
    with db.writing() as session:
        session.execute(insert(tables.Learner), {"id": instructor, "created_at": NOON})
        session.execute(
            insert(tables.Revision),
            {"revision": "crowd", "item": "double", "source": {}, "created_at": NOON},
        )
    section = assignment = ""
    for start in range(0, learners, _LEARNERS_AT_ONCE):
        rows: Rows = {}
        for number in range(start, min(start + _LEARNERS_AT_ONCE, learners)):
            if number % in_section == 0:
                section, assignment = new_id(), new_id()
                _add(rows, tables.Section, _section(section, number))
                _add(rows, tables.Assignment, _assignment(assignment, section))
            for kind, row in _learner(number, section, assignment, instructor):
                _add(rows, kind, row)
            for kind, row in _answers(rows[tables.Learner][-1]["id"], assignment, practised, asked):
                _add(rows, kind, row)
        with db.writing() as session:
            for each in tables.Base.metadata.sorted_tables:
                for kind, some in rows.items():
                    if table(kind) is each:
                        session.execute(insert(each).inline(), some)


def _add(rows: Rows, kind: type[tables.Base], row: dict[str, Any]) -> None:
    rows.setdefault(kind, []).append(row)


def _section(section: str, number: int) -> dict[str, Any]:
    return {"id": section, "name": f"Class {number}", "join_code": section[:16], "created_at": NOON}


def _assignment(assignment: str, section: str) -> dict[str, Any]:
    return {
        "id": assignment, "section_id": section, "assessment": "final", "title": "The quiz",
        "feedback": "submission", "late_drafts": "submit", "late_share": 1.0, "counts": "best",
        "counter": 0, "created_at": NOON,
    }  # fmt: skip


def _learner(
    number: int, section: str, assignment: str, instructor: str
) -> Iterator[tuple[type[tables.Base], dict[str, Any]]]:
    me, later = new_id(), NOON + timedelta(days=365)
    mine = {"learner_id": me}
    yield tables.Learner, {"id": me, "created_at": NOON, "claimed_at": NOON}
    yield tables.Account, {
        **mine, "name": f"Crowd {number}", "name_key": f"crowd {number}", "role": "learner",
        "time_factor": 1.0, "created_at": NOON,
    }  # fmt: skip
    yield tables.SignIn, {**mine, "token_hash": new_id(), "created_at": NOON, "seen_at": later}
    yield tables.OneTimeLink, {
        **mine, "token_hash": new_id(), "purpose": "password", "created_at": NOON,
        "expires_at": later,
    }  # fmt: skip
    yield tables.Tally, {"key": new_id(), "began_at": later, "count": 1}
    yield tables.Preferences, {**mine, "daily_limit": 20, "retention": 0.9}
    yield tables.Membership, {
        **mine, "section_id": section, "role": "learner", "placed": False, "joined_at": NOON,
    }  # fmt: skip
    yield tables.Override, {
        **mine, "assignment_id": assignment, "extra_minutes": 5.0, "reason": "", "counter": 1,
        "made_by": instructor, "made_at": NOON,
    }  # fmt: skip
    yield tables.Aid, {**mine, "item": "double", "variant_number": 1, "hints": 1}
    yield tables.AuditEntry, {
        "at": NOON, "section_id": section, "action": "key viewed", "subject": "The first",
        "detail": {},
    }  # fmt: skip


def _answers(
    me: str, assignment: str, practised: int, asked: int
) -> Iterator[tuple[type[tables.Base], dict[str, Any]]]:
    sitting = new_id()
    yield tables.Sitting, {
        "id": sitting, "token": sitting, "learner_id": me, "assessment": "final",
        "title": "The quiz", "number": 1, "started_at": NOON, "submitted_at": NOON,
        "submitted_by": "learner", "assignment_id": assignment,
    }  # fmt: skip
    for number in range(1, practised + asked + 1):
        place = {"sitting_id": sitting, "position": number} if number <= asked else {}
        pinned = {
            "item": "double", "revision": "crowd", "variant_number": number, "candidate": 0,
            "seed": 2**127 + number, "parameters": {"n": 7.0}, "key": {"answer": 14.0},
        }  # fmt: skip
        typed = {"raw_response": {"answer": "14"}}
        if place:
            yield tables.SittingItem, {**pinned, **place, "points": 1.0}
            yield tables.Draft, {**place, **typed, "counter": 1, "saved_at": NOON}
        attempt = new_id()
        empty = {"sitting_id": None, "position": None}
        yield tables.Attempt, {
            **pinned, **empty, **place, **typed, "id": attempt, "token": attempt,
            "learner_id": me, "created_at": NOON,
        }  # fmt: skip
        yield tables.Outcome, {
            "attempt_id": attempt, "outcome": RIGHT, "score": 1.0, "reason": "graded",
            "created_at": NOON,
        }  # fmt: skip
        if number == 1:
            yield tables.SelfRating, {
                "attempt_id": attempt, "part": "answer", "rating": 1.0, "created_at": NOON,
            }  # fmt: skip

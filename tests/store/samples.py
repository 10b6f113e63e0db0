"""An attempt and a sitting as the pages would make them."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from quizsvc.store import Database
from quizsvc.store.attempts import NewAttempt
from quizsvc.store.sittings import NewSitting, PinnedItem
from quizsvc.store.tables import Base

LEARNER = "5e" * 16
OTHER_LEARNER = "0d" * 16
SOURCE = {"id": "add-gate", "let": {"b": "a", "a": "x"}, "title": "ReLU′ of −½"}

RIGHT = {
    "status": "graded",
    "score": 1.0,
    "parts": {
        "answer": {"status": "graded", "score": 1.0, "misconception": None, "message": "Right."}
    },
    "misconception": None,
    "feedback": "Right.",
}
WRONG = {**RIGHT, "score": 0.0, "misconception": "drop-skip", "feedback": "The skip is missing."}

ATTEMPT = NewAttempt(
    token="token-1",
    learner=LEARNER,
    item="add-gate",
    revision="r1",
    source=SOURCE,
    seed=2**128 - 1,
    candidate=3,
    parameters={"x": [1.0, -2.5], "c": 0.1},
    key={"answer": [[1.0, 0.0], [0.0, 1.0]]},
    raw_response={"answer": "[1 0; 0 1]"},
    outcome=RIGHT,
    variant_number=1,
)

SITTING = NewSitting(
    token="start-1",
    learner=LEARNER,
    assessment="residual-connections-quiz",
    title="Residual connections",
    items=[
        PinnedItem(
            position=position,
            item=item,
            revision=f"r-{item}",
            seed=2**100 + position,
            candidate=0,
            parameters={"x": float(position)},
            key={"answer": 2.0 * position},
            points=1.0,
            variant_number=10 + position,
        )
        for position, item in enumerate(["add-gate", "block-jacobian"], start=1)
    ],
    sources={"r-add-gate": {"id": "add-gate"}, "r-block-jacobian": {"id": "block-jacobian"}},
)


def attempt(token: str = ATTEMPT.token, **changes: Any) -> NewAttempt:
    return replace(ATTEMPT, token=token, **changes)


def sitting(token: str = SITTING.token, **changes: Any) -> NewSitting:
    return replace(SITTING, token=token, **changes)


def answers(sitting_id: str, **changes: Any) -> list[NewAttempt]:
    """Return an attempt for every place of a sitting started from `SITTING`."""
    return [
        replace(
            ATTEMPT,
            token=f"{sitting_id}-{pinned.position}",
            item=pinned.item,
            revision=pinned.revision,
            source=SITTING.sources[pinned.revision],
            seed=pinned.seed,
            raw_response={"answer": str(pinned.position)},
            position=pinned.position,
            variant_number=pinned.variant_number,
            **changes,
        )
        for pinned in SITTING.items
    ]


def rows(database: Database, kind: type[Base]) -> int:
    """Return how many rows a table has."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0

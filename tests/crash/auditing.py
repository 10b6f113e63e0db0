"""What learners sent and what was acknowledged, and what the database holds of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock

from sqlalchemy import select, text

from quizsvc.store import Database, tables


@dataclass
class Ledger:
    """What learners sent and what was acknowledged; kept by them, and not by the service."""

    sent: dict[str, str] = field(default_factory=dict)
    """Token to the intention that it was sent for."""
    answers: dict[str, str] = field(default_factory=dict)
    """Token of each acknowledged answer to what it said; in a quiz, of each one handed in."""
    receipts: dict[str, str] = field(default_factory=dict)
    """Token of each acknowledged answer in practice to the address of its attempt."""
    drafts: dict[tuple[str, int], str] = field(default_factory=dict)
    """Sitting and position to the last acknowledged draft, in quizzes that stay open."""
    sittings: dict[str, str] = field(default_factory=dict)
    """Token of each acknowledged start of a quiz to its sitting."""
    acknowledgements: int = 0
    repeated: int = 0
    """Requests that were cut off or refused, and sent again."""
    contradicted: int = 0
    """Acknowledgements of one form that name different attempts."""
    lock: Lock = field(default_factory=Lock)


@dataclass
class Audit:
    """What the database holds of it."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not there as it was sent or not judged exactly once."""
    doubled: int = 0
    """Attempts and sittings beyond the first of an intention."""
    unexplained: list[str] = field(default_factory=list)
    """Tokens that nobody sent."""
    sound: bool = True
    """Whether the database is in order by its own check."""

    @property
    def clean(self) -> bool:
        """Whether all is there once."""
        return self.sound and not (self.lost or self.doubled or self.unexplained)


def audit(url: str, ledger: Ledger) -> Audit:
    """Compare the ledger with the database."""
    db = Database(url, clock=lambda: datetime.now(UTC))
    with db.reading() as session:
        attempts = {row.token: row for row in session.scalars(select(tables.Attempt))}
        outcomes = Counter(session.scalars(select(tables.Outcome.attempt_id)))
        sittings = {row.token: row for row in session.scalars(select(tables.Sitting))}
        drafts = {
            (row.sitting_id, row.position): row.raw_response
            for row in session.scalars(select(tables.Draft))
        }
        sound = db.dialect != "sqlite" or session.scalar(text("PRAGMA integrity_check")) == "ok"
    db.dispose()
    found = Audit(sound=sound)
    for token, said in ledger.answers.items():
        row = attempts.get(token)
        judged = row is not None and outcomes[row.id] == 1
        if row is None or row.raw_response != {"answer": said} or not judged:
            found.lost.append(token)
    for token, receipt in ledger.receipts.items():
        if token in attempts and attempts[token].id not in receipt:
            found.lost.append(f"{token}, by its receipt")
    for place, said in ledger.drafts.items():
        if drafts.get(place) != {"answer": said}:
            found.lost.append(f"the draft at {place}")
    for token, sitting in ledger.sittings.items():
        if token not in sittings or sittings[token].id != sitting:
            found.lost.append(f"sitting {sitting}")
    there = [*attempts, *sittings]
    found.unexplained = [token for token in there if token not in ledger.sent]
    intentions = Counter(ledger.sent.get(token) for token in there)
    found.doubled = sum(intentions.values()) - len(intentions)
    return found

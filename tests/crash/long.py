"""Ten thousand acknowledgements and five hundred kills: ``python -m tests.crash.long``.

With ``--database-url`` on PostgreSQL, in a database that is empty.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ..bank import write_bank
from .harness import run
from .victim import Victim

if TYPE_CHECKING:
    from .harness import Course

KILLS, ACKNOWLEDGEMENTS, LEARNERS = 500, 10_000, 6
EVERY, MASTER_AT = 18, 25


def run_long(
    victim: Victim, kills: int = KILLS, acknowledgements: int = ACKNOWLEDGEMENTS, seed: int = 7
) -> Course:
    """Let learners work until there were so many kills and acknowledgements."""
    return run(
        victim,
        learners=LEARNERS,
        until=lambda acknowledged, killed: acknowledged >= acknowledgements and killed >= kills,
        every=EVERY,
        master_at=MASTER_AT,
        seed=seed,
    )


def main() -> None:
    """Print how it went; exit 1 if anything was lost or doubled."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--acknowledgements", type=int, default=ACKNOWLEDGEMENTS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--database-url", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        content = write_bank(Path(folder) / "content")
        victim = Victim(Path(folder), content, database=given.database_url)
        victim.start()
        try:
            course = run_long(victim, given.kills, given.acknowledgements, given.seed)
        finally:
            victim.kill()
    found, ledger = course.found, course.ledger
    rows = {
        "kills": course.workers_killed + course.masters_killed,
        "  of workers": course.workers_killed,
        "  of the master": course.masters_killed,
        "starts": course.starts,
        "acknowledgements": ledger.acknowledgements,
        "sent again": ledger.repeated,
        "lost": len(found.lost),
        "doubled": found.doubled,
        "stored and never sent": len(found.unexplained),
        "two receipts for one form": ledger.contradicted,
        "seconds": round(course.seconds),
    }
    for name, number in rows.items():
        print(f"{name:<28}{number:>8,}")
    print(f"{'the database is sound':<28}{'yes' if found.sound else 'no':>8}")
    raise SystemExit(not found.clean or bool(ledger.contradicted))


if __name__ == "__main__":
    main()

"""A service with two faults on purpose: what a harness for lost and doubled attempts must find.

``python -m tests.crash.controls run``
"""

from __future__ import annotations

import os
import signal
from threading import Timer
from typing import TYPE_CHECKING

from quizsvc.cli import main
from quizsvc.store import attempts

if TYPE_CHECKING:
    from quizsvc.store import Database
    from quizsvc.store.attempts import NewAttempt, StoredAttempt

EARLY = "pick-one"
"""The item whose attempts are acknowledged before they are committed."""

FATAL = "double"
"""The item at which the process dies of each first attempt at a variant: committed, and untold."""

COMMITS_AFTER = 2.0
"""Seconds; time enough to be killed."""

_record = attempts.record


def record(db: Database, new: NewAttempt) -> StoredAttempt:
    """Record an attempt, early or fatally."""
    if new.item == EARLY:
        later = Timer(COMMITS_AFTER, _record, (db, new))
        later.daemon = True
        later.start()
        return attempts._stored(new, None, db.now())
    stored = _record(db, new)
    of_item = attempts.history(db, new.learner, new.item)
    if sum(each.variant_number == new.variant_number for each in of_item) == 1 and stored.created:
        os.kill(os.getpid(), signal.SIGKILL)
    return stored


if __name__ == "__main__":
    attempts.record = record
    main()

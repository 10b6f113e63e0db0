"""The service as it is elsewhere: ``QUIZSVC_TEST_VARIANT=… python -m tests.crash.variants run``."""

from __future__ import annotations

import os
from typing import Any

from quizsvc.cli import main
from quizsvc.store import journal

CHECKPOINTS, TRUNCATE = "checkpoints", "truncate"
"""Writes the WAL back after every commit; and runs on an SQLite with the WAL-reset bug."""

_connect = journal.connect


def connect_and_write_back_at_once(*given: Any, **named: Any) -> Any:
    """Return a connection of ours that writes the WAL back after every commit."""
    connection = _connect(*given, **named)
    connection.execute("PRAGMA wal_autocheckpoint = 1").close()
    return connection


if __name__ == "__main__":
    variant = os.environ.get("QUIZSVC_TEST_VARIANT")
    if variant == CHECKPOINTS:
        journal.connect = connect_and_write_back_at_once
    elif variant == TRUNCATE:
        journal.has_wal_reset_bug = lambda version: version > (3, 7)
    main()

"""What must survive: learners, revisions, attempts, sittings; the only importer of SQLAlchemy.

Callers hold a `Database` and pass it to the functions of one module per noun; what comes back is
frozen data, never a row that a session still watches.

Where a transaction locks several rows, it does so in this order, so that no two wait for each
other: section, learner, assignments by id, sittings, and only then what hangs on them. On SQLite
a transaction that writes has locked everything.
"""

from quizsvc.store.db import Database

__all__ = ["Database"]

"""What must survive: learners, revisions, attempts, sittings; the only importer of SQLAlchemy.

Callers hold a `Database` and pass it to the functions of one module per noun; what comes back is
frozen data, never a row that a session still watches.
"""

from quizsvc.store.db import Database

__all__ = ["Database"]

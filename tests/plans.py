"""How a database goes about what pages ask: nothing may read the whole of a table that grows."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import has_request_context, request
from sqlalchemy import Engine, event

from quizsvc.store.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

FEW = frozenset({"adjustment", "assignment", "regrade", "revision", "section"})
"""Tables whose rows instructors and authors make by hand; all others grow with the learners."""

GROWING = frozenset(Base.metadata.tables) - FEW

EXEMPT = {
    r"name_key LIKE '%+'": "looking for a part of a name, which staff do one page at a time",
    r"SELECT account.role, count": "an admin counts the accounts by role, by its index",
    r"FROM audit_entry\s+WHERE (audit_entry.account_id|CAST)": "one person, who rarely asks",
    r"FROM attempt ORDER BY attempt.serial DESC": "the newest of the log, in its own order",
    r"DELETE FROM one_time_link WHERE one_time_link\.purpose": "an admin is made, which is rare",
}
"""What may read a whole table all the same, and why."""


@dataclass
class Watch:
    """Looks at each new statement that a page sends to a kind of database."""

    dialect: str
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Look from now on."""
        event.listen(Engine, "before_cursor_execute", self._look)

    def end(self) -> None:
        """Look no more."""
        event.remove(Engine, "before_cursor_execute", self._look)

    def _look(
        self, connection: Connection, _cursor: object, statement: str, parameters: Any,
        _context: object, several: bool,
    ) -> None:  # fmt: skip
        if statement in self.seen or connection.dialect.name != self.dialect:
            return
        if not has_request_context():
            return
        self.seen.add(statement)
        if not statement.startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            return  # the scans that SQLite plans for an INSERT it never does: no key waits for one
        if any(re.search(exempt, statement) for exempt in EXEMPT):
            return
        if "LIMIT" in statement and "WHERE" not in statement:
            return  # the newest of a log, in its own order
        cursor = connection.connection.cursor()
        try:
            steps = _STEPS[self.dialect]
            values = parameters[0] if several else parameters
            read = GROWING.intersection(steps(cursor, statement, values))
        finally:
            cursor.close()
        if read:
            page = f"{request.method} {request.endpoint}"
            self.faults.append(f"{page} reads all of {', '.join(sorted(read))}: {statement}")


def _of_sqlite(cursor: Any, statement: str, parameters: Any) -> Iterator[str]:
    """Say what is scanned: an index does not help where none of its columns is asked for."""
    for *_, step in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters).fetchall():
        if scanned := re.match(r"SCAN (\w+)", step):
            # SQLAlchemy numbers a table that is read a second time.
            yield re.sub(r"_\d+$", "", scanned[1])


def _of_postgres(cursor: Any, statement: str, parameters: Any) -> Iterator[str]:
    """Say what has to be read whole; that a small table is read so is right, and tells nothing."""
    cursor.execute("; ".join(f"SET LOCAL enable_{each} = off" for each in _WHOLE))
    ((plan,),) = cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}", parameters).fetchall()
    cursor.execute("; ".join(f"SET LOCAL enable_{each} = on" for each in _WHOLE))
    nodes, everything = [plan[0]["Plan"]], json.dumps(plan)
    for node in nodes:
        if f"hashed {node.get('Subplan Name')}" in everything:
            continue  # one of two ways, and that of small tables: the other asks an index
        nodes += node.get("Plans", [])
        by_index = node["Node Type"].startswith(("Index", "Bitmap Index"))
        by_index = by_index and node.get("Index Name") not in _OF_FEW
        if node["Node Type"] == "Seq Scan" or (by_index and "Index Cond" not in node):
            yield node.get("Relation Name", "")


_OF_FEW = frozenset({"ix_sitting_deadline_at"})
"""Indexes of a few rows of a table that grows: sittings that are open."""

_WHOLE = ("seqscan", "hashjoin", "mergejoin")
"""What PostgreSQL may do only where no index helps."""

_STEPS = {"sqlite": _of_sqlite, "postgresql": _of_postgres}

"""Which statements and commits a request makes, and how many bytes it answers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@dataclass
class Work:
    """What a request makes the database do, and how much it says."""

    transactions: list[tuple[int, int]] = field(default_factory=list)
    """The SELECTs and the writes of each transaction, in turn."""
    bytes: int = 0

    @property
    def statements(self) -> int:
        """All of them, without BEGIN and its end."""
        return sum(map(sum, self.transactions))

    @property
    def commits(self) -> int:
        """Transactions that wrote."""
        return sum(1 for _, writes in self.transactions if writes)


@contextmanager
def counted(engine: Engine) -> Iterator[Work]:
    """Count what is done meanwhile."""
    work = Work()

    def begun(_connection: Any) -> None:
        work.transactions.append((0, 0))

    def executed(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("BEGIN"):
            return
        selects, writes = work.transactions.pop()
        reads = statement.lstrip().startswith(("SELECT", "WITH"))
        work.transactions.append((selects + reads, writes + (not reads)))

    event.listen(engine, "begin", begun, insert=True)
    event.listen(engine, "before_cursor_execute", executed)
    try:
        yield work
    finally:
        event.remove(engine, "begin", begun)
        event.remove(engine, "before_cursor_execute", executed)

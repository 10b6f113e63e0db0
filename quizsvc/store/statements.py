"""What several nouns share: ids, secrets, statements that are built once since that is costly."""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from quizsvc.store.tables import Base


def table(row: type[Base]) -> Table:
    """Return the table behind a row class, for statements that need no objects."""
    return cast("Table", row.__table__)


def connection_of(at: Session | Connection) -> Connection:
    """Return the connection behind a transaction; its own `execute` is the cheaper one."""
    return at if isinstance(at, Connection) else at.connection()


class InsertIfAbsent:
    """An INSERT that does nothing where a row with the same values of unique columns exists.

    It waits for another transaction that is inserting the same, so that of two at once exactly
    one adds the row and the other sees it.
    """

    def __init__(self, row: type[Base], *unique: str) -> None:
        target = table(row)
        columns = [target.c[name] for name in unique]
        self._statements = {
            "sqlite": sqlite.insert(target)
            .on_conflict_do_nothing(index_elements=columns)
            .returning(columns[0]),
            "postgresql": postgresql.insert(target)
            .on_conflict_do_nothing(index_elements=columns)
            .returning(columns[0]),
        }

    def __call__(self, at: Session | Connection, values: Mapping[str, Any]) -> bool:
        """Insert, and tell whether a row was added."""
        connection = connection_of(at)
        statement = self._statements[connection.dialect.name]
        return connection.scalar(statement, dict(values)) is not None


def new_id() -> str:
    """Return a random id of 32 hexadecimal digits."""
    return uuid4().hex


def is_id(text: str) -> bool:
    """Tell whether a text from an address or a form can be one of our ids."""
    return re.fullmatch(r"[0-9a-f]{32}", text) is not None


def is_serial(number: int) -> bool:
    """Tell whether a number from an address can be one that the database counts rows by."""
    return 0 < number < 2**31


def new_secret() -> str:
    """Return a random secret of 32 bytes, to be given away; the store keeps its hash."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> str:
    """Return what is kept of a secret: whoever reads the database can use none.

    No salt and no slow hash: there is nothing to guess about 32 random bytes.
    """
    return sha256(secret.encode()).hexdigest()

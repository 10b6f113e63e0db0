"""An error of the database tells which rule was broken, and not by which values."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.exc import DBAPIError

from quizsvc.store import tables
from quizsvc.store.statements import new_id

if TYPE_CHECKING:
    from quizsvc.store import Database

VALUE = "-".join(["a", "sentinel"])  # a traceback quotes the lines of this file


def account(database: Database, name: str, **more: object) -> None:
    with database.writing() as session:
        learner, now = new_id(), database.now()
        session.add(tables.Learner(id=learner, created_at=now))
        session.flush()
        row = {"role": "learner", "time_factor": 1.0, "created_at": now, **more}
        session.add(tables.Account(learner_id=learner, name=name, name_key=name, **row))


@pytest.mark.parametrize("wrong", [{}, {"role": VALUE}])
def test_a_row_that_is_refused_is_not_quoted_in_a_traceback(
    database: Database, wrong: dict[str, str]
) -> None:
    account(database, VALUE)
    with pytest.raises(DBAPIError) as caught:
        account(database, "other" if wrong else VALUE, **wrong)
    error = caught.value
    logged = logging.Formatter().formatException((type(error), error, error.__traceback__))
    assert "name_key" in logged if not wrong else "role" in logged
    assert VALUE not in logged

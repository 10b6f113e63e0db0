"""Whole databases copied: nothing is lost on the way, in either direction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select, text, update

from quizsvc.cli import main
from quizsvc.errors import StoreError
from quizsvc.store import Database, attempts, copying, migrate, tables
from quizsvc.store.tables import Base

from ..samples import attempt

if TYPE_CHECKING:
    from pathlib import Path

    from ..conftest import OpenDatabase


def held(database: Database) -> dict[str, copying.Digest]:
    with database.reading() as session:
        return copying.digests(session.connection())


def test_a_furnished_database_has_rows_in_every_table(
    file: Path, open_database: OpenDatabase
) -> None:
    found = held(open_database(f"sqlite:///{file}"))
    assert found.keys() == Base.metadata.tables.keys()
    # What opens the logs for an erasure is gone when that ends.
    assert [name for name, each in found.items() if each.rows == 0] == ["erasing"]


def test_there_and_back_again_every_row_is_the_same(
    full: Database, tmp_path: Path, open_database: OpenDatabase, furnished: Path
) -> None:
    back = open_database(f"sqlite:///{tmp_path}/back.sqlite3")
    sent = copying.copy(full, back)
    original = open_database(f"sqlite:///{furnished}")
    assert sent == held(back) == held(full) == held(original)


def test_what_is_null_stays_null_and_json_is_the_same_text(
    full: Database, tmp_path: Path, open_database: OpenDatabase
) -> None:
    back = open_database(f"sqlite:///{tmp_path}/back.sqlite3")
    copying.copy(full, back)
    asked = text(
        "SELECT CAST(parameters AS TEXT) AS told, parameters IS NULL FROM adjustment "
        "UNION ALL SELECT CAST(source AS TEXT), source IS NULL FROM revision ORDER BY told"
    )
    with full.reading() as before, back.reading() as after:
        told = [tuple(map(bool, row[1:])) for row in before.execute(asked)]
        texts = {row[0] for row in before.execute(asked)}
        assert texts == {row[0] for row in after.execute(asked)}
        assert sorted(told) == sorted(tuple(map(bool, row[1:])) for row in after.execute(asked))


def test_the_copy_goes_on_counting_and_keeps_its_logs(
    file: Path, empty_url: str, open_database: OpenDatabase
) -> None:
    target = open_database(empty_url)
    copying.copy(open_database(f"sqlite:///{file}"), target)
    before = held(target)
    stored = attempts.record(target, attempt("after the move"))
    assert held(target)["attempt"].rows == before["attempt"].rows + 1
    for statement in (
        update(tables.Outcome).values(score=1.0),
        text("DELETE FROM audit_entry"),
    ):
        with pytest.raises(Exception, match="append-only"), target.writing() as session:
            session.execute(statement)
    assert attempts.find(target, stored.id) == stored


def test_a_target_with_data_is_refused_and_left_alone(
    file: Path, url: str, open_database: OpenDatabase
) -> None:
    target = open_database(url)
    attempts.record(target, attempt())
    before = held(target)
    with pytest.raises(StoreError, match="holds data already"):
        copying.copy(open_database(f"sqlite:///{file}"), target)
    assert held(target) == before


def test_a_copy_that_fails_half_way_leaves_nothing(
    file: Path, empty_url: str, open_database: OpenDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = open_database(f"sqlite:///{file}"), open_database(empty_url)
    with monkeypatch.context() as broken:
        broken.setattr(copying, "digests", lambda _connection: {})
        with pytest.raises(StoreError, match="not what was sent"):
            copying.copy(source, target)
    with target.reading() as session:
        assert migrate.schema(session.connection()) is None
    assert copying.copy(source, target) == held(source)


def test_only_a_database_of_ours_can_be_copied(tmp_path: Path, open_database: OpenDatabase) -> None:
    target = open_database(f"sqlite:///{tmp_path}/new.sqlite3")
    (tmp_path / "empty.sqlite3").touch()
    with pytest.raises(StoreError, match="no tables of quizsvc"):
        copying.copy(open_database(f"sqlite:///{tmp_path}/empty.sqlite3"), target)
    with pytest.raises(StoreError, match=r"missing\.sqlite3: there is no such file"):
        copying.copy(open_database(f"sqlite:///{tmp_path}/missing.sqlite3"), target)
    assert not (tmp_path / "missing.sqlite3").exists()


@pytest.mark.parametrize(
    "change",
    [
        update(tables.Account).where(tables.Account.name == "Learner 01").values(name="Learner 1"),
        update(tables.SittingItem).values(points=tables.SittingItem.points + 1e-9),
        insert(tables.Tally).values(key="one more", began_at=None, count=1),
        text("UPDATE adjustment SET parameters = 'null' WHERE parameters IS NULL"),
        text("UPDATE revision SET source = replace(source, 'id', 'di')"),
    ],
    ids=["a letter", "a little", "a row", "a null", "a word"],
)
def test_the_hash_of_a_table_tells_every_difference(
    file: Path, open_database: OpenDatabase, change: object
) -> None:
    database = open_database(f"sqlite:///{file}")
    before = held(database)
    with database.writing() as session:
        if getattr(change, "is_insert", False):
            change = insert(tables.Tally).values(key="one more", began_at=database.now(), count=1)
        session.execute(change)  # type: ignore[call-overload]
    assert sum(before[name] != each for name, each in held(database).items()) == 1


def test_the_order_of_rows_does_not_matter(file: Path, open_database: OpenDatabase) -> None:
    database = open_database(f"sqlite:///{file}")
    before = held(database)
    with database.writing() as session:
        rows = session.execute(select(Base.metadata.tables["tally"])).mappings().all()
        session.execute(text("DELETE FROM tally"))
        session.execute(insert(Base.metadata.tables["tally"]), [dict(row) for row in rows[::-1]])
    assert held(database) == before


def test_one_command_moves_an_installation(
    file: Path, empty_url: str, open_database: OpenDatabase
) -> None:
    done = CliRunner().invoke(main, ["db", "copy", f"sqlite:///{file}", empty_url])
    assert done.exit_code == 0, done.output
    counted = sum(each.rows for each in held(open_database(empty_url)).values())
    assert done.stdout.splitlines()[-1] == f"{counted} rows, the same in both."
    again = CliRunner().invoke(main, ["db", "copy", f"sqlite:///{file}", empty_url])
    assert (again.exit_code, again.stdout) == (1, "")
    assert "holds data already" in again.stderr

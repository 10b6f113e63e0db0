"""Erasing a learner: nothing tells who he was, and no figure of a class changes."""

from __future__ import annotations

import shutil
from contextlib import closing
from copy import copy
from dataclasses import replace
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic import command
from sqlalchemy import ForeignKey, inspect, make_url, select, text, update
from sqlalchemy.exc import DBAPIError

from quizsvc.content import load_bank
from quizsvc.model import Exemption, Invalid, Rules
from quizsvc.store import (
    Database,
    adjusting,
    attempts,
    audit,
    erasing,
    export,
    links,
    migrate,
    overrides,
    people,
    sections,
    shared,
    signins,
    sittings,
    tables,
)
from quizsvc.store.adjusting import Deciding
from quizsvc.store.erasing import ERASED, SOMEBODY, NoAccountError
from quizsvc.store.overrides import NewOverride
from quizsvc.store.shared import SharedVariant
from quizsvc.store.statements import table
from quizsvc.web import sitting_service
from quizsvc.web.service import Service, new_attempt
from quizsvc.web.teaching.analysing import Analysis

from ..bank import write_bank
from ..classes import Class, blank, right
from ..databases import BOTH_KINDS
from ..databases import text as address
from .conftest import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Executable, TextClause

    from quizsvc.content import ItemBank
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.people import Account
    from quizsvc.store.sittings import Sitting

    from ..databases import PostgresServer
    from .conftest import OpenDatabase

NAME = "Sentinelle"
WORDS = "sentinelwords"
"""What nobody else ever types, in lower case as the whole database is searched for it."""


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> ItemBank:
    return load_bank(write_bank(tmp_path_factory.mktemp("bank")))


class Planted(Class):
    """A class of whom one has left his name and his words wherever a learner can."""

    him: Account
    exam: Assignment
    sat: Sitting

    def plant(self) -> Planted:
        db = self.service.db
        self.him = people.add(db, NAME, password_hash="a hash")
        with db.writing() as session:
            sections.add_member(
                session, self.section.id, self.him.learner, "learner", db.now(), f"{WORDS}-17"
            )
        self.exam = self.assign("exam", Rules(time_limit=30, feedback="submission"))
        for number, member in enumerate(self.members):
            self.sit(member, self.exam, [right, blank][number % 2])
        begun = self.begin(self.him, self.exam)
        new = NewOverride(
            exemption=Exemption(extra_minutes=5), reason=f"{WORDS} was ill", counter=0
        )
        by = self.instructor.learner
        overrides.put(db, self.exam.id, self.him.learner, new, by=by)
        said = {"answer": f"I am {NAME}, {WORDS}"}
        begun = self.type(begun, {1: said, 2: {"answer": "three"}, 3: said})
        self.sat = sitting_service.settled(self.service, begun, db.now() + timedelta(hours=1))
        self._decide()
        self._practise()
        self.type(self.begin(self.him, self.assign("final")), {1: {"answer": WORDS}})
        signins.begin(db, self.him.learner)
        links.make(db, self.him.learner)
        with db.writing() as session:
            mine = {"learner_id": self.him.learner}
            session.add(tables.Preferences(**mine, daily_limit=5, retention=0.9))
            session.add(tables.Aid(**mine, item="double", variant_number=1, hints=1))
        return self

    def _decide(self) -> None:
        db, by = self.service.db, self.instructor.learner
        subject = f"Say why, as answered by {NAME} in {self.exam.title}"
        why = Deciding(account=by, reason=f"{WORDS} is right", subject=subject)
        adjusting.set_score(db, self.sat, self.sat.items[2], 0.5, why)
        with db.writing() as session:
            for action in ("link made", "time factor changed", "role changed"):
                audit.note(session, action, NAME, now=db.now(), account=by, section=None)

    def _practise(self) -> None:
        service = self.service
        for number, (item, answer) in enumerate(
            [("say-why", WORDS), ("double", "7"), ("pick-one", "three")]
        ):
            variant = service.variant(service.item(item), self.him.learner, 1)
            kept = service.answer(
                variant, {"answer": answer}, learner=self.him.learner, number=1,
                token=f"practice-{number}",
            )  # fmt: skip
            assert isinstance(kept, attempts.StoredAttempt)
            if item == "say-why":
                service.rate(kept, "answer", 0.5)
        variant = service.variant(service.item("double"), self.him.learner, 1)
        code = SharedVariant(
            item="double", revision=variant.item.revision, variant_number=1, seed=variant.seed,
            candidate=variant.candidate, parameters=variant.parameters, key=variant.key,
        )  # fmt: skip
        shared.share(service.db, self.him.learner, code, variant.item.source)

    def figures(self) -> list[Any]:
        """Return what a class's statistics say, item by item."""
        analysis = Analysis(self.service, self.exam, every=True)
        return [analysis.still_open, *map(repr, analysis.rows)]


@pytest.fixture(scope="module", params=BOTH_KINDS)
def planted_once(
    request: pytest.FixtureRequest, bank: ItemBank, tmp_path_factory: pytest.TempPathFactory
) -> Planted:
    """A planted database of either kind, to be copied."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_file")
        url = f"sqlite:///{shutil.copy(migrated, tmp_path_factory.mktemp('planted'))}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = address(server.create(request.getfixturevalue("migrated_postgres")))
    database = Database(url, clock=Clock())
    planted = Planted(Service(bank, database, b"of this test"), learners=6).plant()
    database.dispose()
    return planted


@pytest.fixture
def planted(
    planted_once: Planted,
    tmp_path: Path,
    open_database: OpenDatabase,
    request: pytest.FixtureRequest,
) -> Planted:
    """A copy for one test."""
    own, of = copy(planted_once), planted_once.service.db
    if of.dialect == "sqlite":
        url = f"sqlite:///{shutil.copy(of.url.removeprefix('sqlite:///'), tmp_path)}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = address(server.create(make_url(of.url)))
    own.service = Service(own.service.bank, open_database(url), b"of this test")
    return own


@pytest.fixture
def database(planted: Planted) -> Database:
    return planted.service.db


def whole(database: Database) -> str:
    """Return all that a database holds."""
    with database.reading() as session:
        return "\n".join(
            f"{name}: {tuple(row)}"
            for name in inspect(session.connection()).get_table_names()
            for row in session.execute(text(f'SELECT * FROM "{name}"'))  # noqa: S608 - our names
        ).casefold()


def test_nothing_of_the_database_tells_who_it_was(database: Database, planted: Planted) -> None:
    before = whole(database)
    assert min(before.count(WORDS), before.count(NAME.casefold())) >= 6, "it was planted"
    erasing.erase(database, planted.him.learner, by=planted.instructor.learner)
    after = whole(database)
    assert WORDS not in after
    assert NAME.casefold() not in after
    assert people.by_name(database, NAME) is None
    assert people.add(database, NAME).learner != planted.him.learner, "the name is free"


def test_no_byte_of_the_files_tells_who_it_was(database: Database, planted: Planted) -> None:
    if database.dialect != "sqlite":
        pytest.skip("PostgreSQL reuses what it has deleted in its own time")
    file = Path(database.url.removeprefix("sqlite:///"))
    marks = (NAME.encode(), WORDS.encode())
    with closing(database.engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint")
    assert all(bytes_of(file).count(each) >= 6 for each in marks), "it was planted"
    erasing.erase(database, planted.him.learner, by=planted.instructor.learner)
    assert [bytes_of(file).lower().count(each.lower()) for each in marks] == [0, 0]


def bytes_of(file: Path) -> bytes:
    """Return all that stands in a database's files."""
    return b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))


def test_statistics_of_the_class_stay_to_the_last_figure(
    database: Database, planted: Planted
) -> None:
    before = planted.figures()
    assert "unread=1" in before[1], "his words count as an answer that could not be read"
    erasing.erase(database, planted.him.learner, by=None)
    for left_open in _open(database):  # no clock hands it in for the class
        sitting_service.settled(planted.service, left_open, database.now() + timedelta(days=9))
    assert planted.figures() == before


def _open(database: Database) -> list[Sitting]:
    with database.reading() as session:
        ids = session.scalars(
            select(tables.Sitting.id).where(tables.Sitting.submitted_at.is_(None))
        ).all()
    return [found for found in (sittings.find(database, each) for each in ids) if found]


def test_answers_that_a_machine_has_read_stay_with_all_scores(
    database: Database, planted: Planted
) -> None:
    him = planted.him.learner
    before = {each.id: each for each in attempts.history(database, him)}
    erasing.erase(database, him, by=None)
    after = {each.id: each for each in attempts.history(database, him)}
    assert set(after) == set(before)
    for each, attempt in after.items():
        now, then = attempt.outcome, before[each].outcome
        assert now is not None
        assert then is not None
        assert now["score"] == then["score"]
        assert now["misconception"] == then["misconception"]
    kept = {row.item: row.raw_response for row in after.values() if row.sitting is None}
    assert kept == {
        "say-why": {"answer": ERASED}, "double": {"answer": "7"}, "pick-one": {"answer": "three"},
    }  # fmt: skip


def test_only_types_that_take_any_words_read_what_stands_for_erased_ones(
    planted: Planted,
) -> None:
    service = planted.service
    drawn = [
        each
        for item in service.bank.items.values()
        for each in service.variant(item, "anybody", 1).parts
    ]
    assert {each.part.interaction.type for each in drawn} >= {"number", "matrix", "words"}
    reads = {
        each.part.interaction.type
        for each in drawn
        if not isinstance(each.part.interaction.parse(ERASED, each), Invalid)
    }
    assert reads == {"words", "written"}


def test_the_class_goes_on_without_him(database: Database, planted: Planted) -> None:
    erasing.erase(database, planted.him.learner, by=None)
    names = [each.name for each in sections.members(database, planted.section.id, "learner")]
    assert names == [each.name for each in planted.members]
    (entry, *_) = audit.of_all(database)
    assert (entry.action, entry.subject, entry.account) == ("learner erased", SOMEBODY, None)
    told = [each.subject for each in audit.of_all(database) if SOMEBODY in each.subject]
    assert f"{planted.exam.title}: {SOMEBODY}" in told
    assert f"Say why, as answered by {SOMEBODY} in {planted.exam.title}" in told


def test_others_lose_nothing(database: Database, planted: Planted) -> None:
    him, other = planted.him.learner, planted.members[2].learner
    with database.writing() as session:
        for name in ("Sentinelle quiz", f"{NAME}x"):  # titles and names that hold his
            audit.note(session, "link made", name, now=database.now(), account=None, section=None)
    before = export.of_learner(database, other, database.now())
    erasing.erase(database, him, by=None)
    assert export.of_learner(database, other, database.now()) == before
    subjects = {each.subject for each in audit.of_all(database)}
    assert {"Sentinelle quiz", f"{NAME}x"} <= subjects


def test_who_is_erased_cannot_be_erased_again(database: Database, planted: Planted) -> None:
    erasing.erase(database, planted.him.learner, by=None)
    with pytest.raises(NoAccountError):
        erasing.erase(database, planted.him.learner, by=None)


def test_an_item_that_this_version_cannot_read_loses_all_text_in_doubt(
    database: Database, planted: Planted
) -> None:
    variant = planted.service.variant(planted.service.item("double"), planted.him.learner, 2)
    new = new_attempt(variant, {"answer": "1 + 1"}, None, learner=planted.him.learner, token="old")
    old = attempts.record(database, replace(new, revision="of old", source={"engine": 99}))
    erasing.erase(database, planted.him.learner, by=None)
    found = attempts.find(database, old.id)
    assert found is not None
    assert found.raw_response == {"answer": ERASED}


# The door in the logs

LOGS = {
    "attempt": ("raw_response",),
    "outcome": ("outcome",),
    "audit_entry": ("subject", "detail"),
}
"""Log to what erasing may change in it."""


def changes(database: Database, log: str, besides: tuple[str, ...] = ()) -> Iterator[TextClause]:
    """Yield statements that change a log: column by column where it says anything, and all."""
    for column in tables.Base.metadata.tables[log].columns:
        where = f"FROM {log} WHERE {column.name} IS NOT NULL"
        with database.reading() as session:
            says = session.scalar(text(f"SELECT count(*) {where}"))
        if says and column.name not in besides:
            other = f"-{column.name}" if column.primary_key else "NULL"
            yield text(f"UPDATE {log} SET {column.name} = {other}")  # noqa: S608 - our names
    yield text(f"DELETE FROM {log}")  # noqa: S608 - our names


def test_without_erasing_no_column_of_a_log_can_be_changed(database: Database) -> None:
    for statement in chain.from_iterable(changes(database, log) for log in LOGS):
        with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
            session.execute(statement)


def change_with_door(database: Database, planted: Planted, change: Executable) -> None:
    """Change something in a transaction that erases."""
    with database.writing() as session:
        session.add(tables.Erasing(learner_id=planted.him.learner))
        session.flush()
        session.execute(change)


def test_erasing_opens_no_more_than_the_texts(database: Database, planted: Planted) -> None:
    for statement in chain.from_iterable(changes(database, *each) for each in LOGS.items()):
        with pytest.raises(DBAPIError, match="append-only"):
            change_with_door(database, planted, statement)


def test_while_one_is_erased_the_answers_of_others_stay_closed(
    database: Database, planted: Planted
) -> None:
    other = planted.members[0].learner
    attempt = table(tables.Attempt)
    change = update(attempt).where(attempt.c.learner_id == other).values(raw_response={})
    with pytest.raises(DBAPIError, match="append-only"):
        change_with_door(database, planted, change)


def test_the_door_is_shut_afterwards(database: Database, planted: Planted) -> None:
    erasing.erase(database, planted.him.learner, by=None)
    with database.reading() as session:
        assert session.scalars(select(tables.Erasing.learner_id)).all() == []


def test_going_back_a_version_closes_the_door_and_loses_no_row(
    database: Database, planted: Planted
) -> None:
    erasing.erase(database, planted.him.learner, by=None)
    before = whole(database)
    with migrate.migration(database) as config:
        command.downgrade(config, "0004")
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text("UPDATE attempt SET raw_response = raw_response"))
    migrate.upgrade(database)
    lost = set(before.split("\n")) ^ set(whole(database).split("\n"))
    assert all(line.startswith("learner:") for line in lost), "only when he was erased is forgotten"


# Every table that says something of somebody is thought of

ERASES = {
    "account.learner_id": "deleted",
    "adjustment.made_by": "kept: what he did as an instructor, under a random id",
    "adjustment.undone_by": "kept: as made_by",
    "aid.learner_id": "deleted",
    "attempt.learner_id": "kept without his own words",
    "audit_entry.account_id": "kept: what he did, under a random id",
    "erasing.learner_id": "there while he is erased only",
    "membership.learner_id": "kept without register number where he counts, else deleted",
    "one_time_link.learner_id": "deleted",
    "override.learner_id": "deleted",
    "override.made_by": "kept: as adjustment.made_by",
    "preferences.learner_id": "deleted",
    "regrade.made_by": "kept: as adjustment.made_by",
    "regrade.undone_by": "kept: as adjustment.made_by",
    "shared_variant.learner_id": "deleted",
    "sign_in.learner_id": "deleted",
    "sitting.learner_id": "kept: what was met and when; drafts are emptied",
}
"""What becomes of what refers to a learner. Outcomes and self-ratings go with attempts, and drafts
and places with sittings; tallies are keyed hashes, forgotten within the hour."""

EXPORTS = {
    "account.learner_id": "account",
    "adjustment.made_by": "records",
    "adjustment.undone_by": "records",
    "aid.learner_id": "aids",
    "attempt.learner_id": "attempts",
    "audit_entry.account_id": "records",
    "erasing.learner_id": None,
    "membership.learner_id": "sections",
    "one_time_link.learner_id": "links",
    "override.learner_id": "overrides",
    "override.made_by": "records",
    "preferences.learner_id": None,  # the page adds them, with their defaults
    "regrade.made_by": "records",
    "regrade.undone_by": "records",
    "shared_variant.learner_id": "codes",
    "sign_in.learner_id": "sign_ins",
    "sitting.learner_id": "sittings",
}
"""Under which name of the export it is told; with attempts their ratings, beside sittings their
drafts and the decisions about them."""


def references() -> set[str]:
    """Return all columns that refer to a learner or an account."""
    keys: list[ForeignKey] = [
        key for each in tables.Base.metadata.tables.values() for key in each.foreign_keys
    ]
    return {
        f"{key.parent.table.name}.{key.parent.name}"
        for key in keys
        if key.target_fullname in ("learner.id", "account.learner_id")
    }


def test_every_reference_to_a_learner_is_erased_and_exported_or_has_a_reason() -> None:
    assert references() == set(ERASES) == set(EXPORTS)


def test_the_rows_that_are_to_be_deleted_are(database: Database, planted: Planted) -> None:
    him = planted.him.learner
    erasing.erase(database, him, by=None)
    for reference, fate in ERASES.items():
        name, column = reference.split(".")
        found = tables.Base.metadata.tables[name]
        with database.reading() as session:
            left = session.execute(select(found).where(found.c[column] == him)).all()
        assert not left or fate.startswith("kept"), reference


def test_an_export_has_all_that_is_kept_of_somebody(database: Database, planted: Planted) -> None:
    kept = export.of_learner(database, planted.him.learner, database.now())
    assert {name for name in EXPORTS.values() if name} | {"drafts", "decisions"} == set(kept)
    assert all(kept.values()), [name for name, rows in kept.items() if not rows]
    said = str(kept)
    assert said.count(WORDS) >= 6
    assert f"{planted.exam.title}: {NAME}" in said, "what was done to him"
    assert planted.instructor.name not in said

"""A database with something of everything in it, made through the service as pages would."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from quizsvc.content import load_bank
from quizsvc.model import Exemption, Preferences, Rules
from quizsvc.store import (
    Database,
    adjusting,
    aids,
    attempts,
    drafts,
    judgements,
    limits,
    links,
    migrate,
    overrides,
    preferences,
    regrades,
    shared,
    signins,
    sittings,
)
from quizsvc.store.adjusting import Deciding
from quizsvc.store.overrides import NewOverride
from quizsvc.store.shared import SharedVariant
from quizsvc.web import sitting_service, starting
from quizsvc.web.reloading import remember
from quizsvc.web.service import Service
from quizsvc.web.teaching import regrade_service

from ...bank import DOUBLE, write_bank
from ...classes import Class, blank, misled, right, saying

if TYPE_CHECKING:
    from pathlib import Path

    from quizsvc.store.assignments import Assignment
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.regrades import Regrade

GUEST = "a5" * 16
SECRET = b"of the tests, and long enough for it"


class Ticking:
    """A clock that moves a second with each look."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def furnish(url: str, folder: Path) -> None:
    """Write some rows into each table of a database, which is made if need be."""
    clock = Ticking()
    db = Database(url, clock=clock)
    migrate.upgrade(db)
    content = write_bank(folder)
    wrong_key = DOUBLE.replace("number: 2 * n", "number: 3 * n").lstrip()
    (content / "items/double.yaml").write_text(wrong_key, encoding="utf-8")
    service = Service(load_bank(content), db, SECRET)
    taught = Class(service)
    given = taught.assign("exam", Rules(sittings=3, access_code="blue", late_share=0.5))
    _sit(taught, given)
    (content / "items/double.yaml").write_text(DOUBLE.lstrip(), encoding="utf-8")
    service.bank = load_bank(content)
    remember(db, service.bank)
    _decide(taught, given)
    _run_out(taught, given, clock)
    _practise(service)
    _sign_in(taught)
    db.dispose()


def _sit(taught: Class, given: Assignment) -> None:
    ann, bob, cid = taught.members
    taught.sit(ann, given, right)
    taught.sit(bob, given, misled("squared"), right, saying("Two divides it — “always”, 2·n ✓"))
    taught.sit(cid, given, blank, right)


def _decide(taught: Class, given: Assignment) -> None:
    """Regrade twice, the second time in vain, and decide about points."""
    service, by = taught.service, taught.instructor.learner
    _regrade(taught, given, "one")
    regrades.undo(service.db, _regrade(taught, given, "two").id, given, by)
    _regrade(taught, given, "three")
    ann, bob, _ = taught.members
    (of_bob,) = sittings.of_learner(service.db, bob.learner, given.assessment)
    deciding = Deciding(account=by, reason="It was in no lesson", subject="exam: say-why")
    adjusting.set_score(service.db, of_bob, of_bob.items[2], 1 / 3, deciding)
    parameters = of_bob.items[0].parameters
    adjusting.give_full_marks(service.db, given.id, "double", parameters, deciding)
    dropped = adjusting.drop(service.db, given.id, "pick-one", deciding)
    adjusting.undo(service.db, given.id, dropped.id, by, "exam: pick-one")
    exempt = NewOverride(exemption=Exemption(time_factor=1.5), reason="Dyslexia", counter=0)
    overrides.put(service.db, given.id, ann.learner, exempt, by=by)


def _regrade(taught: Class, given: Assignment, token: str) -> Regrade:
    item = taught.service.item("double")
    shown = regrade_service.preview(taught.service, given, item, "exact")
    return regrade_service.apply(
        taught.service, given, shown, token=token, reason="Key", by=taught.instructor.learner
    )


def _run_out(taught: Class, given: Assignment, clock: Ticking) -> None:
    """Let one sitting run out with an answer that cannot be read, and leave two others open."""
    service, (ann, bob, cid) = taught.service, taught.members
    chosen = service.bank.assessments["exam"]
    for member, token in ((ann, "late"), (bob, "later")):
        new = starting.drawn(service, member.learner, chosen, token, assignment=given.id)
        limited = replace(new, time_limit=timedelta(minutes=30))
        taught.type(sittings.start(service.db, limited), {1: {"answer": "1,5 apples"}})
    clock.now += timedelta(hours=1)
    late = sittings.of_learner(service.db, ann.learner, "exam")[0]
    sitting_service.settled(service, late, service.db.now())
    going_on = taught.begin(cid, given)
    taught.type(going_on, {1: {"answer": "4"}, 3: {"answer": "since 2 · n / 2 = n\n\t– done"}})
    drafts.flag(service.db, going_on.id, 2, flagged=True)


def _practise(service: Service) -> None:
    _answer(service, "double", 1, {"answer": "1"})
    _answer(service, "block", 1, {"answer": "[1 0; 0 1]"})
    words = _answer(service, "say-why", 1, {"answer": "Ÿ it \x7f ends in 0, 2, 4"})
    judgements.rate(service.db, words.id, "answer", 0.5)
    aids.hint(service.db, GUEST, "double", 1, 2)
    aids.solve(service.db, GUEST, "double", 2)
    item = service.item("picture")
    drawn = service.variant(item, GUEST, 7)
    shown = SharedVariant(
        item=item.id,
        revision=item.revision,
        variant_number=7,
        seed=drawn.seed,
        candidate=drawn.candidate,
        parameters=drawn.parameters,
        key=drawn.key,
    )
    shared.share(service.db, GUEST, shown, item.source)
    preferences.save(service.db, GUEST, Preferences(daily_limit=3, retention=0.85))


def _answer(service: Service, item: str, number: int, raw: dict[str, str]) -> StoredAttempt:
    variant = service.variant(service.item(item), GUEST, number)
    stored = service.answer(variant, raw, learner=GUEST, number=number, token=f"{item}-{number}")
    assert isinstance(stored, attempts.StoredAttempt)
    return stored


def _sign_in(taught: Class) -> None:
    db, (ann, *_) = taught.service.db, taught.members
    signins.begin(db, ann.learner)
    links.make(db, ann.learner)
    limits.count(db, [(limits.SIGN_INS_OF_NAME, "a keyed hash")])

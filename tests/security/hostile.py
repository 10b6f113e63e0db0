"""The corpus planted wherever somebody can type: by authors, by learners, by instructors."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

import yaml
from sqlalchemy import update

from quizsvc.content import load_bank, load_file
from quizsvc.model import Exemption, Rules
from quizsvc.store import adjusting, assignments, names, overrides, people, sections, sittings
from quizsvc.store.adjusting import Deciding
from quizsvc.store.overrides import NewOverride
from quizsvc.store.tables import Sitting
from quizsvc.web import sitting_service

from ..bank import write_bank
from ..classes import account
from .corpus import CORPUS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta
    from pathlib import Path

    from quizsvc.content import ItemBank
    from quizsvc.store.assignments import Assignment
    from quizsvc.store.people import Account
    from quizsvc.store.sections import Section
    from quizsvc.web.service import Service

PER_FIELD = 2
"""Payloads in one text of an author: the second shows what the first left open."""

BLOCKS = {"text", "stem", "explanation", "instructions", "caption", "truth", "written"}
WORDS = BLOCKS | {"title", "summary", "says", "label", "match", "term"}
"""Fields of content that hold an author's words."""
LISTS = {"hints"}


class Turn:
    """Hands out the corpus in turn, from somewhere on."""

    def __init__(self, corpus: Sequence[str], start: int = 0) -> None:
        self.corpus = corpus
        self._count = count(start)

    def next(self) -> str:
        """Return the next payload."""
        return self.corpus[next(self._count) % len(self.corpus)]

    def fitting(self, most: int) -> str:
        """Return the next that is not too long, and has nothing that no form would take."""
        found = (self.next() for _ in self.corpus)
        return next(
            each for each in found if len(each) <= most and names.shown(each) == each.strip()
        )


def takes(folder: Path) -> tuple[list[str], list[str]]:
    """Return the payloads that may stand in an author's text, and those that are refused."""
    taken: list[str] = []
    refused: list[str] = []
    (folder / "items").mkdir(parents=True)
    (folder / "misconceptions.yaml").write_text("{}\n")
    path = folder / "items" / "one.yaml"
    for each in CORPUS:
        item = {
            "id": "one", "title": each.replace("\n", " "), "objectives": ["x"], "stem": each,
            "ask": {"number": "1 + 1"},
        }  # fmt: skip
        path.write_text(yaml.safe_dump(item, allow_unicode=True), encoding="utf-8")
        (refused if load_file(path).broken else taken).append(each)
    return taken, refused


def write_hostile_bank(folder: Path, taken: Sequence[str], start: int = 0) -> ItemBank:
    """Write a small bank whose every text ends in payloads."""
    turn = Turn(taken, start)
    for path in sorted(write_bank(folder).rglob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and path.stem not in ("broken", "misconceptions"):
            planted = _planted(data, turn)
            path.write_text(
                yaml.safe_dump(planted, allow_unicode=True, sort_keys=False, width=10_000),
                encoding="utf-8",
            )
    return load_bank(folder)


def _planted(data: Any, turn: Turn, name: str = "") -> Any:
    if isinstance(data, dict):
        return {key: _planted(value, turn, key) for key, value in data.items()}
    if isinstance(data, list):
        return [_planted(each, turn, name if name in LISTS else "") for each in data]
    if isinstance(data, str) and name in WORDS | LISTS:
        gap = "\n\n" if name in BLOCKS else " "
        more = [turn.next() for _ in range(PER_FIELD)]
        if name not in BLOCKS:
            more = [" ".join(each.split()) for each in more]
        return gap.join([data.rstrip(), *more])
    return data


class HostileClass:
    """A section whose every field was filled in by somebody hostile."""

    def __init__(self, service: Service, turn: Turn, members: int) -> None:
        self.service, self.turn, db = service, turn, service.db
        self.instructor = account(db, "Prof. Skip", "admin")
        self.section: Section = sections.make(db, turn.fitting(120), self.instructor.learner)
        self.members: list[Account] = [self._member() for _ in range(members)]
        rules = Rules(feedback="submission")
        self.assignment: Assignment = assignments.make(
            db, self.section.id, "exam", turn.fitting(200), rules
        )

    def _member(self) -> Account:
        db = self.service.db
        name = self.turn.fitting(40)
        while names.problem(name) or people.by_name(db, name):
            name = self.turn.fitting(40)
        made = account(db, name)
        with db.writing() as session:
            sections.add_member(
                session, self.section.id, made.learner, "learner", db.now(), self.turn.fitting(80)
            )
        return made

    def sit(self, begun: Sequence[Any], late: timedelta) -> None:
        """Let sittings end by the clock with payloads in every field."""
        db = self.service.db
        for each in begun:
            with db.writing() as session:
                session.execute(
                    update(Sitting).where(Sitting.id == each.id).values(deadline_at=db.now())
                )
            found = sittings.find(db, each.id)
            assert found is not None
            sitting_service.settled(self.service, found, db.now() + late)

    def decide(self, sitting_id: str) -> None:
        """Give reasons for everything."""
        db, by = self.service.db, self.instructor.learner
        sitting = sittings.find(db, sitting_id)
        assert sitting is not None
        for member in self.members:
            reason = NewOverride(
                exemption=Exemption(extra_minutes=5), reason=self.turn.fitting(400), counter=0
            )
            overrides.put(db, self.assignment.id, member.learner, reason, by=by)
        why = Deciding(account=by, reason=self.turn.fitting(400), subject=self.turn.next())
        adjusting.set_score(db, sitting, sitting.items[-1], 0.5, why)
        adjusting.drop(db, self.assignment.id, sitting.items[0].item, why)

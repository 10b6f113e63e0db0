"""A small school in which everything that has an address exists, in every state it can be in."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quizsvc.content import load_bank
from quizsvc.model import Rules
from quizsvc.settings import Settings
from quizsvc.store import adjusting, links, regrades, sittings
from quizsvc.store.adjusting import Deciding
from quizsvc.web import create_app
from quizsvc.web.teaching import regrade_service

from ..bank import DOUBLE, write_bank
from ..classes import Class, account, right
from .pages import Visitor, forms_of
from .signing import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from werkzeug.test import TestResponse

    from quizsvc.store.sittings import Sitting

GUESTS = ("guest", "visitor")
"""Somebody who has just come, and a guest who has answered something."""
LEARNERS = ("owner", "classmate", "stranger")
"""Whose the section's sittings are; another one of the section; one of no section."""
STAFF = ("instructor", "colleague", "admin")
"""Of the section; of other sections; of all."""
EVERYBODY = (*GUESTS, *LEARNERS, *STAFF)

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

_CODE = re.compile(r"Variant <strong[^>]*>([0-9A-Z-]+)</strong>")

# No fixed question stands in two of them: its key would be kept until both have shown results.
_ASSESSMENTS = {
    "running": "[{item: double}, {item: block}]",
    "waiting": "[{item: pick-one}]",
    "shown": "[{item: pick-some}, {item: double}]",
    "unused": "[{item: block}]",
    "free": "[{item: picture}]",
}


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """An application, everybody's browser, and the addresses of what is there.

    Parameters
    ----------
    folder : Path
        Where its content and its database are.
    """

    folder: Path
    clock: Clock = field(default_factory=Clock)
    app: Flask = field(init=False)
    visitors: dict[str, Visitor] = field(init=False)
    places: dict[str, dict[str, Any]] = field(init=False)
    """State to the arguments of addresses; those of "" hold unless a state has others."""

    def __post_init__(self) -> None:
        content = write_bank(self.folder / "content")
        for name, items in _ASSESSMENTS.items():
            text = f"id: {name}\ntitle: The {name} quiz\ninstructions: Answer.\nitems: {items}\n"
            (content / "assessments" / f"{name}.yaml").write_text(text, encoding="utf-8")
        double = content / "items" / "double.yaml"
        double.write_text(DOUBLE.replace("number: 2 * n", "number: 3 * n").lstrip(), "utf-8")
        wrong = load_bank(content)  # mended below, once it was answered
        double.write_text(DOUBLE.lstrip(), "utf-8")
        settings = Settings.from_environment(
            {
                "QUIZSVC_CONTENT": str(content),
                "QUIZSVC_CONTENT_RELOAD": "0",
                "QUIZSVC_VAR": str(self.folder),
                "QUIZSVC_SECRET": "of the matrix, as long as it takes",
            }
        )
        self.app = create_app(settings, clock=self.clock)
        self.visitors = {name: Visitor(self.app) for name in EVERYBODY}
        service = self.visitors["guest"].service
        mended_bank, service.bank = service.bank, wrong
        self._people()
        self._places()
        service.bank = mended_bank
        self.places[""] |= self._decisions()
        self.tokens = {name: self._token(visitor) for name, visitor in self.visitors.items()}
        self._keep()

    def _people(self) -> None:
        db = self.visitors["guest"].service.db
        self.taught = Class(self.visitors["guest"].service)
        self.accounts = {
            "owner": self.taught.members[0],
            "classmate": self.taught.members[1],
            "stranger": account(db, "Stranger"),
            "instructor": self.taught.instructor,
            "colleague": account(db, "Prof. Else", "instructor"),
            "admin": account(db, "Ada", "admin"),
        }
        self.newcomer = account(db, "Newcomer")
        for name, each in self.accounts.items():
            sign_in(self.visitors[name], each.name)

    def _places(self) -> None:
        taught, owner = self.taught, self.accounts["owner"]
        later = Rules(feedback="closing", closes_at=START + HOUR, sittings=2)
        given = {
            "open": taught.assign("running", Rules(closes_at=START + HOUR, sittings=2)),
            "held back": taught.assign("waiting", later),
            "released": taught.assign("shown"),
            "not begun": taught.assign("unused"),
        }
        sat: dict[str, Sitting] = {
            "open": self._begun("owner", f"/assignments/{given['open'].id}"),
            "held back": taught.sit(owner, given["held back"], right),
            "released": taught.sit(owner, given["released"], right),
            "a guest’s": self._begun("visitor", "/assessments/free"),
        }
        sat["open"] = taught.type(sat["open"], {1: {"answer": "12"}})
        self.sat = sat
        self.places = {
            state: {
                "sitting_id": each.id,
                "assignment_id": given[state].id if state in given else None,
                "attempt_id": each.attempts[1].id if each.attempts else None,
            }
            for state, each in sat.items()
        }
        self.places["not begun"] = {"assignment_id": given["not begun"].id}
        self.places["practised"] = {"attempt_id": self._attempt("owner", "say-why")}
        self.places["a guest’s"]["attempt_id"] = self._attempt("visitor", "say-why")
        self.places["another’s"] = {"learner": self.accounts["stranger"].learner}
        self.places["out of order"] = {"item_id": "broken"}
        self.places["question of a quiz"] = {"item_id": "pick-one"}
        code = self.visitors["owner"]
        page = code.press(code.get("/practice/double/1"), "Get a code for this variant")
        service = code.service
        shown = _CODE.search(page.text)
        assert shown
        token = links.make(service.db, self.newcomer.learner)
        self.places[""] = {
            **self.places["released"],
            "section_id": taught.section.id,
            "learner": owner.learner,
            "position": 1,
            "item": "double",
            "item_id": "double",
            "number": 1,
            "part": "answer",
            "mark": service.mark(service.item("double").revision),
            "lesson_id": "counting",
            "assessment_id": "free",
            "name": "authors",
            "filename": "style.css",
            "typed": shown[1],
            "token": token,
        }

    def _attempt(self, visitor: str, item: str) -> str:
        return str(self.visitors[visitor].answer(item, "It is.").request.args["attempt"])

    def _begun(self, who: str, address: str) -> Sitting:
        visitor = self.visitors[who]
        begun = visitor.send(visitor.get(address))
        found = sittings.find(visitor.service.db, begun.location.split("/")[2])
        assert found is not None
        return found

    def _decisions(self) -> dict[str, Any]:
        service = self.taught.service
        assignment = self.taught.assign("shown")
        sitting = self.taught.sit(self.accounts["classmate"], assignment, right)
        by = self.accounts["instructor"].learner
        deciding = Deciding(account=by, reason="so", subject="it")
        dropped = adjusting.drop(service.db, assignment.id, "pick-some", deciding)
        item = service.item("double")
        shown = regrade_service.preview(service, assignment, item, "exact")
        made = regrade_service.apply(service, assignment, shown, token="t" * 32, reason="So", by=by)
        assert isinstance(made, regrades.Regrade)
        self.places["decided"] = {
            "assignment_id": assignment.id,
            "sitting_id": sitting.id,
            "adjustment_id": dropped.id,
            "regrade_id": made.id,
        }
        return {"adjustment_id": dropped.id, "regrade_id": made.id}

    def _token(self, visitor: Visitor) -> str:
        form = forms_of(visitor.get("/reviews"))[0]
        return form.fields["csrf_token"][0]

    def address(self, endpoint: str, state: str = "", **more: Any) -> str:
        """Return the address of an endpoint for what is in a state."""
        with self.app.test_request_context():
            rules = [r for r in self.app.url_map.iter_rules() if r.endpoint == endpoint]
            known = self.places[""] | self.places[state] | more
            needed = {name for rule in rules for name in rule.arguments} | more.keys()
            known |= {name: self.places[""][name] for name in more if more[name] is ...}
            wanted = {name: known[name] for name in needed & known.keys()}
            return self.app.url_for(endpoint, **wanted)

    def ask(
        self, visitor: str, method: str, address: str, form: dict[str, Any] | None = None
    ) -> TestResponse:
        """Ask in a copy of somebody's browser, so that what becomes of its cookie is forgotten."""
        client = self.app.test_client()
        kept = self.visitors[visitor].client.get_cookie("quizsvc")
        if kept is not None:
            client.set_cookie("quizsvc", kept.value)
        return client.open(address, method=method, data=form)

    # What is stored

    @property
    def file(self) -> Path:
        """The database."""
        return self.folder / "quizsvc.sqlite3"

    def _keep(self) -> None:
        self.taught.service.db.dispose()
        shutil.copy(self.file, self.folder / "kept.sqlite3")

    def restore(self) -> None:
        """Put everything back to how it was."""
        self.taught.service.db.dispose()
        for beside in ("-wal", "-shm"):
            Path(f"{self.file}{beside}").unlink(missing_ok=True)
        shutil.copy(self.folder / "kept.sqlite3", self.file)

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Tell whether anybody writes meanwhile."""
        watch = Watch(self.file)
        try:
            yield watch
        finally:
            watch.close()


class Watch:
    """Notices each commit of others that has changed something in a database."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = sqlite3.connect(file)
        self.renew()

    def renew(self) -> None:
        """Begin anew, as it is needed once the file was replaced."""
        self.close()
        self._connection = sqlite3.connect(self._file)
        self._last = self._version()

    def changed(self) -> bool:
        """Tell whether something was written since the last look."""
        before, self._last = self._last, self._version()
        return before != self._last

    def close(self) -> None:
        """Look no more."""
        self._connection.close()

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

"""The service's pages by hand: a bare Flask app beside which its cost per request is measured.

It has the same server, database options, tables and form library, a signed cookie and a page of
the same size filled with data by Jinja, and makes the same number of statements and commits for
each kind of request, all of them built once. It draws nothing and grades nothing.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from flask import Flask, redirect, request, session
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import bindparam, insert, select
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from quizsvc.server import _Server, listen
from quizsvc.settings import Settings
from quizsvc.store import Database, tables
from quizsvc.store.statements import table

from .counting import Work

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Connection


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ title }}</title></head>
<body><h1>{{ title }}</h1>
<form method="post" action="{{ action }}">{{ form.hidden_tag() }}{{ form.answer }}</form>
<table>
{% for row in rows %}
<tr><th scope="row">{{ row.name }}</th><td class="number">{{ row.value }}</td>
<td><input type="text" name="{{ row.name }}" value="{{ row.value }}" autocomplete="off"></td></tr>
{% endfor %}
</table></body></html>"""

_ROW = 160  # bytes, about

A_ROUND = 1000
"""Numbers of a round, in which one learner is active."""

_attempt, _outcome = table(tables.Attempt), table(tables.Outcome)
_aid, _sign_in, _account = table(tables.Aid), table(tables.SignIn), table(tables.Account)
_SELECTS = (
    select(_account.c.learner_id, _account.c.name, _account.c.role, _sign_in.c.seen_at)
    .join_from(_sign_in, _account, _account.c.learner_id == _sign_in.c.learner_id)
    .where(_sign_in.c.token_hash == bindparam("hash")),
    select(_aid.c.hints, _aid.c.hinted_at, _aid.c.solved_at).where(
        _aid.c.learner_id == bindparam("learner"),
        _aid.c.item == bindparam("item"),
        _aid.c.variant_number == bindparam("number"),
    ),
    select(_attempt.c.id, _outcome.c.score)
    .join_from(_attempt, _outcome, _outcome.c.attempt_id == _attempt.c.id)
    .where(
        _attempt.c.learner_id == bindparam("learner"),
        _attempt.c.item == bindparam("item"),
        _attempt.c.variant_number == bindparam("number"),
    ),
)
_insert_attempt, _insert_outcome = insert(_attempt).inline(), insert(_outcome).inline()


class _Answer(FlaskForm):  # type: ignore[misc]
    token = HiddenField(validators=[InputRequired()])
    answer = StringField(validators=[InputRequired()])


class _Table:
    """What is read and written by hand."""

    def __init__(self, db: Database, learners: list[str], revision: str) -> None:
        self.db = db
        self.learners = learners
        self.revision = revision

    def do(self, work: Work, number: int, answer: str) -> None:
        """Make the transactions of a kind of request."""
        learner = self.learners[number // A_ROUND]
        values = {"hash": "", "learner": learner, "item": "block-jacobian", "number": number}
        for selects, writes in work.transactions:
            engine = self.db.engine.execution_options(immediate=True) if writes else self.db.engine
            with engine.begin() if writes else engine.connect() as connection:
                for place in range(selects):
                    connection.execute(_SELECTS[place % len(_SELECTS)], values).first()
                if writes:
                    self._write(connection, writes, number, answer)

    def _write(self, connection: Connection, writes: int, number: int, answer: str) -> None:
        now, attempt = datetime.now(UTC), uuid4().hex
        row: dict[str, Any] = {
            "id": attempt, "token": attempt, "learner_id": self.learners[number // A_ROUND],
            "item": "block-jacobian", "revision": self.revision, "variant_number": number,
            "seed": number, "candidate": 0,
            "parameters": {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [1.0, 2.0]},
            "key": {"answer": [[1.0, 2.0], [3.0, 4.0]]}, "raw_response": {"answer": answer},
            "created_at": now,
        }  # fmt: skip
        connection.execute(_insert_attempt, row)
        outcome = {"score": 1.0, "misconception": None, "parts": {"answer": {"score": 1.0}}}
        judged = {
            "attempt_id": attempt, "outcome": outcome, "score": 1.0, "reason": "graded",
            "created_at": now,
        }  # fmt: skip
        for _ in range(writes - 1):
            connection.execute(_insert_outcome, judged)


def bare_app(store: _Table, works: Mapping[str, Work], secret: str) -> Flask:
    """Return the app; for each kind of request it does the work that the service does."""
    app = Flask(__name__)
    app.secret_key = secret
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    CSRFProtect(app)
    page = app.jinja_env.from_string(_PAGE)

    @app.get("/<kind>/<int:number>")
    def show(kind: str, number: int) -> ResponseReturnValue:
        session.setdefault("learner", store.learners[0])
        store.do(works[kind], number, "")
        form = _Answer(formdata=None, token=uuid4().hex)
        rows = [
            {"name": f"answer.{number}.{place}", "value": number + place / 8}
            for place in range(max(1, (works[kind].bytes - 700) // _ROW))
        ]
        return page.render(title=f"Variant {number}", action=request.path, form=form, rows=rows)

    @app.post("/<kind>/<int:number>")
    def answer(kind: str, number: int) -> ResponseReturnValue:
        form = _Answer()
        if not form.validate_on_submit() or session["learner"] != store.learners[0]:
            return "refused", 400
        store.do(works[kind], number, form.answer.data)
        return redirect(f"/{kind}/{number}?attempt={number}", code=303)

    return app


def main() -> None:
    told = json.loads(os.environ["BARE"])
    settings = Settings.from_environment(os.environ)
    listener = listen(settings.host, settings.port)
    db = Database(settings.database_url, clock=lambda: datetime.now(UTC))
    works = {
        kind: Work([(selects, writes) for selects, writes in transactions], size)
        for kind, (transactions, size) in told["works"].items()
    }
    app = bare_app(_Table(db, told["learners"], told["revision"]), works, settings.secret)
    host, port = listener.getsockname()[:2]
    _Server(app, settings, listener, f"bare at http://{host}:{port}/").run()


if __name__ == "__main__":
    main()

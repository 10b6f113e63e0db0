"""Whether the time that a quiz takes tells a right answer from a wrong one: it must not.

By hand: ``python -m tests.bench.bench_timing [POSTS]``. A sitting whose results are held back is
open; a right answer and two wrong ones are saved by turns, each first as often as the others, so
that whatever else the machine does meets all alike. Printed are the medians of the CPU time of a
request, and how right and wrong differ beside how the two wrong ones do, which is chance alone.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time_ns
from typing import TYPE_CHECKING

from quizsvc.content import load_bank
from quizsvc.model import Rules
from quizsvc.settings import Settings
from quizsvc.store import sittings
from quizsvc.web import create_app

from ..bank import write_bank
from ..classes import Class
from ..web.pages import Visitor, forms_of
from ..web.signing import signed_in_as
from ..web.world import START, Clock

if TYPE_CHECKING:
    from flask import Flask

POSTS = 500
SECRET = "of the bench of times, long enough"  # noqa: S105 - of nothing


def application(folder: Path) -> Flask:
    """Return an application of the small bank."""
    settings = Settings.from_environment(
        {"QUIZSVC_VAR": str(folder), "QUIZSVC_SECRET": SECRET, "QUIZSVC_LOG_LEVEL": "error"}
    )
    return create_app(settings, clock=Clock(), bank=load_bank(write_bank(folder / "content")))


def times(app: Flask, posts: int) -> dict[str, list[int]]:
    """Return the CPU nanoseconds of saving each kind of answer."""
    taught = Class(Visitor(app).service)
    rules = Rules(feedback="closing", closes_at=START + timedelta(days=1))
    given = taught.assign("exam", rules)
    ann = signed_in_as(Visitor(app), taught.members[0].name, "learner")
    begun = ann.send(ann.get(f"/assignments/{given.id}")).location
    fields = forms_of(ann.get(begun))[0].fields
    learner_sees = ann.get(begun).text
    right = _key(ann, begun)
    assert f">{right}<" not in learner_sees
    found: dict[str, list[int]] = {"right": [], "wrong": [], "wrong again": []}
    # As long as the right one: what differs is only whether it is right.
    typed = {"right": right, "wrong": _other(right, 1), "wrong again": _other(right, 2)}
    for number in range(posts):
        first = number % len(typed)
        for kind in (*list(typed)[first:], *list(typed)[:first]):
            data = {**fields, "answer": typed[kind]}
            before = process_time_ns()
            saved = ann.client.post(begun, data=data, headers={"Accept": "application/json"})
            found[kind].append(process_time_ns() - before)
            fields["counter"] = [str((saved.json or {})["counter"])]
    return found


def _key(visitor: Visitor, address: str) -> str:
    stored = sittings.find(visitor.service.db, address.split("/")[2])
    assert stored is not None
    return f"{float(str(stored.items[0].key['answer'])):.0f}"


def _other(right: str, step: int) -> str:
    digit = (int(right[-1]) + step) % 10
    return f"{right[:-1]}{digit}"


def main() -> None:
    """Measure and print."""
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else POSTS
    with TemporaryDirectory() as folder:
        app = application(Path(folder))
        found = times(app, posts)
        app.extensions["quizsvc"].db.dispose()
    medians = {kind: median(each) / 1000 for kind, each in found.items()}
    for kind, value in medians.items():
        print(f"{kind:12} {value:9.1f} µs of CPU, median of {posts}")
    print(f"right − wrong       {medians['right'] - medians['wrong']:+7.1f} µs")
    print(f"wrong again − wrong {medians['wrong again'] - medians['wrong']:+7.1f} µs: chance")


if __name__ == "__main__":
    main()

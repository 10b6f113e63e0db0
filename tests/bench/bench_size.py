"""Whether pages cost the same beside many rows as beside few.

Run it by hand: ``python -m tests.bench.bench_size [learners of the crowd] [--postgres]``; 50,000
learners store a million attempts. Printed is the processor time of this process, which is server
and browser in one, and of PostgreSQL's where that is used.
"""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import text as sql

from quizsvc.content import load_bank
from quizsvc.settings import Settings
from quizsvc.web import create_app

from ..bank import write_bank
from ..classes import Class
from ..conftest import SECRET
from ..crowd import crowd
from ..databases import own_postgres, text
from ..web.pages import Visitor
from ..web.signing import signed_in_as

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quizsvc.store import Database

MANY, FEW = 50_000, 50
OWN_ATTEMPTS, TIMES = 500, 40


def processor_time(db: Database) -> float:
    """Return the seconds that this process and the database's have computed so far."""
    spent = time.process_time()
    if db.dialect == "postgresql":
        query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
        with db.reading() as session:
            pids = session.scalars(sql(query)).all()
        for pid in pids:
            spent += int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return spent


def pages(app_of: Class, visitor: Visitor, instructor: Visitor) -> dict[str, Callable[[], object]]:
    """Return what is timed, each by its name."""
    assignment = app_of.assign("final")
    sitting = app_of.begin(app_of.members[1], assignment)
    other = signed_in_as(Visitor(visitor.app), app_of.members[1].name, "learner")
    numbers = iter(range(1000, 9999))

    def submit() -> None:
        visitor.answer("pick-one", "three", next(numbers))

    def hand_in() -> None:
        begun = visitor.follow(visitor.send(visitor.get("/assessments/final")))
        address = begun.request.path.rpartition("/")[0]
        visitor.send(visitor.get(f"{address}/submit"))

    return {
        "fresh practice page": lambda: visitor.get(f"/practice/double/{next(numbers)}"),
        "practice page, submission, result": submit,
        "question of a sitting": lambda: other.get(f"/sittings/{sitting.id}/1"),
        "start of a sitting to its hand-in": hand_in,
        f"progress after {OWN_ATTEMPTS} attempts": lambda: visitor.get("/progress"),
        f"history after {OWN_ATTEMPTS} attempts": lambda: visitor.get("/history"),
        "gradebook of a section of 30": lambda: instructor.get(
            f"/sections/{app_of.section.id}/gradebook"
        ),
    }


def figures(folder: Path, url: str, learners: int) -> dict[str, float]:
    """Return milliseconds of processor time by page, beside a crowd."""
    own = {
        "QUIZSVC_VAR": str(folder), "QUIZSVC_SECRET": SECRET, "QUIZSVC_DATABASE_URL": url,
        "QUIZSVC_CONTENT_RELOAD": "0", "QUIZSVC_LOG_LEVEL": "error",
    }  # fmt: skip
    app = create_app(Settings.from_environment(own), bank=load_bank(write_bank(folder / "content")))
    service = Visitor(app).service
    db = service.db
    crowd(db, learners, practised=16, asked=4)
    taught = Class(service, learners=30)
    visitor = signed_in_as(Visitor(app), taught.members[0].name, "learner")
    for number in range(OWN_ATTEMPTS):
        visitor.answer("pick-some", ["two"], number + 1)
    if db.dialect == "postgresql":
        with db.writing() as session:
            session.execute(sql("ANALYZE"))
    instructor = signed_in_as(Visitor(app), taught.instructor.name, "instructor")
    found = {}
    for name, fetch in pages(taught, visitor, instructor).items():
        fetch()
        begun = processor_time(db)
        for _ in range(TIMES):
            fetch()
        found[name] = 1000 * (processor_time(db) - begun) / TIMES
    db.dispose()
    return found


@contextmanager
def databases(*, postgres: bool) -> Iterator[Callable[[Path], str]]:
    """Give the URL of an empty database for a folder."""
    if not postgres:
        yield lambda folder: f"sqlite:///{folder / 'quizsvc.sqlite3'}"
        return
    with own_postgres() as server:
        yield lambda _folder: text(server.create())


def main() -> None:
    """Print a table."""
    numbers = [int(given) for given in sys.argv[1:] if given.isdigit()]
    many, postgres = (numbers or [MANY])[0], "--postgres" in sys.argv
    with databases(postgres=postgres) as url_in, ExitStack() as folders:
        few_in, many_in = (Path(folders.enter_context(TemporaryDirectory())) for _ in range(2))
        few = figures(few_in, url_in(few_in), FEW)
        beside_many = figures(many_in, url_in(many_in), many)
    print(f"{'PostgreSQL' if postgres else 'SQLite'}, processor time in ms")
    print(f"{'':38}{FEW * 20:>12,}{many * 20:>12,} attempts stored")
    for name, cost in few.items():
        print(f"{name:38}{cost:12.2f}{beside_many[name]:12.2f}   × {beside_many[name] / cost:.2f}")


if __name__ == "__main__":
    main()

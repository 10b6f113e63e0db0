"""Every recorded response judged once more, and compared with the outcome in force."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from quizsvc.content import ItemBank, rebuild
from quizsvc.errors import QuizsvcError
from quizsvc.model import Invalid
from quizsvc.store import recorded
from quizsvc.store.checking import Finding
from quizsvc.web.service import Service, judge, stored_outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.model import Outcome
    from quizsvc.store import Database
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.store.recorded import Recorded

_SHOWN = 5

_CLOSE = 1e-9
"""Scores that differ by less are one: another machine may add up in another order."""

_UNGRADED = "not graded yet"


def findings(db: Database, limit: int | None) -> Iterator[Finding]:
    """Look at the newest attempts, or all, and at every revision."""
    yield _sources(db)
    # Without content: every item is built from the source that is stored, as it was then.
    service = Service(ItemBank(), db, b"")
    wrong: defaultdict[str, list[str]] = defaultdict(list)
    count = 0
    for count, each in enumerate(recorded.newest(db, limit), start=1):  # noqa: B007 - counted
        problem = _problem(service, each)
        if problem is not None:
            wrong[problem].append(each.attempt.id)
    ungraded = wrong.pop(_UNGRADED, [])
    for problem, ids in wrong.items():
        do = (
            "Compare with the last backup who changed the database; if this came with an upgrade, "
            "report it, and regrade once it is mended."
        )
        yield Finding("scores", "fault", f"{problem}: {_listed(ids)}", do)
    if ungraded:
        do = "Open each page /attempts/… after an upgrade: it offers to grade it again."
        yield Finding("scores", "warning", f"attempts without a grade: {_listed(ungraded)}", do)
    if not wrong:
        which = "all" if limit is None or count < limit else "the newest"
        yield Finding("scores", "ok", f"{which} {count} attempts judged again: the same scores")


def _sources(db: Database) -> Finding:
    unreadable, count = [], 0
    for count, (revision, source) in enumerate(recorded.sources(db), start=1):  # noqa: B007
        try:
            rebuild(source)
        except Exception as error:  # noqa: BLE001 - a source that was tampered with can be anything
            reason = str(error).partition("\n")[0]
            unreadable.append(f"{revision} ({type(error).__name__}: {reason[:80]})")
    if unreadable:
        do = "Install the version of quizsvc that wrote them, or restore the last backup."
        says = f"revisions that cannot be read: {_listed(unreadable)}"
        return Finding("revisions", "fault", says, do)
    return Finding("revisions", "ok", f"all {count} stored revisions can be read")


def _problem(service: Service, each: Recorded) -> str | None:
    """Return what is wrong with an attempt, in words that many may share."""
    if each.contradictory:
        return "attempts whose outcome contradicts the score beside it"
    before = stored_outcome(each.attempt)
    if before is None:
        return _UNGRADED
    try:
        after = _again(service, each.attempt, erased=each.erased)
    except QuizsvcError:
        return "attempts whose revision is missing or cannot be read"
    if after is None or isinstance(after, Invalid):
        return "attempts that cannot be graded again"
    if not _same(before.score, after.score) or before.misconception != after.misconception:
        return "attempts that are graded otherwise now"
    return None


def _again(service: Service, attempt: StoredAttempt, *, erased: bool) -> Outcome | Invalid | None:
    """Judge a response by what is stored with it, and by the regrade that is in force.

    What was recorded of a sitting was final, and could be read unless the clock handed it in. Of
    somebody who was erased no words are left, and words are not graded by a machine.
    """
    final = erased or attempt.sitting is not None
    variant = service.restored(attempt)
    return judge(variant, attempt.raw_response, in_sitting=final, final=final)


def _same(before: float | None, after: float | None) -> bool:
    if before is None or after is None:
        return before is after
    return abs(before - after) < _CLOSE


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

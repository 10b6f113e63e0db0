"""Erasing a learner: what tells who it was goes; what counts in statistics stays.

Answers stay under a random id that nothing leads to. Of what he typed, all is taken out that a
machine cannot read as numbers, choices and the item's own names: only that can say who he is.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Row, delete, or_, select, update

from quizsvc.content import rebuild
from quizsvc.errors import StoreError
from quizsvc.grading import grade_part
from quizsvc.model import Invalid
from quizsvc.store import audit, people, settling, tables, voiding
from quizsvc.store.statements import table
from quizsvc.variants import restore

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from quizsvc.model import DrawnPart, Item
    from quizsvc.store.db import Database

    Rebuilt = Callable[[str], Item]

_Made = TypeVar("_Made")

ERASED = "⟨erased⟩"
"""Stands where a learner's own words stood; only types that take any words can read it."""

SOMEBODY = "an erased learner"

_UNREAD = "What was typed here could not be read; it has been erased."

_attempt, _outcome = table(tables.Attempt), table(tables.Outcome)
_sitting, _draft = table(tables.Sitting), table(tables.Draft)
_membership, _account = table(tables.Membership), table(tables.Account)


class NoAccountError(StoreError):
    """There is no such account, or no more."""


def erase(db: Database, learner: str, *, by: str | None) -> None:
    """Erase somebody who has an account, in one transaction and for good.

    Parameters
    ----------
    by : str | None
        Whose account does it; None for somebody at the command line.

    Raises
    ------
    NoAccountError, NotSavedError
    LastAdminError
        Nobody could open everything any more.
    """
    rebuilt = _items(db, learner)
    with db.writing() as session:
        people.refuse_last_admin(session, learner)
        session.get(tables.Learner, learner, with_for_update=True)  # waits for answers under way
        account = session.get(tables.Account, learner)
        if account is None:
            raise NoAccountError(f"learner {learner} has no account")
        name, now = account.name, db.now()
        door = tables.Erasing(learner_id=learner)
        session.add(door)
        session.flush()
        settling.forget_overrides(session, learner, db.now)
        _leave_sittings(session, learner)
        for kind in _OWN:
            session.execute(delete(kind).where(table(kind).c.learner_id == learner))
        voiding.of_maker(session, learner)
        _leave_sections(session, learner)
        _take_out_words(session, learner, rebuilt)
        _take_out_name(session, learner, name)
        session.execute(delete(_account).where(_account.c.learner_id == learner))
        session.execute(
            update(tables.Learner).where(tables.Learner.id == learner).values(erased_at=now)
        )
        _note(session, learner, by, now)
        session.delete(door)
    with suppress(StoreError):  # he is erased, and the journal is cleared sooner or later
        db.clear_journal()


_OWN = (
    tables.SignIn,
    tables.OneTimeLink,
    tables.Preferences,
    tables.Aid,
    tables.SharedVariant,
)
"""Whose rows go with an account."""


def _items(db: Database, learner: str) -> Rebuilt:
    """Return what builds an item of a revision, with those of a learner's answers built already.

    That takes a while, during which nobody else should have to wait.
    """
    kept = select(tables.Revision.source)

    @cache
    def rebuilt(revision: str) -> Item:
        with db.reading() as session:
            source = session.scalars(kept.where(tables.Revision.revision == revision)).one()
        return rebuild(source)

    met = select(_attempt.c.revision).where(_attempt.c.learner_id == learner).distinct()
    with db.reading() as session:
        revisions = session.scalars(met).all()
    for revision in revisions:
        _try(partial(rebuilt, revision))
    return rebuilt


def _leave_sittings(session: Session, learner: str) -> None:
    """Take out what is in drafts; what was not handed in answers to no assignment any more.

    Or the deadline would hand it in, blank, and a class would have one more who knew nothing.
    """
    his = select(_sitting.c.id).where(_sitting.c.learner_id == learner)
    still_open = his.where(_sitting.c.submitted_at.is_(None))
    session.execute(delete(_draft).where(_draft.c.sitting_id.in_(still_open)))
    # When the others were saved counts: how long an answer took is told by it.
    session.execute(update(_draft).where(_draft.c.sitting_id.in_(his)).values(raw_response={}))
    session.execute(
        update(_sitting).where(_sitting.c.id.in_(still_open)).values(assignment_id=None)
    )
    decisions = tables.Adjustment
    session.execute(update(decisions).where(decisions.sitting_id.in_(his)).values(reason=ERASED))


def _leave_sections(session: Session, learner: str) -> None:
    """Take somebody out of sections, but where he handed something in: there he counts, unnamed."""
    counted = (
        select(tables.Assignment.section_id)
        .join(tables.Sitting, tables.Sitting.assignment_id == tables.Assignment.id)
        .where(tables.Sitting.learner_id == learner)
    )
    mine = _membership.c.learner_id == learner
    goes = or_(_membership.c.role != "learner", _membership.c.section_id.not_in(counted))
    session.execute(delete(_membership).where(mine, goes))
    session.execute(update(_membership).where(mine).values(register_id=None))


def _take_out_words(session: Session, learner: str, rebuilt: Rebuilt) -> None:
    """Take his own words out of what was answered, and out of what was said about them."""
    answered = select(_attempt).where(_attempt.c.learner_id == learner)
    for row in session.execute(answered).all():
        judged = session.execute(
            select(_outcome.c.id, _outcome.c.outcome)
            .where(_outcome.c.attempt_id == row.id)
            .order_by(_outcome.c.id)
        ).all()
        own = _own_words(row, judged[-1].outcome["parts"] if judged else {}, rebuilt)
        if not own:
            continue
        raw = {part: ERASED if part in own else text for part, text in row.raw_response.items()}
        session.execute(
            update(_attempt).where(_attempt.c.serial == row.serial).values(raw_response=raw)
        )
        for each in judged:
            said = _without_quotes(each.outcome, own)
            session.execute(update(_outcome).where(_outcome.c.id == each.id).values(outcome=said))


def _own_words(
    row: Row[Any], judged: Mapping[str, Mapping[str, Any]], rebuilt: Rebuilt
) -> Collection[str]:
    """Return the parts of an answer whose text may say anything at all."""
    doubtful = [
        part
        for part, text in row.raw_response.items()
        if text.strip() and judged.get(part, {}).get("score") != 1  # what is right is no more
    ]
    if not doubtful:
        return doubtful
    variant = _try(
        lambda: restore(rebuilt(row.revision), row.seed, row.candidate, row.parameters, row.key)
    )
    if variant is None:
        return doubtful
    drawn = {each.name: each for each in variant.parts}
    return [part for part in doubtful if not _says_nothing(drawn.get(part), row.raw_response[part])]


def _says_nothing(drawn: DrawnPart | None, text: str) -> bool:
    """Tell whether a part's text is no more than an answer: read, where not just any text is."""
    if drawn is None:
        return False
    read = _try(lambda: [isinstance(grade_part(drawn, each), Invalid) for each in (text, ERASED)])
    return read == [False, True]


def _without_quotes(outcome: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    """Return an outcome whose messages quote nothing of some parts; scores stay."""
    parts = {
        name: {**part, "message": _UNREAD} if name in own and part["score"] is not None else part
        for name, part in outcome["parts"].items()
    }
    changed = parts != outcome["parts"]
    alone = changed and len(parts) == 1  # its message is the feedback
    return {**outcome, "parts": parts, "feedback": _UNREAD if alone else outcome["feedback"]}


def _take_out_name(session: Session, learner: str, name: str) -> None:
    """Let the audit say what was done, and not to whom."""
    entry = tables.AuditEntry
    for row in session.scalars(select(entry).where(audit.about(learner, name))).all():
        row.subject = _unnamed(row.subject, name)
        if "reason" in row.detail:
            row.detail = {**row.detail, "reason": ERASED}
    session.flush()


def _unnamed(subject: str, name: str) -> str:
    """Return a subject without a name, which stands at places of its own: it may be any word.

    >>> _unnamed("The Ann quiz: Ann", "Ann")
    'The Ann quiz: an erased learner'
    >>> _unnamed("A slip, as answered by Ann in The Ann quiz", "Ann")
    'A slip, as answered by an erased learner in The Ann quiz'
    >>> _unnamed("A subject that was cut where it says An", "Ann")
    'an erased learner'
    """
    if subject.endswith(f": {name}"):
        return f"{subject.removesuffix(name)}{SOMEBODY}"
    for before, after in ((", as answered by ", " in "), ("score of ", " at “")):
        if f"{before}{name}{after}" in subject:
            return subject.replace(f"{before}{name}{after}", f"{before}{SOMEBODY}{after}")
    return SOMEBODY


def _note(session: Session, learner: str, by: str | None, now: datetime) -> None:
    audit.note(
        session, "learner erased", SOMEBODY, now=now, account=by, section=None, learner=learner
    )


def _try(make: Callable[[], _Made]) -> _Made | None:
    """Return what is made, or None: what this version cannot read is treated as own words."""
    try:
        return make()
    except Exception:  # noqa: BLE001 - whatever is wrong with old content, the words must go
        return None

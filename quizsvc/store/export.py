"""All that is kept of one learner, to be handed to him: without keys, seeds and what pins them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, bindparam, or_, select

from quizsvc.store import audit, log, sittings
from quizsvc.store.tables import (
    Account,
    Adjustment,
    Aid,
    Assignment,
    Attempt,
    AuditEntry,
    Draft,
    Membership,
    OneTimeLink,
    Outcome,
    Override,
    Section,
    SelfRating,
    SharedVariant,
    SignIn,
    Sitting,
)

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import datetime

    from sqlalchemy import Executable
    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database

Rows = list[dict[str, Any]]

_account = select(Account.name, Account.role, Account.time_factor, Account.created_at).where(
    Account.learner_id == bindparam("learner")
)

_attempts = (
    select(
        Attempt.id,
        Attempt.item,
        Attempt.variant_number,
        Attempt.created_at.label("at"),
        Attempt.sitting_id.label("sitting"),
        Attempt.position,
        Attempt.raw_response,
        log.released.label("released"),
        Outcome.outcome,
        Aid.hints,
        Aid.hinted_at,
        Aid.solved_at,
    )
    .outerjoin(Outcome, log.in_force)
    .outerjoin(Sitting, Sitting.id == Attempt.sitting_id)
    .outerjoin(Aid, log.helped)
    .where(Attempt.learner_id == bindparam("learner"))
    .order_by(Attempt.serial)
)

_ratings = (
    select(SelfRating.attempt_id, SelfRating.part, SelfRating.rating, SelfRating.created_at)
    .join(Attempt, Attempt.id == SelfRating.attempt_id)
    .where(Attempt.learner_id == bindparam("learner"))
    .order_by(SelfRating.id)
)

_sittings = (
    select(
        Sitting.id,
        Sitting.assessment,
        Sitting.title,
        sittings.turn.label("number"),
        Sitting.started_at,
        Sitting.deadline_at,
        Sitting.submitted_at,
        Sitting.submitted_by,
        log.sitting_released.label("released"),
    )
    .where(Sitting.learner_id == bindparam("learner"))
    .order_by(Sitting.started_at, Sitting.number)
)

_drafts = (
    select(Draft.sitting_id.label("sitting"), Draft.position, Draft.raw_response, Draft.saved_at)
    .join(Sitting, Sitting.id == Draft.sitting_id)
    .outerjoin(
        Attempt, and_(Attempt.sitting_id == Draft.sitting_id, Attempt.position == Draft.position)
    )
    .where(Sitting.learner_id == bindparam("learner"), Attempt.id.is_(None))
    .order_by(Draft.sitting_id, Draft.position)
)

_aids = (
    select(Aid.item, Aid.variant_number, Aid.hints, Aid.hinted_at, Aid.solved_at)
    .where(Aid.learner_id == bindparam("learner"))
    .order_by(Aid.item, Aid.variant_number)
)


_sections = (
    select(
        Section.name.label("section"),
        Membership.role,
        Membership.register_id,
        Membership.joined_at,
    )
    .join(Section, Section.id == Membership.section_id)
    .where(Membership.learner_id == bindparam("learner"))
    .order_by(Membership.joined_at, Section.name)
)

_overrides = (
    select(
        Assignment.title.label("assignment"),
        Section.name.label("section"),
        Override.opens_at,
        Override.closes_at,
        Override.time_factor,
        Override.extra_minutes,
        Override.sittings,
        Override.reason,
        Override.made_at,
    )
    .join(Assignment, Assignment.id == Override.assignment_id)
    .join(Section, Section.id == Assignment.section_id)
    .where(Override.learner_id == bindparam("learner"))
    .order_by(Override.made_at)
)


_sign_ins = (
    select(SignIn.created_at, SignIn.seen_at)
    .where(SignIn.learner_id == bindparam("learner"))
    .order_by(SignIn.created_at)
)

_links = (
    select(OneTimeLink.created_at, OneTimeLink.expires_at)
    .where(OneTimeLink.learner_id == bindparam("learner"))
    .order_by(OneTimeLink.created_at)
)

_codes = (
    select(
        SharedVariant.code,
        SharedVariant.item,
        SharedVariant.variant_number,
        SharedVariant.created_at,
    )
    .where(SharedVariant.learner_id == bindparam("learner"))
    .order_by(SharedVariant.created_at)
)

_decisions = (
    select(
        Adjustment.sitting_id.label("sitting"),
        Adjustment.position,
        Adjustment.score,
        Adjustment.reason,
        Adjustment.made_at,
        Adjustment.undone_at,
    )
    .join(Sitting, Sitting.id == Adjustment.sitting_id)
    .where(Sitting.learner_id == bindparam("learner"), log.sitting_released)
    .order_by(Adjustment.id)
)


def of_learner(db: Database, learner: str, now: datetime) -> dict[str, Rows]:
    """Return kind of thing to rows: all that is kept of a learner, but his preferences.

    An attempt has an outcome only if the learner may know it by now.
    """
    asked = log.asked_at(learner, now)
    with db.reading() as session:
        ratings: defaultdict[str, Rows] = defaultdict(list)
        for row in _rows(session, _ratings, asked):
            ratings[row.pop("attempt_id")].append(row)
        return {
            "account": _rows(session, _account, asked),
            "attempts": [
                _attempt(row, ratings[row["id"]]) for row in _rows(session, _attempts, asked)
            ],
            "sittings": _rows(session, _sittings, asked),
            "drafts": _rows(session, _drafts, asked),
            "aids": _rows(session, _aids, asked),
            "sections": _rows(session, _sections, asked),
            "overrides": _rows(session, _overrides, asked),
            "decisions": _rows(session, _decisions, asked),
            "codes": _rows(session, _codes, asked),
            "sign_ins": _rows(session, _sign_ins, asked),
            "links": _rows(session, _links, asked),
            "records": _records(session, learner),
        }


def withhold(found: dict[str, Rows], wait: Container[str]) -> None:
    """Take out how the answers of some sittings were judged: something else keeps their keys."""
    for attempt in found["attempts"]:
        attempt["outcome"] = None if attempt["sitting"] in wait else attempt["outcome"]
    for sitting in found["sittings"]:
        sitting["released"] = sitting["released"] and sitting["id"] not in wait
    found["decisions"] = [each for each in found["decisions"] if each["sitting"] not in wait]


def _records(session: Session, learner: str) -> Rows:
    """Return what the audit says of somebody and of what he did, but not who else did it."""
    name = session.scalar(select(Account.name).where(Account.learner_id == learner)) or ""
    mine = AuditEntry.account_id == learner
    query = select(AuditEntry.at, mine.label("by_you"), AuditEntry.action, AuditEntry.subject)
    found = query.where(or_(mine, audit.about(learner, name))).order_by(AuditEntry.id)
    return [{**row, "by_you": bool(row["by_you"])} for row in session.execute(found).mappings()]


def _rows(session: Session, query: Executable, asked: dict[str, Any]) -> Rows:
    return [dict(row) for row in session.execute(query, asked).mappings()]


def _attempt(row: dict[str, Any], ratings: Rows) -> dict[str, Any]:
    at, hinted_at, solved_at = row["at"], row.pop("hinted_at"), row.pop("solved_at")
    released, outcome, hints = row.pop("released"), row.pop("outcome"), row.pop("hints")
    return {
        **row,
        "outcome": outcome if released else None,
        "self_ratings": ratings,
        "hints_before": hints if hinted_at is not None and hinted_at <= at else 0,
        "solution_shown_before": solved_at is not None and solved_at <= at,
    }

"""A class list put into a section: what would become of each line, and all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Literal, TypeAlias, cast

from sqlalchemy import bindparam, insert, select, update

from quizsvc.errors import StoreError
from quizsvc.store import audit, names, people, sections, settling
from quizsvc.store.statements import table
from quizsvc.store.tables import Account, AuditEntry, Membership

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from quizsvc.store.db import Database
    from quizsvc.store.people import Role
    from quizsvc.store.sections import SectionRole

Fate: TypeAlias = Literal["new account", "enrolled", "already in", "wrong"]
"""What becomes of a line: its person gets an account, or has one and comes in, or is in already."""

_AT_ONCE = 500
"""Names asked for in one statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Somebody on a class list."""

    number: int
    """Counted from 1 as an editor does."""
    name: str
    register_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What would become of a line."""

    line: Line
    fate: Fate
    name: str
    """As the account has it, if there is one."""
    learner: str | None = None
    register_id: str | None = None
    """Which the section would have for him then."""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """An account of a name on the list, and what it is in the section."""

    learner: str
    name: str
    role: Role
    in_section: SectionRole | None
    register_id: str | None


class PlanChangedError(StoreError):
    """What would become of the list is not what was shown; nothing was stored."""


def plan(db: Database, section: str, lines: Sequence[Line]) -> tuple[Planned, ...]:
    """Say what would become of each line, and change nothing."""
    with db.reading() as session:
        return _plan(session, section, lines)


def mark(planned: Sequence[Planned]) -> str:
    """Return what tells a plan from any other."""
    facts = [
        (each.line.name, each.line.register_id, each.fate, each.learner, each.register_id)
        for each in planned
    ]
    return sha256(repr(facts).encode()).hexdigest()


def apply(
    db: Database, section: str, lines: Sequence[Line], *, seen: str, token: str, by: str
) -> Mapping[str, int]:
    """Enrol a list, all of it or nothing; return how many lines had each fate.

    The same token again changes nothing and returns the first result.

    Parameters
    ----------
    seen : str
        The `mark` of the plan that was shown.

    Raises
    ------
    PlanChangedError
        Something has changed since it was shown.
    NotSavedError
    """
    now = db.now()
    with db.writing() as session:
        sections.lock(session, section)
        if (first := _applied(session, section, token)) is not None:
            return first
        planned = _plan(session, section, lines)
        if mark(planned) != seen or any(each.fate == "wrong" for each in planned):
            raise PlanChangedError("the list would not do what was shown")
        strangers = [each for each in planned if each.fate == "new account"]
        try:
            made = people.add_all_in(session, [each.name for each in strangers], now=now)
        except people.NameTakenError as error:
            raise PlanChangedError("somebody has just signed up") from error
        joining = [(each, each.learner) for each in planned if each.fate == "enrolled"]
        joining += list(zip(strangers, made, strict=True))
        rows = [
            {
                "section_id": section,
                "learner_id": learner,
                "role": "learner",
                "register_id": each.register_id,
                "placed": each.fate == "enrolled",
                "joined_at": now,
            }
            for each, learner in joining
        ]
        if rows:
            session.execute(insert(table(Membership)), rows)
            settling.settle_section(
                session, section, [str(row["learner_id"]) for row in rows], db.now
            )
        _renumber(session, section, planned)
        counts = {
            fate: sum(each.fate == fate for each in planned)
            for fate in ("new account", "enrolled", "already in")
        }
        audit.note(
            session, "enrolled", f"{len(planned)} on a class list",
            now=now, account=by, section=section, token=token, counts=counts,
        )  # fmt: skip
        return counts


def without_password(db: Database, section: str) -> tuple[tuple[str, str, str | None], ...]:
    """Return id, name and register number of the learners of a section who cannot sign in yet."""
    query = (
        select(Account.learner_id, Account.name, Membership.register_id)
        .join(Membership, Membership.learner_id == Account.learner_id)
        .where(
            Membership.section_id == section,
            Membership.role == "learner",
            Membership.placed.is_(False),  # those are for whoever made their accounts
            Account.role == "learner",
            Account.password_hash.is_(None),
        )
        .order_by(Account.name_key)
    )
    with db.reading() as session:
        return tuple(
            (learner, name, register) for learner, name, register in session.execute(query)
        )


def _plan(session: Session, section: str, lines: Sequence[Line]) -> tuple[Planned, ...]:
    known = _known(session, section, [names.name_key(line.name) for line in lines])
    return tuple(_planned(line, known.get(names.name_key(line.name))) for line in lines)


def _planned(line: Line, known: _Known | None) -> Planned:
    if known is None:
        problem = names.problem(line.name)
        fate: Fate = "wrong" if problem else "new account"
        return Planned(
            line=line,
            fate=fate,
            name=line.name,
            register_id=line.register_id,
            problem=problem or "",
        )
    problem = ""
    if known.in_section == "instructor":
        problem = f"{known.name} teaches this section."
    elif known.role != "learner" and known.in_section is None:
        problem = (
            f"{known.name} has the account of an {known.role}. Who teaches is added on the "
            "section’s page; who learns here too joins with the code."
        )
    return Planned(
        line=line,
        fate="wrong" if problem else "already in" if known.in_section else "enrolled",
        name=known.name,
        learner=known.learner,
        register_id=line.register_id or known.register_id,
        problem=problem,
    )


def _known(session: Session, section: str, keys: Sequence[str]) -> dict[str, _Known]:
    """Return name key to account, of those that there are."""
    found = {}
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        query = (
            select(Account, Membership)
            .outerjoin(
                Membership,
                (Membership.learner_id == Account.learner_id) & (Membership.section_id == section),
            )
            .where(Account.name_key.in_(some))
        )
        for account, member in session.execute(query):
            found[account.name_key] = _Known(
                learner=account.learner_id,
                name=account.name,
                role=cast("Role", account.role),
                in_section=cast("SectionRole", member.role) if member else None,
                register_id=member.register_id if member else None,
            )
    return found


def _renumber(session: Session, section: str, planned: Sequence[Planned]) -> None:
    """Give those who were in already the register numbers that the list has for them."""
    numbers = [
        {"learner": each.learner, "number": each.line.register_id}
        for each in planned
        if each.fate == "already in" and each.line.register_id
    ]
    member = table(Membership)
    if numbers:
        session.connection().execute(
            update(member)
            .where(member.c.section_id == section, member.c.learner_id == bindparam("learner"))
            .values(register_id=bindparam("number")),
            numbers,
        )


def _applied(session: Session, section: str, token: str) -> Mapping[str, int] | None:
    """Return what the same form did when it was sent before."""
    entry = AuditEntry
    details = session.scalars(
        select(entry.detail).where(entry.section_id == section, entry.action == "enrolled")
    )
    return next((each["counts"] for each in details if each.get("token") == token), None)

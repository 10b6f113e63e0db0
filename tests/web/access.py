"""Who may do what: a row for each address and method, for each state of what it names.

A new address needs its row here, or `test_matrix` fails and names it. A row says who is let in and
with which status, and how the others are turned away; `refusal` has the ways.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..classes import PASSWORD
from .pages import forms_of
from .world import EVERYBODY, GUESTS, LEARNERS, STAFF, World

ACCOUNTS = (*LEARNERS, *STAFF)
TEACHING = ("instructor", "admin")
"""Of the section in which everything is."""
ADMINS = ("admin",)
MEMBERS = ("owner", "classmate", *TEACHING)

Refused = Literal["by role", "foreign", "hidden"]
"""How others are turned away: asked to sign in or told the role that it takes; told that it is
somebody else's; told that there is no such thing, as of an assignment of another section."""


Form = Callable[[World], Mapping[str, Any]]


@dataclass(frozen=True)
class Row:
    """Who is let in to an address."""

    may: tuple[str, ...]
    yes: int = 200
    """The status that they get."""
    state: str = ""
    """Of what the address names."""
    refused: Refused = "by role"
    differ: Mapping[str, int] = field(default_factory=dict)
    """Those of them who get another status."""
    roles: tuple[str, ...] = ()
    """Who has the role that it takes, by default who may; what is not theirs is not there."""
    at: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the address; where one is an ellipsis, the world's own."""
    form: Form = lambda _world: {}
    """What a POST sends, besides the CSRF token."""

    def status(self, visitor: str, method: str) -> int:
        """Return the status that somebody gets."""
        if visitor in self.may:
            return self.differ.get(visitor, self.yes)
        return _refusal(self, visitor, method)


def _refusal(row: Row, visitor: str, method: str) -> int:
    if row.refused == "foreign":
        return 403
    if visitor in GUESTS:
        return 303 if method == "GET" else 403  # where to sign in
    if row.refused == "hidden":
        return 404
    roles = row.roles or (STAFF if "instructor" in row.may else row.may)
    return 404 if visitor in roles else 403


def own(who: str, state: str, yes: int = 200, **more: Any) -> Row:
    """Return the row of what is one learner's own, whatever role others have."""
    return Row((who,), yes, state, "foreign", **more)


def sent(
    address: str,
    by: str = "instructor",
    state: str = "",
    *,
    at: Mapping[str, Any] | None = None,
    button: str = "",
    **typed: Any,
) -> Form:
    """Return what a page of somebody's sends, with what he types into it."""

    def form(world: World) -> dict[str, Any]:
        page = world.ask(by, "GET", world.address(address, state, **(at or {})))
        forms = [each for each in forms_of(page) if not button or button in each.buttons]
        return {**forms[0].fields, **typed}

    return form


def typed(**fields: str) -> Form:
    """Return what is sent without its page."""
    return lambda _world: fields


def _enrolment(world: World) -> dict[str, Any]:
    """Return the form of a class list that was looked at."""
    address = world.address("enrolling.preview")
    form = {"text": "name\nNew Learner", "csrf_token": world.tokens["instructor"]}
    page = world.ask("instructor", "POST", address, form)
    return dict(next(each for each in forms_of(page) if "seen" in each.fields).fields)


_REASON: dict[str, Any] = {"reason": "It was not clear."}
_EACH_SITTING = ("open", "held back", "released")

TABLE: dict[str, list[Row]] = {
    # Open to everybody, and of everybody's own
    "GET lessons.home": [Row(EVERYBODY)],
    "GET lessons.lesson": [Row(EVERYBODY)],
    "GET lessons.back": [Row(EVERYBODY, 302)],
    "POST lessons.check": [
        Row(EVERYBODY, 303, form=sent("lessons.lesson", "visitor", button="Check", answer="7"))
    ],
    "POST lessons.hint": [
        Row(EVERYBODY, at={"wanted": 1}, form=sent("lessons.lesson", "visitor", button="Check"))
    ],
    "POST lessons.solution": [
        Row(EVERYBODY, form=sent("lessons.lesson", "visitor", button="Check"))
    ],
    "GET claims.show": [Row(EVERYBODY)],
    "GET choosing.objectives": [Row(EVERYBODY)],
    "GET choosing.following": [Row(EVERYBODY, 302, at={"for": "objective:doubling"})],
    "GET practice.start": [
        Row(EVERYBODY, 302),
        Row(EVERYBODY, 302, "question of a quiz", differ={"owner": 403}),
    ],
    "GET practice.show": [
        Row(EVERYBODY),
        Row(EVERYBODY, 200, "question of a quiz", differ={"owner": 403}),
        Row(EVERYBODY, 503, "out of order"),
    ],
    "GET practice.back": [Row(EVERYBODY, 302, at={"_asked": "hint"})],
    "POST practice.answer": [
        Row(EVERYBODY, 303, form=sent("practice.show", "visitor", answer="7")),
        Row(
            EVERYBODY, 303, "question of a quiz", differ={"owner": 403},
            form=sent("practice.show", "visitor", "question of a quiz", answer="two"),
        ),
    ],
    "POST practice.hint": [Row(EVERYBODY, at={"wanted": 1}, form=sent("practice.show", "visitor"))],
    "POST practice.solution": [Row(EVERYBODY, 303, form=sent("practice.show", "visitor"))],
    "POST practice.code": [Row(EVERYBODY, form=sent("practice.show", "visitor"))],
    "GET echoes.read": [Row(EVERYBODY, at={"text": "1/2"})],
    "GET attempts.history": [Row(EVERYBODY)],
    "GET progress.show": [Row(EVERYBODY)],
    "GET downloads.csv_file": [Row(EVERYBODY)],
    "GET downloads.json_file": [Row(EVERYBODY)],
    "GET reviews.show": [Row(EVERYBODY)],
    "POST reviews.choose": [Row(EVERYBODY, 303, form=sent("reviews.show", "visitor"))],
    "GET sittings.intro": [Row(EVERYBODY)],
    "POST sittings.start": [Row(EVERYBODY, 303, form=sent("sittings.intro", "guest"))],
    "GET help.show": [Row(EVERYBODY)],
    "GET help.guide": [Row(EVERYBODY)],
    "GET help.picture": [Row(EVERYBODY, at={"name": "editor.png"})],
    "GET assets.font": [Row(EVERYBODY)],
    "GET static": [Row(EVERYBODY)],
    # Accounts
    "GET accounts.sign_in": [Row(EVERYBODY, differ=dict.fromkeys(ACCOUNTS, 303))],
    "POST accounts.enter": [
        Row(EVERYBODY, 303, form=typed(name="Newcomer", password=PASSWORD))
    ],
    "POST accounts.leave": [Row(EVERYBODY, 303)],
    "GET accounts.account": [Row(ACCOUNTS)],
    "POST accounts.change_password": [
        Row(ACCOUNTS, 303, form=typed(password=PASSWORD, new_password="a boat on the lake"))
    ],
    "POST accounts.leave_others": [Row(ACCOUNTS, 303)],
    "GET accounts.ask_delete": [Row(ACCOUNTS)],
    "POST accounts.delete": [
        Row(ACCOUNTS, 303, differ={"admin": 409}, form=typed(password=PASSWORD))
    ],
    "GET sign_up.ask": [Row(EVERYBODY, differ=dict.fromkeys(ACCOUNTS, 303))],
    "POST sign_up.propose": [Row(EVERYBODY, 303, form=typed(name="Zoe"))],
    "GET sign_up.choose_password": [Row(EVERYBODY, 303)],
    "POST sign_up.make": [Row(EVERYBODY, 303, form=typed(new_password="a boat"))],
    "GET links.forgotten": [Row(EVERYBODY)],
    "GET links.show": [Row(EVERYBODY, at={"token": ...})],
    "POST links.use": [
        Row(
            EVERYBODY, 303,
            form=sent("links.show", "guest", at={"token": ...}, new_password="a boat on it"),
        )
    ],
    # A learner's own attempts and sittings
    "GET attempts.show": [
        own("owner", "practised"),
        own("owner", "released"),
        own("owner", "held back", 303),
        own("visitor", "a guest’s"),
    ],
    "POST attempts.grade": [own("owner", "practised", 303), own("visitor", "a guest’s", 303)],
    "POST attempts.rate": [
        own("owner", "practised", 303, form=typed(part="answer", rating="1")),
        own("visitor", "a guest’s", 303, form=typed(part="answer", rating="1")),
    ],
    "GET sittings.overview": [
        own("owner", "open"), own("owner", "held back", 303), own("visitor", "a guest’s")
    ],
    "GET sittings.check": [
        own("owner", "open"), own("owner", "released", 303), own("visitor", "a guest’s")
    ],
    "GET sittings.paper": [own("owner", each) for each in _EACH_SITTING],
    "GET sittings.review": [
        own("owner", "open", 303), own("owner", "held back"), own("owner", "released"),
        own("visitor", "a guest’s", 303),
    ],
    "POST sittings.submit": [
        own("owner", "open", 303), own("owner", "released", 303),
        own("visitor", "a guest’s", 303),
    ],
    "GET drafts.question": [
        own("owner", "open"), own("owner", "held back", 303), own("owner", "released", 303),
        own("visitor", "a guest’s"),
    ],
    "POST drafts.save": [
        own("owner", "open", 303, form=typed(counter="1", answer="8")),
        own("owner", "held back", 409, form=typed(counter="0", answer="8")),
        own("owner", "released", 409, form=typed(counter="0", answer="8")),
        own("visitor", "a guest’s", 303, form=typed(counter="0")),
    ],
    # What is assigned
    "GET assigned.ask": [Row(ACCOUNTS)],
    "POST assigned.join": [
        Row(ACCOUNTS, 303, form=lambda world: {"code": world.taught.section.join_code})
    ],
    "GET assigned.mine": [Row(ACCOUNTS)],
    "GET assigned.show": [Row(MEMBERS, state=each, refused="hidden") for each in _EACH_SITTING],
    "POST assigned.start": [
        Row(MEMBERS, 303, "not begun", "hidden", form=sent("assigned.show", state="not begun"))
    ],
    # Of whoever teaches
    "GET codes.enter": [Row(STAFF)],
    "GET codes.show": [Row(STAFF)],
    "GET contents.show": [Row(STAFF)],
    "GET people.search": [Row(STAFF)],
    "GET people.show": [Row(TEACHING), Row(ADMINS, state="another’s", roles=STAFF)],
    "POST people.make_link": [Row(TEACHING)],
    "POST people.set_time": [Row(TEACHING, 303, form=typed(time_factor="1.5"))],
    "GET people.data": [Row(ADMINS)],
    "GET people.ask_erase": [Row(ADMINS)],
    "POST people.erase": [Row(ADMINS, 422, form=typed(name="Nobody"))],
    "POST people.set_role": [Row(ADMINS, 303, form=typed(role="instructor"))],
    "GET records.show_all": [Row(ADMINS)],
    "GET admin.show": [Row(ADMINS)],
    "GET sections.mine": [Row(STAFF)],
    "POST sections.make": [
        Row(STAFF, 303, form=sent("sections.mine", button="Make the section", name="New"))
    ],
    # Of whoever teaches this section
    "GET sections.show": [Row(TEACHING)],
    "POST sections.rename": [Row(TEACHING, 303, form=typed(name="Renamed"))],
    "POST sections.close": [Row(TEACHING, 303)],
    "POST sections.reopen": [Row(TEACHING, 303)],
    "POST sections.renew_code": [Row(TEACHING, 303)],
    "POST sections.add_instructor": [Row(TEACHING, 303, form=typed(account="Prof. Else"))],
    "POST sections.remove": [Row(TEACHING, 303)],
    "GET records.show": [Row(TEACHING)],
    "GET enrolling.ask": [Row(TEACHING)],
    "POST enrolling.preview": [Row(TEACHING, form=typed(text="name\nNew Learner"))],
    "POST enrolling.apply": [Row(TEACHING, 303, form=_enrolment)],
    "GET enrolling.passwords": [Row(TEACHING)],
    "POST enrolling.make_links": [Row(TEACHING)],
    "GET assigning.new": [Row(TEACHING)],
    "POST assigning.make": [
        Row(TEACHING, 303, form=sent("assigning.new", at={"assessment": "free"}, title="New"))
    ],
    "GET assigning.edit": [Row(TEACHING)],
    "POST assigning.change": [
        Row(TEACHING, 303, "not begun", form=sent("assigning.edit", state="not begun", title="N"))
    ],
    "POST assigning.remove": [Row(TEACHING, 303, "not begun"), Row(TEACHING, 409, "open")],
    "GET overriding.show": [Row(TEACHING)],
    "GET overriding.edit": [Row(TEACHING)],
    "POST overriding.put": [
        Row(TEACHING, 303, form=sent("overriding.edit", sittings="3", **_REASON))
    ],
    "POST overriding.take_back": [Row(TEACHING, 303, form=typed(counter="0"))],
    "GET gradebook.show": [Row(TEACHING)],
    "GET gradebook.csv_file": [Row(TEACHING)],
    "GET gradebook.json_file": [Row(TEACHING)],
    "GET gradebook.responses_csv": [Row(TEACHING)],
    "GET gradebook.responses_json": [Row(TEACHING)],
    "GET responses.learner": [Row(TEACHING)],
    "GET responses.decisions": [Row(TEACHING)],
    "GET responses.sitting": [Row(TEACHING, state=each) for each in _EACH_SITTING],
    "GET responses.response": [Row(TEACHING, state=each) for each in _EACH_SITTING],
    "GET deciding.drop": [Row(TEACHING)],
    "POST deciding.drop": [Row(TEACHING, 303, form=typed(**_REASON))],
    "GET deciding.full_marks": [Row(TEACHING)],
    "POST deciding.full_marks": [Row(TEACHING, 303, form=typed(**_REASON))],
    "GET deciding.score": [Row(TEACHING), Row(TEACHING, 409, "open")],
    "POST deciding.score": [Row(TEACHING, 303, form=typed(points="1", **_REASON))],
    "POST deciding.grade": [Row(TEACHING, 303)],
    "POST deciding.undo": [Row(TEACHING, 303, "decided")],
    "GET analysis.show": [Row(TEACHING)],
    "GET analysis.show_item": [Row(TEACHING)],
    "GET regrading.choose": [Row(TEACHING)],
    "GET regrading.preview": [Row(TEACHING)],
    "POST regrading.apply": [
        Row(TEACHING, 303, form=sent(
                "regrading.preview", at={"policy": "exact"}, button="Apply the regrade", **_REASON
            ))
    ],
    "POST regrading.undo": [Row(TEACHING, 303, "decided")],
}  # fmt: skip

WRITING_GETS = {
    "analysis.show_item": "the audit says who saw a key",
    "codes.show": "the audit says who saw a key",
    "gradebook.csv_file": "the audit says who took data away",
    "gradebook.json_file": "the audit says who took data away",
    "gradebook.responses_csv": "the audit says who took data away",
    "gradebook.responses_json": "the audit says who took data away",
    "people.data": "the audit says who took data away",
    "regrading.preview": "the audit says who saw a key",
    "responses.response": "the audit says who saw a key",
}
"""The pages that write when they are looked at, and what."""

CLOSING_GETS = frozenset(
    {
        "analysis.show", "analysis.show_item", "assigned.mine", "assigned.show", "attempts.history",
        "deciding.score", "drafts.question",
        "gradebook.csv_file", "gradebook.json_file", "gradebook.responses_csv",
        "gradebook.responses_json", "gradebook.show", "lessons.home", "regrading.choose",
        "regrading.preview", "responses.learner", "responses.response", "responses.sitting",
        "sittings.check", "sittings.overview", "sittings.paper", "sittings.review",
    }
)  # fmt: skip
"""The pages that hand in what the clock has closed before they show it."""

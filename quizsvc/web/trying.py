"""A variant in practice as its pages show it: to be tried, tried, solved; help on demand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import abort, render_template, request, url_for

from quizsvc.web import asking, helping, showing
from quizsvc.web.current import current_learner, new_token, service
from quizsvc.web.forms import RATINGS, AnswerForm, Ticket, read_response
from quizsvc.web.service import stored_outcome
from quizsvc.web.standing import refuse_key
from quizsvc.web.texts import template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    from markupsafe import Markup

    from quizsvc.model import Invalid, Item, RawResponse, Variant
    from quizsvc.store.attempts import StoredAttempt
    from quizsvc.web.helping import Standing

    class Address(Protocol):
        """Where to ask for help: ``hint``, ``solution`` or ``code``, and what is asked exactly."""

        def __call__(self, action: str, **asked: Any) -> str: ...  # noqa: D102


_LONGEST_GOAL = 80


@dataclass(frozen=True, slots=True)
class HelpView:
    """The help that stands below a question's fields."""

    id: str
    """Of the element that holds it."""
    hints: tuple[Markup, ...]
    """Those that were taken."""
    last: int
    """The number of the last hint there is."""
    hint: str
    """Where to ask for the next one; empty if there is none."""
    solution: str
    """Where to ask for the solution; empty where it is open."""
    solved: bool
    """Whether the solution was asked for, so that answers no longer count."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A variant in practice with what was typed, and perhaps what became of an attempt at it."""

    variant: Variant
    learner: str
    number: int
    ticket: Ticket
    raw: RawResponse = field(default_factory=dict)
    invalid: Invalid | None = None
    attempt: StoredAttempt | None = None
    code: str = ""


def goal() -> dict[str, Any]:
    """Return what the learner practises for, as the parameter that the addresses keep."""
    given = request.args.get("for", "")[:_LONGEST_GOAL]
    return {"for": given} if given else {}


def hints_wanted() -> int:
    """Return how many hints a button asks for: sent again, it asks for the same."""
    return request.args.get("wanted", 0, type=int)


def sent(item_id: str, number: int) -> Tried:
    """Return what a form holds, for the revision that the learner saw.

    Raises
    ------
    WithheldError
        That revision would give away a question of a quiz.
    """
    form = AnswerForm()
    if not form.validate_on_submit():
        abort(400)
    learner = current_learner()
    item = service().item_marked(item_id, form.revision.data)
    refuse_key(item)
    variant = service().variant(item, learner, number)
    raw, contradictions = read_response(variant, request.form)
    handed_out = Ticket(form.token.data, form.revision.data)
    return Tried(variant, learner, number, handed_out, raw, contradictions)


def ticket(revision: str) -> Ticket:
    """Return what the form of an answer to a revision carries that is not given yet."""
    return Ticket(new_token(), service().mark(revision))


def help_view(
    variant: Variant, standing: Standing, address: Address, *, scope: str = ""
) -> HelpView:
    """Return what help is offered to a learner who stands so with a variant."""
    hints = variant.item.hints
    shown = min(standing.hints, len(hints))
    wanted = {"wanted": shown + 1, "_anchor": f"help{scope}"}
    return HelpView(
        id=f"help{scope}",
        hints=tuple(template(hint, variant.values) for hint in hints[:shown]),
        last=len(hints),
        hint=address("hint", **wanted) if shown < len(hints) else "",
        solution="" if standing.open else address("solution"),
        solved=standing.solved_at is not None,
    )


def asked_page(tried: Tried, standing: Standing | None = None) -> str:
    """Return the page that asks a variant, below the result of an attempt if there is one.

    How the learner stands with it is looked up unless it is given.
    """
    variant, attempt = tried.variant, tried.attempt
    view = asking.item(variant, tried.raw, tried.invalid)
    if standing is None:
        standing = helping.standing(service(), tried.learner, variant.item.id, tried.number)
    result = None
    if attempt is not None:
        result = showing.result(variant, attempt, stored_outcome(attempt), opened=False)
    return render_template(
        "practice.html",
        view=view,
        problems=view.problems,
        ticket=tried.ticket,
        result=result,
        help=help_view(variant, standing, _address(variant.item, tried.number, attempt)),
        **_around(variant, tried.number, attempt, tried.code),
    )


def result_page(attempt: StoredAttempt, *, code: str = "") -> str:
    """Return the page of one attempt: with all that explains it, or with the form to try again.

    Raises
    ------
    WithheldError
        It was made in practice, and its key would give away a question of a quiz.
    """
    variant, number = service().restored(attempt), attempt.variant_number
    if attempt.sitting is None:
        refuse_key(variant.item)
    standing = helping.standing_of(service(), attempt)
    handed_out = ticket(attempt.revision)
    if number is not None and not standing.open:
        tried = Tried(
            variant, attempt.learner, number, handed_out, attempt.raw_response,
            attempt=attempt, code=code,
        )  # fmt: skip
        return asked_page(tried, standing)
    solved_at = standing.solved_at
    return render_template(
        "result.html",
        view=showing.result(variant, attempt, stored_outcome(attempt)),
        ticket=handed_out,
        solved=solved_at is not None,
        too_late=solved_at is not None and solved_at <= attempt.created_at,
        **_around(variant, number, attempt, code),
    )


def solution_page(variant: Variant, learner: str, number: int, *, code: str = "") -> str:
    """Return the page of a solution by itself, without an answer."""
    standing = helping.standing(service(), learner, variant.item.id, number)
    return render_template(
        "solution.html",
        solved=standing.solved_at is not None,
        view=showing.result(variant, None, None),
        ticket=ticket(variant.item.revision),
        **_around(variant, number, None, code, solution=service().mark(variant.item.revision)),
    )


def _around(
    variant: Variant,
    number: int | None,
    attempt: StoredAttempt | None,
    code: str,
    **asked: Any,
) -> Mapping[str, object]:
    """Return what all pages of a variant have around it: ways onward, the code for a teacher."""
    item = variant.item
    in_practice = number is not None and (attempt is None or attempt.sitting is None)
    current = service().bank.items.get(item.id)
    to_code = _address(item, number, attempt)("code", _anchor="code", **asked) if number else ""
    return {
        "attempt": attempt,
        "number": number,
        "goal": goal(),
        "again": current is not None and number is not None,
        "random": current is not None and asking.is_random(current),
        "lesson": service().bank.lesson_of(item.id),
        "levels": service().bank.levels(item.id),
        "ratings": RATINGS,
        "code": code,
        "to_code": to_code if in_practice else "",
    }


def _address(item: Item, number: int | None, attempt: StoredAttempt | None) -> Address:
    """Return the addresses of help in practice, which keep the goal and the attempt in sight."""
    kept = {**goal(), **({"attempt": attempt.id} if attempt else {})}

    def address(action: str, **asked: Any) -> str:
        return url_for(f"practice.{action}", item_id=item.id, number=number, **kept, **asked)

    return address

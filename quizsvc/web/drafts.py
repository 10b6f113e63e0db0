"""One question of a sitting: asked, kept as it is typed, flagged, checked if that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for

from quizsvc.errors import SittingClosedError
from quizsvc.store import drafts as store
from quizsvc.store.attempts import ResponseTokenReusedError
from quizsvc.store.drafts import DraftOvertakenError
from quizsvc.web import asking, showing
from quizsvc.web import sitting_service as rules
from quizsvc.web.arrival import arrived_at, time_left, time_of_day
from quizsvc.web.current import known_learner, service
from quizsvc.web.forms import RATINGS, DraftForm, read_response
from quizsvc.web.places import answered, place
from quizsvc.web.service import stored_outcome
from quizsvc.web.sittings import waiting_page

if TYPE_CHECKING:
    from flask import Response
    from flask.typing import ResponseReturnValue

    from quizsvc.model import Invalid, RawResponse
    from quizsvc.store.drafts import Draft
    from quizsvc.store.sittings import Sitting
    from quizsvc.web.places import Place

blueprint = Blueprint("drafts", __name__)


@blueprint.get("/sittings/<sitting_id>/<int:position>")
def question(sitting_id: str, position: int) -> ResponseReturnValue:
    """Ask one question, with the answer as it was last saved; or show what was checked."""
    sitting = _own(sitting_id)
    asked = place(service(), sitting, position)
    if sitting.submitted_at:
        return redirect(_review(sitting, position), code=303)
    if asked.attempt is not None and not rules.released(sitting, arrived_at()):
        return waiting_page(sitting)
    if asked.attempt is not None:
        return _checked_page(sitting, asked)
    return _question_page(sitting, asked, DraftForm(formdata=None, counter=asked.counter))


@blueprint.post("/sittings/<sitting_id>/<int:position>")
def save(sitting_id: str, position: int) -> ResponseReturnValue:
    """Keep an answer as a draft and go where the pressed button leads.

    A script that saves while somebody is typing is answered in JSON, and what contradicts itself
    or cannot be read does not stop it.
    """
    sitting = _own(sitting_id)
    asked = place(service(), sitting, position)
    form = DraftForm()
    if not form.validate_on_submit():
        abort(400)
    raw, contradictions = read_response(asked.variant, request.form)
    if contradictions and not _for_script():
        return _question_page(sitting, asked, form, raw, contradictions), 422
    go, counter = request.form.get("go", ""), form.counter.data
    try:
        if go == "check" and sitting.feedback == "answer":
            unread = rules.check_answer(service(), sitting, asked, raw, counter, arrived_at())
            if unread:
                return _question_page(sitting, asked, form, raw, unread), 422
            return _to_question(sitting, position)
        draft = store.save_draft(
            service().db, sitting.id, position, raw, counter, arrived_at=arrived_at()
        )
        if go in _FLAGS:
            store.flag(
                service().db, sitting.id, position, flagged=_FLAGS[go], arrived_at=arrived_at()
            )
    except DraftOvertakenError as overtaken:
        return _overtaken(sitting, asked, raw, overtaken.stored), 409
    except (SittingClosedError, ResponseTokenReusedError):
        return _closed(_own(sitting_id), asked, raw)
    if _for_script():
        return jsonify(
            state="saved",
            at=draft.saved_at.isoformat(),
            counter=draft.counter,
            left=_seconds_left(sitting),
        )
    return _onward(_own(sitting_id), position, go)


_FLAGS = {"flag": True, "unflag": False}
"""The button that was pressed to whether the question is flagged then."""


def _for_script() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _seconds_left(sitting: Sitting) -> float | None:
    left = time_left(sitting)
    return left.seconds if left else None


def _own(sitting_id: str) -> Sitting:
    return rules.find(service(), known_learner(), sitting_id, arrived_at())


def _review(sitting: Sitting, position: int) -> str:
    return url_for("sittings.review", sitting_id=sitting.id, _anchor=f"question-{position}")


def _to_question(sitting: Sitting, position: int) -> ResponseReturnValue:
    return redirect(url_for(".question", sitting_id=sitting.id, position=position), code=303)


def _onward(sitting: Sitting, position: int, go: str) -> ResponseReturnValue:
    """Lead on; but forward only from what can be read, so that a slip is seen where it was made."""
    unread = place(service(), sitting, position).invalid is not None
    last = len(sitting.items)
    if go in {str(number) for number in range(1, last + 1)}:
        return _to_question(sitting, int(go))
    if go == "overview" or (go == "next" and position == last and not unread):
        return redirect(url_for("sittings.overview", sitting_id=sitting.id), code=303)
    step = {"previous": -1, "next": 0 if unread else 1}.get(go, 0)
    return _to_question(sitting, max(1, position + step))


def _question_page(
    sitting: Sitting,
    asked: Place,
    form: DraftForm,
    raw: RawResponse | None = None,
    invalid: Invalid | None = None,
) -> str:
    view = asking.item(
        asked.variant,
        asked.raw if raw is None else raw,
        invalid or asked.invalid,
        number=asked.pinned.position,
    )
    return render_template(
        "question.html",
        sitting=sitting,
        place=asked,
        view=view,
        unsaved=raw is not None,
        problems=view.problems,
        form=form,
        last=len(sitting.items),
        answered=answered(sitting),
        left=time_left(sitting),
    )


def _checked_page(sitting: Sitting, asked: Place) -> str:
    assert asked.attempt is not None  # noqa: S101 - for mypy: its caller has looked
    return render_template(
        "checked.html",
        sitting=sitting,
        place=asked,
        attempt=asked.attempt,
        view=showing.result(asked.variant, asked.attempt, stored_outcome(asked.attempt)),
        ratings=RATINGS,
        last=len(sitting.items),
        answered=answered(sitting),
        left=time_left(sitting),
    )


def _overtaken(
    sitting: Sitting, asked: Place, sent: RawResponse, stored: Draft | None
) -> Response | str:
    """Say that another tab has saved since, with both answers, and let the learner choose."""
    counter = stored.counter if stored else 0
    both = {
        "stored": showing.answers(asked.variant, stored.raw_response if stored else {}),
        "sent": showing.answers(asked.variant, sent),
    }
    if _for_script():
        return jsonify(state="overtaken", counter=counter, **_in_html(both))
    posted = [pair for pair in request.form.items(multi=True) if pair[0] not in _OF_THE_PAGE]
    return render_template(
        "refused.html",
        title="This question was answered in another tab meanwhile",
        text="What you sent now was not stored. Both answers are below; choose which one to keep.",
        **both,
        again=[*posted, ("counter", str(counter))],
        onward=url_for(".question", sitting_id=sitting.id, position=asked.pinned.position),
        onward_text="Take the stored answer",
    )


_OF_THE_PAGE = frozenset({"csrf_token", "counter", "go"})
"""Fields of the form that nobody typed."""


def _closed(sitting: Sitting, asked: Place, sent: RawResponse) -> ResponseReturnValue:
    """Say why an answer came too late, and what stands instead of it.

    Who sends once more what counts already, since the answer to it was lost, is led to it.
    """
    position = asked.pinned.position
    attempt = sitting.attempts.get(position)
    counts = attempt is not None and attempt.raw_response == sent
    if counts and not _for_script():
        return _to_question(sitting, position)
    if sitting.submitted_at is None:
        title, onward = "This answer is final", _question(sitting, position)
    elif sitting.submitted_by == "deadline":
        ended = time_of_day(sitting.submitted_at, arrived_at())
        title, onward = f"Time was up at {ended}", _review(sitting, position)
    else:
        title, onward = "This quiz was already handed in", _review(sitting, position)
    both = {
        "stored": showing.answers(asked.variant, attempt.raw_response if attempt else {}),
        "sent": showing.answers(asked.variant, sent),
    }
    if _for_script():
        return jsonify(
            state="closed",
            title=title,
            onward=onward,
            counts=counts,
            left=_seconds_left(sitting),
            **_in_html(both),
        ), 409
    page = render_template(
        "refused.html",
        title=title,
        text="What you sent now was not stored. Both answers are below, to compare and copy.",
        **both,
        onward=onward,
        onward_text="Go on",
    )
    return page, 409


def _question(sitting: Sitting, position: int) -> str:
    return url_for(".question", sitting_id=sitting.id, position=position)


def _in_html(both: dict[str, list[showing.Answer]]) -> dict[str, str]:
    """Return answers as the page shows them, for the script to put in place."""
    return {
        name: render_template("_answers.html", answers=answers) for name, answers in both.items()
    }

"""Reviews: what is due and why, what is to come, and how many the learner wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from quizsvc.learning.reviews import DAILY_LIMITS, RETENTIONS
from quizsvc.model import Preferences
from quizsvc.store import preferences
from quizsvc.web.current import current_learner, service
from quizsvc.web.showing import percent
from quizsvc.web.standing import standing
from quizsvc.web.texts import day, inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask.typing import ResponseReturnValue
    from markupsafe import Markup
    from wtforms import Field

    from quizsvc.learning.reviews import Schedule
    from quizsvc.learning.standing import Standing

blueprint = Blueprint("reviews", __name__)

_RESULTS = {
    "again": "did not get it right",
    "hard": "got it right with help or on a later try",
    "good": "got it right",
}
"""How the last meeting went, in words."""

_MOST_COMING = 20


def _whole(lowest: int, highest: int, message: str) -> Callable[[FlaskForm, Field], None]:
    """Return a validator that takes whole numbers between two, with or without a per cent sign."""

    def check(_form: FlaskForm, field: Field) -> None:
        text = _digits(field)
        if not re.fullmatch("[0-9]{1,4}", text) or not lowest <= int(text) <= highest:
            raise ValidationError(message)

    return check


def _digits(field: Field) -> str:
    return (field.data or "").strip().removesuffix("%").strip()


class PreferencesForm(FlaskForm):  # type: ignore[misc]
    """How many reviews a day, and how much is to be kept."""

    daily_limit = StringField(
        "Reviews a day, at most",
        [
            _whole(
                *DAILY_LIMITS,
                "The reviews a day must be a whole number from {} to {}.".format(*DAILY_LIMITS),
            )
        ],
    )
    retention = StringField(
        "How sure you want to be",
        [
            _whole(
                *RETENTIONS,
                "How sure you want to be must be a whole number from {} to {} per cent.".format(
                    *RETENTIONS
                ),
            )
        ],
    )

    @property
    def chosen(self) -> Preferences:
        """What a valid form says."""
        return Preferences(int(_digits(self.daily_limit)), int(_digits(self.retention)) / 100)


@dataclass(frozen=True, slots=True)
class DueView:
    """A family that comes back, with the reason."""

    title: Markup
    due: str
    why: str


@blueprint.get("/reviews")
def show() -> ResponseReturnValue:
    """Show what is due and why, and what the learner has chosen."""
    state = standing()
    chosen = state.preferences
    form = PreferencesForm(
        formdata=None,
        daily_limit=str(chosen.daily_limit),
        retention=str(round(100 * chosen.retention)),
    )
    return _page(state, form)


@blueprint.post("/reviews")
def choose() -> ResponseReturnValue:
    """Keep how many reviews a day, and how much is to be kept."""
    form = PreferencesForm()
    if form.validate_on_submit():
        preferences.save(service().db, current_learner(), form.chosen)
        return redirect(url_for(".show", kept="yes"), code=303)
    return _page(standing(), form), 422


def _page(state: Standing, form: PreferencesForm) -> str:
    agenda = state.agenda
    return render_template(
        "reviews.html",
        agenda=agenda,
        today=[_view(state, plan) for plan in agenda.today],
        waiting=[_view(state, plan) for plan in agenda.waiting],
        coming=[_view(state, plan) for plan in agenda.coming[:_MOST_COMING]],
        more=max(0, len(agenda.coming) - _MOST_COMING),
        form=form,
        problems=[field for field in (form.daily_limit, form.retention) if field.errors],
        kept="kept" in request.args,
    )


def _view(state: Standing, plan: Schedule) -> DueView:
    title = inline(state.catalogue.title_of(plan.family))
    return DueView(title, day(plan.due), why(plan, state))


def why(plan: Schedule, state: Standing) -> str:
    """Say in a sentence why a family comes back when it does."""
    known, kept = state.agenda.retention[plan.family], state.preferences.retention
    met = f"You last met it on {day(plan.last.at)} and {_RESULTS[plan.last.rating.name.lower()]}"
    chance = f"the chance that you still know it is about {percent(known)}"
    if plan.due > state.today:
        return f"{met}; {chance}, and on {day(plan.due)} it will be near {percent(kept)}."
    if round(100 * known) > round(100 * kept):  # reviews come on whole days
        return f"{met}; {chance} and about to fall below the {percent(kept)} that you want to keep."
    return f"{met}; {chance}, and you want to keep {percent(kept)}."

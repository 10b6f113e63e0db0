"""The form of an override: where it departs from the assignment, and what contradicts that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from quizsvc.model import Exemption
from quizsvc.store.people import LARGEST_TIME_FACTOR
from quizsvc.web.teaching.fields import MomentField, NumberField, ending_field, stripped_lines
from quizsvc.web.texts import moment

if TYPE_CHECKING:
    from datetime import datetime

    from wtforms import Field

    from quizsvc.model import Rules
    from quizsvc.store.assignments import Override

_NO_LIMIT = "This assignment has no time limit that could be longer."


class OverrideForm(FlaskForm):  # type: ignore[misc]
    """Other terms for one learner."""

    counter = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(0)],
        render_kw={"autocomplete": "off"},
    )
    ending = ending_field()
    time_factor = NumberField("Time limit times", least=1, most=LARGEST_TIME_FACTOR)
    extra_minutes = NumberField("Or minutes more", least=0.1, most=100_000)
    opens_at = MomentField("Opens (UTC)")
    closes_at = MomentField("Closes (UTC)")
    sittings = NumberField("Number of sittings in all", least=1, most=1000, whole=True)
    reason = TextAreaField(
        "Reason",
        filters=[stripped_lines],
        validators=[
            DataRequired("Please give a reason: it is kept in the section’s records."),
            Length(max=400, message="Please use at most 400 characters."),
        ],
    )

    def __init__(self, *given: Any, rules: Rules, begun: int, **named: Any) -> None:
        super().__init__(*given, **named)
        self._rules, self._begun = rules, begun

    def validate_time_factor(self, field: Field) -> None:
        """Hold it against the assignment; and something at all must be different."""
        if field.data is not None and self._rules.time_limit is None:
            raise ValidationError(_NO_LIMIT)
        if self.exemption == Exemption() and not any(each.process_errors for each in self):
            raise ValidationError("Please say what is to be different.")

    def validate_extra_minutes(self, field: Field) -> None:
        """Hold it against the factor and the assignment."""
        if field.data is None:
            return
        if self._rules.time_limit is None:
            raise ValidationError(_NO_LIMIT)
        if self.time_factor.data is not None:
            raise ValidationError("Please give a factor or minutes, not both.")

    def validate_closes_at(self, field: Field) -> None:
        """Hold it against the assignment's, and against the opening, his own or everybody's."""
        everybody = self._rules.closes_at
        if field.data is not None and everybody is None:
            raise ValidationError("It never closes for anybody. Please leave this blank.")
        if field.data is not None and everybody is not None and field.data < everybody:
            raise ValidationError(
                f"It closes for everybody on {_moment(everybody)}. "
                "Please give a later moment, or leave this blank."
            )
        opens = self.opens_at.data or self._rules.opens_at
        closes = field.data or everybody
        departs = field.data is not None or self.opens_at.data is not None
        if departs and opens is not None and closes is not None and closes <= opens:
            raise ValidationError(
                f"It would close on {_moment(closes)}, before it opens on {_moment(opens)}. "
                "Please move one of the two."
            )

    def validate_sittings(self, field: Field) -> None:
        """Hold it against what everybody has, and what was begun."""
        if field.data is None:
            return
        everybody = self._rules.sittings
        if everybody is None:
            raise ValidationError("Everybody may begin any number of sittings.")
        if field.data <= everybody:
            raise ValidationError(
                f"Everybody has {everybody}. Please give more than that, counted in all."
            )
        if field.data < self._begun:
            raise ValidationError(f"{self._begun} have begun already. Please give at least that.")

    @property
    def exemption(self) -> Exemption:
        """What was filled in."""
        return Exemption(
            opens_at=self.opens_at.data,
            closes_at=self.closes_at.data,
            time_factor=self.time_factor.data,
            extra_minutes=self.extra_minutes.data,
            sittings=self.sittings.data,
        )


class TakeBackForm(FlaskForm):  # type: ignore[misc]
    """The wish to take an override back."""

    counter = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(0)],
        render_kw={"autocomplete": "off"},
    )
    ending = ending_field()


def as_stored(override: Override | None) -> dict[str, Any]:
    """Return how the form is filled in."""
    if override is None:
        return {"counter": 0}
    exempt = override.exemption
    return {
        "counter": override.counter,
        "reason": override.reason,
        "opens_at": exempt.opens_at,
        "closes_at": exempt.closes_at,
        "time_factor": exempt.time_factor,
        "extra_minutes": exempt.extra_minutes,
        "sittings": exempt.sittings,
    }


def _moment(at: datetime) -> str:
    return moment(at).striptags()

"""The form of an assignment: its terms, and what cannot be among them together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import BooleanField, HiddenField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, ValidationError
from wtforms.widgets import HiddenInput

from quizsvc.model import Rules
from quizsvc.web.forms import OnceForm
from quizsvc.web.teaching.fields import (
    ChoiceField,
    MomentField,
    NumberField,
    ending_field,
    line_field,
    stripped,
)
from quizsvc.web.texts import minutes, points

if TYPE_CHECKING:
    from datetime import datetime

    from wtforms import Field

    from quizsvc.model import Assessment
    from quizsvc.store.assignments import Assignment

LONGEST_TITLE = 200

FEEDBACK = [
    ("answer", "with each answer, as soon as the learner has it checked; it is final then"),
    ("submission", "once the quiz is handed in"),
    ("closing", "once it is over for everybody, later dates of single learners included"),
]
AT_DEADLINE = [
    ("submit", "is handed in by the service"),
    ("discard", "does not count"),
]
COUNTS = [("best", "the best one"), ("last", "the last one"), ("average", "the average of all")]


class AssignmentForm(OnceForm):
    """The terms of an assignment."""

    counter = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(0)],
        render_kw={"autocomplete": "off"},
    )
    assessment = HiddenField()
    ending = ending_field()
    title = line_field("Title", LONGEST_TITLE, "Please type a title.")
    opens_at = MomentField("Opens (UTC)")
    closes_at = MomentField("Closes (UTC)")
    time_limit = NumberField("Time limit in minutes", least=0.1, most=100_000)
    sittings = NumberField("Number of sittings", least=1, most=1000, whole=True)
    counts = ChoiceField("Of several sittings counts", COUNTS)
    feedback = ChoiceField("Results and solutions are shown", FEEDBACK)
    late_drafts = ChoiceField("What is typed and not handed in when the time is up", AT_DEADLINE)
    late_until = MomentField("Late work is taken until (UTC)")
    late_share = NumberField("Percent of the points that late work keeps", least=0, most=100)
    shuffled = BooleanField("Each sitting has the questions in an order of its own.")
    access_code = StringField(
        "Access code",
        filters=[stripped],
        validators=[Length(max=80, message="Please use at most 80 characters.")],
    )

    def __init__(self, *given: Any, now: datetime | None = None, **named: Any) -> None:
        super().__init__(*given, **named)
        self._now = now

    def validate_closes_at(self, field: Field) -> None:
        """Hold it against the opening, and a new one against the clock."""
        if field.data is None:
            return
        if self.opens_at.data is not None and field.data <= self.opens_at.data:
            raise ValidationError("It would close before it opens. Please move one of the two.")
        if self._now is not None and field.data <= self._now:
            raise ValidationError("This moment has passed already. All times here are UTC.")

    def validate_late_until(self, field: Field) -> None:
        """Hold it against the closing time."""
        if field.data is None:
            if self.late_share.data not in (None, 100):
                raise ValidationError(
                    "Please say until when late work is taken, or let it keep 100 percent."
                )
        elif self.closes_at.data is None:
            raise ValidationError(
                "Without a closing time nothing is late. Please give one, or leave this blank."
            )
        elif field.data <= self.closes_at.data:
            raise ValidationError("This must be later than the closing time.")

    def validate_feedback(self, field: Field) -> None:
        """Hold it against the closing time."""
        if field.data == "closing" and self.closes_at.data is None:
            raise ValidationError(
                "It would never be over. Please give a closing time, or show results earlier."
            )

    def validate_late_drafts(self, field: Field) -> None:
        """Hold it against the deadlines that there are."""
        never_up = self.closes_at.data is None and self.time_limit.data is None
        if field.data == "discard" and never_up:
            raise ValidationError(
                "The time is never up here. Please give a time limit or a closing time."
            )

    @property
    def rules(self) -> Rules:
        """The terms that were filled in."""
        share = self.late_share.data
        return Rules(
            opens_at=self.opens_at.data,
            closes_at=self.closes_at.data,
            time_limit=self.time_limit.data,
            sittings=self.sittings.data,
            feedback=self.feedback.data,
            late_drafts=self.late_drafts.data,
            late_until=self.late_until.data,
            late_share=1.0 if share is None else share / 100,
            counts=self.counts.data,
            shuffled=self.shuffled.data,
            access_code=self.access_code.data or None,
        )


def defaults(chosen: Assessment) -> dict[str, Any]:
    """Return how the form of a new assignment is filled in before anybody has."""
    rules = Rules(
        closes_at=chosen.closes,
        time_limit=chosen.time_limit,
        feedback=chosen.feedback,
        late_drafts=chosen.at_deadline,
        shuffled=chosen.shuffle,
    )
    return {"counter": 0, "assessment": chosen.id, "title": chosen.title, **filled(rules)}


def as_stored(assignment: Assignment) -> dict[str, Any]:
    """Return how the form of an assignment is filled in."""
    return {"counter": assignment.counter, "title": assignment.title, **filled(assignment.rules)}


def filled(rules: Rules) -> dict[str, Any]:
    """Return what the fields of terms hold."""
    names = (
        "opens_at", "closes_at", "time_limit", "sittings", "feedback", "late_drafts",
        "late_until", "counts", "shuffled", "access_code",
    )  # fmt: skip
    return {
        "late_share": round(100 * rules.late_share, 9),
        **{name: getattr(rules, name) for name in names},
    }


def in_words(title: str, rules: Rules) -> dict[str, str]:
    """Return terms as they are shown beside other ones."""
    times = {
        "Opens": rules.opens_at,
        "Closes": rules.closes_at,
        "Late work is taken until": rules.late_until,
    }
    return {
        "Title": title,
        **{words: f"{at:%Y-%m-%d %H:%M} UTC" if at else "" for words, at in times.items()},
        "Late work keeps": f"{points(100 * rules.late_share)} %",
        "Time limit": "" if rules.time_limit is None else minutes(rules.time_limit),
        "Sittings": "any number" if rules.sittings is None else str(rules.sittings),
        "Counts": dict(COUNTS)[rules.counts],
        "Results": dict(FEEDBACK)[rules.feedback],
        "What is not handed in": dict(AT_DEADLINE)[rules.late_drafts],
        "In an order of its own": "yes" if rules.shuffled else "no",
        "Access code": rules.access_code or "",
    }

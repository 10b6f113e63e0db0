"""What a form carries besides the learner's answer; the answer is read by its question type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, StringField
from wtforms.validators import AnyOf, InputRequired, NumberRange, Regexp
from wtforms.widgets import HiddenInput

from quizsvc.model import Invalid

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from quizsvc.model import RawResponse, Variant

_IS_TOKEN = Regexp(r"\A[0-9a-f]{32}\Z")

IN_PICTURE = "graph."
"""What the names of fields inside a picture begin with."""

RATINGS = (("0", "Not yet"), ("0.5", "Partly"), ("1", "Yes, in substance"))
"""The learner's own judgement of a written answer, with its words."""


class OnceForm(FlaskForm):  # type: ignore[misc]
    """A form that takes effect once: the token made with the page marks its submission."""

    token = HiddenField(validators=[InputRequired(), _IS_TOKEN])


class AnswerForm(OnceForm):
    """An answer in practice, with the mark of the item's revision that the learner saw."""

    revision = HiddenField(validators=[InputRequired()])


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the page of an answer's form hands out: the same as `AnswerForm` takes back."""

    token: str
    revision: str


class DraftForm(FlaskForm):  # type: ignore[misc]
    """An answer in a sitting; the counter tells whether another tab has saved since."""

    counter = IntegerField(
        widget=HiddenInput(),
        validators=[InputRequired(), NumberRange(0)],
        # A browser that puts back what stood in a form must not put back an old number.
        render_kw={"autocomplete": "off"},
    )


class RatingForm(FlaskForm):  # type: ignore[misc]
    """The learner's own rating of one written part."""

    part = HiddenField(validators=[InputRequired()])
    rating = StringField(validators=[InputRequired(), AnyOf([value for value, _ in RATINGS])])


def read_response(
    variant: Variant, posted: MultiDict[str, str]
) -> tuple[RawResponse, Invalid | None]:
    """Return the raw response that a form makes up, and what contradicts itself in it.

    The blanks of a graph stand twice on the page, in the table and in the picture; the table's
    field counts, or the picture's where the table's is blank.
    """
    fields = posted.to_dict(flat=False)
    raw: dict[str, str] = {}
    contradictions: dict[str, str] = {}
    for drawn in variant.parts:
        text = drawn.part.interaction.read_form(fields, drawn.name)
        pictured = posted.get(f"{IN_PICTURE}{drawn.name}", "")
        if text.strip() and pictured.strip() and text.strip() != pictured.strip():
            contradictions[drawn.name] = (
                f"The table says {text.strip()} and the picture says {pictured.strip()}. "
                "Please clear one of them."
            )
        raw[drawn.name] = text if text.strip() else pictured or text
    return raw, Invalid(contradictions) if contradictions else None

"""Forms of decisions about points; what is wrong with them is said in whole sentences."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from quizsvc.web.teaching.fields import stripped
from quizsvc.web.texts import points

if TYPE_CHECKING:
    from wtforms import Field

_LONGEST_REASON = 400

_NUMBER = re.compile(r"[0-9]{1,12}([.,][0-9]{0,12})?|[.,][0-9]{1,12}")


def _reason() -> StringField:
    return StringField(
        "Reason",
        filters=[stripped],
        validators=[
            DataRequired("Please give a reason: it is kept with the decision."),
            Length(
                max=_LONGEST_REASON,
                message=f"Please give the reason in at most {_LONGEST_REASON} characters.",
            ),
        ],
    )


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """Why a decision is made: it stays with the decision."""

    reason = _reason()


class ScoreForm(ReasonForm):
    """The points of one place, with the reason.

    Parameters
    ----------
    most : float
        The points of the place.
    """

    points = StringField("Points", filters=[stripped])
    reason = _reason()  # once more: fields are checked in the order in which they are made

    def __init__(self, *given: Any, most: float, **named: Any) -> None:
        super().__init__(*given, **named)
        self._most = most
        self.score: float | None = None
        """In [0, 1], once the form was read and its points are right."""
        self.read = ""
        """The points as they were read."""

    def validate_points(self, field: Field) -> None:
        """Read a number as a person types it: digits, with a point or a comma among them."""
        typed = field.data or ""
        number = float(typed.replace(",", ".")) if _NUMBER.fullmatch(typed) else math.nan
        if not 0 <= number <= self._most:
            raise ValidationError(
                f"Please type a number from 0 to {points(self._most)}, such as "
                f"{points(self._most / 2)}."
            )
        self.score = number / self._most
        self.read = f"{number:.12f}".rstrip("0").rstrip(".")

"""Fields that instructors fill in: moments in UTC, numbers, choices; said in whole sentences."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wtforms import Field, IntegerField, StringField
from wtforms.validators import AnyOf, DataRequired, Length, NumberRange
from wtforms.widgets import DateTimeLocalInput, TextInput

from quizsvc.store import names

if TYPE_CHECKING:
    from collections.abc import Sequence

_NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]*)?|-?[.,][0-9]+")
"""As a person types it: no underscores, no powers of ten, no digits of other scripts."""


_YEARS = range(2000, 2101)
"""Any other is a slip of the hand, and to the last that there are nothing could be added."""


def stripped(text: str | None) -> str:
    """Return a line as it is kept: what is shown of it, without the space around it."""
    return names.shown(text or "")


def stripped_lines(text: str | None) -> str:
    """Return a text of several lines so."""
    return names.shown(text or "", lines=True)


def line_field(label: str, most: int, missing: str) -> StringField:
    """Return a field for a line that must be given."""
    too_long = f"Please use at most {most} characters."
    return StringField(
        label,
        filters=[stripped],
        validators=[DataRequired(missing), Length(max=most, message=too_long)],
    )


def ending_field() -> IntegerField:
    """Return the field that agrees to so many open sittings being handed in at once."""
    return IntegerField(default=0, validators=[NumberRange(0)])


def would_end(count: int) -> str:
    """Say what a change would do to sittings that are open."""
    some = "1 quiz that is" if count == 1 else f"{count} quizzes that are"
    return f"{some} open now would be handed in at once."


class ChoiceField(StringField):  # type: ignore[misc]
    """One of several choices: value and words."""

    def __init__(self, label: str, choices: Sequence[tuple[str, str]], **named: Any) -> None:
        one_of = AnyOf([value for value, _ in choices], "Please choose one of these.")
        super().__init__(label, validators=[one_of], **named)
        self.choices = choices


class MomentField(Field):  # type: ignore[misc]
    """A date with a time in UTC, or nothing."""

    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else as_typed(self.data)

    def process_formdata(self, values: list[str]) -> None:
        """Read it; a browser without such a field sends what was typed."""
        text = stripped(values[0]) if values else ""
        self.data = None
        if not text:
            return
        try:
            moment = datetime.fromisoformat(text)
            moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            message = "Please give a date with a time, such as 2026-12-24 18:00."
            raise ValueError(message) from None
        if moment.year not in _YEARS:
            message = f"Please give a year from {_YEARS[0]} to {_YEARS[-1]}."
            raise ValueError(message)
        self.data = moment


class NumberField(Field):  # type: ignore[misc]
    """A number within bounds, or nothing; with a point or a comma."""

    widget = TextInput()

    def __init__(
        self, label: str, *, least: float, most: float, whole: bool = False, **named: Any
    ) -> None:
        super().__init__(label, **named)
        self._bounds, self._whole = (least, most), whole

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data:g}"

    def process_formdata(self, values: list[str]) -> None:
        """Read it."""
        text = stripped(values[0]) if values else ""
        self.data: Any = None
        if not text:
            return
        least, most = self._bounds
        number = float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else math.nan
        if not least <= number <= most or (self._whole and not number.is_integer()):
            kind = "whole number" if self._whole else "number"
            message = f"Please type a {kind} from {least:g} to {most:g}."
            raise ValueError(message)
        self.data = int(number) if self._whole else number


def as_typed(moment: datetime) -> str:
    """Return a moment as its field holds it."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    exact = "minutes" if utc == utc.replace(second=0, microsecond=0) else "auto"
    return utc.isoformat(timespec=exact)

"""Forms of accounts; what is wrong with them is said in whole sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import AnyOf, InputRequired, StopValidation, ValidationError

from quizsvc.store import names, passwords
from quizsvc.store.people import LARGEST_TIME_FACTOR, ROLES

if TYPE_CHECKING:
    from wtforms import Field, Form


@dataclass(frozen=True, slots=True)
class Problem:
    """One entry of the summary above a form."""

    focus: str
    """The id of the field to mend."""
    message: str


def problems_of(form: Form) -> list[Problem]:
    """Return what is wrong with a form, in the order of its fields."""
    return [
        Problem(form[name].id, str(messages[0])) for name, messages in form.errors.items() if name
    ]


def stripped(text: str | None) -> str:
    """Return what was typed without the space around it."""
    return (text or "").strip()


def _is_name(_form: Form, field: Field) -> None:
    if problem := names.problem(field.data):
        raise StopValidation(problem)


def _new_password() -> PasswordField:
    return PasswordField(
        "New password",
        validators=[InputRequired("Please type a password.")],
        # Password managers read the length; the browser itself checks nothing here.
        render_kw={"minlength": passwords.SHORTEST, "autocomplete": "new-password"},
    )


class SignInForm(FlaskForm):  # type: ignore[misc]
    """Name and password of somebody who has an account."""

    name = StringField(
        "Name", filters=[stripped], validators=[InputRequired("Please type your name.")]
    )
    password = PasswordField("Password", validators=[InputRequired("Please type your password.")])
    next = HiddenField()


class NameForm(FlaskForm):  # type: ignore[misc]
    """What somebody wants to be called."""

    name = StringField("Name", filters=[stripped], validators=[_is_name])


class NewPasswordForm(FlaskForm):  # type: ignore[misc]
    """A password to be, which must not be among the first that anybody would try."""

    new_password = _new_password()

    def __init__(self, *given: Any, for_names: tuple[str, ...] = (), **named: Any) -> None:
        super().__init__(*given, **named)
        self._names = for_names

    def validate_new_password(self, field: Field) -> None:
        """Hold it to the rules."""
        if problem := passwords.problem(field.data, *self._names):
            raise ValidationError(problem)


class ChangePasswordForm(NewPasswordForm):
    """Another password, by somebody who knows the present one."""

    password = PasswordField(
        "Present password", validators=[InputRequired("Please type your present password.")]
    )
    new_password = (
        _new_password()
    )  # once more: fields are checked in the order in which they are made


class LinkForm(NewPasswordForm):
    """The password that a one-time link sets."""

    token = HiddenField()


class FirstAdminForm(LinkForm):
    """The account that the first one-time link makes."""

    name = StringField("Name", filters=[stripped], validators=[_is_name])
    new_password = _new_password()


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A password that confirms what cannot be undone."""

    password = PasswordField("Password", validators=[InputRequired("Please type your password.")])


class EraseForm(FlaskForm):  # type: ignore[misc]
    """A name that confirms whom to erase."""

    name = StringField("Name", filters=[stripped])

    def __init__(self, *given: Any, of: str = "", **named: Any) -> None:
        super().__init__(*given, **named)
        self._of = of

    def validate_name(self, field: Field) -> None:
        """Take the name however it is written, and no other."""
        if names.name_key(field.data) != names.name_key(self._of):
            raise ValidationError(f"To erase this account, please type its name: {self._of}.")


class TimeForm(FlaskForm):  # type: ignore[misc]
    """Extra time for somebody."""

    time_factor = StringField("Time limits are multiplied by", filters=[stripped])

    def validate_time_factor(self, field: Field) -> None:
        """Read a number, with a point or a comma."""
        try:
            self.factor = float(field.data.replace(",", "."))
        except ValueError:
            self.factor = math.nan
        if not 1 <= self.factor <= LARGEST_TIME_FACTOR:
            raise ValidationError(
                f"Please type a number from 1 to {LARGEST_TIME_FACTOR:g}, such as 1.5."
            )


class RoleForm(FlaskForm):  # type: ignore[misc]
    """What somebody may open."""

    role = StringField("Role", validators=[AnyOf(ROLES)])

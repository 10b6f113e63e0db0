"""Forms of sections: their names, and who teaches them."""

from __future__ import annotations

from flask_wtf import FlaskForm

from quizsvc.web.forms import OnceForm
from quizsvc.web.teaching.fields import line_field

LONGEST_NAME = 120


class SectionForm(OnceForm):
    """A new section."""

    name = line_field("Name", LONGEST_NAME, "Please type a name for the section.")


class RenameForm(FlaskForm):  # type: ignore[misc]
    """Another name for a section."""

    name = line_field("Name", LONGEST_NAME, "Please type a name for the section.")


class InstructorForm(FlaskForm):  # type: ignore[misc]
    """Somebody else who is to teach a section."""

    account = line_field("Name of the account", 80, "Please type the name of the account.")

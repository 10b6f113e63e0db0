"""Every deliberate exception, by audience.

Three audiences have three failure channels (a learner's is the value ``model.Invalid``, free of
charge). What is raised here is either meant for the writer of an expression, for an author, or
for an admin; anything else that is raised is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass


class QuizsvcError(Exception):
    """Base of every deliberate exception."""


class ExpressionError(QuizsvcError):
    """An expression that cannot be read, typed or evaluated.

    Parameters
    ----------
    message : str
        What was read and what was expected, in the words of whoever typed it.
    position : int
        Offset of the first offending character in the source, counted from 0.
    length : int
        Number of characters the complaint is about (at least 1, except at the end of the text).
    """

    def __init__(self, message: str, position: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.length = length


class OtherShapeError(ExpressionError):
    """A formula that can be read, but is of another shape than the one asked for."""


class DomainError(ExpressionError):
    """A well-formed expression that has no finite real value, such as ``log(-1)``."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong with a content file, at its place; lines and columns count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ContentError(QuizsvcError):
    """One or more faults of content, all shown at once to its author."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class ParameterError(QuizsvcError):
    """The author's: a parameter that cannot be drawn."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NoVariantError(QuizsvcError):
    """No candidate met a family's conditions; ``check`` finds this before a learner does."""


class MisfitError(QuizsvcError):
    """Stored parameters with which an item, changed since, cannot be computed."""


class SettingsError(QuizsvcError):
    """A setting that is missing, unknown or has a bad value; the message is for the admin."""


class StoreError(QuizsvcError):
    """The store refused or could not do what was asked."""


class NotSavedError(StoreError):
    """The database could not be written: nothing of this request was stored."""


class TokenReusedError(StoreError):
    """A submission token was used again with another response; the first one stands."""


class StaleDraftError(StoreError):
    """A draft was saved from a page that had been overtaken by another tab."""


class SittingClosedError(StoreError):
    """A sitting that was already submitted cannot be changed."""


class NewerSchemaError(StoreError):
    """The database was written by a newer version of quizsvc."""

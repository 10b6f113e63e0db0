from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ...classes import Class
from ..pages import Visitor
from ..signing import signed_in_as

if TYPE_CHECKING:
    from flask import Flask


@pytest.fixture
def taught(ann: Visitor) -> Class:
    """A section of three learners."""
    return Class(ann.service)


@pytest.fixture
def instructor(taught: Class, app: Flask) -> Visitor:
    """The section's own instructor, signed in."""
    return signed_in_as(Visitor(app), taught.instructor.name, "instructor")


@pytest.fixture
def colleague(app: Flask) -> Visitor:
    """An instructor of other sections, signed in: nothing here is his."""
    return signed_in_as(Visitor(app), "Prof. Else", "instructor")


@pytest.fixture
def learner(taught: Class, app: Flask) -> Visitor:
    """The first learner of the section, signed in."""
    return signed_in_as(Visitor(app), taught.members[0].name, "learner")

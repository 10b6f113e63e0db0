"""Assignments as a learner meets them: joining a section, what is to do, the start of a sitting."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("assigned", __name__)

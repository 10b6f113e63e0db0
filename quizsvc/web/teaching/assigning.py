"""Assignments: giving an assessment to a section, and overrides for single learners."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("assigning", __name__)

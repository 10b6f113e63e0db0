"""What was done in a section: its audit, and the decisions that can be undone."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("records", __name__)

"""What a section's answers say of an assignment and of each of its items."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("analysis", __name__)

"""The gradebook: learner by assignment, and the files to take it away."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("gradebook", __name__)

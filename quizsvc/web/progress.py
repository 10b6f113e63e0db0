"""What the learner has reached, and what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("progress", __name__)


@blueprint.get("/progress")
def show() -> ResponseReturnValue:
    """Show what is mastered."""
    return render_template("progress.html")

"""Sections: making them, and who is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from quizsvc.web.current import require_role
from quizsvc.web.teaching.rights import taught

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("sections", __name__)


@blueprint.get("/sections")
@require_role("instructor", "admin")
def mine() -> ResponseReturnValue:
    """List the sections of whoever is signed in."""
    return render_template("teaching/sections.html", sections=taught())

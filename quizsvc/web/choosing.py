"""What to practise next: the page of objectives, and the way to an item that serves one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, url_for

from quizsvc.web.current import service
from quizsvc.web.service import UnknownError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("choosing", __name__)


@blueprint.get("/practice")
def objectives() -> ResponseReturnValue:
    """List the objectives to practise."""
    return render_template("objectives.html", lessons=service().bank.reading_order)


@blueprint.get("/next")
def following() -> ResponseReturnValue:
    """Lead to an item that serves the goal that ``for`` names."""
    lessons = service().bank.reading_order
    items = [item for lesson in lessons for item in lesson.items if item in service().bank.items]
    if not items:
        raise UnknownError("next")
    return redirect(url_for("practice.start", item_id=items[0]))

"""The learner's guide, as it stands among the guides."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, render_template

from quizsvc.web.texts import block

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

blueprint = Blueprint("help", __name__)

_GUIDE = Path(__file__).parent.parent / "guides" / "learner.md"


@blueprint.get("/help")
def show() -> ResponseReturnValue:
    """Show the guide."""
    return render_template("help.html", text=_text())


@cache
def _text() -> Markup:
    """Return the guide below its title, which the page has itself."""
    return block(_GUIDE.read_text(encoding="utf-8").partition("\n")[2])

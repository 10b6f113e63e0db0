"""The maths font from the distribution that carries it, and static files with their version."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, abort, current_app, request, send_file, url_for

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

FONT = "STIXTwoMath-Regular.ttf"
ONE_YEAR = 365 * 24 * 3600

blueprint = Blueprint("assets", __name__)


@blueprint.get(f"/assets/{FONT}")
def font() -> ResponseReturnValue:
    """Serve STIX Two Math; without it browsers draw brackets that do not stretch."""
    path = font_path()
    if path is None:
        abort(404)
    return send_file(path, mimetype="font/ttf", max_age=ONE_YEAR)


@cache
def font_path() -> Path | None:
    """Find the font among the files of ziamath, whose code is never imported."""
    try:
        shipped = files("ziamath") or []
    except PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in shipped if file.name == FONT), None)


@blueprint.app_template_global()
def static_url(filename: str) -> str:
    """Return the URL of a static file, which changes when the file does."""
    return _versioned(request.root_path, filename)


@cache
def _versioned(_prefix: str, filename: str) -> str:
    """Put the URL together: once for each prefix under which the application is reached."""
    content = Path(str(current_app.static_folder), filename).read_bytes()
    return url_for("static", filename=filename, v=sha256(content).hexdigest()[:12])

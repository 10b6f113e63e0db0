"""One sitting as the instructor sees it: each response, why it was judged so; setting points."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("responses", __name__)

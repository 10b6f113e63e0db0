"""What the sources claim, and what holds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from flask import Blueprint, render_template, request

from quizsvc.web.current import service
from quizsvc.web.service import UnknownError
from quizsvc.web.texts import inline, template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("claims", __name__)

STATUSES = {
    "holds": ("Holds", "right"),
    "condition": ("Holds with a condition", "partly"),
    "false": ("False", "wrong"),
    "open": ("Not established", "quiet"),
}
"""Status to its words and the class that colours them."""


@blueprint.get("/claims")
def show() -> ResponseReturnValue:
    """List every claim, or those of one status, with its status and what shows it."""
    claims = service().bank.claims
    if claims is None:
        raise UnknownError("claims")
    counted = Counter(claim.status for group in claims.groups for claim in group.claims)
    only = request.args.get("status")
    groups = [
        (group.title, [claim for claim in group.claims if only in (None, claim.status)])
        for group in claims.groups
    ]
    return render_template(
        "claims.html",
        claims=claims,
        groups=[(title, chosen) for title, chosen in groups if chosen],
        only=only,
        counted=counted,
        statuses=STATUSES,
        items=service().bank.items,
        lessons=service().bank.lessons,
        text=lambda block: template(block, {}),
        shown=lambda latex: inline(f"${latex}$"),
    )

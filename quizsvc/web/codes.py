"""A teacher opens the variant that a learner has given a code for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, redirect, render_template, request, url_for

from quizsvc.web import asking, helping, showing
from quizsvc.web.current import require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching.rights import note

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("codes", __name__, url_prefix="/variants")


@blueprint.get("")
@require_role("instructor", "admin")
def enter() -> ResponseReturnValue:
    """Ask for a code, and lead to its variant."""
    typed = request.args.get("code", "")
    if not typed.strip():
        return render_template("codes.html", typed="", problems="")
    return redirect(url_for(".show", typed=helping.read_code(typed) or "-"))


@blueprint.get("/<typed>")
@require_role("instructor", "admin")
def show(typed: str) -> ResponseReturnValue:
    """Show the variant of a code as a teacher needs it, or ask for the code again.

    Its solution is there, and nothing of what anybody answered.
    """
    try:
        code, variant = helping.shared_variant(service(), typed)
    except UnknownError:
        problem = "There is no such code. Please compare it with what the learner has."
        return render_template("codes.html", typed=typed, problems=problem), 404
    item = variant.item
    note("key viewed", f"{item.id}, by the code {code}", None, item=item.id, revision=item.revision)
    return render_template(
        "variant.html",
        code=code,
        view=showing.result(variant, None, None),
        asked=asking.item(variant, {}),
        misconceptions=showing.misconceptions(variant),
        revision=item.revision,
        seed=variant.seed,
    )

"""How a text that is being typed is read: in maths and with its shape, before anything counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from quizsvc.model import Invalid
from quizsvc.render.maths import MathsError
from quizsvc.web.current import service
from quizsvc.web.service import UnknownError
from quizsvc.web.texts import maths

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("echoes", __name__, url_prefix="/echo")

LONGEST = 2_000
"""Characters that are read while typing; what is longer is read when it is checked."""


@blueprint.get("/<item_id>/<revision>/<part>")
def read(item_id: str, revision: str, part: str) -> ResponseReturnValue:
    """Return how a text is read, or why it is not; nothing is judged and nothing is kept."""
    item = service().item_at(item_id, revision)
    asked = next((each for each in item.parts if each.name == part), None)
    if asked is None:
        raise UnknownError(part)
    text = request.args.get("text", "")
    found = asked.interaction.echo(text) if text.strip() and len(text) <= LONGEST else None
    if found is None:
        return jsonify(html="", words="")
    if isinstance(found, Invalid):
        return jsonify(html="", words=" ".join(found.messages.values()))
    try:
        return jsonify(html=maths(found.latex), words=found.shape)
    except MathsError:  # nested beyond what is worth showing; it is read all the same
        return jsonify(html="", words=found.shape)

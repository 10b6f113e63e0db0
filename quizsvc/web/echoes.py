"""How a text that is being typed is read: in maths and with its shape, before anything counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, jsonify, request

from quizsvc.model import Unread
from quizsvc.render.maths import MathsError
from quizsvc.web.current import service
from quizsvc.web.service import UnknownError
from quizsvc.web.texts import maths

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("echoes", __name__, url_prefix="/echo")

LONGEST = 2_000
"""Characters that are read while typing; what is longer is read when it is checked."""


@blueprint.get("/<item_id>/<mark>/<part>")
def read(item_id: str, mark: str, part: str) -> ResponseReturnValue:
    """Return how a text is read, or why it is not and where; nothing is judged, nothing is kept.

    `start` and `length` count characters of the text; `start` is null where it is read, or where
    the complaint is about no place in it.
    """
    item = service().item_marked(item_id, mark)
    asked = next((each for each in item.parts if each.name == part), None)
    if asked is None:
        raise UnknownError(part)
    text = request.args.get("text", "")
    if len(text) > LONGEST:
        return _told(words=f"Too long to preview: {len(text):,} characters; read when you check.")
    found = asked.interaction.echo(text) if text.strip() else None
    if found is None:
        return _told()
    if isinstance(found, Unread):
        return _told(words=found.message, start=found.start, length=found.length)
    try:
        return _told(html=maths(found.latex) if found.latex else "", words=found.words)
    except MathsError:  # nested beyond what is worth showing; it is read all the same
        return _told(words=found.words)


def _told(
    *, html: str = "", words: str = "", start: int | None = None, length: int = 0
) -> ResponseReturnValue:
    return jsonify(html=html, words=words, start=start, length=length)

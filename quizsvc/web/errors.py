"""A page for everything that goes wrong: what happened, what was kept, and never a traceback."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import g, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from quizsvc.errors import NotSavedError, NoVariantError, StoreError, TokenReusedError
from quizsvc.store.attempts import ResponseTokenReusedError
from quizsvc.web.current import SignInEndedError
from quizsvc.web.keeping import KeptQuestionError
from quizsvc.web.service import ForeignError, OutOfOrderError, UnknownError, WithheldError
from quizsvc.web.texts import plain
from quizsvc.web.tracing import route

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

logger = logging.getLogger(__name__)

_TOO_LONG = (
    "At most {most} kB can be sent, and nothing was saved. Go back with your browser’s Back "
    "button: what you typed should still be there, to be shortened."
)

_FOREIGN = (
    "You can open only what you answered yourself. If you did so under another name, or as a guest "
    "before you signed in, sign in or out as you were then and open it again."
)

_PAGES = {
    400: ("This request could not be read", "Please go back and try again. Nothing was saved."),
    403: ("This belongs to somebody else", _FOREIGN),
    404: ("There is nothing here", "The address may be mistyped, or the page has gone."),
    405: ("This page cannot be asked for that way", "Please go back and use its buttons."),
    413: ("That is too long", _TOO_LONG),
    500: ("Something broke on our side", "The error was logged. Please try again later."),
}

_OF_THE_PAGE = frozenset({"csrf_token", "token", "revision", "counter", "go"})
"""Fields that a form carries and nobody typed."""

_SECRET = frozenset({"password", "new_password"})
"""Fields that no page ever holds again."""

_CELL = re.compile(r"(?P<field>.+)\.(?P<row>[0-9]+)\.[0-9]+")
"""The field of a cell of a matrix."""


def register(app: Flask) -> None:
    """Attach the handlers, and give templates what was typed as a file."""
    app.jinja_env.globals["typed_file"] = typed_file
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SignInEndedError, _sign_in_ended)
    app.register_error_handler(UnknownError, lambda _error: _page(404))
    app.register_error_handler(ForeignError, lambda _error: _page(403))
    app.register_error_handler(WithheldError, _withheld)
    app.register_error_handler(KeptQuestionError, _kept)
    app.register_error_handler(OutOfOrderError, _out_of_order)
    app.register_error_handler(NoVariantError, _out_of_order)
    app.register_error_handler(NotSavedError, _not_saved)
    app.register_error_handler(StoreError, _unreachable)
    app.register_error_handler(TokenReusedError, _page_reused)
    app.register_error_handler(ResponseTokenReusedError, _token_reused)


def _page(status: int) -> tuple[str, int]:
    title, text = _PAGES.get(status, (HTTPStatus(status).phrase, _PAGES[400][1]))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        text = text.format(most=f"{(request.max_content_length or 0) // 1024:,}")
    # Only a crash leaves a form that could be read: others are refused before, or are no form.
    kept = _typed() if status == HTTPStatus.INTERNAL_SERVER_ERROR else []
    return render_template(
        "error.html", title=title, text=text, kept=kept, with_reference=status >= 500
    ), status


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error
    allowed = {name: value for name, value in error.get_headers() if name == "Allow"}
    return *_page(error.code), allowed


def _csrf(_error: CSRFError) -> ResponseReturnValue:
    return render_template(
        "error.html",
        title="This form has expired",
        text="Nothing was saved: the page is older than your last signing in or out, perhaps in "
        "another tab. What you typed is below. Please open the page anew and send it again. "
        "If this comes up every time, allow cookies for this site.",
        kept=_typed(),
    ), 400


def _sign_in_ended(_error: SignInEndedError) -> ResponseReturnValue:
    return render_template(
        "error.html",
        title="Please sign in first",
        text="This browser is not signed in any more. Nothing was changed.",
        kept=_typed(),
        sign_in=True,
    ), 403


def _out_of_order(error: Exception) -> ResponseReturnValue:
    if isinstance(error, NoVariantError):
        logger.error("%s: %s", route(), error)
    return render_template(
        "error.html",
        title="This problem is out of order",
        text="Its author has to mend it. The others work.",
        with_reference=True,
    ), 503


def _withheld(_error: WithheldError) -> ResponseReturnValue:
    return render_template(
        "error.html",
        title="This is a question of a quiz",
        text="It can be practised once you have handed that quiz in and its results are shown.",
        kept=_typed(),
    ), 403


def _kept(error: KeptQuestionError) -> ResponseReturnValue:
    return render_template(
        "error.html",
        title="Not yet",
        text=f"This quiz asks a question of “{plain(error.title)}”, whose results are not out yet. "
        "You can take it after that; a quiz that draws its questions may draw others next time.",
    ), 409


def _not_saved(error: NotSavedError) -> ResponseReturnValue:
    g.not_saved = True
    logger.error("%s %s: %s", request.method, route(), error)
    return render_template(
        "error.html",
        title="Not saved",
        text="What you sent was not saved: the database cannot be written just now. "
        "Please send it again in a moment.",
        kept=_typed(),
        with_reference=True,
        retry=_again(),
    ), 503, {"Retry-After": "10"}  # fmt: skip


def _unreachable(error: StoreError) -> ResponseReturnValue:
    g.not_saved = True
    logger.error("%s %s: %s", request.method, route(), error)
    return render_template(
        "error.html",
        title="The database cannot be reached",
        text="Nothing is lost that was stored, and nothing was saved now. "
        "Please try again in a moment.",
        kept=_typed(),
        with_reference=True,
        retry=_again(),
    ), 503, {"Retry-After": "10"}  # fmt: skip


def _token_reused(error: ResponseTokenReusedError) -> ResponseReturnValue:
    stored = error.stored
    return render_template(
        "conflict.html",
        title="This page was already sent with another answer",
        text="The first answer stands. To answer anew, start from a fresh page.",
        stored=stored.raw_response if stored else {},
        sent=error.refused,
        onward=url_for("attempts.show", attempt_id=stored.id) if stored else request.path,
        onward_text="See the stored answer" if stored else "To a fresh page",
    ), 409


def _page_reused(_error: TokenReusedError) -> ResponseReturnValue:
    return render_template(
        "error.html",
        title="This page was sent before",
        text="It has started something else already, perhaps under another name. Nothing was "
        "changed now. Please open the page anew and send it again.",
        kept=_typed(),
    ), 409


def _posted() -> list[tuple[str, str]]:
    if request.method != "POST":
        return []
    return [each for each in request.form.items(multi=True) if each[0] not in _SECRET]


def _again() -> list[tuple[str, str]] | None:
    """Return the fields that send the same once more; None where there is nothing to be sent."""
    if request.method != "POST" or not _SECRET.isdisjoint(request.form):
        return None
    return [(name, value) for name, value in _posted() if name != "csrf_token"]


def typed_file() -> str:
    """Return what was typed as a link to a text file within the page; a blank if it is nothing.

    It needs neither the server nor its database, which may be what has failed.
    """
    fields = "".join(f"\n{name}:\n{value}\n" for name, value in _typed())
    file = f"{request.base_url}\n{fields}"
    return f"data:text/plain;charset=utf-8,{quote(file)}" if fields else ""


def _typed() -> list[tuple[str, str]]:
    """Return what was typed by field; a matrix in one piece, as it can be pasted into its grid."""
    typed: list[tuple[str, str]] = []
    matrices: dict[str, dict[str, list[str]]] = {}
    for name, value in _posted():
        if cell := _CELL.fullmatch(name):
            rows = matrices.setdefault(cell["field"], {})
            rows.setdefault(cell["row"], []).append(value.strip())
        elif name not in _OF_THE_PAGE:
            typed.append((name.replace("_", " "), value))
    for field, rows in matrices.items():
        typed.append((field, "\n".join("\t".join(row) for row in rows.values())))
    return [(name, value) for name, value in typed if value.strip()]

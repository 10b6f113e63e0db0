"""The preview: what an author writes, as a learner will meet it, on the author's own machine.

There is no database, nobody signs in and nothing is stored: every page is a pure function of the
files and its address.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from flask import Flask, g, render_template
from werkzeug.exceptions import HTTPException, SecurityError

from quizsvc.web import assets, echoes, security, texts
from quizsvc.web import help as guide
from quizsvc.web.author import items, pages
from quizsvc.web.author.desk import Desk
from quizsvc.web.current import EXTENSION
from quizsvc.web.service import UnknownError

if TYPE_CHECKING:
    from pathlib import Path

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"


def create_author_app(root: Path) -> Flask:
    """Return the preview of a content directory."""
    app = Flask("quizsvc.web")  # for the templates and static files of the service
    # A page elsewhere that has its own name lead to this machine finds nobody here.
    app.config["TRUSTED_HOSTS"] = [HOST, "localhost"]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.filters.update(texts.FILTERS)
    app.jinja_env.globals["frame"] = "author/_frame.html"  # of pages that the service has, too
    app.extensions[EXTENSION] = desk = Desk(root)

    @app.before_request
    def look() -> None:
        """Note the state before anything is read: what is saved meanwhile must renew the page."""
        g.state = desk.look()

    app.context_processor(lambda: {"version": desk.version(g.state)})
    security.protect(app)
    app.register_error_handler(UnknownError, _unknown)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(SecurityError, lambda error: error)  # no address leads anywhere here
    app.register_error_handler(Exception, _unforeseen)
    for page_group in (pages, items, assets, echoes, guide):
        app.register_blueprint(page_group.blueprint)
    app.register_blueprint(pages.lessons)
    return app


def _unknown(_error: UnknownError) -> tuple[str, int]:
    return _page(
        "There is no such file", "It may have been renamed or deleted. If it comes back, so does "
        "this page.", 404,
    )  # fmt: skip


def _http(error: HTTPException) -> tuple[str, int]:
    return _page("There is nothing here", error.description or error.name, error.code or 500)


def _unforeseen(error: Exception) -> tuple[str, int]:
    logger.exception("a page failed")
    text = f"{type(error).__name__}. That is our fault and not yours: the terminal has the details."
    return _page("This page failed", text, 500)


def _page(title: str, text: str, status: int) -> tuple[str, int]:
    return render_template("author/absent.html", title=title, text=text), status

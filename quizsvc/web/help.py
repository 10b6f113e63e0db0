"""The guides, as they stand in the repository: for learners, instructors, authors and admins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from markupsafe import Markup

from quizsvc.web.texts import block

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

blueprint = Blueprint("help", __name__)

_FOLDER = Path(__file__).parent.parent / "guides"
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_PICTURE = re.compile(r'<p>!<a href="([\w-]+\.png)"[^>]*>([^<"]*)</a></p>')
"""What `render` makes of a picture, which authors cannot have."""
_LINK = re.compile(r'href="(\w+)\.md(#[\w-]+)?"')
_HEADING = re.compile(r'<h2 id="([\w-]+)">(.*?)</h2>')


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide, and where it is served."""

    file: str
    name: str
    """In its address, below ``/help``; the learner's guide stands at ``/help`` itself."""
    title: str
    """What leads to it."""

    @property
    def address(self) -> str:
        """Where it is served."""
        return url_for("help.guide", name=self.name) if self.name else url_for("help.show")


GUIDES = (
    Guide("learner", "", "For learners"),
    Guide("instructor", "instructors", "For instructors"),
    Guide("author", "authors", "For authors"),
    Guide("reference", "reference", "The author’s reference"),
    Guide("admin", "admin", "For admins"),
    Guide("security", "security", "Security"),
    Guide("growing", "growing", "Growing"),
)


@blueprint.get("/help")
def show() -> ResponseReturnValue:
    """Show the learner's guide."""
    return _page(GUIDES[0])


@blueprint.get("/help/<name>")
def guide(name: str) -> ResponseReturnValue:
    """Show another guide, or lead to it from what else it might be called."""
    found = next((each for each in GUIDES if name and each.name == name), None)
    if found is not None:
        return _page(found)
    meant = next((each for each in GUIDES if name in (each.file, f"{each.file}s")), None)
    return redirect(meant.address, code=301) if meant is not None else abort(404)


@blueprint.get("/help/pictures/<name>")
def picture(name: str) -> ResponseReturnValue:
    """Serve a picture that a guide shows."""
    found = next((each for each in _FOLDER.glob("*.png") if each.name == name), None)
    if found is None:
        abort(404)
    response = Response(found.read_bytes(), mimetype="image/png")
    response.cache_control.max_age = 3600
    return response


def _page(shown: Guide) -> ResponseReturnValue:
    title, text = _title_and_text(shown.file)
    return render_template(
        "help.html",
        guides=GUIDES,
        shown=shown,
        title=title if shown.name else "Help",
        headings=[(found[1], Markup(found[2])) for found in _HEADING.finditer(text)],  # noqa: S704 - of our own guides
        text=_served(text),
    )


@cache
def _title_and_text(file: str) -> tuple[str, Markup]:
    """Return a guide's title, and what stands below it."""
    written = _COMMENT.sub("", (_FOLDER / f"{file}.md").read_text(encoding="utf-8"))
    title, _, below = written.partition("\n")
    return title.removeprefix("# "), block(below)


def _served(text: Markup) -> Markup:
    """Let links lead to where the guides are served, and show their pictures."""
    served = {each.file: each for each in GUIDES}
    linked = _LINK.sub(lambda link: f'href="{served[link[1]].address}{link[2] or ""}"', text)
    return Markup(_PICTURE.sub(_picture, linked))  # noqa: S704 - of our own guides


def _picture(found: re.Match[str]) -> str:
    """Return a picture with the room that it takes, so that nothing moves when it comes."""
    name, words = found.groups()
    header = (_FOLDER / name).read_bytes()[16:24]
    width, height = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:], "big")
    address = url_for("help.picture", name=name)
    image = f'<img src="{address}" alt="{words}" width="{width}" height="{height}">'
    return f'<p><a href="{address}">{image}</a></p>'

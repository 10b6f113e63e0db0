"""Enrolment of a class list: shown first, then applied; links for those who have no password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired

from quizsvc.store import enrolling as store
from quizsvc.store import links
from quizsvc.store.enrolling import PlanChangedError
from quizsvc.web import spreadsheets
from quizsvc.web.account_forms import Problem
from quizsvc.web.current import new_token, require_role, service
from quizsvc.web.forms import OnceForm
from quizsvc.web.teaching import class_list
from quizsvc.web.teaching.class_list import ClassList, UnreadableError, Wrong
from quizsvc.web.teaching.rights import me, note, section_taught

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from quizsvc.store.enrolling import Planned
    from quizsvc.store.sections import Section

blueprint = Blueprint("enrolling", __name__, url_prefix="/sections/<section_id>/enrol")

SHOWN = 200
"""Lines of each kind that a page lists."""


class ListForm(FlaskForm):  # type: ignore[misc]
    """A class list, typed; a file may come with it."""

    text = TextAreaField("Class list")


class ApplyForm(OnceForm):
    """A class list that was shown."""

    text = HiddenField(validators=[InputRequired()])
    seen = HiddenField(validators=[InputRequired()])


@blueprint.url_value_preprocessor
def _let_more_in(_endpoint: str | None, _values: object) -> None:
    """Take more than other pages do, before the form is read: a list is long."""
    request.max_content_length = class_list.LARGEST
    request.max_form_memory_size = class_list.LARGEST


@blueprint.get("")
@require_role("instructor", "admin")
def ask(section_id: str) -> ResponseReturnValue:
    """Ask for a class list."""
    return _ask_page(section_taught(section_id), ListForm(formdata=None))


@blueprint.post("")
@require_role("instructor", "admin")
def preview(section_id: str) -> ResponseReturnValue:
    """Show what would become of a list, and write nothing."""
    section, form = section_taught(section_id), ListForm()
    sent = request.files.get("file")
    data = sent.read() if sent else b""
    try:
        text, remark = class_list.decode(data) if data else (form.text.data or "", "")
        form.text.data = text
        found = class_list.read(text)
    except UnreadableError as error:
        return _ask_page(section, form, Problem("text", str(error))), 422
    planned = store.plan(service().db, section.id, found.lines)
    wrong = _wrong(found, planned)
    if wrong:
        return _ask_page(section, form, wrong=wrong, remark=remark), 422
    return _preview_page(section, planned, remark)


@blueprint.post("/apply")
@require_role("instructor", "admin")
def apply(section_id: str) -> ResponseReturnValue:
    """Enrol a list that was shown, all of it or nothing."""
    section, form = section_taught(section_id), ApplyForm()
    if not form.validate_on_submit():
        abort(400)
    try:
        lines = class_list.read(form.text.data).lines
    except UnreadableError:
        abort(400)
    try:
        counts = store.apply(
            service().db,
            section.id,
            lines,
            seen=form.seen.data,
            token=form.token.data,
            by=me().learner,
        )
    except PlanChangedError:
        planned = store.plan(service().db, section.id, lines)
        typed = ListForm(formdata=None, text=form.text.data)
        wrong = _wrong(ClassList(lines, ()), planned)
        if wrong:
            return _ask_page(section, typed, wrong=wrong, remark=_CHANGED), 409
        return _preview_page(section, planned, _CHANGED), 409
    flash(_done(counts))
    return redirect(url_for(".passwords", section_id=section.id), code=303)


@blueprint.get("/links")
@require_role("instructor", "admin")
def passwords(section_id: str) -> ResponseReturnValue:
    """Offer one-time links for the learners who have not chosen a password yet."""
    section = section_taught(section_id)
    return render_template(
        "teaching/enrol-links.html",
        section=section,
        waiting=store.without_password(service().db, section.id),
        shown=SHOWN,
    )


@blueprint.post("/links")
@require_role("instructor", "admin")
def make_links(section_id: str) -> ResponseReturnValue:
    """Make these links and hand them out as CSV, this once."""
    section = section_taught(section_id)
    waiting = store.without_password(service().db, section.id)
    tokens = links.make_all(service().db, [learner for learner, _, _ in waiting])
    note("data exported", "one-time links", section, accounts=len(waiting))
    rows = [
        (name, register_id, url_for("links.show", token=token, _external=True))
        for (_, name, register_id), token in zip(waiting, tokens, strict=True)
    ]
    text = spreadsheets.table(("name", "register_id", "link"), rows)
    response = spreadsheets.download(text, "quizsvc-links.csv")
    response.cache_control.no_store = True
    return response


_CHANGED = (
    "Something has changed since you looked, perhaps somebody has just signed up. "
    "Nothing was enrolled; please look once more."
)


def _wrong(found: ClassList, planned: tuple[Planned, ...]) -> list[Wrong]:
    refused = [
        Wrong(each.line.number, each.name, each.problem) for each in planned if each.fate == "wrong"
    ]
    return sorted([*found.wrong, *refused], key=lambda each: each.number)


def _done(counts: Mapping[str, int]) -> str:
    new, enrolled, before = (counts[each] for each in ("new account", "enrolled", "already in"))
    said = [f"{new + enrolled} enrolled" if new + enrolled else "Nobody new enrolled"]
    if new:
        said.append(f"{new} of them with a new account")
    if before:
        said.append(f"{before} had been in the section before")
    return ", ".join(said) + "."


def _ask_page(
    section: Section,
    form: ListForm,
    *problems: Problem,
    wrong: list[Wrong] | None = None,
    remark: str = "",
) -> str:
    if wrong:
        lines = "line is" if len(wrong) == 1 else "lines are"
        mend = f"{len(wrong)} {lines} wrong, so nobody was enrolled. Please mend and send it again."
        problems = (Problem("text", mend),)
    return render_template(
        "teaching/enrol.html",
        section=section,
        form=form,
        problems=problems,
        wrong=wrong or [],
        remark=remark,
        shown=SHOWN,
    )


def _preview_page(section: Section, planned: tuple[Planned, ...], remark: str) -> str:
    kinds = ("new account", "enrolled", "already in")
    form = ApplyForm(
        formdata=None,
        token=new_token(),
        text=class_list.write([each.line for each in planned]),
        seen=store.mark(planned),
    )
    return render_template(
        "teaching/enrol-preview.html",
        section=section,
        form=form,
        remark=remark,
        planned={kind: [each for each in planned if each.fate == kind] for kind in kinds},
        total=len(planned),
        shown=SHOWN,
    )

"""Records: who looked at keys, took data away or changed marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request

from quizsvc.store import audit
from quizsvc.store.statements import is_id, is_serial
from quizsvc.web.current import require_role, service
from quizsvc.web.teaching.rights import section_taught

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.store.audit import Entry
    from quizsvc.store.sections import Section

blueprint = Blueprint("records", __name__)


@blueprint.get("/sections/<section_id>/records")
@require_role("instructor", "admin")
def show(section_id: str) -> ResponseReturnValue:
    """List what was done in a section, the newest first; ``before`` leads to older entries."""
    section = section_taught(section_id)
    before = _before()
    found = audit.of_section(service().db, section.id, before=before, limit=audit.PAGE + 1)
    return _page(found, before, section)


@blueprint.get("/records")
@require_role("admin")
def show_all() -> ResponseReturnValue:
    """List what was done anywhere, as `show` does."""
    before = _before()
    return _page(audit.of_all(service().db, before=before, limit=audit.PAGE + 1), before, None)


def _before() -> int | None:
    before = request.args.get("before", type=int)
    return before if before is not None and is_serial(before) else None


def _page(found: tuple[Entry, ...], before: int | None, section: Section | None) -> str:
    return render_template(
        "teaching/records.html",
        section=section,
        entries=[(each, _details(each)) for each in found[: audit.PAGE]],
        before=before,
        older=found[audit.PAGE - 1].id if len(found) > audit.PAGE else None,
    )


def _details(entry: Entry) -> str:
    """Return what else is known of an entry, without what only the service needs."""
    told = {name: value for name, value in entry.detail.items() if name not in _NOT_TOLD}
    return "; ".join(f"{name.replace('_', ' ')}: {_words(value)}" for name, value in told.items())


_NOT_TOLD = {"assignment", "learner", "token"}


def _words(value: Any) -> str:
    """Return a value in words; of our ids the beginning tells enough."""
    if isinstance(value, dict):
        known = {name: each for name, each in value.items() if each not in (None, "")}
        return ", ".join(f"{name.replace('_', ' ')} {_words(each)}" for name, each in known.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return text[:8] if is_id(text) else text

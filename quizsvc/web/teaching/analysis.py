"""What a section's answers say of an assignment and of each of its items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for

from quizsvc.web.arrival import arrived_at
from quizsvc.web.current import require_role, service
from quizsvc.web.service import UnknownError
from quizsvc.web.teaching import marking
from quizsvc.web.teaching.analysing import COMPARED, READ, WRONG_AT_A_GLANCE, Analysis
from quizsvc.web.teaching.analysis_item import item_view
from quizsvc.web.teaching.analysis_views import overview
from quizsvc.web.teaching.rights import assignment_taught, note

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.web.teaching.rights import Assigned

blueprint = Blueprint("analysis", __name__)


@blueprint.get("/assignments/<assignment_id>/analysis")
@require_role("instructor", "admin")
def show(assignment_id: str) -> ResponseReturnValue:
    """Show what the answers say of the assessment, and all its items in numbers.

    ``sittings=all`` counts all sittings of a learner, not his first alone.
    """
    assigned = assignment_taught(assignment_id)
    marking.settle(service(), assigned.section, arrived_at())
    analysis = Analysis(service(), assigned.assignment, every=_every())
    return render_template(
        "teaching/analysis.html",
        **_frame(assigned, analysis),
        overview=overview(analysis),
        at_a_glance=WRONG_AT_A_GLANCE,
    )


@blueprint.get("/assignments/<assignment_id>/analysis/<item>")
@require_role("instructor", "admin")
def show_item(assignment_id: str, item: str) -> ResponseReturnValue:
    """Show what the answers say of one item; its key is on the page."""
    assigned = assignment_taught(assignment_id)
    marking.settle(service(), assigned.section, arrived_at())
    analysis = Analysis(service(), assigned.assignment, every=_every())
    number = analysis.number(item)
    if number is None:
        raise UnknownError(item)
    view = item_view(analysis, number)
    subject = f"{assigned.assignment.title}: {item}, analysis"
    note("key viewed", subject, assigned.section, assignment=assignment_id)
    return render_template(
        "teaching/analysis-item.html",
        **_frame(assigned, analysis),
        view=view,
        read=READ,
        compared=COMPARED,
    )


def _every() -> bool:
    return request.args.get("sittings") == "all"


def _frame(assigned: Assigned, analysis: Analysis) -> dict[str, Any]:
    """Return what both pages show around their numbers."""
    given = dict(request.view_args or {})
    return {
        "section": assigned.section,
        "assignment": assigned.assignment,
        "analysis": analysis,
        "counted": len(analysis.table.sittings),
        "kept": {"sittings": "all"} if analysis.every else {},
        "first_only": url_for(request.endpoint or "", **given),
        "all_of_them": url_for(request.endpoint or "", **given, sittings="all"),
        "several": len(analysis.places.sittings) > analysis.learners,
    }

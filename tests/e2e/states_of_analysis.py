"""How the analysis of an assignment looks: each state, and how an instructor gets there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quizsvc.web.service import Service

from ..classes import Class, misled, right
from ..conftest import SECRET
from ..planted import planted_bank, seat
from .tour import Tour, shows

if TYPE_CHECKING:
    from .stage import Stage

_ASSIGNED: dict[str, str] = {}
"""Stage to its planted assignment: thirty sittings are made once for all states."""


def assigned(stage: Stage) -> str:
    """Return the assignment of a class of thirty with planted beliefs."""
    if stage.url not in _ASSIGNED:
        folder = Path(stage.db.url.removeprefix("sqlite:///")).parent
        the_class = Class(Service(planted_bank(folder), stage.db, SECRET.encode()), learners=30)
        planted = the_class.assign("planted")
        seat(planted, the_class)
        _ASSIGNED[stage.url] = planted.id
    return _ASSIGNED[stage.url]


def _few(stage: Stage) -> str:
    """Return an assignment that two learners have handed in, one of them twice."""
    the_class = Class(stage.service, learners=2)
    few = the_class.assign("one-question")
    for member in (*the_class.members, the_class.members[0]):
        the_class.sit(member, few, right if member is the_class.members[0] else misled("drop-skip"))
    return few.id


def _open(tour: Tour, assignment: str, item: str = "") -> None:
    tour.sign_up("W" * 40, role="admin")
    tour.open(f"/assignments/{assignment}/analysis{item}")


@shows("teaching/analysis.html", "the analysis of a class of thirty")
def _whole(tour: Tour) -> None:
    _open(tour, assigned(tour.stage))
    for summary in tour.page.locator("main summary").all():
        summary.click()


@shows("teaching/analysis.html", "the analysis of three sittings, all counted")
def _three(tour: Tour) -> None:
    _open(tour, _few(tour.stage))
    tour.page.get_by_role("link", name="Count all sittings").click()
    tour.page.wait_for_url("**sittings=all")


@shows(
    "teaching/analysis-item.html", "the analysis of a matrix, with what no misconception explains"
)
def _matrix(tour: Tour) -> None:
    _open(tour, assigned(tour.stage), "/block-jacobian")
    for summary in tour.page.locator("main summary").all():
        summary.click()


@shows("teaching/analysis-item.html", "the analysis of five parts")
def _parts(tour: Tour) -> None:
    _open(tour, assigned(tour.stage), "/two-block-gradient")


@shows("teaching/analysis-item.html", "the analysis of choices")
def _choices(tour: Tour) -> None:
    _open(tour, assigned(tour.stage), "/choose-an-order")


@shows("teaching/analysis-item.html", "the analysis of an item with a harder variant")
def _variants(tour: Tour) -> None:
    _open(tour, assigned(tour.stage), "/three-slopes")

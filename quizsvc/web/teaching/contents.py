"""The content as it is served, and what is wrong with its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, url_for

from quizsvc.content import base_id
from quizsvc.web import faults
from quizsvc.web.current import require_role, service
from quizsvc.web.reloading import reloading

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from quizsvc.content import ItemBank

blueprint = Blueprint("contents", __name__)

_KINDS = {
    "items": ("item", "practice.start", "item_id"),
    "lessons": ("lesson", "lessons.lesson", "lesson_id"),
    "assessments": ("quiz", "sittings.intro", "assessment_id"),
    "figures": ("figure", "", ""),
    "courses": ("course", "", ""),
    "claims": ("page of claims", "", ""),
}
"""Kind to what it is called on pages, and to the page that shows one of it."""


_COUNTED = {
    "items": ("item", "items"),
    "lessons": ("lesson", "lessons"),
    "assessments": ("quiz", "quizzes"),
    "figures": ("figure", "figures"),
    "courses": ("course", "courses"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """Something of the content that is not as its file says."""

    kind: str
    id: str
    address: str
    """Empty where it has no page of its own."""


@blueprint.get("/content")
@require_role("instructor", "admin")
def show() -> ResponseReturnValue:
    """Say what is served, since when, and what is wrong with its files."""
    bank, watching = service().bank, reloading()
    return render_template(
        "teaching/contents.html",
        counts=_counts(bank),
        served=watching.served,
        watched=watching.seconds > 0,
        older=[_named(kind, each) for kind, each in bank.older],
        missing=sorted(bank.broken),
        faults=faults.views(bank.faults, watching.root),
    )


def _counts(bank: ItemBank) -> list[str]:
    """Say how much of everything there is."""
    files = len({base_id(each) for each in bank.items})
    counts = [(len(getattr(bank, kind)), words) for kind, words in _COUNTED.items()]
    items, *others = (f"{n} {one if n == 1 else many}" for n, (one, many) in counts)
    return [f"{items} from {files} {'file' if files == 1 else 'files'}", *others]


def _named(kind: str, each: str) -> Named:
    words, endpoint, name = _KINDS[kind]
    place: dict[str, Any] = {name: each}
    return Named(words, each, url_for(endpoint, **place) if endpoint else "")

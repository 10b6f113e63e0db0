"""The page of an item: everything that follows from what its author wrote, at any seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request, url_for

from quizsvc import grading, variants
from quizsvc.content import base_id
from quizsvc.errors import NoVariantError
from quizsvc.model import Invalid
from quizsvc.problems.family import CompiledFamily
from quizsvc.render.numbers import to_text
from quizsvc.web import asking, faults, pictures, showing
from quizsvc.web.author.desk import desk
from quizsvc.web.author.pages import of_file
from quizsvc.web.forms import read_response
from quizsvc.web.texts import block, inline, template

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from markupsafe import Markup

    from quizsvc.certify import Certificate
    from quizsvc.content import ItemBank
    from quizsvc.model import Item, Outcome, RawResponse, Variant
    from quizsvc.web.faults import FaultView
    from quizsvc.web.showing import MisconceptionView, ResultView

blueprint = Blueprint("author_items", __name__, url_prefix="/author/items")

GLANCED = 20
"""Variants in the table."""
FEW, MANY = 20, 200
"""Seeds of a certificate: while writing, and as ``quizsvc check`` has them."""

_LAST = 2**variants.SEED_BITS - 1
_KEY = "key"


@dataclass(frozen=True, slots=True)
class Seed:
    """The seed of a page, as it was typed and as it is read."""

    typed: str
    number: int
    problem: str = ""

    @property
    def neighbours(self) -> tuple[int | None, int | None]:
        """The seeds before and after it."""
        return (
            self.number - 1 if self.number > 0 else None,
            self.number + 1 if self.number < _LAST else None,
        )


@dataclass(frozen=True, slots=True)
class Slip:
    """A misconception at a seed."""

    id: str
    view: MisconceptionView


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of an answer that the author tried, if he tried one."""

    raw: RawResponse
    invalid: Invalid | None = None
    outcome: Outcome | None = None
    view: ResultView | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A variant at a glance."""

    seed: int
    parameters: str
    keys: list[Markup]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class CertificateView:
    """What a check found."""

    seeds: int
    line: str
    faults: list[FaultView]
    warnings: list[FaultView]


@blueprint.get("/<item_id>")
def show(item_id: str) -> ResponseReturnValue:
    """Show an item at a seed, and what becomes of an answer that the address holds."""
    bank, shown = _around(item_id)
    item = bank.items.get(item_id)
    if item is None:
        return render_template("author/item.html", **shown)
    desk().show(item)
    seed = _seed()
    shown |= {"item": item, "title": inline(item.title), "seed": seed}
    known = desk().certified(item, FEW)
    shown["certificate"] = _certificate(known, bank) if known else None
    try:
        variant = variants.draw(item, seed.number)
    except NoVariantError as problem:
        return render_template("author/item.html", **shown, barren=str(problem))
    tried = _tried(variant)
    shown |= {
        "tried": tried,
        "asked": asking.item(variant, tried.raw, tried.invalid),
        "view": showing.result(variant, None, None, scope="solved"),
        "beneath": pictures.beneath(variant, id="graph-beneath"),
        "hints": [template(hint, variant.values) for hint in variant.item.hints],
        "slips": _slips(variant),
        "hidden": _hidden(variant),
        "samples": _samples(variant),
        "shuffled": any(drawn.part.interaction.shuffles for drawn in variant.parts),
        "rows": _glance(item),
        "labels": [inline(drawn.part.label or "Key") for drawn in variant.parts],
    }
    return render_template("author/item.html", **shown)


@blueprint.get("/<item_id>/certificate")
def certificate(item_id: str) -> ResponseReturnValue:
    """Check an item over some seeds."""
    seeds = min(max(request.args.get("seeds", FEW, type=int), 1), MANY)
    bank, shown = _around(item_id)
    item = bank.items.get(item_id)
    if item is not None:
        found = _certificate(desk().certify(item, seeds), bank)
        shown |= {"title": inline(item.title), "certificate": found}
    return render_template("author/certificate.html", **shown)


def _around(item_id: str) -> tuple[ItemBank, dict[str, Any]]:
    """Return a bank with the item, and what all its pages show.

    Raises
    ------
    UnknownError
        There is no file for it.
    """
    bank = desk().around(item_id)
    base = base_id(item_id)
    path = desk().file("items", base)
    levels = bank.levels(item_id)
    return bank, {
        "name": item_id,
        "file_name": f"items/{path.name}",
        "levels": levels if item_id in levels.values() else {},
        "faults": of_file(bank, path),
        "checks": {
            seeds: url_for(".certificate", item_id=item_id, seeds=seeds) for seeds in (FEW, MANY)
        },
    }


def _seed() -> Seed:
    typed = request.args.get("seed", "0").strip()
    if typed.isascii() and typed.isdigit() and len(typed) < 40 and int(typed) <= _LAST:
        return Seed(typed, int(typed))
    return Seed(typed, 0, "A seed is a whole number from 0 on. Here is the item at seed 0.")


def _tried(variant: Variant) -> Tried:
    """Return what becomes of the answer in the address: typed, or one that is known."""
    if known := request.args.get("as"):
        raw: RawResponse = _sample(variant, known)
    elif any(name not in ("seed", "as") for name in request.args):
        raw, contradictions = read_response(variant, request.args)
        if contradictions:
            return Tried(raw, contradictions)
    else:
        return Tried({})
    judged = grading.grade(variant, raw)
    if isinstance(judged, Invalid):
        return Tried(raw, judged)
    # To a result page it is what somebody handed in; it is judged all the same.
    view = showing.result(variant, None, judged, scope="tried", discarded=raw)
    return Tried(raw, None, judged, replace(view, mark=showing.mark_of(judged, {})))


def _samples(variant: Variant) -> list[str]:
    """Return the answers that are known: the key, and what each misconception would say."""
    samples = [each for drawn in variant.parts for each in drawn.part.interaction.samples(drawn)]
    right = [_KEY] if any(each.kind == "correct" for each in samples) else []
    return [*right, *dict.fromkeys(each.misconception for each in samples if each.misconception)]


def _sample(variant: Variant, known: str) -> RawResponse:
    """Return what somebody types who has it right, or holds a misconception in some part."""
    raw: dict[str, str] = {}
    for drawn in variant.parts:
        samples = list(drawn.part.interaction.samples(drawn))
        right = next((each.raw for each in samples if each.kind == "correct"), "")
        raw[drawn.name] = next((each.raw for each in samples if each.misconception == known), right)
    return raw


def _slips(variant: Variant) -> list[Slip]:
    ids = [each.id for drawn in variant.parts for each in drawn.predicted]
    views = showing.misconceptions(variant)
    return [Slip(each, view) for each, view in zip(ids, views, strict=True)]


def _hidden(variant: Variant) -> list[str]:
    """Return the misconceptions whose answer looks like another one at this seed."""
    family = variant.item.family
    if not isinstance(family, CompiledFamily):
        return []
    shown = {(each.part, each.id) for drawn in variant.parts for each in drawn.predicted}
    return [each.name for each in family.classes if (each.key.part, each.first.id) not in shown]


def _glance(item: Item) -> list[Row]:
    return [_row(item, seed) for seed in range(GLANCED)] if item.family.random else []


def _row(item: Item, seed: int) -> Row:
    try:
        variant = variants.draw(item, seed)
    except NoVariantError as problem:
        return Row(seed, "", [], str(problem))
    return Row(
        seed,
        "; ".join(f"{name} = {to_text(value)}" for name, value in variant.parameters.items()),
        [block(drawn.part.interaction.key_in_words(drawn)) for drawn in variant.parts],
    )


def _certificate(found: Certificate, bank: ItemBank) -> CertificateView:
    source, root = bank.sources[found.item.id], desk().root
    wrong, doubtful = (
        [source.fault(message, path) for message, path in told]
        for told in (found.faults, found.warnings)
    )
    return CertificateView(
        found.seeds, found.line, faults.views(wrong, root), faults.views(doubtful, root)
    )

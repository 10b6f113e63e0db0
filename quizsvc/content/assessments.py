"""An assessment file to an Assessment: what its places are drawn from, and its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quizsvc.content.levels import base_id
from quizsvc.content.picking import pick
from quizsvc.content.texts import plain_template
from quizsvc.errors import ContentError
from quizsvc.model import Assessment, AssessmentEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from quizsvc.content.course_spec import AssessmentSpec, EntrySpec
    from quizsvc.content.references import Known
    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.errors import Fault
    from quizsvc.model import Item


def compile_assessment(
    spec: AssessmentSpec,
    source: Source,
    known: Known,
    items: Mapping[str, Item],
    kept: Mapping[str, str],
) -> Assessment:
    """Build an assessment; `known` notes the name of an item that does not exist.

    Parameters
    ----------
    kept : Mapping[str, str]
        Item to the assessment for classes alone that keeps it: see `kept_items`.

    Raises
    ------
    ContentError
        The author's: all faults that were found.
    """
    faults = list(_contradictions(spec, source))
    instructions = plain_template(spec.instructions, source, ("instructions",), faults)
    kept = {} if spec.assigned_only else kept
    listed = {entry.item for entry in spec.items if entry.item is not None} | kept.keys()
    entries = []
    for number, entry in enumerate(spec.items):
        path: Path = ("items", number)
        if entry.item is not None:
            known("item", entry.item, (*path, "item"))
            if entry.item in kept:
                message = (
                    f"“{entry.item}” has the same numbers for everybody, and “{kept[entry.item]}” "
                    "(`assigned_only`) asks it: here everybody could see its key before. "
                    "Please name another item, or copy this one into a file of its own."
                )
                faults.append(source.fault(message, (*path, "item")))
            entries.append(AssessmentEntry((entry.item,), points=entry.points))
            continue
        pool = _pool(entry, items, listed)
        files = len({base_id(item) for item in pool})
        if files < entry.draw:
            have = f"{files} {'item has' if files == 1 else 'items have'}"
            message = f"{have} the objective “{entry.objective}” here."
            faults.append(source.fault(message, (*path, "objective")))
        entries.append(AssessmentEntry(pool, entry.draw, entry.points))
    made = Assessment(
        spec.id,
        spec.title,
        instructions,
        tuple(entries),
        time_limit=spec.time_limit,
        closes=spec.closes,
        feedback=spec.feedback,
        at_deadline=spec.at_deadline,
        shuffle=spec.shuffle,
        assigned_only=spec.assigned_only,
    )
    pools = {item for entry in entries for item in entry.pool}
    if not faults and len(pick(entries, pools, 0)) < made.length:
        message = "There are not enough items to fill every place with one of its own."
        faults.append(source.fault(message, ("items",)))
    if faults:
        raise ContentError(faults)
    return made


def kept_items(files: Iterable[Any], items: Mapping[str, Item]) -> dict[str, str]:
    """Return what is kept for classes: item to the assessment of `assigned_only` that names it.

    Only items whose numbers are not drawn: of the others every sitting has its own.

    Parameters
    ----------
    files : Iterable[Any]
        What assessment files say, in order or not.
    """
    kept = {}
    for data in files:
        if not isinstance(data, dict) or data.get("assigned_only") is not True:
            continue
        entries = data.get("items")
        for entry in entries if isinstance(entries, list) else ():
            item = items.get(str(entry.get("item"))) if isinstance(entry, dict) else None
            if item is not None and not item.family.random:
                kept[item.id] = str(data.get("id"))
    return kept


def _pool(entry: EntrySpec, items: Mapping[str, Item], listed: set[str]) -> tuple[str, ...]:
    """Return all items that a place may draw from."""
    return tuple(
        item.id
        for item in items.values()
        if entry.objective in item.objectives
        and entry.level in (None, item.level)
        and item.graded
        and item.id not in listed
    )


def _contradictions(spec: AssessmentSpec, source: Source) -> Iterator[Fault]:
    """Yield rules that lean on a moment which the file does not name."""
    if spec.feedback == "closing" and spec.closes is None:
        message = "`feedback: closing` waits for the moment that `closes` names: please add it."
        yield source.fault(message, ("feedback",))
    if spec.at_deadline == "discard" and spec.time_limit is None and spec.closes is None:
        message = "There is no deadline: please add `time_limit` or `closes`."
        yield source.fault(message, ("at_deadline",))

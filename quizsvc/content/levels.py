"""Levels of difficulty: one item file that makes an item for each level.

The file itself is level 1. Each further level says what it changes, and is an item of its own
with the id ``<id>-level-2``: in ``sizes``, ``given`` and ``let`` name by name, elsewhere the
whole field.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from quizsvc.content.yaml_source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.content.yaml_source import Path

FIELD = "levels"
OWN = frozenset({"id", "level", FIELD})
"""What a level has of its own and cannot change."""
_LEVEL = re.compile(r"-level-[23]$")
_BY_NAME = ("sizes", "given", "let")


def split_levels(source: Source) -> Iterator[Source]:
    """Yield the source of each level, with the place of every value in the one file."""
    data = source.data
    levels = data.get(FIELD) if isinstance(data, dict) else None
    if not isinstance(levels, dict) or not _readable(levels) or "level" in data:
        yield source  # the schema says what is wrong with it, if anything
        return
    plain = {name: value for name, value in data.items() if name != FIELD}
    yield Source(source.file, plain, source.places, source.key_places)
    for level, changes in levels.items():
        yield _changed(source, plain, level, changes)


def _readable(levels: dict[str, Any]) -> bool:
    return all(
        level in ("2", "3") and isinstance(changes, dict) and not OWN & changes.keys()
        for level, changes in levels.items()
    )


def _changed(source: Source, plain: dict[str, Any], level: str, changes: dict[str, Any]) -> Source:
    made = dict(plain)
    for name, value in changes.items():
        old = plain.get(name)
        by_name = name in _BY_NAME and isinstance(old, dict) and isinstance(value, dict)
        made[name] = {**old, **value} if by_name and old is not None else value
    made["id"] = level_id(str(plain.get("id")), int(level))
    made["level"] = int(level)
    here: Path = (FIELD, level)
    places = {path: place for path, place in source.places.items() if _stays(path, changes)}
    keys = {path: place for path, place in source.key_places.items() if _stays(path, changes)}
    places |= {path[2:]: place for path, place in source.places.items() if path[:2] == here}
    keys |= {path[2:]: place for path, place in source.key_places.items() if path[:2] == here}
    return Source(source.file, made, places, keys)


def _stays(path: Path, changes: dict[str, Any]) -> bool:
    """Tell whether a place of the file is still that of a value once a level has changed it."""
    if not path or path[0] == FIELD:
        return False
    return path[0] not in changes or path[0] in _BY_NAME


def level_id(base: str, level: int) -> str:
    """Return the id of the item that a level makes.

    >>> level_id("block-jacobian", 1), level_id("block-jacobian", 3)
    ('block-jacobian', 'block-jacobian-level-3')
    """
    return base if level == 1 else f"{base}-level-{level}"


def base_id(item_id: str) -> str:
    """Return the id of the file that makes an item.

    >>> base_id("block-jacobian-level-3")
    'block-jacobian'
    """
    return _LEVEL.sub("", item_id)

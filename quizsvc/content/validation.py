"""Data against the schema: every fault at its place in the file, in an author's words."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from quizsvc.content import (
    claim_spec,
    course_spec,
    figure_spec,
    given_spec,
    keys,
    part_spec,
    schema,
)
from quizsvc.errors import ContentError, Fault

if TYPE_CHECKING:
    from quizsvc.content.yaml_source import Source

FIELD_NAMES = frozenset(
    field.alias or name
    for module in (schema, given_spec, part_spec, keys, course_spec, figure_spec, claim_spec)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name, field in model.model_fields.items()
)
"""Every field of every kind of file, to suggest the nearest for a mistyped one."""


_WANTED = {
    "bool_type": "`true` or `false`",
    "model_type": "A mapping of fields, `name: value`,",
    "dict_type": "A mapping, `name: value`,",
    "list_type": "A list",
    "string_type": "A text",
    "int_type": "A whole number",
    "float_type": "A number",
    "finite_number": "A finite number",
}
"""Kind of error to what an author should write."""


def validated(adapter: TypeAdapter[Any], source: Source) -> Any:
    """Check data against the schema; every fault at its place, in an author's words."""
    try:
        return adapter.validate_python(source.data)
    except ValidationError as problem:
        faults = [_fault_of(dict(error), source) for error in problem.errors()]
        raise ContentError(sorted(set(faults))) from None


def _fault_of(error: dict[str, Any], source: Source) -> Fault:
    # The location names branches of unions too, which are not steps in the file: skip those.
    path: tuple[str | int, ...] = ()
    for step in error["loc"]:
        if (*path, step) in source.places:
            path = (*path, step)
    last = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "extra_forbidden":
            near = difflib.get_close_matches(last, FIELD_NAMES - {last}, n=1)
            hint = f": is {near[0]} meant?" if near else "."
            return source.fault(f"“{last}” is not a field here{hint}", path, key=True)
        case "missing":
            return source.fault(f"The field “{last}” is missing.", path, key=bool(path))
        case "value_error":
            name = f"“{path[-1]}” " if path and isinstance(path[-1], str) else "This "
            return source.fault(f"{name}{error['ctx']['error']}.", path)
        case "literal_error":
            message = f"“{error['input']}” is not known here; there is: {error['ctx']['expected']}."
            return source.fault(message, path, key=last == "[key]")
        case "string_pattern_mismatch" if last == "[key]":
            return source.fault("A name is letters, digits and _, beginning with a letter.", path)
        case "string_pattern_mismatch":
            return source.fault("An id is small letters and digits joined by hyphens.", path)
    return source.fault(_in_words(error), path)


def _in_words(error: dict[str, Any]) -> str:
    """Say what is wrong with a value of the wrong kind or length."""
    kind, bounds = error["type"], error.get("ctx", {})
    if kind in ("too_short", "too_long"):
        few = kind == "too_short"
        bound = bounds["min_length"] if few else bounds["max_length"]
        told = f"This has {bounds['actual_length']} entries; at {'least' if few else 'most'}"
        return f"{told} {bound} are allowed."
    return f"{_WANTED[kind]} is wanted here." if kind in _WANTED else f"{error['msg']}."

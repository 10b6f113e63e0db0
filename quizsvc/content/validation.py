"""Data against the schema: every fault at its place in the file, in an author's words."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from quizsvc.content import claim_spec, course_spec, figure_spec, keys, schema
from quizsvc.errors import ContentError, Fault

if TYPE_CHECKING:
    from quizsvc.content.yaml_source import Source

FIELD_NAMES = frozenset(
    field.alias or name
    for module in (schema, keys, course_spec, figure_spec, claim_spec)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel)
    for name, field in model.model_fields.items()
)
"""Every field of every kind of file, to suggest the nearest for a mistyped one."""


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
            near = difflib.get_close_matches(last, FIELD_NAMES, n=1)
            hint = f": is {near[0]} meant?" if near else "."
            return source.fault(f"“{last}” is not a field here{hint}", path, key=True)
        case "missing":
            return source.fault(f"The field “{last}” is missing.", path, key=bool(path))
        case "value_error":
            name = f"“{path[-1]}” " if path else "This "
            return source.fault(f"{name}{error['ctx']['error']}.", path)
        case "literal_error":
            message = f"“{error['input']}” is not known here; there is: {error['ctx']['expected']}."
            return source.fault(message, path, key=last == "[key]")
        case "bool_type":
            return source.fault("This is `true` or `false`.", path)
        case "string_pattern_mismatch" if last == "[key]":
            return source.fault("A name is letters, digits and _, beginning with a letter.", path)
        case "string_pattern_mismatch":
            return source.fault("An id is small letters and digits joined by hyphens.", path)
    return source.fault(f"{error['msg']}.", path)

"""Data against the schema: every fault at its place in the file, in an author's words."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from quizsvc.errors import ContentError, Fault

if TYPE_CHECKING:
    from quizsvc.content.yaml_source import Path, Source


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
_BOUNDS = {
    "greater_than": ("gt", "above"),
    "greater_than_equal": ("ge", "of at least"),
    "less_than": ("lt", "below"),
    "less_than_equal": ("le", "of at most"),
}
"""Kind of error to the bound in its context, and how an author is told of it."""


def validated(kind: Any, source: Source) -> Any:
    """Check data against a type of the schema; every fault at its place, in an author's words."""
    try:
        return TypeAdapter(kind).validate_python(source.data)
    except ValidationError as problem:
        faults = [_fault_of(dict(error), source, kind) for error in problem.errors()]
        raise ContentError(sorted(set(faults))) from None


def fields_at(kind: Any, path: Path) -> set[str]:
    """Return the fields that what stands at a path may have, whichever form the author chose."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = {field.alias or name: field for name, field in kind.model_fields.items()}
        if not path:
            return set(fields)
        step = fields.get(str(path[0]))
        return set() if step is None else fields_at(step.annotation, path[1:])
    inner = get_args(kind)
    origin = get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, Sequence | Mapping):
        return fields_at(inner[-1], path[1:]) if path else set()
    # Of an annotated type what is annotated, of a union each form of it.
    forms = inner[:1] if hasattr(kind, "__metadata__") else inner
    return {name for form in forms for name in fields_at(form, path)}


def _fault_of(error: dict[str, Any], source: Source, kind: Any) -> Fault:
    # The location names branches of unions too, which are not steps in the file: skip those.
    path: tuple[str | int, ...] = ()
    for step in error["loc"]:
        if (*path, step) in source.places:
            path = (*path, step)
    last = str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "extra_forbidden":
            place = path[:-1] if path and path[-1] == last else path
            near = difflib.get_close_matches(last, fields_at(kind, place), n=1)
            hint = f": is {near[0]} meant?" if near else "."
            return source.fault(f"“{last}” is not a field here{hint}", path, key=True)
        case "missing":
            return source.fault(f"The field “{last}” is missing.", path, key=bool(path))
        case "value_error":
            name = f"“{path[-1]}” " if path and isinstance(path[-1], str) else "This "
            return source.fault(f"{name}{error['ctx']['error']}.", path)
        case "literal_error":
            known = error["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
            message = f"“{error['input']}” is not known here; there is: {known}."
            return source.fault(message, path, key=last == "[key]")
        case "string_pattern_mismatch" if "A-Z" in error["ctx"]["pattern"]:
            return source.fault("A name is letters, digits and _, beginning with a letter.", path)
        case "string_pattern_mismatch":
            return source.fault("An id is small letters and digits joined by hyphens.", path)
    return source.fault(_in_words(error), path)


def _in_words(error: dict[str, Any]) -> str:
    """Say what is wrong with a value of the wrong kind or length."""
    kind, bounds = error["type"], error.get("ctx", {})
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        return f"A number {words} {bounds[bound]:g} is wanted here."
    if kind == "string_too_short" or bounds.get("field_type") == "Value":
        return "Something is wanted here, and there is nothing."
    if kind == "string_too_long":
        return f"This is too long: at most {bounds['max_length']:,} characters are allowed."
    if kind == "string_unicode":
        return "This has a character that cannot be stored: half of one that takes two."
    if kind in ("too_short", "too_long"):
        few = kind == "too_short"
        bound = bounds["min_length"] if few else bounds["max_length"]
        told = f"This has {bounds['actual_length']} entries; at {'least' if few else 'most'}"
        return f"{told} {bound} are allowed."
    return f"{_WANTED[kind]} is wanted here." if kind in _WANTED else f"{error['msg']}."

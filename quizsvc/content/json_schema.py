"""The JSON Schema of each kind of file, for editors: completion, words on hover, underlined slips.

What an editor can know without computing anything; whether names lead somewhere, keys have the
right shape and draws succeed is said by ``check``.
"""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from quizsvc.content.claim_spec import ClaimsSpec
from quizsvc.content.course_spec import MISCONCEPTIONS_FILE, AssessmentSpec, CourseSpec, LessonSpec
from quizsvc.content.figure_spec import FigureSpec
from quizsvc.content.files import bytes_of, is_file
from quizsvc.content.levels import FIELD, OWN
from quizsvc.content.schema import ItemSpec
from quizsvc.problems.misconceptions import MAL_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

FOLDER = ".schemas"
"""Where the schemas of a content directory stand, beside its files."""

KINDS: Mapping[str, TypeAdapter[Any]] = MappingProxyType(
    {
        "item": TypeAdapter(ItemSpec),
        "lesson": TypeAdapter(LessonSpec),
        "assessment": TypeAdapter(AssessmentSpec),
        "course": TypeAdapter(CourseSpec),
        "figure": TypeAdapter(FigureSpec),
        "claims": TypeAdapter(ClaimsSpec),
        "misconceptions": TypeAdapter(MISCONCEPTIONS_FILE),
    }
)
"""Kind of file to what may stand in it."""

_AT_THE_ROOT = ("claims", "misconceptions")
_BOUNDS = {"gt": "exclusiveMinimum", "ge": "minimum", "lt": "exclusiveMaximum", "le": "maximum"}
"""Bounds that pydantic leaves in its own words where a validator stands before them."""


class _Generator(GenerateJsonSchema):
    """Takes the titles that we give, and makes none of its own."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        """Leave a field without a title, unless its type has one."""
        return False


def json_schema(kind: str) -> dict[str, Any]:
    """Return the schema of a kind of file (JSON Schema 2020-12)."""
    made: dict[str, Any] = _tidy(KINDS[kind].json_schema(schema_generator=_Generator))
    if kind == "item":
        _describe_levels(made)
    if kind == "misconceptions":
        _name_misconceptions(made)
    return {"$schema": GenerateJsonSchema.schema_dialect, **made}


def schema_text(kind: str) -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(json_schema(kind), ensure_ascii=False, indent=1) + "\n"


def modeline(kind: str) -> str:
    """Return the first line of a file of a kind, which tells an editor where its schema is."""
    root = "" if kind in _AT_THE_ROOT else "../"
    return f"# yaml-language-server: $schema={root}{FOLDER}/{kind}.json"


def write_schemas(content: Path) -> Path:
    """Write all schemas beside the files of a content directory, and return their folder."""
    folder = content / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for kind in stale_schemas(content, missing=True):
        (folder / f"{kind}.json").write_text(schema_text(kind), encoding="utf-8")
    return folder


def stale_schemas(content: Path, *, missing: bool = False) -> Iterator[str]:
    """Yield the kinds whose schema beside the content is not this version's."""
    for kind in KINDS:
        file = content / FOLDER / f"{kind}.json"
        if is_file(file):
            if bytes_of(file) != schema_text(kind).encode():
                yield kind
        elif missing:
            yield kind


def _tidy(node: Any) -> Any:
    """Say the same in fewer words: no empty values, and each form that is possible only once."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    tidy = {_BOUNDS.get(str(name), str(name)): _tidy(value) for name, value in node.items()}
    if isinstance(tidy.get("description"), str):
        tidy["description"] = " ".join(tidy["description"].split())
        if "`" in tidy["description"]:
            tidy["markdownDescription"] = tidy["description"]  # else editors show the backticks
    if "patternProperties" in tidy:
        tidy["additionalProperties"] = False
    # A field with nothing after its colon is not finished, so an editor may underline it.
    if tidy.get("default") in (None, [], {}):
        tidy.pop("default", None)
    forms = tidy.pop("oneOf", None) or tidy.pop("anyOf", None)
    if forms is not None:
        flat = [inner for form in forms for inner in _forms(form) if inner != {"type": "null"}]
        distinct = [form for number, form in enumerate(flat) if form not in flat[:number]]
        # What is said of the field itself counts before what is said of the only form.
        tidy = {**distinct[0], **tidy} if len(distinct) == 1 else {"anyOf": distinct, **tidy}
    return tidy


def _forms(form: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the forms of a nested choice that has nothing else to say."""
    forms: list[dict[str, Any]] = form["anyOf"] if form.keys() == {"anyOf"} else [form]
    return forms


def _describe_levels(schema: dict[str, Any]) -> None:
    """Let a level change any field of an item but its own."""
    properties = {name: value for name, value in schema["properties"].items() if name not in OWN}
    schema["$defs"]["Level"] = {
        "title": "changes",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
    levels = schema["properties"][FIELD]
    del levels["propertyNames"]
    levels["properties"] = {level: {"$ref": "#/$defs/Level"} for level in ("2", "3")}
    # The server of editors takes the key `2:` for a number, which is no property by its books.
    levels["patternProperties"] = {"^[23]$": {"$ref": "#/$defs/Level"}}
    levels["additionalProperties"] = False


def _name_misconceptions(schema: dict[str, Any]) -> None:
    """Offer the misconceptions of the table, each with the belief."""
    (texts,) = schema.pop("patternProperties").values()
    schema["properties"] = {
        rule.id: {**texts, "description": rule.belief} for rule in MAL_RULES.values()
    }

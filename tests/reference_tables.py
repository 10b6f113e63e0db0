"""The tables of the author's reference as the code has them.

``python -m tests.reference_tables`` puts them into the guide; a test compares.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from quizsvc.content.json_schema import KINDS, json_schema
from quizsvc.interactions import REGISTRY
from quizsvc.problems.misconceptions import MAL_RULES
from quizsvc.settings import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = shipped("content").parent / "quizsvc/guides/reference.md"

_BLOCK = re.compile(r"(<!-- made from the code: ([\w-]+) -->\n)(.*?)(<!-- end -->\n)", re.DOTALL)
_APART = {
    "item": {"GivenSpec", "AskSpec", "OwnMisconception"},
    "figure": {"GivenSpec"},
    "ask": {"ToleranceSpec"},
}
"""Models that have a block of their own, by the block that mentions them."""
_PARTS = {
    "given": "GivenSpec",
    "ask": "AskSpec",
    "tolerance": "ToleranceSpec",
    "own": "OwnMisconception",
}
"""Blocks on a part of an item."""


def with_tables(reference: str) -> str:
    """Return the reference with each marked table as the code has it now."""
    return _BLOCK.sub(lambda found: f"{found[1]}{_block(found[2])}{found[4]}", reference)


def blocks(reference: str) -> set[str]:
    """Return the names of the marked tables."""
    return {found[2] for found in _BLOCK.finditer(reference)}


def _block(name: str) -> str:
    if name == "misconceptions":
        rows = [f"| `{rule.id}` | {rule.belief} |" for rule in MAL_RULES.values()]
        return "\n".join(["| id | belief |", "|---|---|", *rows, ""])
    if name == "misconception-texts":
        schema = json_schema("misconceptions")
        return "\n".join([*_fields(schema["$defs"]["MisconceptionText"], schema), ""])
    schema = json_schema("item" if name in _PARTS else name)
    node = schema["$defs"][_PARTS[name]] if name in _PARTS else schema
    return "\n".join([*_tables(node, schema, {"Level", *_APART.get(name, ())}), ""])


def _tables(node: dict[str, Any], schema: dict[str, Any], told: set[str]) -> Iterator[str]:
    """Yield the lines of the table of a model, and then of those that it is made of, once each."""
    yield from _fields(node, schema)
    if node.get("title") == "part":
        yield from ["", "| question type | its key | which is |", "|---|---|---|"]
        for name in REGISTRY:
            field = node["properties"][name]
            yield f"| `{name}` | {_words(field, schema)} | {_says(field)} |"
    for inner in re.findall(r'"#/\$defs/(\w+)"', json.dumps(node["properties"])):
        if inner in told:
            continue
        told.add(inner)
        model = schema["$defs"][inner]
        yield from ["", f"*{model['title'].capitalize()}.* {model['description']}", ""]
        yield from _tables(model, schema, told)


def _fields(node: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    yield from ["| field | type | default | meaning |", "|---|---|---|---|"]
    for name, field in node["properties"].items():
        if node.get("title") == "part" and name in REGISTRY:
            continue
        default = "required" if name in node.get("required", []) else _default(field)
        yield f"| `{name}` | {_words(field, schema)} | {default} | {_says(field)} |"


def _says(field: dict[str, Any]) -> str:
    assert "description" in field, "a field of a spec has no text below it that says what it means"
    text: str = field["description"]
    assert "|" not in text, text
    return text


def _default(field: dict[str, Any]) -> str:
    if "default" not in field:
        return "none"
    value = field["default"]
    return f"`{value:g}`" if isinstance(value, float) else _literal(value)


def _literal(value: Any) -> str:
    """Write a value as it stands in YAML."""
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _words(node: dict[str, Any], schema: dict[str, Any], *, many: bool = False) -> str:
    """Say a type in an author's words."""
    model = schema.get("$defs", {}).get(node.get("$ref", "").rpartition("/")[2], node)
    if "title" in model:
        return _plural(model["title"]) if many else str(model["title"])
    if "anyOf" in node:
        words = [_words(form, schema, many=many) for form in node["anyOf"]]
        return _either(words)
    if "const" in node or "enum" in node:
        values = node["enum"] if "enum" in node else [node["const"]]
        return _either([_literal(value) for value in values])
    match node["type"]:
        case "array":
            if node.get("minItems") == node.get("maxItems") == 2:
                return f"two {_words(node['items'], schema, many=True)}"
            return f"list of {_words(node['items'], schema, many=True)}"
        case "object":
            if "properties" in node:
                return f"{' and '.join(f'`{name}`' for name in node['properties'])} to changes"
            (values,) = node["patternProperties"].values()
            return f"name to {_words(values, schema)}"
        case "boolean":
            return "`true` or `false`"
        case "integer" | "number" as kind:
            return _number("whole number" if kind == "integer" else "number", node, many=many)
    assert node["type"] == ["string", "number"], node
    return "expressions" if many else "expression"


def _number(word: str, node: dict[str, Any], *, many: bool) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"{low} to {high}"
    bounds = [
        f" {words} {node[bound]:,}"
        for bound, words in {
            "minimum": "from",
            "exclusiveMinimum": "above",
            "maximum": "up to",
            "exclusiveMaximum": "below",
        }.items()
        if bound in node
    ]
    return (_plural(word) if many else word) + ",".join(bounds)


def _either(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _plural(words: str) -> str:
    """Return the plural.

    >>> [_plural(each) for each in ("Markdown", "entry", "group of items", "choice")]
    ['Markdown', 'entries', 'groups of items', 'choices']
    """
    head, of, tail = words.partition(" of ")
    if head == "Markdown":
        return words
    return (f"{head[:-1]}ies" if head.endswith("y") else f"{head}s") + of + tail


EXPECTED = {*KINDS, *_PARTS, "misconception-texts"}
"""The blocks that a whole reference has."""


if __name__ == "__main__":
    PATH.write_text(with_tables(PATH.read_text(encoding="utf-8")), encoding="utf-8")

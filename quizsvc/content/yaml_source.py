"""YAML text to plain data, with the place of every key and value.

Read from the parser's events: ``yaml.load`` and ``compose`` recurse in C and crash the process on
deep nesting. What half-trusted authors do not need is refused: aliases, anchors, tags, several
documents, duplicate keys. Plain scalars are resolved by YAML 1.2's core schema, in which ``no``
is a string and ``010`` is ten.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml

from quizsvc.errors import ContentError, Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 512_000
MAX_DEPTH = 24

Path: TypeAlias = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands, counted from 0; for a scalar also how its text is laid out."""

    line: int
    column: int
    indent: int | None = None
    """Of a block scalar: the column in which its lines begin; its text starts a line below."""

    def at(self, text: str, offset: int) -> tuple[int, int]:
        """Return line and column, from 1, of an offset in a scalar's text."""
        before = text[:offset]
        lines, last = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        if self.indent is not None:
            return self.line + 2 + lines, self.indent + last + 1
        # A quoted or plain scalar over several lines is folded: its first line is named.
        return self.line + 1, self.column + 1 + (last if lines == 0 else 0)


@dataclass(eq=False)
class Source:
    """One file: its data and the place of each value in it."""

    file: str
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    key_places: dict[Path, Place] = field(default_factory=dict)

    def value(self, path: Path) -> Any:
        """Return the value at a path that exists."""
        value = self.data
        for step in path:
            value = value[step]
        return value

    def nearest(self, path: Path) -> Path:
        """Return the longest beginning of `path` that stands in the file."""
        while path and path not in self.places:
            path = path[:-1]
        return path

    def fault(self, message: str, path: Path = (), offset: int = 0, *, key: bool = False) -> Fault:
        """Return a fault at the value of a path, or at its key."""
        path = self.nearest(path)
        if key and path in self.key_places:
            place = self.key_places[path]
            return Fault(self.file, place.line + 1, place.column + 1, message)
        place = self.places.get(path, Place(0, 0))
        text = self.value(path) if path in self.places else ""
        line, column = place.at(text if isinstance(text, str) else "", offset)
        return Fault(self.file, line, column, message)


def read_yaml(file: str, content: bytes) -> Source:
    """Read one document.

    Raises
    ------
    ContentError
        The author's: not YAML, or more than is allowed here.
    """
    if len(content) > MAX_BYTES:
        raise ContentError([Fault(file, 1, 1, f"The file is larger than {MAX_BYTES:,} bytes.")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content[: problem.start].count(b"\n") + 1
        raise ContentError([Fault(file, line, 1, "The file is not UTF-8.")]) from None
    try:
        return _read(file, text)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message = f"This is not YAML: {problem.problem or problem.context}."
        raise ContentError([Fault(file, line, column, message + _advice(text, line))]) from None
    except yaml.YAMLError as problem:
        raise ContentError([Fault(file, 1, 1, f"This is not YAML: {problem}.")]) from None


def reads_as_text(word: str) -> bool:
    """Tell whether a plain scalar is a text, and not a number or a truth value.

    >>> [reads_as_text(each) for each in ("my-first", "12", "1e5", "true")]
    [True, False, False, False]
    """
    return isinstance(_plain(word), str)


def _read(file: str, text: str) -> Source:
    # libyaml is some 25 times as fast; PyYAML's own parser has the better words for what is wrong.
    if yaml.__with_libyaml__:
        with contextlib.suppress(yaml.YAMLError):
            return _Reader(file, text, yaml.CSafeLoader).read()
    return _Reader(file, text, yaml.SafeLoader).read()


def _advice(text: str, line: int) -> str:
    lines = text.splitlines()
    if 0 < line <= len(lines) and "{" in lines[line - 1]:
        return " An expression with commas or brackets inside {…} or […] needs quotes."
    return ""


class _Reader:
    def __init__(
        self, file: str, text: str, loader: type[yaml.SafeLoader | yaml.CSafeLoader]
    ) -> None:
        self._text = text
        self._lines = text.split("\n")
        self._source = Source(file)
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)

    def read(self) -> Source:
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._refuse(event, "One file holds one document: remove the “---”.")
                self._source.data = self._node(next(self._events), ())
        if documents == 0:
            raise ContentError([Fault(self._source.file, 1, 1, "The file is empty.")])
        return self._source

    def _node(self, event: yaml.Event, path: Path) -> Any:
        if isinstance(event, yaml.AliasEvent):
            raise self._refuse(event, "Aliases (*name) are not allowed.")
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            raise self._refuse(event, "Anchors (&name) are not allowed.")
        if getattr(event, "tag", None) is not None:
            raise self._refuse(event, "Tags (!name) are not allowed.")
        if len(path) > MAX_DEPTH:
            raise self._refuse(event, "This is nested too deeply.")
        self._source.places[path] = self._place(event)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._mapping(path)

    def _sequence(self, path: Path) -> list[Any]:
        values: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            values.append(self._node(event, (*path, len(values))))
        return values

    def _mapping(self, path: Path) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refuse(event, "A key is a word.")
            key = event.value
            if key in values:
                raise self._refuse(event, f"“{key}” stands here twice.")
            place = self._place(event)
            values[key] = self._node(next(self._events), (*path, key))
            self._source.key_places[*path, key] = place
        return values

    def _place(self, event: yaml.Event) -> Place:
        mark = _mark(event)
        indent = None
        if isinstance(event, yaml.ScalarEvent):
            if event.style in ("|", ">"):
                first = next((line for line in self._lines[mark.line + 1 :] if line.strip()), "")
                indent = len(first) - len(first.lstrip(" "))
            elif event.style in ("'", '"'):
                return Place(mark.line, mark.column + 1)
        return Place(mark.line, mark.column, indent)

    def _refuse(self, event: yaml.Event, message: str) -> ContentError:
        mark = _mark(event)
        return ContentError([Fault(self._source.file, mark.line + 1, mark.column + 1, message)])


def _mark(event: yaml.Event) -> Any:
    mark = event.start_mark
    assert mark is not None  # noqa: S101 - an event that was read from text has a place
    return mark


def _scalar(event: yaml.ScalarEvent) -> Any:
    text: str = event.value
    return text if event.style else _plain(text)  # quoted and block scalars have one


def _plain(text: str) -> Any:
    if text.lower() in _WORDS and text in (text.lower(), text.upper(), text.capitalize()):
        return _WORDS[text.lower()]
    if _INTEGER.fullmatch(text) and len(text) < 40:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text

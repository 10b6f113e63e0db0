"""A class list as a school exports it: CSV in whatever form, read generously and line by line."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from quizsvc.errors import QuizsvcError
from quizsvc.store import names
from quizsvc.store.enrolling import Line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_LINES = 10_000
LARGEST = 2 * 1024 * 1024
"""Bytes of a list with its form."""

_LONGEST_NAME = 80
"""No account has a longer one."""
_LONGEST_REGISTER_ID = 80

_EXPECTED = "Expected are “name” (of the account) and, if you like, “register_id”."


class UnreadableError(QuizsvcError):
    """A list that cannot be read as a whole; the message is for whoever sent it."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that cannot be taken, and why."""

    number: int
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class ClassList:
    """What a list says."""

    lines: tuple[Line, ...]
    wrong: tuple[Wrong, ...]


def decode(data: bytes) -> tuple[str, str]:
    """Return the text of a file, and what to say about its encoding if that is not UTF-8.

    Raises
    ------
    UnreadableError
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp1252":
            return text, ""
        return text, (
            "The file is not UTF-8. It was read as Windows-1252: please compare the names that "
            "have letters such as ä, é or ł."
        )
    raise UnreadableError("This file is no text. Please save the list as CSV (UTF-8).")


def read(text: str) -> ClassList:
    """Read a list whose first line names its columns; what is wrong with a line is noted with it.

    Raises
    ------
    UnreadableError
        The columns are not those of a class list, or there are too many lines.
    """
    rows = _rows(text.removeprefix("\ufeff"))
    header = next(rows, None)
    if header is None:
        raise UnreadableError("The list is empty. Its first line names the columns: name")
    columns = _columns(header[1])
    lines: list[Line] = []
    wrong: list[Wrong] = []
    for number, cells in rows:
        if len(lines) + len(wrong) == MOST_LINES:
            raise UnreadableError(
                f"The list has more than {MOST_LINES:,} lines. Please enrol it in several parts."
            )
        one = _line(number, cells, columns)
        if isinstance(one, Wrong):
            wrong.append(one)
        else:
            lines.append(one)
    if not lines and not wrong:
        raise UnreadableError("The list names its columns, and nobody follows.")
    lines, twice = _without_doubles(lines)
    return ClassList(tuple(lines), tuple(sorted([*wrong, *twice], key=lambda each: each.number)))


def write(lines: Sequence[Line]) -> str:
    """Return lines as a list that `read` takes, each at its place; for a form to carry."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["name", "register_id"])
    for line in lines:
        writer.writerow([line.name, line.register_id or ""])
    return text.getvalue()


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each line that is not blank with the number of its first one."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(",;\t", key=first.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise UnreadableError(
                f"From line {number} on the list cannot be read. Please look at the quotes there."
            ) from None
        cells = [" ".join(cell.split()) for cell in cells]
        if any(cells):
            yield number, cells
        number = reader.line_num + 1


def _columns(header: list[str]) -> list[str]:
    """Return the name of each column, as our own list would spell it.

    Raises
    ------
    UnreadableError
    """
    while header and not header[-1]:
        header = header[:-1]
    columns = [cell.casefold().replace(" ", "_").replace("-", "_") for cell in header]
    unknown = [
        written
        for written, column in zip(header, columns, strict=True)
        if column not in ("name", "register_id")
    ]
    if "name" not in columns:
        said = ", ".join(f"“{each[:40]}”" for each in header[:8])
        raise UnreadableError(f"The first line must name the columns; it says {said}. {_EXPECTED}")
    if unknown:
        said = ", ".join(f"“{each[:40]}”" for each in unknown[:8])
        plural = "s" if len(unknown) > 1 else ""
        raise UnreadableError(f"The column{plural} {said} cannot be taken. {_EXPECTED}")
    if len(set(columns)) < len(columns):
        raise UnreadableError(f"A column stands twice in the first line. {_EXPECTED}")
    return columns


def _line(number: int, cells: list[str], columns: list[str]) -> Line | Wrong:
    text = ", ".join(each for each in cells if each)[:120]
    if any(cells[len(columns) :]):
        problem = "It has more cells than the first line. A name with a comma stands in quotes."
        return Wrong(number, text, problem)
    said = dict(zip(columns, cells, strict=False))
    name, register_id = said["name"], said.get("register_id") or None
    if not name:
        return Wrong(number, text, "The name is missing.")
    if len(name) > _LONGEST_NAME:
        return Wrong(number, text, f"The name has {len(name)} characters; that is too long.")
    if register_id is not None and not register_id.isprintable():
        return Wrong(number, text, "The register number holds a character that is not shown.")
    if register_id is not None and len(register_id) > _LONGEST_REGISTER_ID:
        problem = f"The register number has {len(register_id)} characters; that is too long."
        return Wrong(number, text, problem)
    return Line(number=number, name=name, register_id=register_id)


def _without_doubles(lines: Sequence[Line]) -> tuple[list[Line], list[Wrong]]:
    """Return the lines that stand alone, and those whose name or number stands twice."""
    problems: dict[int, Wrong] = {}
    for what, key in (("name", _name_of), ("register number", _number_of)):
        places: dict[str, list[Line]] = {}
        for line in lines:
            if value := key(line):
                places.setdefault(value, []).append(line)
        for alike in places.values():
            if len(alike) > 1:
                where = ", ".join(str(each.number) for each in alike[:-1])
                problem = f"The {what} stands in lines {where} and {alike[-1].number}."
                for each in alike:
                    problems.setdefault(each.number, Wrong(each.number, each.name, problem))
    return [each for each in lines if each.number not in problems], list(problems.values())


def _name_of(line: Line) -> str:
    return names.name_key(line.name)


def _number_of(line: Line) -> str:
    return line.register_id or ""

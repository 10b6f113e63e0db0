"""Tables as files that open in a spreadsheet, and run nothing there."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from io import StringIO
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from flask import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LONGEST_IN_NAME = 40
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_FORMULA = re.compile(r"[\s\x00-\x1f]*[=+\-@＝＋－＠]|[\t\r\n]")
"""How a text begins that a spreadsheet would run, perhaps after it has trimmed it."""
_WITHIN = re.compile(
    r"(?<=[;\t|\r\n])([ \x00]*)(?=[=+\-@＝＋－＠])(?![-+0-9., ()[\]*/^]*(?:[;\r\n]|$))"
)
"""Where a cell would begin within a text, for a spreadsheet that takes another sign for the
separator of columns: it loses the quotes around all but the first field of a line, and splits the
rest there. What computes nothing but numbers, such as a row of a matrix, may stay as it is."""


def cell(value: object) -> str:
    """Return what stands in a cell: a text that a spreadsheet would run is marked as text.

    Where a text would be torn into several cells by a spreadsheet of another country, each of them
    is marked. A comma does not count as such a place: only a reader that knows no quotes at all
    would split a text there, and such a reader is no spreadsheet. That threat remains.

    >>> cell("=1+2"), cell("-3.5"), cell("-x"), cell(" @x"), cell(None), cell(0.1)
    ("'=1+2", '-3.5', "'-x", "' @x", '', '0.1')
    >>> cell("a;=x"), cell("a|@x"), cell("[1 2; -3 4]")
    ("a;'=x", "a|'@x", '[1 2; -3 4]')
    """
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    if isinstance(value, str):
        text = _WITHIN.sub(r"\1'", text)
    runs = _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs else text


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV, every field in quotes.

    It begins with a byte order mark: without one a spreadsheet takes UTF-8 for an older encoding
    and spoils every minus sign and Greek letter; other readers pass over it.
    """
    text = StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow([cell(column) for column in columns])
    writer.writerows([cell(value) for value in row] for row in rows)
    return "\ufeff" + text.getvalue()


def in_file_name(text: str) -> str:
    """Return a text as it can stand in the name of a file anywhere; empty if nothing is left.

    >>> in_file_name("Group B, 2026 / Über"), in_file_name("Ομάδα")
    ('Group-B-2026-Uber', '')
    """
    letters = normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[A-Za-z0-9]+", letters))[:_LONGEST_IN_NAME].strip("-")


def as_json(data: object) -> str:
    """Return data as JSON, its times as in ISO 8601."""
    return json.dumps(data, ensure_ascii=False, indent=1, default=_iso)


def download(text: str, name: str) -> Response:
    """Hand out a file of that name, whose ending is json or csv."""
    kind = {"json": "application/json", "csv": "text/csv"}[name.rpartition(".")[2]]
    return Response(
        text,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _iso(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no form in JSON")

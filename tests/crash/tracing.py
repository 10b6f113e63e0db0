"""What a process asked of its files: its system calls, as strace saw them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[2]
"""From where a process of its own can import the tests."""

CALLS = "openat,pwrite64,write,ftruncate,fallocate,fsync,fdatasync,unlink,unlinkat,rename,renameat2"
"""All by which the name, the size or the content of a file can change, and all that syncs it."""

LONGEST = 1 << 20
"""Bytes of a write; strace would leave out more."""

_LINE = re.compile(r"(?P<process>\d+) +(?P<rest>.*)")
_UNFINISHED = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<given>.*)\) += (?P<result>-?\d+)")
_FILE = re.compile(r"^\d+<(?P<path>[^>]*)>(?P<deleted>\(deleted\))?")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True, slots=True)
class Call:
    """A call that succeeded."""

    name: str
    path: str
    """Of the file, or of the folder that was synced."""
    numbers: tuple[int, ...] = ()
    """Length and offset of a write; the size of a truncation."""
    data: bytes = b""
    flags: str = ""
    begun: int = 0
    """How many calls of the trace had ended when this one began."""


def require_strace() -> str:
    """Return where strace is; else skip the test, or let it fail where all must run."""
    found = shutil.which("strace")
    if found:
        return found
    if os.environ.get("QUIZSVC_TEST_REQUIRE_ALL") == "1":
        pytest.fail("strace is missing and QUIZSVC_TEST_REQUIRE_ALL=1")
    pytest.skip("strace is missing: apt-get install strace")


def traced(command: Sequence[str], log: Path) -> list[Call]:
    """Run a command to its end, and return what it and its children did to files."""
    strace = [require_strace(), "-f", "-y", "-xx", "-s", str(LONGEST), "-e", f"trace={CALLS}"]
    strace += ["-e", "signal=none", "-o", str(log), "--"]
    subprocess.run([*strace, *command], check=True, cwd=ROOT)
    return list(_calls(log))


def _calls(log: Path) -> Iterator[Call]:
    begun: dict[str, tuple[str, int]] = {}
    ended = 0
    with log.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.match(line.rstrip("\n"))
            assert found, line[:200]
            process, rest = found["process"], found["rest"]
            if rest.endswith(_UNFINISHED):
                begun[process] = (rest.removesuffix(_UNFINISHED), ended)
                continue
            at = ended
            if resumed := _RESUMED.match(rest):
                start, at = begun.pop(process)
                rest = start + resumed["rest"]
            call = _read(rest, at)
            if call is not None:
                ended += 1
                yield call


def _read(line: str, begun: int) -> Call | None:
    found = _CALL.match(line)
    if found is None or int(found["result"]) < 0:
        return None  # the end of a process, or a call that changed nothing
    name, given = found["name"], found["given"]
    texts = [bytes.fromhex(text.replace("\\x", "")) for text in _TEXT.findall(given)]
    if name in ("openat", "unlink", "unlinkat"):
        flags = given.rpartition('"')[2]
        return Call(name, os.fsdecode(texts[0]), flags=flags, begun=begun)
    assert not name.startswith("rename"), "SQLite renames no file"
    file = _FILE.match(given)
    if file is None or file["deleted"]:
        return None
    path = os.fsdecode(bytes.fromhex(file["path"].replace("\\x", "")))
    rest = given[file.end() :].rpartition('"')[2] if texts else given[file.end() :]
    numbers = tuple(int(number) for number in re.findall(r"\d+", rest))
    return Call(name, path, numbers, texts[0] if texts else b"", begun=begun)

"""A process of its own in which all that Python's audit hooks tell is watched: a hook stays.

``python -m tests.security.audited FOLDER`` goes through content, answers and pages in which a
marker stands wherever somebody can type, and prints what it saw as JSON. Then it does what must
never happen, to show that it is seen.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from quizsvc.settings import Settings
from quizsvc.web import create_app

from ..bank import write_bank
from ..web.pages import Visitor, forms_of
from .corpus import CORPUS
from .hostile import takes, write_hostile_bank

if TYPE_CHECKING:
    from quizsvc.web.service import Service

MARKER = "zqmarker"
NEVER = ("os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen", "socket.connect",
         "socket.bind", "pickle.find_class")  # fmt: skip
"""Events that nothing of a request or of content may cause, whatever their arguments."""

MARKED = """
id: marked
title: Marked
objectives: [doubling]
given: {zqmarker: {integers: [1, 9]}}
let: {zqmarkery: 2 * zqmarker}
where: [zqmarkery > 0]
stem: "{{= zqmarkery}} is {{zqmarkery}} with {{__import__}}?"
ask: {number: zqmarkery + 1}
misconceptions: [{id: zqmarker-belief, value: zqmarker^2, says: zqmarker}]
"""


class Watch:
    """What was seen, while it is switched on."""

    def __init__(self, own: Path) -> None:
        self.own = str(own)
        self.on = False
        self.seen: list[str] = []
        self.compiled = 0
        sys.addaudithook(self._hook)

    def _hook(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.on:
            return
        self.on = False  # what is done here would be told as well
        try:
            self._judge(event, given)
        finally:
            self.on = True

    def _judge(self, event: str, given: tuple[Any, ...]) -> None:
        if event in ("compile", "exec"):
            self.compiled += 1
            if any(MARKER in text for text in _texts(given)):
                self.seen.append(f"{event} of what was typed")
        elif event == "import" and MARKER in str(given[0]):
            self.seen.append("import of what was typed")
        elif event in NEVER:
            self.seen.append(event)
        elif event == "open" and _writes(given) and not self._is_own(given[0]):
            self.seen.append(f"open {given[0]} to write")

    def _is_own(self, path: object) -> bool:
        return isinstance(path, int) or str(path).startswith(self.own) or "__pycache__" in str(path)


def _texts(given: object) -> list[str]:
    """Return all texts in the arguments of an event, of code objects too."""
    if isinstance(given, str):
        return [given]
    if isinstance(given, bytes):
        return [given.decode(errors="replace")]
    if isinstance(given, CodeType):
        return _texts((given.co_name, given.co_filename, given.co_names, given.co_consts,
                       given.co_varnames))  # fmt: skip
    if isinstance(given, tuple | frozenset):
        return [text for each in given for text in _texts(each)]
    return [] if given is None else [repr(given)]


def _writes(given: tuple[Any, ...]) -> bool:
    _, mode, flags = given
    return bool(
        set(mode or "") & set("wax+")
        or (mode is None and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    )


def go_through(folder: Path) -> None:
    """Load, draw, grade, echo and show, with the marker everywhere."""
    taken, _ = takes(folder / "takes")
    write_hostile_bank(folder / "content", [f"{MARKER} {each}" for each in taken])
    (folder / "content" / "items" / "marked.yaml").write_text(MARKED)
    settings = Settings.from_environment(
        {
            "QUIZSVC_CONTENT": str(folder / "content"),
            "QUIZSVC_CONTENT_RELOAD": "0",
            "QUIZSVC_VAR": str(folder / "var"),
            "QUIZSVC_SECRET": "of this process only, and long enough",
        }
    )
    visitor = Visitor(create_app(settings))
    _practise(visitor, visitor.service)
    for path in ("/", "/history", "/progress", "/progress/data.json", "/reviews", f"/{MARKER}"):
        visitor.client.get(path)


def _practise(visitor: Visitor, service: Service) -> None:
    texts = [f"{MARKER}+1", f"__import__('{MARKER}')", f"{MARKER}(1)", f"[{MARKER}; 1]", "1"]
    texts += [f"{MARKER} {each}" for each in CORPUS[::30]]
    for item in service.bank.items.values():
        path = f"/practice/{item.id}/1"
        page = visitor.client.get(path)
        for text in texts:
            typed = {**forms_of(page)[0].fields, **{part.name: text for part in item.parts}}
            visitor.client.post(path, data=typed)
            for part in item.parts:
                address = f"/echo/{item.id}/{item.revision}/{part.name}"
                visitor.client.get(address, query_string={"text": text})


def misbehave() -> None:
    """Do all that must be noticed."""
    eval(compile(f"'{MARKER}'", "typed", "eval"))  # noqa: S307 - the control
    exec(f"{MARKER} = 1")  # noqa: S102
    pickle.loads(pickle.dumps(Path()))  # noqa: S301
    subprocess.run(["true"], check=True)  # noqa: S607
    Path("/dev/null").open("w").close()


def main() -> None:
    folder = Path(sys.argv[1])
    write_bank(folder / "warm")  # what is imported late by itself
    watch = Watch(folder)
    watch.on = True
    go_through(folder)
    watch.on = False
    found = {"seen": list(watch.seen), "compiled": watch.compiled}
    watch.on = True
    misbehave()
    watch.on = False
    print(json.dumps({**found, "control": watch.seen}))


if __name__ == "__main__":
    main()

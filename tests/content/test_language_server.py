"""The first line of a file, followed by the language server that editors use.

By hand, with `yaml-language-server` from npm on the path: pytest -m long tests/content.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import IO, TYPE_CHECKING, Any, cast

import pytest
from click.testing import CliRunner

from quizsvc.cli import main
from quizsvc.settings import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = shutil.which("yaml-language-server")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(SERVER is None, reason="yaml-language-server is not installed"),
]


class Editor:
    """Speaks to the server as an editor does."""

    def __init__(self, to_server: IO[bytes], from_server: IO[bytes]) -> None:
        self._to, self._from, self._calls = to_server, from_server, 0
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self._tell("initialized", {})

    def opened(self, path: Path, text: str | None = None) -> list[tuple[int, str]]:
        """Open a file and return what is underlined: line, counted from 1, and message."""
        content = path.read_text(encoding="utf-8") if text is None else text
        self._tell(
            "textDocument/didOpen",
            {"textDocument": _document(path) | {"languageId": "yaml", "text": content}},
        )
        while True:
            message = self._read()
            told = message.get("params", {})
            underlined = message.get("method") == "textDocument/publishDiagnostics"
            if underlined and told["uri"] == path.as_uri():
                return [
                    (each["range"]["start"]["line"] + 1, each["message"])
                    for each in told["diagnostics"]
                ]

    def at(self, method: str, path: Path, line: int, column: int) -> Any:
        """Ask what the server has to say of a place."""
        place = {"line": line - 1, "character": column - 1}
        return self.ask(method, {"textDocument": _document(path), "position": place})

    def ask(self, method: str, parameters: dict[str, Any]) -> Any:
        """Return the server's answer."""
        self._calls += 1
        self._send({"id": self._calls, "method": method, "params": parameters})
        while (message := self._read()).get("id") != self._calls or "method" in message:
            pass
        return message["result"]

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._to.flush()

    def _read(self) -> dict[str, Any]:
        length = 0
        while line := self._from.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        return cast("dict[str, Any]", json.loads(self._from.read(length)))


def _document(path: Path) -> dict[str, Any]:
    return {"uri": path.as_uri(), "version": 1}


@pytest.fixture
def editor() -> Iterator[Editor]:
    with subprocess.Popen(
        [str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        yield Editor(server.stdin, server.stdout)
        server.kill()


def test_nothing_is_underlined_in_what_ships_and_in_starting_files(
    editor: Editor, tmp_path: Path
) -> None:
    for kind in ("item", "lesson", "assessment"):
        arguments = ["new", kind, "my-first", "--content", str(tmp_path)]
        assert CliRunner().invoke(main, arguments).exit_code == 0
    files = [*shipped("content").rglob("*.yaml"), *tmp_path.rglob("*.yaml")]

    assert len(files) > 90
    underlined = {path.name: editor.opened(path) for path in files}
    assert {name: told for name, told in underlined.items() if told} == {}


def test_slips_are_underlined_fields_explained_and_names_offered(
    editor: Editor, tmp_path: Path
) -> None:
    arguments = ["new", "item", "mine", "--content", str(tmp_path)]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    path = tmp_path / "items" / "mine.yaml"
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    text = "id: mine\ntitle: T\nstem: S\nask:\n  numbr: 1\nmisconceptions:\n  - drop-skip\n  - \n"

    assert (6, "Property numbr is not allowed.") in editor.opened(path, f"{first}\n{text}")
    hover = "textDocument/hover"
    assert "What is asked, with holes" in str(editor.at(hover, path, 4, 2))
    assert "the skip connection is forgotten" in str(editor.at(hover, path, 8, 8))
    offered = editor.at("textDocument/completion", path, 9, 5)["items"]
    assert {"auto", "drop-skip", "sign-of-step"} <= {each["label"] for each in offered}

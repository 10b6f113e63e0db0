"""No text of an author or a learner ever becomes code: Python itself is asked, by an audit hook."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def test_nothing_typed_is_compiled_run_unpickled_or_written_elsewhere(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.audited", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["seen"] == []
    assert found["compiled"] > 20, "templates, which are ours, were compiled and seen"
    assert set(found["control"]) >= {
        "compile of what was typed", "exec of what was typed", "pickle.find_class",
        "subprocess.Popen", "open /dev/null to write",
    }, "the hook sees what it must see"  # fmt: skip

"""A disk that fails under a running process: strace lets chosen calls on chosen files fail."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .tracing import require_strace

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ATTACHED = "attached"


@contextmanager
def failing(
    process: int, files: Sequence[Path], call: str, error: str, when: str
) -> Iterator[None]:
    """Let a call of a process on some files fail, as long as the block lasts.

    Parameters
    ----------
    call : str
        Its name, or several separated by commas.
    error : str
        As in ``errno.h``.
    when : str
        Which of them, as strace counts them: ``3``, ``3+`` for all from the third on.
    """
    command = [require_strace(), "-f", "-o", "/dev/null", "-p", str(process)]
    for file in files:
        command += ["-P", str(file)]
    command += ["-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={when}"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        said = ""
        while ATTACHED not in said:
            said = strace.stderr.readline()
            assert said, "strace could not attach"
        try:
            yield
        finally:
            strace.terminate()
            strace.stderr.read()
            strace.wait()

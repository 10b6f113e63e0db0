"""Files as folders of content have them: whatever stands there, nothing here waits or hangs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from quizsvc.content.yaml_source import MAX_BYTES


def listed(folder: Path) -> list[Path]:
    """Return the files of a folder that authors wrote, without what their editors hide there.

    Raises
    ------
    OSError
        There is such a folder, but nobody can look into it.
    """
    try:
        names = os.listdir(folder)  # noqa: PTH208 - Path.iterdir raises only once it is walked
    except FileNotFoundError:
        return []
    return sorted(folder / name for name in names if name.endswith(".yaml") and name[0] != ".")


def files_in(folder: Path) -> list[Path]:
    """Return what is `listed`, nothing where nobody can look."""
    try:
        return listed(folder)
    except OSError:
        return []


def bytes_of(path: Path) -> bytes | str:
    """Return what stands in a file, or as text why it cannot be read.

    A pipe or a device is never opened: nobody knows when it would answer. Of a file that is too
    long, so much is read that it is seen to be.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return "This is no file that can be read."
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as problem:
        return f"The file cannot be read: {problem.strerror}."


def is_file(path: Path) -> bool:
    """Tell whether there is a file; False also where nobody can look."""
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder; False also where nobody can look."""
    try:
        return path.is_dir()
    except OSError:
        return False


def is_there(path: Path) -> bool:
    """Tell whether something has that name, were it a link that leads nowhere."""
    try:
        path.lstat()
    except OSError as problem:
        return not isinstance(problem, FileNotFoundError | NotADirectoryError)
    except ValueError:  # no path at all
        return False
    return True


def real(path: Path) -> Path:
    """Return a path without links in it; unlike `Path.resolve`, also that of a link to itself."""
    return Path(os.path.realpath(path))

"""What the settings and the files around the service say, before the database is asked."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

from quizsvc.settings import read_secret
from quizsvc.store.checking import Finding
from quizsvc.store.serving import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quizsvc.settings import Settings

AS_THE_SERVICE = "Run this as the user of the service, or as root."

_LITTLE, _TOO_LITTLE, _FULL = 2**30, 50 * 2**20, 2**16
"""Bytes free on a disk: at which to warn, to begin no exam, and SQLite cannot even open a file."""


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at the secret, the rights of files, the way in, and the room on the disk."""
    looks = {"secret": _secret, "rights": _rights, "way in": _way_in, "disk": _room}
    for about, look in looks.items():
        try:
            found = list(look(settings))
        except OSError as error:
            found = [Finding(about, "fault", f"{error.filename}: {error.strerror}", AS_THE_SERVICE)]
        yield from found


def _secret(settings: Settings) -> Iterator[Finding]:
    file = settings.var / "secret"
    if settings.secret:
        secret, where = settings.secret, "QUIZSVC_SECRET"
    elif file.is_file():
        secret, where = file.read_text(encoding="ascii", errors="replace").strip(), str(file)
    else:
        do = "Give QUIZSVC_SECRET, or let `quizsvc run` make one; keep a copy of it."
        yield Finding("secret", "warning", "there is none yet", do)
        return
    try:
        read_secret(secret)
    except ValueError as error:
        do = "Whoever guesses it can sign cookies of anybody."
        yield Finding("secret", "fault", f"{where}: {error}", do)
    else:
        yield Finding("secret", "ok", f"{where} has {len(secret)} characters")


def _rights(settings: Settings) -> Iterator[Finding]:
    """Look at who else on this machine may read what is nobody else's business."""
    secret, database = settings.var / "secret", file_of(settings.database_url)
    sound = True
    if secret.exists() and _mode(secret) & 0o077:
        sound = False
        says = f"others on this machine may read {secret} ({_mode(secret):o})"
        yield Finding("rights", "fault", says, f"chmod 600 {secret}")
    if settings.var.is_dir() and _mode(settings.var) & 0o022:
        sound = False
        says = f"others on this machine may write in {settings.var} ({_mode(settings.var):o})"
        yield Finding("rights", "fault", says, f"chmod 700 {settings.var}")
    if database is not None and database.exists() and _mode(database) & 0o044:
        within = database.parent
        if _mode(within) & 0o011:
            sound = False
            says = f"others on this machine may read {database} ({_mode(database):o})"
            yield Finding("rights", "warning", says, f"chmod 700 {within}")
    if sound:
        yield Finding("rights", "ok", "nobody else on this machine may read what is stored")


def _way_in(settings: Settings) -> Iterator[Finding]:
    """Say by which way the service is reached; what is unsafe, no settings allow."""
    names = " and ".join(settings.hosts)
    if settings.proxies or settings.secure_cookies:
        yield Finding("way in", "ok", f"HTTPS, by a proxy in front, as {names}")
    else:
        yield Finding("way in", "ok", f"plain HTTP from this machine only, as {names}")


def _room(settings: Settings) -> Iterator[Finding]:
    database = file_of(settings.database_url)
    place = database.parent if database is not None else settings.var
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    size = database.stat().st_size if database is not None and database.exists() else 0
    says = f"{free / 2**30:.1f} GB free for {size / 2**30:.1f} GB of data"
    do = f"Make room on the disk of {place}: a full one stores no answer."
    if os.statvfs(place).f_flag & os.ST_RDONLY:
        do = "Nothing is stored until it can be written: ask the log of the system why it cannot."
        yield Finding("disk", "fault", f"the disk of {place} is read-only", do)
    elif free < _FULL:
        yield Finding("disk", "fault", f"the disk of {place} is full", do)
    elif free < _TOO_LITTLE:
        yield Finding("disk", "fault", says, do)
    elif free < max(_LITTLE, size):
        yield Finding("disk", "warning", says, do)
    else:
        yield Finding("disk", "ok", says)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)

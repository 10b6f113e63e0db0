"""What the settings and the files around the service say, before the database is asked."""

from __future__ import annotations

import ipaddress
import shutil
import stat
from typing import TYPE_CHECKING

from quizsvc.settings import SHORTEST_SECRET
from quizsvc.store.checking import Finding
from quizsvc.store.serving import file_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quizsvc.settings import Settings

_LITTLE, _TOO_LITTLE = 2**30, 50 * 2**20
"""Bytes free on a disk at which to warn, and with which no exam should begin."""

_FEWEST_LETTERS = 10
"""Different characters in a secret; a random one of 32 hexadecimal digits has 14 on average."""


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at the secret, the rights of files, the way in, and the room on the disk."""
    yield _secret(settings)
    yield from _rights(settings)
    yield _way_in(settings)
    yield _room(settings)


def _secret(settings: Settings) -> Finding:
    file = settings.var / "secret"
    if settings.secret:
        secret, where = settings.secret, "QUIZSVC_SECRET"
    elif file.is_file():
        secret, where = file.read_text(encoding="ascii", errors="replace").strip(), str(file)
    else:
        return Finding(
            "secret",
            "warning",
            "there is none yet",
            "Give QUIZSVC_SECRET, or let `quizsvc run` make one; keep a copy of it.",
        )
    if len(secret) < SHORTEST_SECRET or len(set(secret)) < _FEWEST_LETTERS:
        return Finding(
            "secret",
            "fault",
            f"{where} could be guessed: whoever does can sign cookies of anybody",
            'Make another: python3 -c "import secrets; print(secrets.token_hex(32))"',
        )
    return Finding("secret", "ok", f"{where} has {len(secret)} characters")


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


def _way_in(settings: Settings) -> Finding:
    if settings.proxies and not settings.secure_cookies:
        return Finding(
            "way in",
            "warning",
            "there is a proxy in front, and cookies are sent over plain HTTP too",
            "Let it speak HTTPS, and set QUIZSVC_SECURE_COOKIES=yes.",
        )
    if not settings.secure_cookies and not _is_loopback(settings.host):
        return Finding(
            "way in",
            "fault",
            f"{settings.host} can be reached from elsewhere, by plain HTTP: passwords can be read",
            "Put a proxy that speaks HTTPS in front, or set QUIZSVC_HOST=127.0.0.1.",
        )
    return Finding(
        "way in", "ok", "HTTPS" if settings.secure_cookies else "plain HTTP, this machine only"
    )


def _room(settings: Settings) -> Finding:
    database = file_of(settings.database_url)
    place = database.parent if database is not None else settings.var
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    size = database.stat().st_size if database is not None and database.exists() else 0
    says = f"{free / 2**30:.1f} GB free for {size / 2**30:.1f} GB of data"
    do = f"Make room on the disk of {place}: a full one stores no answer."
    if free < _TOO_LITTLE:
        return Finding("disk", "fault", says, do)
    if free < max(_LITTLE, size):
        return Finding("disk", "warning", says, do)
    return Finding("disk", "ok", says)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

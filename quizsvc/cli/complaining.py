"""How a command ends that cannot do what it was asked: a sentence on standard error, exit 1."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

from quizsvc.errors import QuizsvcError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def complaints() -> Iterator[None]:
    """End with exit 1 and the message where something deliberate was raised."""
    try:
        yield
    except QuizsvcError as problem:
        fail(str(problem))


def fail(message: str) -> NoReturn:
    """End with exit 1 and a message."""
    click.echo(message, err=True)
    raise SystemExit(1)

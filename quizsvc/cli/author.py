"""``quizsvc author``: the preview for whoever writes content, on his own machine."""

from __future__ import annotations

import os
from pathlib import Path

import click

from quizsvc.cli.complaining import complaints, fail
from quizsvc.content.files import is_folder
from quizsvc.settings import Settings


@click.command()
@click.argument("folder", required=False, metavar="[CONTENT_DIR]", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), help="By default 8001, or the next free.")
def author(folder: Path | None, port: int | None) -> None:
    """Show content as learners will meet it, anew whenever a file is saved.

    Nothing is stored, and only this machine can look. Ctrl-C ends it.
    """
    from quizsvc.web.author.serving import serve  # noqa: PLC0415 - the others load no Flask

    with complaints():
        root = folder or Settings.from_environment(os.environ).content
        if not is_folder(root):
            fail(f"{root} is no folder.")
        serve(root, port, lambda url: _greet(root, url))


def _greet(root: Path, url: str) -> None:
    click.echo(f"The preview of {root} is at {url} (Ctrl-C ends it)")

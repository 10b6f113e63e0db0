"""``quizsvc schema``: what may stand in the files, for editors that complete and underline."""

from __future__ import annotations

import json
from pathlib import Path

import click

from quizsvc.cli.complaining import fail
from quizsvc.content.json_schema import KINDS, json_schema, stale_schemas, write_schemas


@click.command(name="schema")
@click.argument("kind", required=False, type=click.Choice(list(KINDS)))
@click.option(
    "--write",
    "content",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Write all of them beside the files of a content folder, where their first lines look.",
)
def print_schema(kind: str | None, content: Path | None) -> None:
    """Print the JSON Schema of a kind of file, or of all by kind."""
    if content is None:
        made = json_schema(kind) if kind else {each: json_schema(each) for each in KINDS}
        click.echo(json.dumps(made, ensure_ascii=False, indent=1))
        return
    if kind is not None:
        fail("--write writes the schemas of all kinds: name no kind.")
    if not content.is_dir():
        fail(f"There is no content folder {content}.")
    try:
        click.echo(f"The schemas stand in {write_schemas(content)}.")
    except OSError as problem:
        fail(f"The schemas cannot be written to {content}: {problem.strerror}.")


def mention_stale(path: Path) -> None:
    """Say so where the schemas beside a file or in a folder are another version's."""
    for content in (path, path.parent, path.parent.parent):
        if any(stale_schemas(content)):
            told = f"note: the schemas for editors in {content} are of another version;"
            click.echo(f"{told} quizsvc schema --write {content} makes them anew.", err=True)
            return

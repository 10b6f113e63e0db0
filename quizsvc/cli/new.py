"""``quizsvc new``: a commented starting file that passes ``check`` as it is."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import click

from quizsvc.cli.complaining import complaints, fail
from quizsvc.content import base_id, is_id, load_bank, reads_as_text
from quizsvc.content.json_schema import modeline, write_schemas
from quizsvc.settings import Settings, shipped

STARTERS = Path(__file__).parent.parent / "content" / "starters"
FOLDERS = ("items", "lessons", "figures", "assessments", "courses")
FILES = ("misconceptions.yaml", "claims.yaml")
_ITEM = "STARTER_ITEM"
"""What stands in a starter for an item of the folder."""


@click.command(name="new")
@click.argument("kind", type=click.Choice(["item", "lesson", "assessment"]))
@click.argument("identifier", metavar="ID")
@click.option(
    "--content",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="The content folder; made if there is none.  [default: QUIZSVC_CONTENT]",
)
def new_file(kind: str, identifier: str, content: Path | None) -> None:
    """Write a commented starting file, and say what to do with it.

    ID names it, and so does the file: small letters, digits and hyphens.
    """
    with complaints():
        root = content if content is not None else _default()
        _check_id(identifier)
        if root.is_symlink() and not root.exists():
            fail(f"{root} is a link that leads nowhere: a content folder is needed.")
        file = root / f"{kind}s" / f"{identifier}.yaml"
        try:
            if file.exists() or file.is_symlink():
                fail(f"{file} exists already, and stays as it is.")
            fresh = _is_fresh(root)
            text = _starter(kind, identifier, root, fresh=fresh)
            _write(file, text, fresh=fresh)
        except OSError as problem:
            fail(f"{problem.filename or file} cannot be written: {problem.strerror}.")
    first, second = shlex.quote(str(file)), shlex.quote(str(root))
    click.echo(f"Wrote {file}. Next:\n\n  quizsvc check {first}\n  quizsvc author {second}\n")
    click.echo("The first proves it, the second shows it in the browser while you write.")


def _default() -> Path:
    """Return the folder of the settings; into the shipped course, nothing is written unasked."""
    root, own = Settings.from_environment(os.environ).content, shipped("content")
    inside = own.parent.name == "_shipped"  # the installed package: an upgrade replaces it
    if root == own and (inside or not os.environ.get("QUIZSVC_CONTENT")):
        fail(
            "Say where your own content stands: --content FOLDER. Without it, this would be "
            f"written into the course that comes with quizsvc, {own}."
        )
    return root


def _check_id(identifier: str) -> None:
    if not is_id(identifier):
        near = re.sub(r"[^a-z0-9]+", "-", identifier.lower()).strip("-")[:80].strip("-")
        hint = f": is {near} meant?" if near else "."
        fail(
            f"“{identifier}” cannot be an id: at most 80 small letters, digits, and hyphens "
            f"between them{hint}"
        )
    if base_id(identifier) != identifier:
        base = base_id(identifier)
        fail(f"“{identifier}” is what a level of the item {base} is called: choose another id.")


def _is_fresh(root: Path) -> bool:
    """Tell whether there is nothing yet; refuse a folder that is about something else."""
    if not root.exists():
        return True
    if not root.is_dir():
        fail(f"{root} is a file: a content folder is needed.")
    if any((root / name).is_dir() for name in FOLDERS) or any((root / f).exists() for f in FILES):
        return False
    if any(root.iterdir()):
        fail(
            f"{root} has files of other kinds and none of content. Name a new folder, such as "
            f"{root / 'content'}, or make {root / 'items'} yourself."
        )
    return True


def _starter(kind: str, identifier: str, root: Path, *, fresh: bool) -> str:
    item = "" if kind == "item" or fresh else _some_item(root)
    if kind == "assessment" and not item:
        fail(
            f"There is no item in {root} yet, and an assessment asks items. Write one first:\n\n"
            f"  quizsvc new item my-first --content {shlex.quote(str(root))}"
        )
    text = (STARTERS / f"{kind}.yaml").read_text(encoding="utf-8")
    if not item:
        text = text.replace(f"  ::check{{{_ITEM}}}\n\n", "")
    title = identifier.replace("-", " ")
    values = {
        "STARTER_ID": _scalar(identifier),
        "STARTER_TITLE": _scalar(title[0].upper() + title[1:]),
        "STARTER_QUOTED_ITEM": _scalar(item),
        _ITEM: item,
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return f"{modeline(kind)}\n{text}"


def _some_item(root: Path) -> str:
    """Return an item of the folder that is in order, or nothing."""
    items = load_bank(root).items.values()
    return next((item.id for item in items if item.level == 1 and item.graded), "")


def _scalar(text: str) -> str:
    """Quote what YAML, or an older one, would take for a number, a date or a truth value."""
    plain = reads_as_text(text) and not text[:1].isdigit()
    return text if plain else f'"{text}"'


def _write(file: Path, text: str, *, fresh: bool) -> None:
    root = file.parent.parent
    file.parent.mkdir(parents=True, exist_ok=True)
    if fresh:
        # Only here: in a folder that has items, new texts would give `auto` another meaning.
        texts = (shipped("content") / "misconceptions.yaml").read_text(encoding="utf-8")
        own = re.sub(r"^  see: .*\n", "", texts, flags=re.MULTILINE)  # the lessons are not here
        (root / "misconceptions.yaml").write_text(own, encoding="utf-8")
    write_schemas(root)
    with file.open("x", encoding="utf-8") as opened:
        opened.write(text)

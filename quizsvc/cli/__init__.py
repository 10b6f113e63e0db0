"""The command line. Authors get JSON on standard output; complaints go to standard error, exit 1.

The commands on files and expressions load neither Flask nor SQLAlchemy.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quizsvc import certify, variants
from quizsvc.autodiff import evaluate
from quizsvc.cli.author import author
from quizsvc.cli.complaining import complaints, fail
from quizsvc.cli.databases import db
from quizsvc.cli.doctor import doctor
from quizsvc.cli.keeping import backup, restore
from quizsvc.cli.new import new_file
from quizsvc.cli.schema import mention_stale, print_schema
from quizsvc.cli.users import user
from quizsvc.content import ItemBank, base_id, load_bank, load_file
from quizsvc.content.files import is_file
from quizsvc.errors import ContentError, ExpressionError, Fault
from quizsvc.expr.lexer import canonical_name
from quizsvc.grading import grade, solution
from quizsvc.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quizsvc.model import Item, Variant

DEFAULT_SEEDS = 200
"""Seeds of one item in ``check``."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quizsvc")
def main() -> None:
    """Serve quizzes and practice problems whose keys are computed from their graphs."""


@main.command()
def run() -> None:
    """Start the service: settings come from QUIZSVC_* environment variables."""
    # Reload, it says, which gunicorn heeds later: until then it would end what only begins.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from quizsvc.server import serve  # noqa: PLC0415 - the other commands load no web server

    with complaints():
        serve(Settings.from_environment(os.environ))


@main.command()
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--seeds", default=DEFAULT_SEEDS, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="Print faults as one JSON array.")
def check(path: Path | None, seeds: int, *, as_json: bool) -> None:
    """Certify a content directory, or one item file, over some seeds.

    Every key is proven by a second method, every stem is read back, and every variant must keep
    away from kinks, coinciding answers and unreadable numbers. Faults end with exit 1; warnings
    do not.
    """
    with complaints():
        bank = load_file(path) if path is not None and is_file(path) else _bank(path)
    faults = list(bank.faults)
    for fault in faults:
        _report(fault, as_json=as_json)
    with _progress(len(bank.items) * seeds) as advance:
        for certificate, found, warnings in certify.certify_bank(bank, seeds, advance):
            faults.extend(found)
            _clear_line()
            if not as_json:
                click.echo(certificate.line)
            for fault in found:
                _report(fault, as_json=as_json)
            for warning in warnings:
                _report(replace(warning, message=f"warning: {warning.message}"), as_json=as_json)
    if not as_json:
        if path is not None and not bank.items and not faults:
            click.echo(f"{path}: in order")  # a lesson has no certificate that would say so
        mention_stale(path if path is not None else _content())
    else:
        rows = [
            {"file": f.file, "line": f.line, "column": f.column, "message": f.message}
            for f in sorted(faults)
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
    sys.exit(1 if faults else 0)


def _clear_line() -> None:
    """Take the bar off the line on a terminal; it is drawn again with the next step."""
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)


@contextmanager
def _progress(length: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; a log or a pipe gets none."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label="certifying", file=sys.stderr) as bar:
        yield bar.update


@main.command()
@click.argument("item_id", metavar="ITEM")
@click.option("--seed", required=True, type=click.IntRange(0, 2**variants.SEED_BITS - 1))
def variant(item_id: str, seed: int) -> None:
    """Print one variant of an item as a JSON object."""
    with complaints():
        drawn = variants.draw(_item(item_id), seed)
        click.echo(json.dumps(_variant_json(drawn), ensure_ascii=False))


@main.command(name="grade")
@click.argument("item_id", metavar="ITEM")
@click.option("--seed", required=True, type=click.IntRange(0, 2**variants.SEED_BITS - 1))
def grade_lines(item_id: str, seed: int) -> None:
    """Grade raw responses: one JSON value a line on standard input, one JSON object a line out."""
    with complaints():
        drawn = variants.draw(_item(item_id), seed)
    for number, line in enumerate(sys.stdin, 1):
        if line.strip():
            outcome = grade(drawn, _raw_response(line, number, drawn))
            click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
            sys.stdout.flush()


@main.command(name="eval")
@click.argument("expression")
@click.option("--let", "lets", multiple=True, metavar="NAME=VALUE", help="Give a name its value.")
def evaluate_expression(expression: str, lets: tuple[str, ...]) -> None:
    """Evaluate an expression of the language, derivatives included, and print the JSON value."""
    values: dict[str, Any] = {}
    with complaints():
        for let in lets:
            name, equals, text = let.partition("=")
            if not equals or not re.fullmatch(r"\s*[^\W\d]\w*\s*", name):
                fail(f"--let {let}: write NAME=VALUE, such as x=3 or W=[[1, 2], [3, 4]].")
            with _marked(text):
                values[canonical_name(name.strip())] = evaluate(text)
        with _marked(expression):
            click.echo(json.dumps(evaluate(expression, values)))


def _variant_json(drawn: Variant) -> dict[str, Any]:
    return {
        "item": drawn.item.id,
        "revision": drawn.item.revision,
        "seed": drawn.seed,
        "parameters": drawn.parameters,
        "stem": drawn.item.stem.markdown(drawn.values),
        "key": drawn.key,
        "misconceptions": [
            {"id": each.id, "part": each.part, "value": each.value}
            for part in drawn.parts
            for each in part.predicted
        ],
        "solution": [
            {"text": step.text, "formula": step.formula, "result": step.result}
            for step in solution(drawn)
        ],
        "parts": {part.name: _part_json(drawn, part.name) for part in drawn.parts},
    }


def _part_json(drawn: Variant, name: str) -> dict[str, Any]:
    part = drawn.part(name)
    interaction = part.part.interaction
    shown: dict[str, Any] = {
        "interaction": interaction.type,
        "label": part.part.label,
        "rule": interaction.rule,
        "points": part.part.points,
    }
    listed = {"choices": interaction.offered(part), "prompts": interaction.prompts(part)}
    for kind, entries in listed.items():
        if entries:
            shown[kind] = [
                {"id": each, "text": text.markdown(drawn.values)} for each, text in entries
            ]
    return shown


def _raw_response(line: str, number: int, drawn: Variant) -> Mapping[str, str]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        fail(f"line {number}: this is not a JSON value.")
    if isinstance(value, str) and len(drawn.parts) == 1:
        return {drawn.parts[0].name: value}
    if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
        return value
    names = ", ".join(part.name for part in drawn.parts)
    message = f"line {number}: a string is expected, or an object of strings by part: {names}."
    return fail(message)


def _item(item_id: str) -> Item:
    """Return an item from its own file, without reading all the others."""
    content = _content()
    file = content / "items" / f"{base_id(item_id)}.yaml"
    bank = load_file(file) if is_file(file) else _bank(None)
    if item_id in bank.broken:
        raise ContentError(list(bank.broken[item_id]))
    if item_id not in bank.items:
        fail(f"There is no item “{item_id}”. There are: {', '.join(bank.items)}.")
    return bank.items[item_id]


def _bank(path: Path | None) -> ItemBank:
    return load_bank(path if path is not None else _content())


def _content() -> Path:
    return Settings.from_environment(os.environ).content


def _report(fault: Fault, *, as_json: bool) -> None:
    if not as_json:
        click.echo(str(fault), err=True)


@contextmanager
def _marked(source: str) -> Iterator[None]:
    """Show where in an expression the complaint is."""
    try:
        yield
    except ExpressionError as problem:
        marks = "^" * max(problem.length, 1)
        place = f"{source}\n{' ' * problem.position}{marks}"
        fail(f"{place}\nposition {problem.position}: {problem.message}")


main.add_command(new_file)
main.add_command(print_schema)
main.add_command(user)
main.add_command(backup)
main.add_command(restore)
main.add_command(doctor)
main.add_command(db)
main.add_command(author)

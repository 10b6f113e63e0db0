"""What files of all kinds need: texts that belong to no graph, and lists that repeat nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quizsvc.render.maths import MathsError
from quizsvc.render.templates import TemplateError, compile_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.errors import Fault
    from quizsvc.model import Template


def plain_template(
    text: str, source: Source, path: Path, faults: list[Fault], start: int = 0
) -> Template:
    """Compile a text, or the part of it that begins at `start`; it has no holes."""

    def no_formula(name: str) -> str:
        message = f"{{{{= {name}}}}} stands in items only."
        raise TemplateError(message, text.find(name))

    try:
        template: Template = compile_template(text, formula=no_formula)
    except (TemplateError, MathsError) as problem:
        faults.append(source.fault(problem.message, path, start + problem.position))
        return compile_template("", formula=no_formula)
    for hole in template.holes:
        message = f"A hole {{{{{hole}}}}} stands in items only."
        faults.append(source.fault(message, path, start + max(text.find(hole), 0)))
    return template


def repeated(names: Sequence[str]) -> Iterator[int]:
    """Yield the places of those names that stand in a list already.

    >>> list(repeated(["a", "b", "a"]))
    [2]
    """
    return (number for number, name in enumerate(names) if name in names[:number])

"""A lesson file to a Lesson: its text is cut where an item or a figure stands in it.

A line of its own, ``::check{item}``, ``::example{item}`` or ``::figure{figure}``, is a leaf
directive in the syntax that Markdown processors with directives share.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, cast

from quizsvc.content.texts import plain_template, repeated
from quizsvc.errors import ContentError
from quizsvc.model import Embedded, ItemGroup, Lesson, Objective, TextBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quizsvc.content.course_spec import LessonSpec
    from quizsvc.content.references import Known
    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.errors import Fault

_DIRECTIVE = re.compile(r"^::([a-z]+)\{([^}\n]*)\}[ \t]*$", re.MULTILINE)
_LIKE_A_DIRECTIVE = re.compile(r"^ {0,3}:{2,3} ?(\w+) ?[\[{(].*$", re.MULTILINE)
_LINK = re.compile(r"\]\((?:/lessons/)?([a-z0-9-]*(?:#[a-z0-9-]+)?)(?: \"[^\"]*\")?\)")
"""From lesson to lesson, or within one, in Markdown."""
KINDS = ("check", "example", "figure")


def compile_lesson(spec: LessonSpec, source: Source, known: Known) -> Lesson:
    """Build a lesson; `known` notes a name of a kind that does not exist.

    Raises
    ------
    ContentError
        The author's: all faults that were found in its texts.
    """
    faults: list[Fault] = []
    blocks = tuple(_blocks(spec.text, source, faults, known))
    texts: list[tuple[str, Path]] = [(spec.text, ("text",))]
    texts += [(text, ("prerequisites", n)) for n, text in enumerate(spec.prerequisites)]
    for text, here in texts:
        for link in _LINK.finditer(text):
            named = spec.id + link[1] if link[1].startswith("#") else link[1]
            known("heading", named, here, link.start(1))
    for like in _LIKE_A_DIRECTIVE.finditer(spec.text):
        if not _DIRECTIVE.fullmatch(like[0]):
            message = f"Is a directive meant? It is written ::{like[1].lower()}{{name}}."
            faults.append(source.fault(message, ("text",), like.start()))
    for number, assessment in enumerate(spec.assessments):
        known("assessment", assessment, ("assessments", number))
    for group_number, group in enumerate(spec.practice):
        for number, item in enumerate(group.items):
            known("item", item, ("practice", group_number, "items", number))
    for number, text in enumerate((spec.summary, *spec.prerequisites)):
        path: Path = ("prerequisites", number - 1) if number else ("summary",)
        plain_template(text, source, path, faults)
    lesson = Lesson(
        spec.id,
        spec.title,
        spec.summary,
        tuple(spec.prerequisites),
        tuple(Objective(objective.id, objective.text) for objective in spec.objectives),
        blocks,
        tuple(ItemGroup(group.title, tuple(group.items)) for group in spec.practice),
        tuple(spec.assessments),
    )
    faults = faults or [*_twice(lesson, source), *_listed_twice(spec, source)]
    if faults:
        raise ContentError(faults)
    return lesson


def _blocks(
    text: str,
    source: Source,
    faults: list[Fault],
    known: Known,
) -> Iterator[TextBlock | Embedded]:
    end = 0
    for directive in _DIRECTIVE.finditer(text):
        before = text[end : directive.start()]
        if before.strip():
            yield TextBlock(plain_template(before, source, ("text",), faults, end))
        end = directive.end()
        kind, name = directive[1], directive[2].strip()
        if kind not in KINDS:
            message = f"“::{kind}” is not known here; there is: {', '.join(KINDS)}."
            faults.append(source.fault(message, ("text",), directive.start()))
            continue
        known("figure" if kind == "figure" else "item", name, ("text",), directive.start(2))
        yield Embedded(cast("Literal['check', 'example', 'figure']", kind), name)
    if text[end:].strip():
        yield TextBlock(plain_template(text[end:], source, ("text",), faults, end))


def _twice(lesson: Lesson, source: Source) -> Iterator[Fault]:
    """Yield what stands twice: a heading that links could not tell apart, an embedded item."""
    headings = re.findall(r'<h\d id="([^"]+)"', lesson.html())
    embedded = [(b.kind, b.name) for b in lesson.blocks if isinstance(b, Embedded)]
    for heading in sorted({each for each in headings if headings.count(each) > 1}):
        yield source.fault(f"Two headings have the address “{heading}”.", ("text",))
    for kind, name in sorted({each for each in embedded if embedded.count(each) > 1}):
        yield source.fault(f"“::{kind}{{{name}}}” stands here twice.", ("text",))


def _listed_twice(spec: LessonSpec, source: Source) -> Iterator[Fault]:
    """Yield what is listed a second time: an objective, an item of a group, an assessment."""
    objectives = [objective.id for objective in spec.objectives]
    for number in repeated(objectives):
        message = f"The objective “{objectives[number]}” stands here twice."
        yield source.fault(message, ("objectives", number, "id"))
    for group_number, group in enumerate(spec.practice):
        for number in repeated(group.items):
            message = f"The item “{group.items[number]}” stands here twice."
            yield source.fault(message, ("practice", group_number, "items", number))
    for number in repeated(spec.assessments):
        message = f"The assessment “{spec.assessments[number]}” stands here twice."
        yield source.fault(message, ("assessments", number))

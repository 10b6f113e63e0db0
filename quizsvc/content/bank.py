"""The item bank: a content directory, read whole, with every fault at its place.

A broken file puts its own item out of order and nothing else; the rest is served.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from quizsvc.content.compiler import ENGINE, compile_item
from quizsvc.content.context import MisconceptionText
from quizsvc.content.levels import base_id, split_levels
from quizsvc.content.schema import (
    FIELD_NAMES,
    MISCONCEPTIONS_FILE,
    AssessmentSpec,
    ItemSpec,
    LessonSpec,
)
from quizsvc.content.yaml_source import Source, read_yaml
from quizsvc.errors import ContentError, Fault
from quizsvc.model import (
    Assessment,
    AssessmentEntry,
    Item,
    ItemGroup,
    Lesson,
    Objective,
    Template,
)
from quizsvc.render.maths import MathsError
from quizsvc.render.templates import TemplateError, compile_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_Spec = TypeVar("_Spec", bound=BaseModel)
_Noun = TypeVar("_Noun", Item, Lesson, Assessment)


@dataclass(eq=False)
class ItemBank:
    """All that a content directory offers, and all that is wrong with it."""

    items: dict[str, Item] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    broken: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    """Id of what is out of order (by its file's name) to its faults."""
    see: dict[str, str] = field(default_factory=dict)
    """Id of a named misconception to the lesson, and the heading in it, that explains it."""
    sources: dict[str, Source] = field(default_factory=dict)
    """Item id to its file, for faults that show only when variants are drawn."""


def load_bank(root: Path) -> ItemBank:
    """Read a content directory: items, lessons, assessments and ``misconceptions.yaml``.

    Nothing is raised for what authors wrote: see `ItemBank.faults`.

    Raises
    ------
    ContentError
        The admin's: there is no such directory.
    """
    if not root.is_dir():
        raise ContentError([Fault(str(root), 1, 1, "There is no such content directory.")])
    return _Loader(root).load()


def load_file(path: Path) -> ItemBank:
    """Read one file, with what it needs of the content directory that it stands in."""
    if path.parent.name in ("lessons", "assessments"):
        whole = load_bank(path.parent.parent)
        mine = [fault for fault in whole.faults if Path(fault.file).resolve() == path.resolve()]
        return ItemBank(faults=mine)
    loader = _Loader(path.parent.parent)
    loader.read_misconceptions()
    loader.read_item(path)
    return loader.bank


def rebuild(source: Mapping[str, Any]) -> Item:
    """Build an item again from `Item.source`, as it was when that revision was stored.

    Raises
    ------
    ContentError
        It was stored by an engine that read content differently.
    """
    # An older engine's item is built by this one: its parameters and keys are stored with it.
    if not 1 <= source.get("engine", 0) <= ENGINE:
        message = f"This revision needs engine {source.get('engine')}; this is engine {ENGINE}."
        raise ContentError([Fault("stored revision", 1, 1, message)])
    texts = {
        name: MisconceptionText(text["title"], text["says"])
        for name, text in source["misconceptions"].items()
    }
    spec = ItemSpec.model_validate(source["item"])
    return compile_item(spec, Source("stored revision", source["item"]), texts)


class _Loader:
    def __init__(self, root: Path) -> None:
        self.bank = ItemBank()
        self._root = root
        self._texts: dict[str, MisconceptionText] = {}
        self._misconceptions: Source | None = None

    def load(self) -> ItemBank:
        self.read_misconceptions()
        for path in self._files("items"):
            self.read_item(path)
        for path in self._files("lessons"):
            self._read_as(path, LessonSpec, self._lesson, self.bank.lessons)
        for path in self._files("assessments"):
            self._read_as(path, AssessmentSpec, self._assessment, self.bank.assessments)
        self._check_links()
        self.bank.faults.sort()
        return self.bank

    def _check_links(self) -> None:
        """Name each misconception whose lesson, or heading in it, does not exist."""
        for name, link in self.bank.see.items():
            lesson, _, heading = link.partition("#")
            known = self.bank.lessons.get(lesson)
            if known is None and lesson not in self.bank.broken:
                message = f"There is no lesson “{lesson}”."
            elif known and heading and f'id="{heading}"' not in known.text.html({}):
                message = f"The lesson {lesson} has no heading “{heading}”."
            else:
                continue
            source = self._misconceptions
            assert source is not None  # noqa: S101 - the links come from it
            self.bank.faults.append(source.fault(message, (name, "see")))

    def read_misconceptions(self) -> None:
        path = self._root / "misconceptions.yaml"
        if not path.exists():
            return
        try:
            source = read_yaml(self._name(path), path.read_bytes())
            texts = validated(MISCONCEPTIONS_FILE, source)
        except ContentError as problem:
            self.bank.faults.extend(problem.faults)
            return
        self._texts = {name: MisconceptionText(t.title, t.says) for name, t in texts.items()}
        self.bank.see = {name: text.see for name, text in texts.items() if text.see}
        self._misconceptions = source

    def read_item(self, path: Path) -> None:
        def build(spec: ItemSpec, source: Source) -> Item:
            self.bank.sources[spec.id] = source
            return compile_item(spec, source, self._texts)

        for source in self._sources(path):
            self._build_from(source, path, ItemSpec, build, self.bank.items)

    def _files(self, kind: str) -> list[Path]:
        return sorted((self._root / kind).glob("*.yaml"))

    def _name(self, path: Path) -> str:
        """Name a file as its author would: relative to where the command was started."""
        try:
            return str(path.resolve().relative_to(Path.cwd()))
        except ValueError:
            return str(path)

    def _read_as(
        self,
        path: Path,
        model: type[_Spec],
        build: Callable[[_Spec, Source], _Noun],
        into: dict[str, _Noun],
    ) -> None:
        """Read one file; its faults, if any, put it out of order and nothing else."""
        for source in self._sources(path):
            self._build_from(source, path, model, build, into)

    def _sources(self, path: Path) -> Iterator[Source]:
        """Yield what a file makes: one thing, or an item for each level."""
        try:
            source = read_yaml(self._name(path), path.read_bytes())
        except OSError as problem:
            fault = Fault(self._name(path), 1, 1, f"The file cannot be read: {problem.strerror}.")
            self._broken(path.stem, [fault])
        except ContentError as problem:
            self._broken(path.stem, problem.faults)
        else:
            yield from split_levels(source)

    def _build_from(
        self,
        source: Source,
        path: Path,
        model: type[_Spec],
        build: Callable[[_Spec, Source], _Noun],
        into: dict[str, _Noun],
    ) -> None:
        stated = source.data.get("id") if isinstance(source.data, dict) else None
        expected = str(stated) if base_id(str(stated)) == path.stem else path.stem
        try:
            spec = validated(TypeAdapter(model), source)
            identifier = getattr(spec, "id")  # noqa: B009 - every kind of file has one
            if identifier == expected:
                into[identifier] = build(spec, source)
            else:
                message = f"The id is “{identifier}”, but the file is called {path.name}."
                self._broken(expected, [source.fault(message, ("id",))])
        except ContentError as problem:
            self._broken(expected, problem.faults)

    def _broken(self, identifier: str, faults: list[Fault]) -> None:
        # What is wrong in every level of an item is told once.
        self.bank.faults.extend(each for each in faults if each not in self.bank.faults)
        self.bank.broken[identifier] = tuple(faults)

    def _lesson(self, spec: LessonSpec, source: Source) -> Lesson:
        faults: list[Fault] = []
        for group_number, group in enumerate(spec.practice):
            for number, item in enumerate(group.items):
                path = ("practice", group_number, "items", number)
                self._check_known(item, self.bank.items, source, path)
        for number, assessment in enumerate(spec.assessments):
            if not (self._root / "assessments" / f"{assessment}.yaml").exists():
                message = f"There is no assessment “{assessment}”."
                self.bank.faults.append(source.fault(message, ("assessments", number)))
        lesson = Lesson(
            spec.id,
            spec.title,
            spec.summary,
            tuple(Objective(objective.id, objective.text) for objective in spec.objectives),
            _plain_template(spec.text, source, ("text",), faults),
            tuple(ItemGroup(group.title, tuple(group.items)) for group in spec.practice),
            tuple(spec.assessments),
        )
        if faults:
            raise ContentError(faults)
        return lesson

    def _assessment(self, spec: AssessmentSpec, source: Source) -> Assessment:
        faults: list[Fault] = []
        for number, entry in enumerate(spec.items):
            self._check_known(entry.item, self.bank.items, source, ("items", number, "item"))
        instructions = _plain_template(spec.instructions, source, ("instructions",), faults)
        if faults:
            raise ContentError(faults)
        entries = tuple(AssessmentEntry(entry.item, entry.points) for entry in spec.items)
        return Assessment(spec.id, spec.title, instructions, entries)

    def _check_known(
        self, item: str, items: Mapping[str, Item], source: Source, path: tuple[str | int, ...]
    ) -> None:
        # A broken item has its own fault; here only one that does not exist at all is named.
        if item not in items and item not in self.bank.broken:
            near = difflib.get_close_matches(item, items, n=1)
            message = f"There is no item “{item}”" + (f": is {near[0]} meant?" if near else ".")
            self.bank.faults.append(source.fault(message, path))


def _plain_template(
    text: str, source: Source, path: tuple[str | int, ...], faults: list[Fault]
) -> Template:
    """Compile a text that belongs to no graph, so that it has no holes."""

    def no_formula(name: str) -> str:
        message = f"{{{{= {name}}}}} stands in items only."
        raise TemplateError(message, text.find(name))

    try:
        template: Template = compile_template(text, formula=no_formula)
    except (TemplateError, MathsError) as problem:
        faults.append(source.fault(problem.message, path, problem.position))
        return compile_template("", formula=no_formula)
    for hole in template.holes:
        message = f"A hole {{{{{hole}}}}} stands in items only."
        faults.append(source.fault(message, path, max(text.find(hole), 0)))
    return template

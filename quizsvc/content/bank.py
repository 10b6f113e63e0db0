"""The item bank: a content directory, read whole, with every fault at its place.

A broken file puts its own item out of order and nothing else; the rest is served.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, TypeAdapter

from quizsvc.content.assessments import compile_assessment
from quizsvc.content.claim_spec import ClaimsSpec
from quizsvc.content.claims import compile_claims
from quizsvc.content.compiler import ENGINE, compile_item
from quizsvc.content.context import MisconceptionText
from quizsvc.content.course_spec import (
    MISCONCEPTIONS_FILE,
    AssessmentSpec,
    CourseSpec,
    LessonSpec,
)
from quizsvc.content.figure_spec import FigureSpec
from quizsvc.content.figures import compile_figure
from quizsvc.content.lessons import compile_lesson
from quizsvc.content.levels import base_id, split_levels
from quizsvc.content.references import References
from quizsvc.content.schema import ItemSpec
from quizsvc.content.texts import plain_template
from quizsvc.content.validation import validated
from quizsvc.content.yaml_source import Source, read_yaml
from quizsvc.errors import ContentError, Fault
from quizsvc.model import (
    Assessment,
    Claims,
    Course,
    Figure,
    Item,
    Lesson,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_Spec = TypeVar("_Spec", bound=BaseModel)
_Noun = TypeVar("_Noun", Item, Lesson, Assessment, Figure, Course)


@dataclass(eq=False)
class ItemBank:
    """All that a content directory offers, and all that is wrong with it."""

    items: dict[str, Item] = field(default_factory=dict)
    lessons: dict[str, Lesson] = field(default_factory=dict)
    assessments: dict[str, Assessment] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)
    claims: Claims | None = None
    faults: list[Fault] = field(default_factory=list)
    broken: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    """Id of what is out of order (by its file's name) to its faults."""
    see: dict[str, str] = field(default_factory=dict)
    """Id of a named misconception to the lesson, and the heading in it, that explains it."""
    sources: dict[str, Source] = field(default_factory=dict)
    """Item id to its file, for faults that show only when variants are drawn."""

    @property
    def reading_order(self) -> list[Lesson]:
        """All lessons: those of the courses as a reader takes them, then the others."""
        order = [each for course in self.courses.values() for each in course.lessons]
        names = dict.fromkeys([*order, *self.lessons])
        return [self.lessons[each] for each in names if each in self.lessons]

    def levels(self, item_id: str) -> dict[int, str]:
        """Return level to id for the items that one file makes; empty where it makes one."""
        base = base_id(item_id)
        found = {item.level: item.id for item in self.items.values() if base_id(item.id) == base}
        return dict(sorted(found.items())) if len(found) > 1 else {}


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


_PAGES = ("lessons", "figures", "assessments", "courses")
_AT_THE_ROOT = ("misconceptions.yaml", "claims.yaml")


def load_file(path: Path) -> ItemBank:
    """Read one file, with what it needs of the content directory that it stands in."""
    at_the_root = path.name in _AT_THE_ROOT and path.parent.name != "items"
    root = path.parent if at_the_root else path.parent.parent
    if at_the_root or path.parent.name in _PAGES:
        whole = load_bank(root)
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
        self._references = References()

    def load(self) -> ItemBank:
        self.read_misconceptions()
        for path in self._files("items"):
            self.read_item(path)
        for path in self._files("figures"):
            self._read_as(path, FigureSpec, compile_figure, self.bank.figures)
        for path in self._files("lessons"):
            self._read_as(path, LessonSpec, self._lesson, self.bank.lessons)
        for path in self._files("assessments"):
            self._read_as(path, AssessmentSpec, self._assessment, self.bank.assessments)
        for path in self._files("courses"):
            self._read_as(path, CourseSpec, self._course, self.bank.courses)
        self._read_claims()
        self.bank.faults.extend(self._references.dead(self.bank))
        self.bank.faults.sort()
        return self.bank

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
        for name, link in self.bank.see.items():
            self._references.within(source)("heading", link, (name, "see"))

    def read_item(self, path: Path) -> None:
        def build(spec: ItemSpec, source: Source) -> Item:
            self.bank.sources[spec.id] = source
            for number, objective in enumerate(spec.objectives):
                self._references.within(source)("objective", objective, ("objectives", number))
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

    def _course(self, spec: CourseSpec, source: Source) -> Course:
        known, faults = self._references.within(source), list[Fault]()
        plain_template(spec.summary, source, ("summary",), faults)
        for number, lesson in enumerate(spec.lessons):
            known("lesson", lesson, ("lessons", number))
        for when in ("before", "after"):
            for number, assessment in enumerate(getattr(spec, when)):
                known("assessment", assessment, (when, number))
        if faults:
            raise ContentError(faults)
        lessons, before, after = tuple(spec.lessons), tuple(spec.before), tuple(spec.after)
        return Course(spec.id, spec.title, spec.summary, lessons, before, after)

    def _lesson(self, spec: LessonSpec, source: Source) -> Lesson:
        return compile_lesson(spec, source, self._references.within(source))

    def _assessment(self, spec: AssessmentSpec, source: Source) -> Assessment:
        return compile_assessment(spec, source, self._references.within(source), self.bank.items)

    def _read_claims(self) -> None:
        path = self._root / "claims.yaml"
        if path.exists():
            for source in self._sources(path):
                try:
                    spec = validated(TypeAdapter(ClaimsSpec), source)
                    self.bank.claims = compile_claims(spec, source, self._references.within(source))
                except ContentError as problem:
                    self._broken("claims", problem.faults)

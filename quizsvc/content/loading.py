"""A content directory to an item bank, read whole, with every fault at its place.

A broken file puts its own item out of order and nothing else; the rest is served.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from quizsvc.content.assessments import compile_assessment, kept_items
from quizsvc.content.bank import ItemBank
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
from quizsvc.content.files import bytes_of, is_there, listed, real
from quizsvc.content.lessons import compile_lesson
from quizsvc.content.levels import base_id, split_levels
from quizsvc.content.reading import Memory, Reading, kept
from quizsvc.content.references import References
from quizsvc.content.schema import ItemSpec
from quizsvc.content.texts import plain_template, repeated
from quizsvc.content.validation import validated
from quizsvc.content.yaml_source import Source, read_yaml
from quizsvc.errors import ContentError, Fault
from quizsvc.model import Assessment, Claims, Course, Figure, Item, Lesson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from quizsvc.content.bank import Kind
    from quizsvc.content.references import Known

_Spec = TypeVar("_Spec", bound=BaseModel)
_Noun = TypeVar("_Noun", Item, Lesson, Assessment, Figure, Course, Claims)


def load_bank(root: Path, memory: Memory | None = None, before: ItemBank | None = None) -> ItemBank:
    """Read a content directory: items, lessons, assessments and ``misconceptions.yaml``.

    Nothing is raised for what authors wrote: see `ItemBank.faults`.

    Parameters
    ----------
    root : Path
    memory : Memory | None
        Of an earlier reading: what did not change is not compiled again.
    before : ItemBank | None
        Of an earlier reading: what was in order then, and is not now, stays as it was.

    Raises
    ------
    ContentError
        The admin's: there is no such directory.
    """
    if why := _no_directory(root):
        raise ContentError([Fault(str(root), 1, 1, why)])
    return _Loader(root, memory, before).load()


def _no_directory(root: Path) -> str:
    """Say why a path is no content directory, if so."""
    try:
        if stat.S_ISDIR(root.stat().st_mode):
            return ""
    except FileNotFoundError:
        return "There is no such content directory."
    except OSError as problem:
        return f"This cannot be read: {problem.strerror}."
    return "This is neither a content directory nor a file that can be read."


_PAGES = ("lessons", "figures", "assessments", "courses")
_AT_THE_ROOT = ("misconceptions.yaml", "claims.yaml")


def load_file(path: Path) -> ItemBank:
    """Read one file, with what it needs of the content directory that it stands in."""
    at_the_root = path.name in _AT_THE_ROOT and path.parent.name != "items"
    root = path.parent if at_the_root else path.parent.parent
    if at_the_root or path.parent.name in _PAGES:
        whole = load_bank(root)
        mine = [fault for fault in whole.faults if real(Path(fault.file)) == real(path)]
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
    def __init__(
        self, root: Path, memory: Memory | None = None, before: ItemBank | None = None
    ) -> None:
        self.bank = ItemBank()
        self._root = root
        self._memory = memory or Memory()
        self._before = before or ItemBank()
        self._references = References()
        self._kept: dict[str, str] = {}

    def load(self) -> ItemBank:
        bank = self.bank
        self._memory.begin()
        self.read_misconceptions()
        for path in self._files("items"):
            self.read_item(path)
        self._read_all("figures", FigureSpec, _figure, bank.figures)
        self._read_all("lessons", LessonSpec, compile_lesson, bank.lessons)
        self._read_all("assessments", AssessmentSpec, self._assessment, bank.assessments)
        self._read_all("courses", CourseSpec, _course, bank.courses)
        self._read_claims()
        bank.faults.extend(self._references.dead(bank))
        bank.faults.sort()
        self._memory.finish()
        return bank

    def read_misconceptions(self) -> None:
        path = self._root / "misconceptions.yaml"
        if not is_there(path):
            return
        try:
            source = self._source(path, bytes_of(path))
            texts = validated(MISCONCEPTIONS_FILE, source)
        except ContentError as problem:
            self.bank.faults.extend(problem.faults)
            self.bank.texts, self.bank.see = self._before.texts, self._before.see
            return
        self.bank.texts = {name: MisconceptionText(t.title, t.says) for name, t in texts.items()}
        self.bank.see = {name: text.see for name, text in texts.items() if text.see}
        for name, link in self.bank.see.items():
            self._references.within(source)("heading", link, (name, "see"))

    def read_item(self, path: Path) -> None:
        def build(spec: ItemSpec, source: Source, known: Known) -> Item:
            for number, objective in enumerate(spec.objectives):
                known("objective", objective, ("objectives", number))
            return compile_item(spec, source, self.bank.texts)

        reading = self._read(path, ItemSpec, build, self.bank.texts)
        self._take("items", path, reading, self.bank.items, self._before.items)
        sources = self._before.sources | reading.sources
        made = (each for each in self.bank.items if base_id(each) == path.stem)
        self.bank.sources.update({each: sources[each] for each in made})

    def _files(self, kind: Kind) -> list[Path]:
        """List the files of a kind; where nobody can look, all that there was stays as it was."""
        folder = self._root / kind
        try:
            return listed(folder)
        except OSError as problem:
            told = f"The folder cannot be read: {problem.strerror}."
            self.bank.faults.append(Fault(self._name(folder), 1, 1, told))
        older = getattr(self._before, kind)
        getattr(self.bank, kind).update(older)
        self.bank.older.extend((kind, each) for each in older)
        if kind == "items":
            self.bank.sources.update(self._before.sources)
        return []

    def _name(self, path: Path) -> str:
        """Name a file as its author would: relative to where the command was started."""
        try:
            return str(real(path).relative_to(Path.cwd()))
        except ValueError:
            return str(path)

    def _read_all(
        self,
        kind: Kind,
        model: type[_Spec],
        build: Callable[[_Spec, Source, Known], _Noun],
        into: dict[str, _Noun],
    ) -> None:
        # The places of an assessment are drawn from the items that there are and not kept.
        rests_on = None
        if kind == "assessments":
            self._kept = kept_items(self._all_data(kind), self.bank.items)
            rests_on = (list(self.bank.items.values()), self._kept)
        for path in self._files(kind):
            reading = self._read(path, model, build, rests_on)
            self._take(kind, path, reading, into, getattr(self._before, kind))

    def _read(
        self,
        path: Path,
        model: type[_Spec],
        build: Callable[[_Spec, Source, Known], Any],
        rests_on: Any = None,
    ) -> Reading:
        """Read one file; its faults, if any, put it out of order and nothing else."""

        def read() -> Reading:
            reading = Reading()
            try:
                for source in split_levels(self._source(path, content)):
                    _build_from(source, path, model, build, reading)
            except ContentError as problem:
                reading.out_of_order(path.stem, problem.faults)
            return reading

        content = bytes_of(path)
        return self._memory.recall(self._name(path), (content, rests_on), read)

    def _all_data(self, kind: Kind) -> Iterator[Any]:
        """Yield what the files of a kind say, as far as they can be read."""
        for path in self._files(kind):
            with suppress(ContentError):
                yield self._source(path, bytes_of(path)).data

    def _source(self, path: Path, content: bytes | str) -> Source:
        """Return what a file says; text instead of bytes is why it cannot be read."""
        if isinstance(content, str):
            raise ContentError([Fault(self._name(path), 1, 1, content)])
        return read_yaml(self._name(path), content)

    def _take(
        self,
        kind: Kind,
        path: Path,
        reading: Reading,
        into: dict[str, _Noun],
        before: Mapping[str, _Noun],
    ) -> None:
        """Put what a file makes into the bank, or what it made while it was in order."""
        older = kept(reading, path.stem, before)
        into.update(reading.made | older)
        self.bank.older.extend((kind, each) for each in older)
        self.bank.faults.extend(reading.faults)
        self.bank.broken.update(
            {each: faults for each, faults in reading.broken.items() if each not in older}
        )
        self._references.extend(reading.references)

    def _assessment(self, spec: AssessmentSpec, source: Source, known: Known) -> Assessment:
        return compile_assessment(spec, source, known, self.bank.items, self._kept)

    def _read_claims(self) -> None:
        path, found = self._root / "claims.yaml", dict[str, Claims]()
        if is_there(path):
            before = {} if self._before.claims is None else {"claims": self._before.claims}
            reading = self._read(path, ClaimsSpec, compile_claims)
            self._take("claims", path, reading, found, before)
        self.bank.claims = found.get("claims")


def _build_from(
    source: Source,
    path: Path,
    model: type[_Spec],
    build: Callable[[_Spec, Source, Known], Any],
    reading: Reading,
) -> None:
    stated = source.data.get("id") if isinstance(source.data, dict) else None
    expected = str(stated) if base_id(str(stated)) == path.stem else path.stem
    try:
        spec = validated(model, source)
        identifier = getattr(spec, "id", path.stem)  # the claims have none
        if identifier == expected:
            reading.made[identifier] = build(spec, source, reading.references.within(source))
            reading.sources[identifier] = source
        else:
            message = f"The id is “{identifier}”, but the file is called {path.name}."
            reading.out_of_order(expected, [source.fault(message, ("id",))])
    except ContentError as problem:
        reading.out_of_order(expected, problem.faults)


def _figure(spec: FigureSpec, source: Source, _known: Known) -> Figure:
    return compile_figure(spec, source)


def _course(spec: CourseSpec, source: Source, known: Known) -> Course:
    faults = list[Fault]()
    plain_template(spec.summary, source, ("summary",), faults)
    for field, kind in (("lessons", "lesson"), ("before", "assessment"), ("after", "assessment")):
        names = getattr(spec, field)
        for number, name in enumerate(names):
            known(kind, name, (field, number))
        for number in repeated(names):
            message = f"The {kind} “{names[number]}” stands here twice."
            faults.append(source.fault(message, (field, number)))
    if faults:
        raise ContentError(faults)
    lessons, before, after = tuple(spec.lessons), tuple(spec.before), tuple(spec.after)
    return Course(spec.id, spec.title, spec.summary, lessons, before, after)

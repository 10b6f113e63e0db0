"""What the compilation of one item shares: its source, its graph, and the faults found so far."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quizsvc.errors import ExpressionError, Fault
from quizsvc.expr.latex import tree_latex
from quizsvc.expr.lexer import canonical_name
from quizsvc.expr.parser import names_in, parse
from quizsvc.problems.building import FamilyBuilder
from quizsvc.render.maths import MathsError
from quizsvc.render.templates import TemplateError, compile_template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quizsvc.content.schema import ItemSpec
    from quizsvc.content.yaml_source import Path, Source
    from quizsvc.expr.nodes import Tree
    from quizsvc.model import Template


@dataclass(frozen=True, slots=True)
class MisconceptionText:
    """Title and feedback of a named misconception, from ``misconceptions.yaml``."""

    title: str
    says: str


class ItemContext:
    """An item half compiled.

    Faults are collected, each at its place: an author mends a file in one round.
    """

    def __init__(
        self, spec: ItemSpec, source: Source, texts: Mapping[str, MisconceptionText]
    ) -> None:
        self.spec = spec
        self.source = source
        self.texts = texts
        self.faults: list[Fault] = []
        self.family = FamilyBuilder()
        self.lets: dict[str, Tree] = {}
        self.spoilt: set[str] = set()
        """Names whose own fault is reported already."""
        self.keyless = False
        """Whether some key has a fault, so that what rests on keys is not judged."""
        self.values: set[str] = set()
        """Names of parameters, which texts show exactly."""

    @property
    def symbolic(self) -> bool:
        """Whether some parameter only stands for itself."""
        return any(given.symbol for given in self.family.givens)

    @contextmanager
    def at(self, path: Path, text: str = "", start: int = 0) -> Iterator[None]:
        """Turn an error about an expression or a text into a fault at its place."""
        try:
            yield
        except SpoiltError:
            return  # what it rests on has a fault of its own
        except (ExpressionError, TemplateError, MathsError) as problem:
            offset = start + problem.position
            if not text and isinstance(problem, ExpressionError):
                offset = problem.position
            self.faults.append(self.source.fault(problem.message, path, offset))

    def fault(self, message: str, path: Path, *, key: bool = False) -> None:
        """Note a fault at a field, or at its name."""
        self.faults.append(self.source.fault(message, path, key=key))

    def read(self, text: str) -> Tree:
        """Parse an expression; one in a name with a fault of its own is passed over."""
        tree = parse(text)
        if names_in(tree) & self.spoilt:
            raise SpoiltError
        return tree

    def template(self, text: str, path: Path) -> Template:
        """Compile a text, with its holes added to the graph."""
        template: Template = compile_template("", formula=str)
        with self.at(path, text):
            template = compile_template(
                text, formula=self.formula, digits=self.spec.digits, exact=frozenset(self.values)
            )
        for hole in template.holes:
            if self.symbolic:
                message = "Symbols have no value to show; formulas are shown by {{= name}}."
                self.fault(message, path)
            with self.at(path, text, max(text.find(hole), 0)):
                self.family.hole(hole, self.read(hole))
        return template

    def formula(self, name: str) -> str:
        """Return the LaTeX of a ``let``."""
        tree = self.lets.get(canonical_name(name))
        if canonical_name(name) in self.spoilt:
            raise SpoiltError
        if tree is None:
            raise ExpressionError(f"{{{{= {name}}}}}: “{name}” is not one of the `let` names.")
        return tree_latex(tree)


class SpoiltError(Exception):
    """An expression that rests on one with a fault of its own."""
